"""Strict YAML: what is read, what is refused, and where mistakes point."""

from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from service.adapters import yaml_text
from service.adapters.yaml_text import MAX_BYTES, MAX_DEPTH, Document, read_yaml
from service.errors import PolicyError, PromptError


@pytest.fixture(autouse=True, params=["CBaseLoader", "BaseLoader"])
def _loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test holds with libyaml and without it."""
    monkeypatch.setattr(yaml_text, "Loader", getattr(yaml, request.param))


def _read(text: str) -> Any:
    return read_yaml(text.encode(), "p.yaml").data


def _mistake(text: str | bytes) -> str:
    with pytest.raises(PolicyError) as caught:
        read_yaml(text.encode() if isinstance(text, str) else text, "p.yaml")
    return caught.value.detail


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"), ("off", "off"), ("Yes", "Yes"), ("true", True), ("FALSE", False), ("~", None), ("", None),
        ("null", None), ("012", 12), ("-3", -3), ("1:30", "1:30"), ("1_000", "1_000"), ("0x1F", "0x1F"),
        ("2024-07-09", "2024-07-09"), ("3.5", 3.5), (".5", 0.5), ("1e3", 1000.0), ("1e999", "1e999"),
        (".inf", ".inf"), (".nan", ".nan"), ("-", None), ("6217000012345678901", "6217000012345678901"),
        ("'012'", "012"), ('"true"', "true"), ("'1:30'", "1:30"), ("<<保证>>", "<<保证>>"), ("保证", "保证"),
        ("+", "+"), ("...x", "...x"), ("1.2.3", "1.2.3"),
    ],
)  # fmt: skip
def test_scalars_are_what_they_look_like(written: str, value: object) -> None:
    """`no`, `1:30` and a date are the words that the author wrote; only plain numbers, true, false and null are more."""
    found = _read(f"a: {written}") if written != "-" else _read("a:")
    assert found == {"a": value}
    assert type(found["a"]) is type(value)


def test_keys_are_text() -> None:
    """A key that looks like a number or a truth value is a name all the same."""
    assert _read("on: 1\n1: 2\ntrue: 3\n<<: 4") == {"on": 1, "1": 2, "true": 3, "<<": 4}


def test_a_whole_file_comes_back_as_plain_data() -> None:
    """Lists and mappings of both styles, comments and a leading byte order mark read as any YAML reader reads them."""
    text = "\ufeff# 规则\na: [1, {b: c}]\nd:\n  - e\n  - - f\n    - {}\ng: |\n  两行\n  文字\n"
    assert _read(text) == {"a": [1, {"b": "c"}], "d": ["e", ["f", {}]], "g": "两行\n文字\n"}
    assert _read("# nothing but a comment") is None
    assert _read("") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x 1", "p.yaml:1:4: Anchors and tags are not read here"),
        ("a: 1\nb: *x", "p.yaml:2:4: Aliases are not read here"),
        ("a: !!python/object/apply:os.system [x]", "p.yaml:1:4: Anchors and tags are not read here"),
        ("a: ! 1", "p.yaml:1:4: Anchors and tags are not read here"),
        ("&k a: 1", "p.yaml:1:1: Anchors and tags are not read here"),
        ("a: 1\nb:\n  c: 2\n  d: 3\n  c: 4", "p.yaml:5:3: Key 'c' stands here twice"),
        ("- {a: 1, 'a': 2}", "p.yaml:1:10: Key 'a' stands here twice"),
        ("? [a]\n: b", "p.yaml:1:3: A key is one word, not a list or mapping"),
        ("a: 1\n---\nb: 2", "p.yaml:2:1: A second document begins here"),
        ("a: b\n c: d", "p.yaml:2:3: Mapping values are not allowed"),
        ("a: 'b", "p.yaml:1:6: Found unexpected end of stream"),
        ("\ta: 1", "p.yaml:1:1: Found"),
        ("a: x\x00", "p.yaml:1:5: Unprintable character U+0000"),
        ("a: 1\nb: \x1b[31m", "p.yaml:2:4: Unprintable character U+001B"),
        (b"a: 1\nb: \xe4\xbf\xff", "p.yaml:2:4: This is no UTF-8 text"),
        ('"a\\e\\n": 1\n"a\\e\\n": 2', "p.yaml:2:1: Key 'a ' stands here twice"),
    ],
)
def test_what_readers_would_disagree_about_is_refused(text: str | bytes, expected: str) -> None:
    """Nothing is read in silence that is ambiguous or dangerous: one line says where it stands and what it is."""
    said = _mistake(text)
    assert said.startswith(expected)
    assert "\n" not in said
    assert said.isprintable()


def test_an_alias_bomb_costs_nothing() -> None:
    """A few bytes that stand for billions of nodes are refused at the first anchor."""
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))]
    assert _mistake("\n".join(lines)) == "p.yaml:1:5: Anchors and tags are not read here"


def test_size_and_depth_have_an_end() -> None:
    """A huge or endlessly nested file is refused before it is taken apart."""
    assert _mistake(b"a: " + b"x" * MAX_BYTES) == "p.yaml:1:1: The file is over 1,000,000 bytes"
    assert _read("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    assert _mistake("[" * 100_000) == f"p.yaml:1:{MAX_DEPTH + 1}: More than {MAX_DEPTH} levels of nesting"


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    count: int = 0
    words: tuple[str, ...] = ()
    on: bool = False


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    inner: Inner = Inner()
    share: float = 0.0


def _invalid(text: str) -> str:
    with pytest.raises(PolicyError) as caught:
        read_yaml(text.encode(), "p.yaml").validated(TypeAdapter(Outer))
    return caught.value.detail


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: 3", "p.yaml:1:7: Invalid value 3: text is expected; a bare number needs quotes - at name"),
        ("name: true", "p.yaml:1:7: Invalid value true: text is expected - at name"),
        ("name:", "p.yaml:1:1: Invalid value null: text is expected - at name"),
        ("inner: {}", "p.yaml:1:1: Missing field 'name' - at name"),
        ("nmae: x", "p.yaml:1:1: Unknown field 'nmae' - at nmae"),
        ("name: x\ninner:\n  cout: 1", "p.yaml:3:3: Unknown field 'cout' - at inner.cout"),
        (
            "name: x\ninner: {count: '1'}",
            "p.yaml:2:16: Invalid value '1': a whole number is expected - at inner.count",
        ),
        (
            "name: x\ninner: {count: 1.5}",
            "p.yaml:2:16: Invalid value 1.5: a whole number is expected - at inner.count",
        ),
        (
            "name: x\ninner: {on: yes}",
            "p.yaml:2:13: Invalid value 'yes': true or false is expected - at inner.on",
        ),
        ("name: x\ninner: {on: 1}", "p.yaml:2:13: Invalid value 1: true or false is expected - at inner.on"),
        ("name: x\ninner: {words: a}", "p.yaml:2:16: Invalid value 'a': a list is expected - at inner.words"),
        (
            "name: x\ninner:\n  words:\n  - a\n  - 1",
            "p.yaml:5:5: Invalid value 1: text is expected; a bare number",
        ),
        ("name: x\ninner: [a]", "p.yaml:2:8: Invalid value (a list): a mapping is expected - at inner"),
        ("name: x\nshare: many", "p.yaml:2:8: Invalid value 'many': a number is expected - at share"),
        ("", "p.yaml:1:1: Invalid value null: a mapping is expected"),
    ],
)
def test_a_mistake_points_at_its_line_and_column(text: str, expected: str) -> None:
    """Whoever wrote the file is led to the very place: path, line, column, what is wrong, and the field's name."""
    assert _invalid(text).startswith(expected)


def test_nothing_is_converted() -> None:
    """A whole number may stand for a fraction, and that is all that is read as something else."""
    document = read_yaml(b"{name: x, share: 1}", "p.yaml")
    assert document.validated(TypeAdapter(Outer)).share == 1.0


def test_the_reader_raises_what_its_user_asks_for() -> None:
    """A prompt's mistake is a PromptError, so that the start can say which set-up is wrong."""
    with pytest.raises(PromptError):
        read_yaml(b"a: *b", "p.md", PromptError)
    assert isinstance(Document("p.md", "a: 1", {"a": 1}, PromptError).mistake(("a",), "Wrong"), PromptError)
