"""Macros in an Excel workbook: one row each, under a row of names, on one sheet."""

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from service.adapters.tables import columns
from service.adapters.tables.shapes import COUNTED_BYTES, SAMPLES, NewTexts, Options, Preview, Row, Texts
from service.adapters.tables.sheet_xml import SheetReader, cell_xml
from service.adapters.tables.whole_files import whole_file
from service.adapters.tables.workbook import Workbook
from service.adapters.tables.zip_archive import Archive, copy_with, opened
from service.errors import BadTable


class Xlsx:
    """A cell with a formula is no text of ours: it reads as blank and is never written."""

    NAME = "xlsx"
    SUFFIXES: tuple[str, ...] = (".xlsx",)
    MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def preview(self, source: Path, options: Options) -> Preview:
        """The names of the sheet that holds the texts (of the first, while that is open)."""
        with opened(source) as archive:
            book = Workbook(archive)
            choices = [(sheet, at) for sheet in book.sheets for at in sheet.found]
            several = len({sheet.title for sheet, _ in choices}) > 1
            named = tuple(
                f"{sheet.title}!{sheet.names[at]}" if several else sheet.names[at] for sheet, at in choices
            )
            try:
                sheet, text_at = book.chosen(options.text_field)
            except BadTable:
                if options.text_field is not None:
                    raise
                return Preview(self.NAME, book.sheets[0].names, None, named, None, (), None)
        samples = tuple(islice(self.rows(source, options), SAMPLES))
        small = source.stat().st_size <= COUNTED_BYTES // 8
        count = sum(1 for _ in self.rows(source, options)) if small else None
        return Preview(self.NAME, sheet.names, sheet.names[text_at], named, count, samples, None)

    def rows(self, source: Path, options: Options) -> Iterator[Row]:
        """Every row under the names that holds something."""
        with opened(source) as archive:
            book = Workbook(archive)
            sheet, text_at = book.chosen(options.text_field)
            context_at = columns.context_columns(sheet.names, options.context_fields)
            id_at = columns.first_named(sheet.names, columns.ID_NAMES, text_at)
            title_at = columns.first_named(sheet.names, columns.TITLE_NAMES, text_at)
            places = (text_at, id_at, title_at, *context_at.values())
            wanted = frozenset(at for at in places if at is not None)
            for index, row in enumerate(islice(book.rows(sheet.member, wanted), 1, None)):
                cell = row.cells.get(text_at)
                said = {name: book.value(row.cells.get(at)) for name, at in context_at.items()}
                yield Row(
                    index,
                    "" if cell is None or cell.formula else book.value(cell),
                    None if id_at is None else book.value(row.cells.get(id_at)) or None,
                    columns.nested({name: value for name, value in said.items() if value.strip()}),
                    None if title_at is None else book.value(row.cells.get(title_at)) or None,
                )

    def write(self, source: Path, target: Path, options: Options, texts: Texts) -> None:
        """The workbook with new texts in their cells; every other part is copied as it is packed."""
        with opened(source) as archive, whole_file(target) as out:
            sheet, text_at = Workbook(archive).chosen(options.text_field)
            first = next(texts, None)
            if first is None:
                archive.file.seek(0)
                while chunk := archive.file.read(1 << 16):
                    out.write(chunk)
                return
            new = NewTexts(chain([first], texts))
            copy_with(archive, sheet.member, _spliced(archive, sheet.member, text_at, new), out)


def _spliced(archive: Archive, member: str, text_at: int, new: NewTexts) -> Iterator[bytes]:
    """The sheet's XML with new cells in their places, no more of it held than the row that is being read."""
    reader, held, base, index = SheetReader(frozenset({text_at})), bytearray(), 0, -2
    for chunk in chain(archive.chunks(member), [b""]):
        held += chunk
        for row in reader.rows(chunk):
            index += row.filled
            cell = row.cells.get(text_at)
            text = new.at(index) if row.filled and index >= 0 else None
            if text is None or cell is None or cell.formula:
                continue
            yield bytes(held[: cell.start - base])
            yield cell_xml(cell, text)
            end = cell.end - base
            if held.startswith(b"</", end):  # else it is an empty tag, which ends where it ends
                end = held.index(b">", end) + 1
            del held[:end]
            base += end
        safe = len(held) if reader.row is None else max(0, reader.row.start - base)
        yield bytes(held[:safe])
        del held[:safe]
        base += safe
    yield bytes(held)
