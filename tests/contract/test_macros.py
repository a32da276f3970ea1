"""Every macro format, by one suite: nothing is lost, nothing but the texts changes, hostile files harm nobody."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.adapters.macros import FORMATS, Options, Result, convert, format_for
from service.errors import BadTable
from tests.kit.tables import TEXTS, Sample, csv_bytes, samples

ALL = samples()
NEW = '您好，{{customer.name}}，已为您处理；\n请稍等，“谢谢”, "再见"\\n😀。'
"""A text with everything that needs escaping somewhere, and placeholders."""


@pytest.fixture(params=ALL, ids=lambda sample: sample.label)
def sample(request: pytest.FixtureRequest) -> Sample:
    """Each sample in turn."""
    made: Sample = request.param
    return made


@pytest.fixture
def source(tmp_path: Path, sample: Sample) -> Path:
    """The sample as a file."""
    file = tmp_path / sample.filename
    file.write_bytes(sample.data)
    return file


def _put(tmp_path: Path, data: bytes, name: str = "in.csv") -> Path:
    file = tmp_path / name
    file.write_bytes(data)
    return file


def _written(name: str, source: Path, texts: dict[int, str], options: Options | None = None) -> bytes:
    target = source.with_name("out.bin")
    FORMATS[name].write(source, target, options or Options(), iter(sorted(texts.items())))
    return target.read_bytes()


def test_every_format_has_a_sample() -> None:
    """A format that was added is tested here too."""
    assert {sample.format for sample in ALL} == set(FORMATS)


def test_texts_are_read_in_order(sample: Sample, source: Path) -> None:
    """Every text of a file is handed out once, in its order, blank ones included, and counted from 0."""
    rows = list(FORMATS[sample.format].rows(source, Options()))
    assert [row.text for row in rows] == list(sample.texts)
    assert sample.read(sample.data) == list(sample.texts)
    assert [row.index for row in rows] == list(range(len(rows)))
    assert all(row.custom_id for row in rows)


def test_format_is_known_by_itself(sample: Sample) -> None:
    """Whoever uploads a file need not say what it is: name and first bytes do."""
    assert sample.format == format_for(None, sample.filename, sample.data[:4096]).NAME


def test_preview_shows_what_will_be_read(sample: Sample, source: Path) -> None:
    """A preview names the text's column, counts the rows and shows the first of them."""
    seen = FORMATS[sample.format].preview(source, Options())
    assert seen.text_field is not None
    assert set(seen.text_field.split(",")) <= set(seen.candidates)
    assert (seen.format, seen.rows) == (sample.format, len(sample.texts))
    assert [row.text for row in seen.samples] == list(sample.texts[:5])


def test_no_change_is_the_same_file(sample: Sample, source: Path) -> None:
    """A file in which nothing needs a change comes back byte for byte."""
    assert _written(sample.format, source, {}) == sample.data


def test_the_same_texts_are_the_same_file(sample: Sample, source: Path) -> None:
    """Texts put back as they were give the same bytes (a workbook: the same texts): quotes and escapes are kept."""
    data = _written(sample.format, source, dict(enumerate(sample.texts)))
    assert data == sample.data if sample.format != "xlsx" else sample.read(data) == list(sample.texts)


@pytest.mark.parametrize("at", range(len(TEXTS)))
def test_one_change_changes_one_text(sample: Sample, source: Path, at: int) -> None:
    """A changed text reads back in another program as it was meant, and every other as it was."""
    data = _written(sample.format, source, {at: NEW})
    expected = [NEW if index == at else text for index, text in enumerate(sample.texts)]
    assert sample.read(data) == expected


def test_a_change_is_undone_to_the_byte(tmp_path: Path, sample: Sample, source: Path) -> None:
    """Only the text's own bytes change: putting the old text back gives the old file (a workbook: its texts)."""
    changed = _put(tmp_path, _written(sample.format, source, {1: NEW}), sample.filename)
    back = _written(sample.format, changed, {1: sample.texts[1]})
    assert back == sample.data if sample.format != "xlsx" else sample.read(back) == list(sample.texts)


def test_a_failed_write_leaves_no_file(tmp_path: Path, sample: Sample, source: Path) -> None:
    """An output is whole or not there: when the texts break off, no half file stays behind."""

    def breaks() -> Iterator[tuple[int, str]]:
        yield 0, NEW
        raise RuntimeError

    target = tmp_path / "half"
    with pytest.raises(RuntimeError):
        FORMATS[sample.format].write(source, target, Options(), breaks())
    assert {file.name for file in tmp_path.iterdir()} == {source.name}


