"""Properties of the macro formats over generated tables: untouched bytes survive, written texts read back."""

import csv
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from service.adapters.macros import FORMATS, Options
from service.adapters.tables.guard import STARTS, inert
from service.adapters.tables.json_spans import encode, parse

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
# The csv module's own writer forgets to quote a lone CR: cells have none, outside of CR LF.
CELL = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=40),
    st.sampled_from(['a"b', "甲,乙", "第一行\r\n第二行", "{{order.id}}", "", " ", "%s", "=1", "#号#"]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


def _write(name: str, data: bytes, texts: dict[int, str], options: Options) -> bytes:
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "in"), Path(folder, "out")
        source.write_bytes(data)
        FORMATS[name].write(source, target, options, iter(sorted(texts.items())))
        return target.read_bytes()


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6),
    st.dictionaries(st.integers(0, 5), CELL, max_size=4),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    st.sampled_from(["\r\n", "\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_csv_keeps_every_other_cell(
    rows: list[tuple[str, str, str]], new: dict[int, str], encoding: str, end: str, quoting: int
) -> None:
    """Whatever the cells hold, the csv module reads the new texts where they were put and all else as it was."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end, quoting=quoting).writerows([("id", "话术", "备注"), *rows])  # type: ignore[arg-type]
    data = out.getvalue().encode(encoding)
    assert _write("csv", data, {}, Options("话术")) == data
    texts = {at: text for at, text in new.items() if at < len(rows)}
    # GB18030 or not is told from the bytes: a file that is UTF-8 as well is read, and written, as UTF-8.
    try:
        data.decode("utf-8")
        read_as = encoding if encoding != "gb18030" else "utf-8"
    except UnicodeDecodeError:
        read_as = "gb18030"
    if read_as != encoding:
        return
    written = _write("csv", data, texts, Options("话术")).decode(read_as)
    back = list(csv.reader(io.StringIO(written, newline="")))[1:]
    for at, (first, text, last) in enumerate(rows):
        said = inert(texts[at], text) if at in texts else text
        assert back[at] == [first, said, last]


@settings(deadline=None, max_examples=150)
@given(
    objects=st.lists(st.tuples(st.dictionaries(TEXT, JSON, max_size=3), TEXT), min_size=1, max_size=5),
    new=st.dictionaries(st.integers(0, 4), TEXT, max_size=4), ascii_only=st.booleans(),
)  # fmt: skip
def test_json_lines_keep_every_other_byte(
    objects: list[tuple[dict[str, object], str]], new: dict[int, str], *, ascii_only: bool
) -> None:
    """Whatever else an object holds comes back to the byte, and json reads the new text in its place."""
    made = [rest | {"draft": text} for rest, text in objects]
    lines = [json.dumps(line, ensure_ascii=ascii_only) for line in made]
    data = "\n".join(lines).encode()
    assert _write("jsonl", data, {}, Options()) == data
    texts = {at: text for at, text in new.items() if at < len(made)}
    back = _write("jsonl", data, texts, Options()).decode().split("\n")
    for at, (before, after) in enumerate(zip(lines, back, strict=True)):
        assert json.loads(after) == made[at] | ({"draft": texts[at]} if at in texts else {})
        assert after == before or at in texts


@given(value=JSON, ascii_only=st.booleans())
def test_places_in_json_are_those_of_the_values(value: object, *, ascii_only: bool) -> None:
    """The range of a value in the text is the value: what is spliced there replaces it and nothing else."""
    text = json.dumps(value, ensure_ascii=ascii_only, indent=1)
    node = parse(f"  {text} ")
    assert (node.start, node.end, node.plain()) == (2, 2 + len(text), value)


@given(new=TEXT, old=TEXT, ascii_only=st.booleans(), php=st.booleans())
def test_a_string_in_any_manner_reads_back(new: str, old: str, *, ascii_only: bool, php: bool) -> None:
    """However the old string was escaped, the new one says what it should, and stays ASCII where that was the habit."""
    literal = json.dumps(old, ensure_ascii=ascii_only)
    literal = literal.replace("/", "\\/") if php else literal
    made = encode(new, literal, ascii_only=ascii_only)
    assert json.loads(made) == new
    assert made.isascii() or not ascii_only


@given(TEXT, TEXT)
def test_no_new_text_starts_a_formula(new: str, old: str) -> None:
    """No text is written that begins like a formula, save with a character that the author's own began with."""
    safe = inert(new, old)
    assert safe[:1] not in STARTS or safe[:1] == old[:1]
    assert safe.removeprefix("'") == new.removeprefix("'")
