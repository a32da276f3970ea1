"""Workbooks: only the cell that is written changes, and one that means harm is refused."""

import io
import zipfile
from pathlib import Path

import pytest

from service.adapters.macros import FORMATS, GUARDED, Options
from service.errors import BadTable
from tests.kit import workbooks

XLSX = FORMATS["xlsx"]
HEADER = ["编号", "话术", "备注"]


def _file(tmp_path: Path, data: bytes) -> Path:
    file = tmp_path / "in.xlsx"
    file.write_bytes(data)
    return file


def _written(source: Path, texts: dict[int, str]) -> bytes:
    target = source.with_name("out.xlsx")
    XLSX.write(source, target, Options(), iter(sorted(texts.items())))
    return target.read_bytes()


def _packed_members(data: bytes) -> dict[str, tuple[int, int, bytes]]:
    """Each member's check sum, way of packing and packed bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        found = {}
        for member in archive.infolist():
            head = data[member.header_offset :][:30]
            start = (
                member.header_offset
                + 30
                + int.from_bytes(head[26:28], "little")
                + int.from_bytes(head[28:30], "little")
            )
            found[member.filename] = (
                member.CRC,
                member.compress_type,
                data[start : start + member.compress_size],
            )
        return found


def test_a_shared_text_changes_in_one_cell_only(tmp_path: Path) -> None:
    """Cells that share a text with the one that is rewritten keep it, and no other part of the workbook is packed anew."""
    source = _file(tmp_path, workbooks.table([HEADER, ["a", "您好", "您好"], ["b", "您好", ""]]))
    data = _written(source, {1: "您好，请问有什么可以帮您？"})
    before, after = _packed_members(source.read_bytes()), _packed_members(data)
    assert [name for name in before if before[name] != after[name]] == [workbooks.SHEET]
    assert list(before) == list(after)
    assert [[cell.value for cell in row] for row in workbooks.cells(data)[1:]] == [
        ["a", "您好", "您好"], ["b", "您好，请问有什么可以帮您？", None],
    ]  # fmt: skip


def test_only_the_cells_own_xml_changes(tmp_path: Path) -> None:
    """The sheet's XML is the old one to the byte outside of the cell that is written; the cell keeps its style."""
    source = _file(tmp_path, workbooks.table([HEADER, ["a", "甲", "x"], ["b", "乙", "y"]]))
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(io.BytesIO(_written(source, {0: "丙<&>"}))) as new:
        before, after = old.read(workbooks.SHEET), new.read(workbooks.SHEET)
    start = before.index(b'<c r="B2"')
    end = before.index(b"</c>", start) + 4
    inner = '<c r="B2" s="0" t="inlineStr"><is><t xml:space="preserve">丙&lt;&amp;&gt;</t></is></c>'
    assert after == before[:start] + inner.encode() + before[end:]


@pytest.mark.parametrize("start", list("=+-@\t\r＝＋－＠"))
def test_no_formula_is_alive(tmp_path: Path, start: str) -> None:
    """A text that looks like a formula is a text in the workbook, and says what it said."""
    source = _file(tmp_path, workbooks.table([HEADER, ["a", "您好", "x"]]))
    (cell,) = [row[1] for row in workbooks.cells(_written(source, {0: f"{start}1+1"}))[1:]]
    assert cell.data_type == "s"
    source.write_bytes(_written(source, {0: f"{start}1+1\x07_x0041_"}))
    assert [row.text for row in XLSX.rows(source, Options())] == [f"{start}1+1\x07_x0041_"]


def test_a_cell_that_counts_is_left_alone(tmp_path: Path) -> None:
    """A formula in the text's column reads as blank and stays a formula."""
    rows, texts = workbooks.shared([HEADER])
    rows += '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="str"><f>A2&amp;"好"</f><v>1好</v></c></row>'
    source = _file(tmp_path, workbooks.packed(workbooks.parts(rows, texts)))
    assert [(row.text, row.custom_id) for row in XLSX.rows(source, Options())] == [("", "1")]
    assert workbooks.cells(_written(source, {0: "新"}))[1][1].value == '=A2&"好"'


def test_two_sheets_of_macros_are_asked_about(tmp_path: Path) -> None:
    """When two sheets hold texts the caller chooses, so that none is left out unseen."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for title in ("售前", "售后"):
        sheet = book.create_sheet(title)
        sheet.append(["编号", "话术"])
        sheet.append(["a", f"{title}您好"])
    source = tmp_path / "two.xlsx"
    book.save(source)
    with pytest.raises(BadTable, match="售前!话术, 售后!话术"):
        list(XLSX.rows(source, Options()))
    assert [row.text for row in XLSX.rows(source, Options("售后!话术"))] == ["售后您好"]
    assert XLSX.preview(source, Options()).candidates == ("售前!话术", "售后!话术")


def _hostile() -> dict[str, tuple[bytes, str]]:
    sound = workbooks.parts(*workbooks.shared([HEADER, ["a", "您好", "x"]]))
    rows, texts = workbooks.shared([HEADER, ["a", "您好", "x"]])
    entity = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    deep = "".join(f"<a{at}>" for at in range(20_000))
    return {
        "zip bomb": (workbooks.packed(sound | {"xl/media/a.bin": bytes(60_000_000)}), "too tightly"),
        "too much in all": (
            workbooks.packed(sound | {f"xl/{at}.bin": bytes(200) for at in range(2100)}), "more than 2000 parts",
        ),
        "macros": (workbooks.packed(sound | {"xl/vbaProject.bin": b"x"}), "has macros"),
        "links": (workbooks.packed(sound | {"xl/externalLinks/externalLink1.xml": b"<x/>"}), "links to other files"),
        "entity": (workbooks.packed(workbooks.parts(rows, texts, doctype=entity)), "document type"),
        "no zip": (b"PK\3\4" + bytes(100), "no .xlsx workbook"),
        "cut short": (workbooks.packed(sound | {workbooks.SHEET: sound[workbooks.SHEET][:-30]}), "XML is broken"),
        "deep": (workbooks.packed(workbooks.parts(rows + deep, texts)), "XML is broken"),
        "dangling text": (
            workbooks.packed(workbooks.parts(rows.replace("<v>4</v>", "<v>44444</v>"), texts)), "not there",
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(_hostile()))
def test_a_workbook_that_means_harm_is_refused(tmp_path: Path, name: str) -> None:
    """Bombs, macros, links, foreign entities and broken parts end in one clear sentence."""
    data, said = _hostile()[name]
    with pytest.raises(BadTable, match=said):
        list(GUARDED["xlsx"].rows(_file(tmp_path, data), Options()))


def test_a_sparse_corner_costs_nothing(tmp_path: Path) -> None:
    """A cell in the last corner of a sheet makes no room for the millions before it."""
    rows, texts = workbooks.shared([HEADER, ["a", "您好", "x"]])
    rows += '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>角</t></is></c></row>'
    source = _file(tmp_path, workbooks.packed(workbooks.parts(rows, texts)))
    assert [row.text for row in GUARDED["xlsx"].rows(source, Options())] == ["您好", ""]