def test_the_text_column_is_asked_for_when_it_is_not_clear(tmp_path: Path) -> None:
    """Two columns that may hold the text are listed with how to name one; named, the rows are read."""
    source = _put(tmp_path, csv_bytes(["id", "内容", "answer"], [["1", "甲", "乙"]]))
    with pytest.raises(BadTable, match=r"内容 \(#2\), answer \(#3\).*`text_field`"):
        list(FORMATS["csv"].rows(source, Options()))
    assert FORMATS["csv"].preview(source, Options()).candidates == ("内容", "answer")
    assert [row.text for row in FORMATS["csv"].rows(source, Options("answer"))] == ["乙"]
    assert [row.text for row in FORMATS["csv"].rows(source, Options("#2"))] == ["甲"]
    with pytest.raises(BadTable, match=r"'nope'.*id, 内容, answer"):
        list(FORMATS["csv"].rows(source, Options("nope")))


def test_a_field_of_any_json_is_asked_for_when_it_is_not_clear(tmp_path: Path) -> None:
    """In JSON of an unknown shape a field is named in full, by its last name, by number, or with others beside it."""
    document = {
        "说明": "本店常用的话术都在这里",
        "groups": [
            {
                "id": 7,
                "title": "问候",
                "items": [{"message": "甲", "note": {"comment": "乙"}}, {"message": None}],
            },
            {"id": 8, "items": [{"message": "丙", "note": {"comment": ["丁", "戊"]}}]},
        ],
    }
    source = _put(tmp_path, json.dumps(document, ensure_ascii=False).encode())
    made = FORMATS["json"]
    seen = made.preview(source, Options())
    assert seen.columns == ("说明", "groups.title", "groups.items.message", "groups.items.note.comment")
    assert (seen.text_field, seen.rows, seen.samples) == (None, None, ())
    assert seen.candidates == ("groups.items.message", "groups.items.note.comment")
    with pytest.raises(BadTable, match=r"groups\.items\.message \(#3\), groups.*`text_field`"):
        list(made.rows(source, Options()))
    for wanted, texts in {
        "groups.items.message": ["甲", "丙"], "message": ["甲", "丙"], "#4": ["乙", "丁", "戊"],
        "message, comment": ["甲", "乙", "丙", "丁", "戊"],
    }.items():  # fmt: skip
        rows = list(made.rows(source, Options(wanted)))
        assert [row.text for row in rows] == texts
        assert made.preview(source, Options(wanted)).rows == len(texts)
    assert [(row.custom_id, row.title) for row in rows] == [("7", "问候")] * 2 + [("8", None)] * 3
    assert json.loads(_written("json", source, {1: "己"}, Options("comment"))) == json.loads(
        json.dumps(document).replace(r"\u4e01", r"\u5df1")
    )
    with pytest.raises(BadTable, match=r"'nope'.*groups\.title"):
        list(made.rows(source, Options("nope")))
    with pytest.raises(BadTable, match="leave `context_fields` out"):
        list(made.rows(source, Options("message", ("title",))))


def test_a_field_with_a_comma_in_its_name(tmp_path: Path) -> None:
    """A comma in a field's own name does not make two fields of it, found or named."""
    source = _put(
        tmp_path, json.dumps([{"回复,内容": "您好，很高兴为您服务，请问有什么可以帮您？"}]).encode()
    )
    for options in (Options(), Options("回复,内容")):
        assert len(list(FORMATS["json"].rows(source, options))) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[1, 2, null]", "holds no text"),
        (json.dumps({f"k{at}": "x" for at in range(5_000)}).encode(), "more than 4,096 different fields"),
        (b'{"a": "x"', "Line 1, column 10: not JSON"),
        (b'{"a": "x", "b": 1}', "No column looks like the macro's text"),
    ],
)
def test_json_without_texts_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    """A document that holds nothing to rewrite, or is none, is refused with what is wrong."""
    with pytest.raises(BadTable, match=said):
        list(FORMATS["json"].rows(_put(tmp_path, data), Options()))


