"""A workbook's sheets, and the one whose column holds the texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from posixpath import dirname, join, normpath

from service.adapters.tables import columns
from service.adapters.tables.shapes import LOOKED_AT
from service.adapters.tables.sheet_xml import Cell, SheetReader, SheetRow, elements, shared_strings, unescaped
from service.adapters.tables.zip_archive import Archive
from service.errors import BadTable


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet: its title, the member it is stored in, its names and the columns that may hold the text."""

    title: str
    member: str
    names: tuple[str, ...]
    found: tuple[int, ...]


class Workbook:
    """The sheets of an archive that have a row of names."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        main = next(iter(self._targets("_rels/.rels", "/officeDocument").values()), "xl/workbook.xml")
        rels = join(dirname(main), "_rels", main.rpartition("/")[2] + ".rels")
        strings = next(iter(self._targets(rels, "/sharedStrings").values()), None)
        self._strings = [] if strings is None else shared_strings(archive.chunks(strings))
        members = self._targets(rels, "/worksheet")
        self.sheets = tuple(self._sheets(main, members))
        if not self.sheets:
            raise BadTable("The workbook has no sheet with a row of names.")

    def _targets(self, rels: str, kind: str) -> dict[str, str]:
        """Members by relation id, of relations of one kind."""
        if rels not in self._archive.zip.namelist():
            return {}
        folder = dirname(dirname(rels))
        return {
            said.get("Id", ""): normpath(join("/", folder, said.get("Target", ""))).lstrip("/")
            for name, said in elements(self._archive.chunks(rels))
            if name == "Relationship" and said.get("Type", "").endswith(kind)
        }

    def _sheets(self, main: str, members: dict[str, str]) -> Iterator[Sheet]:
        for name, said in elements(self._archive.chunks(main)):
            if name != "sheet" or said.get("state", "visible") != "visible":
                continue
            ids = (value for key, value in said.items() if key.rpartition(":")[2] == "id")
            member = members.get(next(ids, ""))
            if member is None:
                continue
            first = list(islice(self.rows(member, None), LOOKED_AT + 1))
            if first:
                names = self._texts(first[0])
                found = columns.candidates(names, [self._texts(row) for row in first[1:]])
                yield Sheet(said.get("name", ""), member, tuple(names), found)

    def chosen(self, wanted: str | None) -> tuple[Sheet, int]:
        """The sheet and the column that hold the texts. Raises `BadTable` that lists the choices."""
        title, mark, column = (wanted or "").rpartition("!")
        sheets = [sheet for sheet in self.sheets if sheet.title == title] if mark else list(self.sheets)
        named = column or None
        fits = [sheet for sheet in sheets if columns.find(sheet.names, named) is not None] if named else []
        fits = fits or [sheet for sheet in sheets if sheet.found and not named]
        if len(fits) > 1:
            listed = ", ".join(f"{sheet.title}!{sheet.names[at]}" for sheet in fits for at in sheet.found)
            raise BadTable(f"More than one sheet may hold the text: {listed}. Name one with `text_field`.", 1)
        sheet = next(iter(fits or sheets or self.sheets))
        return sheet, columns.text_column(sheet.names, sheet.found, named)

    def rows(self, member: str, wanted: frozenset[int] | None) -> Iterator[SheetRow]:
        """The rows of a sheet that hold something, the row of names first."""
        reader = SheetReader(wanted)
        for chunk in chain(self._archive.chunks(member), [b""]):
            yield from (row for row in reader.rows(chunk) if row.filled)

    def value(self, cell: Cell | None) -> str:
        """What a cell says."""
        if cell is None:
            return ""
        if cell.attributes.get("t") != "s":
            return unescaped(cell.stored)
        at = int(cell.stored) if cell.stored.isdecimal() and len(cell.stored) < 10 else -1
        if not 0 <= at < len(self._strings):
            raise BadTable(f"Cell {cell.attributes.get('r', '?')} points at a text that is not there.")
        return unescaped(self._strings[at])

    def _texts(self, row: SheetRow) -> list[str]:
        return [self.value(row.cells.get(at)) for at in range(max(row.cells, default=-1) + 1)]
