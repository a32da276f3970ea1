"""Comma-separated bytes read as records whose raw cells, joined again, are the very bytes that were read."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from service.errors import BadTable

CHUNK = 1 << 18
MAX_RECORD = 4_000_000
"""Bytes of the longest row; a quote that never closes would otherwise swallow the file."""
MAX_COLUMNS = 4096
_DELIMITERS = {
    "utf-8": (b",", b"\t", b";", b"|"),
    "utf-8-sig": (b",", b"\t", b";", b"|"),
    "gb18030": (b",", b"\t", b";"),
}
"""`|` may be the second half of a character in GB18030; the others never are."""
_QUOTED = re.compile(rb'"([^"]*+(?:""[^"]*+)*+)"(.*)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written: its encoding (`utf-8-sig`: with a BOM) and what stands between cells."""

    encoding: str
    delimiter: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """One row: `number` counts from 1, `cells` are raw (quotes and all), `end` is the line ending."""

    number: int
    cells: list[bytes]
    end: bytes


def sniff(source: Path) -> Dialect:
    """How the file is written. Raises `BadTable` when it is neither UTF-8 nor GB18030."""
    with source.open("rb") as file:
        head = file.read(CHUNK)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BadTable("The file is in UTF-16; save it as CSV UTF-8 or in GB18030.", 1)
    broken = _broken_line(source, "utf-8")
    encoding = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    if broken is not None and encoding == "utf-8-sig":
        raise BadTable(f"Line {broken}: not UTF-8, although the file begins with its mark.", broken)
    if broken is not None:
        encoding = "gb18030"
        if (also := _broken_line(source, encoding)) is not None:
            # The encoding that held for longer is the file's own; the mistake is where it breaks.
            line = max(broken, also)
            raise BadTable(f"Line {line}: neither UTF-8 nor GB18030; is the file in two encodings?", line)
    first = re.split(rb"[\r\n]", re.sub(rb'"[^"]*"', b"", head.removeprefix(codecs.BOM_UTF8)), maxsplit=1)[0]
    return Dialect(encoding, max(_DELIMITERS[encoding], key=first.count))


def _broken_line(source: Path, encoding: str) -> int | None:
    """The number of the first line that is not in this encoding, or None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with source.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as broken:
                return line + broken.object[: broken.start].count(b"\n")
            if not chunk:
                return None
            line += chunk.count(b"\n")


def records(file: BinaryIO, dialect: Dialect) -> Iterator[Record]:
    """The rows of a file that stands behind its BOM, blank lines as one empty cell.

    Raises `BadTable` for NUL, a quote that never closes, and rows beyond the limits.
    """
    reader = _Reader(file, dialect.delimiter)
    number = 0
    while True:
        number += 1
        record = reader.record(number)
        if record is None:
            return
        yield record


class _Reader:
    """The bytes at hand and where the next row begins among them."""

    def __init__(self, file: BinaryIO, delimiter: bytes) -> None:
        self._file = file
        self._delimiter = delimiter
        mark = re.escape(delimiter)
        # Possessive: a quoted cell that is not closed must fail, not be closed by half of a doubled quote.
        self._cell = re.compile(rb'(?:"[^"]*+(?:""[^"]*+)*+"[^%b\r\n]*+|(?!")[^%b\r\n]*+)' % (mark, mark))
        self._data = b""
        self._at = 0
        self._ended = False

    def _more(self, number: int) -> bool:
        """Whether there was more to read."""
        if self._ended:
            return False
        if len(self._data) - self._at > MAX_RECORD:
            raise BadTable(f"Row {number}: longer than {MAX_RECORD:,} bytes; is a quote left open?", number)
        chunk = self._file.read(CHUNK)
        self._ended = not chunk
        self._data = self._data[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def record(self, number: int) -> Record | None:
        """The next row, or None at the end of the file."""
        while self._at == len(self._data):
            if not self._more(number):
                return None
        record = self._plain(number) or self._quoted(number)
        if any(b"\0" in cell for cell in record.cells):
            column = next(at for at, cell in enumerate(record.cells, 1) if b"\0" in cell)
            raise BadTable(f"Row {number}, column {column}: a NUL character.", number, column)
        if len(record.cells) > MAX_COLUMNS:
            raise BadTable(f"Row {number}: more than {MAX_COLUMNS} columns.", number)
        return record

    def _plain(self, number: int) -> Record | None:
        """The next row when its line is at hand and has no quote in it: the common case, without a search per cell."""
        stop = self._data.find(b"\n", self._at)
        if stop < 0:
            return None
        line = self._data[self._at : stop]
        end = b"\n"
        if line.endswith(b"\r"):
            line, end = line[:-1], b"\r\n"
        if b'"' in line or b"\r" in line or len(line) > MAX_RECORD:
            return None
        self._at = stop + 1
        return Record(number, line.split(self._delimiter), end)

    def _quoted(self, number: int) -> Record:
        cells: list[bytes] = []
        offset = 0
        while True:
            start = self._at + offset
            match = self._cell.match(self._data, start)
            # A cell that reaches the end of what is at hand may go on; so may CR LF.
            if match is None or match.end() >= len(self._data) - 1:
                if self._more(number):
                    continue
                start = self._at + offset
                match = self._cell.match(self._data, start)
            if match is None:
                column = len(cells) + 1
                raise BadTable(f"Row {number}, column {column}: a quote is never closed.", number, column)
            cells.append(match[0])
            after = match.end()
            if self._data.startswith(self._delimiter, after):
                offset = after + 1 - self._at
                continue
            end = next((mark for mark in (b"\r\n", b"\n", b"\r") if self._data.startswith(mark, after)), b"")
            self._at = after + len(end)
            return Record(number, cells, end)


def text_of(cell: bytes, encoding: str) -> str:
    """What a raw cell says."""
    if (quoted := _QUOTED.match(cell)) is not None:
        cell = quoted[1].replace(b'""', b'"') + quoted[2]
    return cell.decode("gb18030" if encoding == "gb18030" else "utf-8")


def cell_of(text: str, old: bytes, dialect: Dialect) -> bytes:
    """The raw cell that says this text, quoted when the old one was or when it has to be."""
    encoding = "gb18030" if dialect.encoding == "gb18030" else "utf-8"
    raw = text.replace("\0", "").encode(encoding, "replace")
    if old.startswith(b'"') or any(mark in raw for mark in (dialect.delimiter, b'"', b"\r", b"\n")):
        return b'"' + raw.replace(b'"', b'""') + b'"'
    return raw
