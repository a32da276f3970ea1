"""R47 in the program that people use: what we write into a table is opened as text."""

from pathlib import Path

import pytest

from service.adapters.macros import FORMATS, Options
from tests.chaos.stage import table
from tests.kit import workbooks
from tests.kit.office import office, opened

HEADER = ["编号", "话术", "备注"]
STARTS = list("=+-@\t\r＝＋－＠")
CALLS = [f"{start}1+1" for start in STARTS] + [
    f'{start}HYPERLINK("http://127.0.0.1/","点这里")' for start in STARTS
] + ['=cmd|"/c calc"!A1', '=WEBSERVICE("http://127.0.0.1/")', "您好，\n=1+1", '"=1+1', " =1+1"]  # fmt: skip


@pytest.mark.chaos
@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", ["xlsx", "csv", "qianniu"])
def test_nothing_that_we_write_counts(tmp_path: Path, kind: str) -> None:
    """LibreOffice opens a table with new texts that look like formulas and finds none; the author's own is still there."""
    source, target = tmp_path / f"in.{kind}", tmp_path / "out.csv"
    names = ["分组", "编码", "内容"] if kind == "qianniu" else HEADER
    place = names.index("内容") if kind == "qianniu" else 1
    rows = [[f"甲{at}" if at != place else "您好" for at in range(3)] for _ in CALLS]
    if kind == "xlsx":
        target = tmp_path / "out.xlsx"
        made, texts = workbooks.shared([names, *rows])
        own = f'<row r="{len(rows) + 2}"><c r="C{len(rows) + 2}"><f>40+2</f><v>42</v></c></row>'
        source.write_bytes(workbooks.packed(workbooks.parts(made + own, texts)))
    else:
        lines = [",".join(names), *(",".join(row) for row in rows), ",,=40+2"]
        source.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    FORMATS[kind].write(source, target, Options(), iter(enumerate(CALLS)))
    found = opened(target, tmp_path)
    print(
        table(
            f"R47: LibreOffice, {kind}",
            {"texts like formulas": str(len(CALLS)), "formulas": str(found.formulas)},
        )
    )
    assert found.formulas == ["of:=40+2"]
    shown = [row[place].lstrip("'").strip() for row in found.cells[1 : len(CALLS) + 1]]
    assert shown == [text.replace("\r", "\n").strip() for text in CALLS]
