"""The XML of a workbook read as it streams by: rows of cells with the bytes they stand at, and shared strings."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from service.errors import BadTable

MAX_CELL = 4_000_000
"""Characters of the longest cell."""
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}


@dataclass(slots=True)
class Cell:
    """One cell: its tag and attributes, what it says as stored, and where its start and end tag begin."""

    tag: str
    attributes: Mapping[str, str]
    start: int
    end: int = 0
    formula: bool = False
    parts: list[str] = field(default_factory=list)

    @property
    def stored(self) -> str:
        """Its value as the file has it."""
        return "".join(self.parts)


@dataclass(slots=True)
class SheetRow:
    """One row: the wanted cells by column, from 0, and whether any cell at all holds something."""

    start: int
    number: int
    cells: dict[int, Cell] = field(default_factory=dict)
    filled: bool = False


class _Parser:
    """Expat without document types: no entity of a file's own making is ever looked at."""

    def __init__(self) -> None:
        self.expat = expat.ParserCreate()
        self.expat.buffer_text = True
        self.expat.StartDoctypeDeclHandler = self._refuse
        self.expat.XmlDeclHandler = self._declared

    def _refuse(self, *_: Any) -> None:
        raise BadTable("The workbook holds a document type, which no workbook needs.")

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise BadTable("The workbook is not in UTF-8; save it once more in Excel.")

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Reads on. Raises `BadTable` for broken XML."""
        if self.expat.CurrentByteIndex <= 0 and chunk[:2] in {b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"}:
            raise BadTable("The workbook is not in UTF-8; save it once more in Excel.")
        try:
            self.expat.Parse(chunk, last)
        except expat.ExpatError as broken:
            raise BadTable(f"The workbook's XML is broken: {expat.ErrorString(broken.code)}.") from None


class SheetReader(_Parser):
    """Rows of a sheet, as many as each piece of XML ends; `wanted` None keeps every column up to 4096."""

    def __init__(self, wanted: frozenset[int] | None) -> None:
        super().__init__()
        self._wanted = wanted
        self.row: SheetRow | None = None
        self._cell: Cell | None = None
        self._column = -1
        self._reading = self._muted = False
        self._length = self._number = 0
        self._done: list[SheetRow] = []
        self.expat.StartElementHandler = self._start
        self.expat.EndElementHandler = self._end
        self.expat.CharacterDataHandler = self._text

    def rows(self, chunk: bytes) -> list[SheetRow]:
        """The rows that this piece ends; an empty piece is the end of the sheet."""
        self.feed(chunk, last=not chunk)
        done, self._done = self._done, []
        return done

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self._number = _whole(attributes.get("r"), self._number + 1)
            self.row, self._column = SheetRow(self.expat.CurrentByteIndex, self._number), -1
        elif name == "c" and self.row is not None:
            self._column = column_of(attributes.get("r", ""), self._column + 1)
            self._cell, self._length = Cell(tag, attributes, self.expat.CurrentByteIndex), 0
        elif self._cell is not None:
            if name == "f":
                self._cell.formula = True
            elif name == "rPh":
                self._muted = True
            elif name in {"v", "t"}:
                self._reading = not self._muted

    def _text(self, text: str) -> None:
        if self._reading and self._cell is not None:
            self._length += len(text)
            if self._length > MAX_CELL:
                raise BadTable(
                    f"Row {self._number}: a cell is longer than {MAX_CELL:,} characters.", self._number
                )
            self._cell.parts.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in {"v", "t"}:
            self._reading = False
        elif name == "rPh":
            self._muted = False
        elif name == "c" and self.row is not None and self._cell is not None:
            self._cell.end = self.expat.CurrentByteIndex
            self.row.filled = self.row.filled or self._length > 0
            if self._column in self._wanted if self._wanted is not None else self._column < 4096:
                self.row.cells[self._column] = self._cell
            self._cell = None
        elif name == "row" and self.row is not None:
            self._done.append(self.row)
            self.row = None


class _Strings(_Parser):
    def __init__(self) -> None:
        super().__init__()
        self.made: list[str] = []
        self._parts: list[str] = []
        self._reading = self._muted = False
        self.expat.StartElementHandler = self._start
        self.expat.EndElementHandler = self._end
        self.expat.CharacterDataHandler = self._text

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self._muted = self._muted or name == "rPh"
        self._reading = name == "t" and not self._muted

    def _text(self, text: str) -> None:
        if self._reading:
            self._parts.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        self._reading = False
        if name == "rPh":
            self._muted = False
        elif name == "si":
            self.made.append("".join(self._parts))
            self._parts = []


def shared_strings(chunks: Iterable[bytes]) -> list[str]:
    """The texts that cells point at, phonetic notes left out."""
    parser = _Strings()
    for chunk in chunks:
        parser.feed(chunk)
    parser.feed(b"", last=True)
    return parser.made


def elements(chunks: Iterable[bytes]) -> Iterator[tuple[str, dict[str, str]]]:
    """Name without prefix and attributes of each element of a small document."""
    parser, found = _Parser(), []

    def start(tag: str, attributes: dict[str, str]) -> None:
        found.append((tag.rpartition(":")[2], attributes))

    parser.expat.StartElementHandler = start
    for chunk in chunks:
        parser.feed(chunk)
        yield from found
        found.clear()
    parser.feed(b"", last=True)


def column_of(reference: str, otherwise: int) -> int:
    """The column of a reference like `AB12`, from 0."""
    column = 0
    for letter in reference[:3].upper():
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column - 1 if column else otherwise


def _whole(spelt: str | None, otherwise: int) -> int:
    return int(spelt) if spelt is not None and spelt.isdecimal() and len(spelt) < 9 else otherwise


def unescaped(stored: str) -> str:
    """What a stored text says: `_x000D_` is a carriage return."""
    return _ESCAPE.sub(lambda code: chr(int(code[1], 16)), stored) if "_x" in stored else stored


def cell_xml(cell: Cell, text: str) -> bytes:
    """The cell with this text, as a string that no program takes for a formula; its other attributes are kept."""
    prefix = cell.tag[: -len("c")]
    kept = {name: value for name, value in cell.attributes.items() if name != "t"} | {"t": "inlineStr"}
    listed = "".join(f' {name}="{_quoted(value)}"' for name, value in kept.items())
    safe = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    said = safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    inner = f'<{prefix}is><{prefix}t xml:space="preserve">{said}</{prefix}t></{prefix}is>'
    return f"<{cell.tag}{listed}>{inner}</{cell.tag}>".encode("utf-8", "replace")


def _quoted(value: str) -> str:
    return "".join(_XML.get(char, char) for char in value)