def test_the_column_of_sentences_is_found_without_a_known_name(tmp_path: Path) -> None:
    """Under names that mean nothing, the one column that holds Chinese sentences is the text."""
    source = _put(tmp_path, csv_bytes(["a", "b"], [["x1", "您好，很高兴为您服务，请问有什么可以帮您？"]] * 3))
    assert FORMATS["csv"].preview(source, Options()).text_field == "b"


def test_context_comes_from_the_columns_named(tmp_path: Path) -> None:
    """Columns named for the context arrive in the shape of a check's context; empty cells are left out."""
    header = ["话术", "客户问题", "channel", "customer.surname"]
    source = _put(tmp_path, csv_bytes(header, [["好", "几点发货", "chat", "王"], ["好", "", "", ""]]))
    rows = list(FORMATS["csv"].rows(source, Options(None, ("客户问题", "channel", "customer.surname"))))
    assert rows[0].context == {
        "customer_message": "几点发货",
        "channel": "chat",
        "customer": {"surname": "王"},
    }
    assert rows[1].context == {}
    with pytest.raises(BadTable, match="'无此列'"):
        list(FORMATS["csv"].rows(source, Options(None, ("无此列",))))


def test_json_lines_carry_their_context(tmp_path: Path) -> None:
    """A line's own `context` is handed on, and fields inside objects can be named with dots."""
    line = {"custom_id": 7, "body": {"zh": "您好"}, "context": {"channel": "chat"}, "q": "在吗"}
    source = _put(tmp_path, (json.dumps(line) + "\n").encode(), "in.jsonl")
    (row,) = FORMATS["jsonl"].rows(source, Options("body.zh", ("q",)))
    assert (row.text, row.custom_id, row.context) == ("您好", "7", {"channel": "chat", "q": "在吗"})
    data = _written("jsonl", source, {0: "好的"}, Options("body.zh"))
    assert json.loads(data) == line | {"body": {"zh": "好的"}}
    assert data.isascii()


