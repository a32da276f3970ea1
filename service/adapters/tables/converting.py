"""Results written as a table of another format than the one they came in."""

import csv
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from service.adapters.tables.guard import inert
from service.adapters.tables.sheet_xml import Cell, cell_xml
from service.adapters.tables.whole_files import whole_file
from service.errors import BadTable

COLUMNS = ("custom_id", "title", "original", "text", "status")


@dataclass(frozen=True, slots=True)
class Result:
    """One row as it came out; `text` is what now stands there: the original where nothing was written."""

    custom_id: str | None
    title: str | None
    original: str
    text: str
    status: str

    @property
    def cells(self) -> tuple[str, ...]:
        """Its values in the order of `COLUMNS`, nothing as an empty cell."""
        return (self.custom_id or "", self.title or "", self.original, self.text, self.status)


def convert(results: Iterable[Result], target: Path, name: str) -> None:
    """Writes the results as `jsonl`, `csv` (UTF-8 with BOM) or `xlsx`; every cell is inert against formulas.

    `target` appears when it is whole. Raises `BadTable` for a format that has no place for them.
    """
    if name not in _WRITERS:
        raise BadTable(f"Results can be had as {', '.join(_WRITERS)}, or in the format that they came in.")
    with whole_file(target) as out:
        _WRITERS[name](results, out)


def _jsonl(results: Iterable[Result], out: BinaryIO) -> None:
    for result in results:
        values = (result.custom_id, result.title, result.original, result.text, result.status)
        line = json.dumps(dict(zip(COLUMNS, values, strict=True)), ensure_ascii=False)
        out.write(line.encode("utf-8", "replace") + b"\n")


def _csv(results: Iterable[Result], out: BinaryIO) -> None:
    # The mark at the beginning is what makes Excel read Chinese as UTF-8.
    text = TextIOWrapper(out, "utf-8-sig", "replace", newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([inert(cell.replace("\0", "")) for cell in result.cells] for result in results)
    text.flush()
    text.detach()


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET = "xl/worksheets/sheet1.xml"
_PARTS: Mapping[str, str] = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/{_SHEET}" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="results" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def _xlsx(results: Iterable[Result], out: BinaryIO) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, xml in _PARTS.items():
            archive.writestr(member, xml)
        with archive.open(_SHEET, "w") as sheet:
            sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode() + _row(COLUMNS))
            for result in results:
                sheet.write(_row(result.cells))
            sheet.write(b"</sheetData></worksheet>")


def _row(cells: Iterable[str]) -> bytes:
    return b"<row>" + b"".join(cell_xml(Cell("c", {}, 0), cell) for cell in cells) + b"</row>"


_WRITERS: Mapping[str, Callable[[Iterable[Result], BinaryIO], None]] = {
    "jsonl": _jsonl, "csv": _csv, "xlsx": _xlsx,
}  # fmt: skip
