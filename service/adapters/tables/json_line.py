"""The lines of a JSON Lines file, and the fields of the object on one."""

from collections.abc import Iterator
from pathlib import Path

from service.adapters.tables.json_bytes import decoded, whole
from service.adapters.tables.json_spans import Node
from service.errors import BadTable

MAX_LINE = 4_000_000
"""Bytes of the longest line."""
BLANK = b" \t\r\n\xef\xbb\xbf"
"""What a line that holds nothing may be made of."""


def lines(source: Path) -> Iterator[tuple[int, bytes]]:
    """Number from 1 and bytes of every line, its ending included."""
    with source.open("rb") as file:
        number = 0
        while raw := file.readline(MAX_LINE + 1):
            number += 1
            if len(raw) > MAX_LINE:
                raise BadTable(f"Line {number}: longer than {MAX_LINE:,} bytes.", number)
            yield number, raw


def parsed(raw: bytes, number: int) -> tuple[str, Node]:
    """The text of a line and the object that it is."""
    line = decoded(raw, number)
    node = whole(line.rstrip("\r\n"), number)
    if not isinstance(node.value, dict):
        raise BadTable(f"Line {number}: not an object.", number)
    return line, node


def member(line: Node, name: str) -> Node | None:
    """A field by its name, or by a path with dots."""
    return line.member(name) or line.member(*name.split("."))


def text_at(line: Node, name: str, number: int) -> str:
    """The text in a field: blank where there is none. Raises `BadTable` for a value that is no string."""
    node = member(line, name)
    if node is None or node.value is None:
        return ""
    if node.text is None:
        raise BadTable(f"Line {number}: {name!r} is not a string.", number)
    return node.text


def first_of(line: Node, names: tuple[str, ...]) -> str | None:
    """The value of the first of these fields that is there, when it is a string or a whole number."""
    found = next((node.value for name in names if (node := line.member(name)) is not None), None)
    return (
        str(found) if isinstance(found, str | int) and not isinstance(found, bool) and found != "" else None
    )
