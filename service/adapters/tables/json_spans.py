"""JSON text read with the place of every value, and strings written in the manner of those they replace."""

import re
from dataclasses import dataclass
from json import JSONDecodeError, decoder, dumps
from typing import Any, TypeAlias

Value: TypeAlias = "str | dict[str, Node] | list[Node] | int | float | bool | None"

MAX_DEPTH = 64
_scan_string: Any = vars(decoder)["scanstring"]
"""The json module's own reader of one string: (text, position behind the quote, strict) -> (value, end)."""
_SPACE = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r"(?:(true)|(false)|(null)|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?))")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Node:
    """One value and its half-open range of characters in the text."""

    start: int
    end: int
    value: Value

    def member(self, *path: str) -> "Node | None":
        """The member of an object under these names, one inside the other; None where there is none."""
        node: Node | None = self
        for name in path:
            node = node.value.get(name) if node is not None and isinstance(node.value, dict) else None
        return node

    @property
    def text(self) -> str | None:
        """The value when it is a string."""
        return self.value if isinstance(self.value, str) else None

    def plain(self) -> Any:
        """The value without its places, as the json module would read it."""
        if isinstance(self.value, dict):
            return {name: node.plain() for name, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def skip_space(text: str, at: int) -> int:
    """The first position from here that is not white space."""
    match = _SPACE.match(text, at)
    return match.end() if match else at


def parse(text: str, at: int = 0, depth: int = 0) -> Node:
    """The value that begins here, spaces before it allowed. Raises `JSONDecodeError`."""
    at = skip_space(text, at)
    mark = text[at : at + 1]
    if mark == '"':
        value, end = _scan_string(text, at + 1, True)
        return Node(at, end, value)
    if mark in {"{", "["} and mark:
        if depth == MAX_DEPTH:
            raise JSONDecodeError(f"nested deeper than {MAX_DEPTH}", text, at)
        return _object(text, at, depth) if mark == "{" else _array(text, at, depth)
    match = _PLAIN.match(text, at)
    if match is None:
        raise JSONDecodeError("no value", text, at)
    if match[4] is None:
        return Node(at, match.end(), True if match[1] else False if match[2] else None)
    return Node(at, match.end(), _number(match[4]))


def _number(spelt: str) -> int | float:
    return int(spelt) if len(spelt) < 40 and spelt.lstrip("-").isdecimal() else float(spelt)


def _object(text: str, start: int, depth: int) -> Node:
    members: dict[str, Node] = {}
    at = skip_space(text, start + 1)
    if text[at : at + 1] == "}":
        return Node(start, at + 1, members)
    while True:
        if text[at : at + 1] != '"':
            raise JSONDecodeError("no name in quotes", text, at)
        name, at = _scan_string(text, at + 1, True)
        at = expect(text, at, ":")
        members[name] = node = parse(text, at, depth + 1)
        at = skip_space(text, node.end)
        if text[at : at + 1] == "}":
            return Node(start, at + 1, members)
        at = skip_space(text, expect(text, at, ","))


def _array(text: str, start: int, depth: int) -> Node:
    values: list[Node] = []
    at = skip_space(text, start + 1)
    if text[at : at + 1] == "]":
        return Node(start, at + 1, values)
    while True:
        node = parse(text, at, depth + 1)
        values.append(node)
        at = skip_space(text, node.end)
        if text[at : at + 1] == "]":
            return Node(start, at + 1, values)
        at = expect(text, at, ",")


def expect(text: str, at: int, mark: str) -> int:
    """The position behind this mark, spaces before it allowed. Raises `JSONDecodeError`."""
    at = skip_space(text, at)
    if text[at : at + 1] != mark:
        raise JSONDecodeError(f"no {mark!r}", text, at)
    return at + 1


def encode(new: str, old: str, *, ascii_only: bool) -> str:
    """The string as JSON, escaped as the old literal is; `ascii_only` decides where the old one cannot tell."""
    codes = _ESCAPED.findall(old)
    escapes = old.isascii() and (any(int(code, 16) > 0x7F for code in codes) or ascii_only)
    made = dumps(new, ensure_ascii=escapes)
    if "\\/" in old:
        made = made.replace("/", "\\/")
    for mark in "<>&'":
        if f"\\u{ord(mark):04x}" in old.lower():
            made = made.replace(mark, f"\\u{ord(mark):04x}")
    if any(code != code.lower() for code in codes):
        made = re.sub(r"(?<!\\)((?:\\\\)*\\u)([0-9a-f]{4})", lambda found: found[1] + found[2].upper(), made)
    return made
