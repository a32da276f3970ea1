"""Macros in a file of comma-separated values: one row each, under a row of names."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from service.adapters.tables import columns
from service.adapters.tables.csv_records import Dialect, Record, cell_of, records, sniff, text_of
from service.adapters.tables.guard import inert
from service.adapters.tables.shapes import (
    COUNTED_BYTES,
    LOOKED_AT,
    SAMPLES,
    NewTexts,
    Options,
    Preview,
    Row,
    Texts,
)
from service.adapters.tables.whole_files import whole_file
from service.errors import BadTable


@dataclass(frozen=True, slots=True)
class _Table:
    """A file's names and how it is written."""

    dialect: Dialect
    names: tuple[str, ...]
    found: tuple[int, ...]

    def value(self, record: Record, at: int) -> str:
        return text_of(record.cells[at], self.dialect.encoding) if at < len(record.cells) else ""


class CsvFile:
    """A format whose files are comma-separated: what `Format` asks for, less the name."""

    NAME = "csv"
    SUFFIXES: tuple[str, ...] = ()
    MEDIA_TYPE = "text/csv"
    TEXT_NAMES: frozenset[str] = frozenset()
    """Where given, columns of these names hold the text, whatever else the others look like."""

    def preview(self, source: Path, options: Options) -> Preview:
        """Names, encoding, the text's column and the first rows."""
        table = self._table(source)
        try:
            text_at: int | None = columns.text_column(table.names, table.found, options.text_field)
        except BadTable:
            if options.text_field is not None:
                raise
            text_at = None
        samples: tuple[Row, ...] = ()
        count = None
        if text_at is not None:
            samples = tuple(islice(self.rows(source, options), SAMPLES))
            if source.stat().st_size <= COUNTED_BYTES:
                count = sum(1 for _ in self.rows(source, options))
        listed = tuple(table.names[at] for at in table.found)
        field = None if text_at is None else table.names[text_at]
        return Preview(self.NAME, table.names, field, listed, count, samples, table.dialect.encoding)

    def rows(self, source: Path, options: Options) -> Iterator[Row]:
        """Every row under the names; lines without anything in them are none."""
        table = self._table(source)
        text_at = columns.text_column(table.names, table.found, options.text_field)
        context_at = columns.context_columns(table.names, options.context_fields)
        id_at = columns.first_named(table.names, columns.ID_NAMES, text_at)
        title_at = columns.first_named(table.names, columns.TITLE_NAMES, text_at)
        with _opened(source, table.dialect) as file:
            for index, record in enumerate(_filled(records(file, table.dialect))):
                said = {name: table.value(record, at) for name, at in context_at.items()}
                yield Row(
                    index,
                    table.value(record, text_at),
                    None if id_at is None else table.value(record, id_at) or None,
                    columns.nested({name: value for name, value in said.items() if value.strip()}),
                    None if title_at is None else table.value(record, title_at) or None,
                )

    def write(self, source: Path, target: Path, options: Options, texts: Texts) -> None:
        """The file with new texts in their cells; a cell that is not there stays away."""
        table = self._table(source)
        text_at = columns.text_column(table.names, table.found, options.text_field)
        new, join = NewTexts(texts), table.dialect.delimiter.join
        with whole_file(target) as out, source.open("rb") as file:
            out.write(file.read(3 if table.dialect.encoding == "utf-8-sig" else 0))
            index = -1
            for record in records(file, table.dialect):
                cells = record.cells
                if record.number > 1 and cells != [b""]:
                    index += 1
                    text = new.at(index)
                    if text is not None and text_at < len(cells):
                        safe = inert(text, table.value(record, text_at))
                        cells[text_at] = cell_of(safe, cells[text_at], table.dialect)
                out.write(join(cells) + record.end)

    def _table(self, source: Path) -> _Table:
        dialect = sniff(source)
        with _opened(source, dialect) as file:
            first = list(islice(records(file, dialect), LOOKED_AT + 1))
        if not first or first[0].cells == [b""]:
            raise BadTable("The file has no row of names at its top.", 1)
        texts = [[text_of(cell, dialect.encoding) for cell in record.cells] for record in first]
        names = texts[0]
        return _Table(dialect, tuple(names), self._candidates(names, texts[1:]))

    def _candidates(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
        own = tuple(at for at, name in enumerate(names) if columns.key_of(name) in self.TEXT_NAMES)
        return own or columns.candidates(names, rows)


@contextmanager
def _opened(source: Path, dialect: Dialect) -> Iterator[BinaryIO]:
    with source.open("rb") as file:
        file.seek(3 if dialect.encoding == "utf-8-sig" else 0)
        yield file


def _filled(rows: Iterator[Record]) -> Iterator[Record]:
    return (record for record in rows if record.number > 1 and record.cells != [b""])
