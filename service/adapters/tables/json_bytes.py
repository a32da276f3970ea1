"""JSON files as text: strict UTF-8, the place of a mistake, and whether a file keeps to ASCII."""

from json import JSONDecodeError
from pathlib import Path

from service.adapters.tables.json_spans import Node, parse, skip_space
from service.errors import BadTable

CHUNK = 1 << 18


def ascii_file(source: Path) -> bool:
    """Whether every byte of the file is ASCII: then new texts are escaped, so that it stays so."""
    with source.open("rb") as file:
        while chunk := file.read(CHUNK):
            if not chunk.isascii():
                return False
    return True


def decoded(raw: bytes, line: int) -> str:
    """The text of these bytes, a BOM included. Raises `BadTable` that names the line where it is no UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError as broken:
        at = line + raw[: broken.start].count(b"\n")
        raise BadTable(f"Line {at}: not UTF-8.", at) from None


def whole(text: str, line: int) -> Node:
    """The one value that the text is. Raises `BadTable` that names line and column of what is wrong."""
    try:
        return _parsed(text)
    except JSONDecodeError as mistake:
        at = line + mistake.lineno - 1
        raise BadTable(
            f"Line {at}, column {mistake.colno}: not JSON, {mistake.msg}.", at, mistake.colno
        ) from None


def _parsed(text: str) -> Node:
    node = parse(text, 1 if text.startswith("\ufeff") else 0)
    if skip_space(text, node.end) != len(text):
        raise JSONDecodeError("more behind the value", text, node.end)
    return node
