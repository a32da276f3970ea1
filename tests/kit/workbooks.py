"""Workbooks of our own making, sound and hostile, and a reader of them that is not ours."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import pytest

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "xl/worksheets/sheet1.xml"


def shared(rows: Sequence[Sequence[str]]) -> tuple[str, list[str]]:
    """The rows of a sheet that points at shared texts, equal ones at one, and those texts."""
    texts = list(dict.fromkeys(cell for row in rows for cell in row if cell))
    made = []
    for number, row in enumerate(rows, 1):
        cells = [
            f'<c r="{chr(65 + at)}{number}" s="0" t="s"><v>{texts.index(cell)}</v></c>' if cell
            else f'<c r="{chr(65 + at)}{number}"/>'
            for at, cell in enumerate(row)
        ]  # fmt: skip
        made.append(f'<row r="{number}" spans="1:3">{"".join(cells)}</row>')
    return "".join(made), texts


def parts(sheet_data: str, texts: Sequence[str] = (), *, doctype: str = "") -> dict[str, bytes]:
    """The members of a workbook with one sheet of these rows."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    types = (
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/{SHEET}" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>'
    )
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    listed = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    made = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Default Extension="rels" ContentType="{rels}"/>{types}</Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_RELS}">'
            f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="话术库" sheetId="1" r:id="r1"/>'
            "</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_RELS}">'
            f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>'
        ),
        SHEET: f'{doctype}<worksheet xmlns="{MAIN}"><sheetData>{sheet_data}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}" count="99" uniqueCount="{len(texts)}">{listed}</sst>',
        "docProps/custom.bin": "不是我们的",
    }
    return {name: (head + xml if "<" in xml else xml).encode() for name, xml in made.items()}


def packed(
    members: Mapping[str, bytes], *, stored: frozenset[str] = frozenset({"docProps/custom.bin"})
) -> bytes:
    """The members as a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def table(rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook of these rows, the names first."""
    return packed(parts(*shared(rows)))


def cells(data: bytes) -> list[list[Any]]:
    """The cells as openpyxl reads them; formulas would begin with `=` and have the data type `f`."""
    openpyxl: Any = pytest.importorskip("openpyxl")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    return [list(row) for row in sheet.iter_rows()]


def column(at: int) -> Any:
    """A reader of the texts in one column, the name over it left out."""

    def read(data: bytes) -> list[str]:
        return [row[at].value or "" for row in cells(data)[1:]]

    return read