def test_a_field_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A mistyped field is told with those that there are, not passed over in silence."""
    source = _put(tmp_path, b'{"draft":"a"}\n', "in.jsonl")
    with pytest.raises(BadTable, match=r"'drafts'.*: draft"):
        list(FORMATS["jsonl"].rows(source, Options("drafts")))


def test_escapes_are_written_as_the_file_has_them(tmp_path: Path) -> None:
    """A file escaped by PHP or Rails keeps that habit in the new text, number spelling and key order their own."""
    raw = b'[{"n":1.50e0,"content":"\\u003cb\\u003e\\u60A8 <\\/b>","short_code":"a"}]'
    data = _written("chatwoot", _put(tmp_path, raw, "c.json"), {0: "<b>好/吗</b>"})
    assert (
        data
        == b'[{"n":1.50e0,"content":"\\u003Cb\\u003E\\u597D\\/\\u5417\\u003C\\/b\\u003E","short_code":"a"}]'
    )


@pytest.mark.parametrize("start", list("=+-@\t\r＝＋－＠"))
def test_what_we_write_is_no_formula(tmp_path: Path, start: str) -> None:
    """A new text that a spreadsheet would run begins with an apostrophe; a cell that we did not write is left alone."""
    rows = [["您好。", "=2+3"], [f"{start}原文", "@x"]]
    source = _put(tmp_path, csv_bytes(["话术", "备注"], rows))
    cells = samples()[3].read(_written("csv", source, {0: f"{start}1+1", 1: f"{start}新文"}))
    assert cells == [f"'{start}1+1", f"{start}新文"]
    assert _written("csv", source, {}) == source.read_bytes()


def test_ragged_and_huge_cells_are_read(tmp_path: Path) -> None:
    """Rows with too few or too many cells, blank lines and cells of 200 kB are taken as they are."""
    huge = "字" * 70_000 + '"，\n'
    raw = csv_bytes(["id", "话术", "x"], [["1", huge, ""], ["2"], [], ["3", "好", "", "多", "了"]])
    source = _put(tmp_path, raw)
    assert [row.text for row in FORMATS["csv"].rows(source, Options())] == [huge, "", "好"]
    assert _written("csv", source, {1: "无处可写"}) == raw
    assert (
        samples()[3].read(_written("csv", source, {0: huge + "完"}).replace(b"\r\n2\r\n", b"\r\n"))[0]
        == huge + "完"
    )


@pytest.mark.parametrize(
    ("data", "said", "row", "column"),
    [
        (b"id,\xe8\xaf\x9d\xe6\x9c\xaf\n1,a\x00b\n", "Row 2, column 2: a NUL", 2, 2),
        ("话术\n好".encode("utf-16"), "UTF-16", 1, None),
        ("话术\n好\n".encode() + b"\xff\xff\n", "Line 3: neither UTF-8 nor GB18030", 3, None),
        ('id,话术\n1,"没有结尾\n2,好\n'.encode(), "Row 2, column 2: a quote is never closed", 2, 2),
        (b"", "no row of names", 1, None),
        ("话术\n".encode() + b'"' + b"a" * 5_000_000, "Row 2: longer than", 2, None),
        ("话术\n".encode() + b"," * 9000 + b"\n", "Row 2: more than 4096 columns", 2, None),
    ],
    ids=["nul", "utf-16", "two encodings", "open quote", "empty", "endless", "wide"],
)
def test_a_broken_table_is_named_by_row(
    tmp_path: Path, data: bytes, said: str, row: int, column: int | None
) -> None:
    """Whoever sends a broken table reads which row and column to mend."""
    with pytest.raises(BadTable, match=said) as caught:
        list(FORMATS["csv"].rows(_put(tmp_path, data), Options()))
    assert (caught.value.row, caught.value.column) == (row, column)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("jsonl", b'{"draft":"a"}\n\n{"draft":\n', "Line 3, column 10: not JSON"),
        ("jsonl", b'{"draft":"a"}\n[1]\n', "Line 2: not an object"),
        ("jsonl", b'{"draft":"a"}\n{"draft":7}\n', "Line 2: 'draft' is not a string"),
        ("jsonl", b'{"draft":"a"}\n{"draft":"\xff"}\n', "Line 2: not UTF-8"),
        ("jsonl", b'{"draft":' + b"[" * 100_000 + b"\n", "nested deeper"),
        ("zendesk", b'{"macros":[{"title":"x"}]}', "There is no macro"),
        ("zendesk", b'{"macros":[', "Line 1, column 12: not JSON"),
        ("chatwoot", b'[{"content":"x"}]', "no canned response"),
        ("chatwoot", b"[" * 100_000, "nested deeper"),
    ],
)
def test_broken_json_is_named_by_line(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    """Whoever sends broken JSON reads which line to mend, however deep it is nested."""
    with pytest.raises(BadTable, match=said):
        list(FORMATS[name].rows(_put(tmp_path, data), Options()))


@pytest.mark.parametrize(
    ("filename", "head", "said"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0", "save the file as .xlsx"),
        ("a.xlsm", b"PK", "save the file as .xlsx"),
        ("a.pdf", b"%PDF-1.7", "jsonl, csv"),
        ("a.sql", b"INSERT INTO `t` VALUES (1);", "jsonl, csv"),
    ],
)
def test_an_unknown_file_is_refused_with_the_known_formats(filename: str, head: bytes, said: str) -> None:
    """A file that is none of ours is refused with what to send instead."""
    with pytest.raises(BadTable, match=said):
        format_for(None, filename, head)
    with pytest.raises(BadTable, match=r"no format 'doc'.*jsonl, csv"):
        format_for("doc", filename, head)


RESULTS = (
    Result("a", "问候", "别问了", "=您好，\n“请问”", "rewritten"),
    Result(None, None, "-您好", "-您好", "unchanged"),
)


@pytest.mark.parametrize("name", ["jsonl", "csv", "xlsx"])
def test_results_can_be_had_in_another_format(tmp_path: Path, name: str) -> None:
    """Results of any file come out as lines, a table or a workbook, in order, and none of it runs as a formula."""
    target = tmp_path / f"out.{name}"
    convert(iter(RESULTS), target, name)
    mark = "'" if name == "csv" else ""
    rows = list(FORMATS[name].rows(target, Options("text")))
    assert [row.text for row in rows] == [f"{mark}=您好，\n“请问”", f"{mark}-您好"]
    assert [row.text for row in FORMATS[name].rows(target, Options("original"))] == ["别问了", f"{mark}-您好"]
    assert [row.custom_id for row in rows] == ["a", None]
    assert list(tmp_path.iterdir()) == [target]


def test_results_cannot_be_had_as_macros_of_another_system(tmp_path: Path) -> None:
    """Another system's macros hold more than a text: what is missing is not made up."""
    with pytest.raises(BadTable, match="jsonl, csv, xlsx"):
        convert(iter(RESULTS), tmp_path / "out", "zendesk")
