"""LibreOffice, if this machine has it: opens a table as a person would and tells what it took for a formula."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


@dataclass(frozen=True)
class Opened:
    """A table's cells by row, as they are shown, and every formula in it."""

    cells: list[list[str]]
    formulas: list[str]


def office() -> str | None:
    """The program, or None."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def opened(file: Path, folder: Path) -> Opened:
    """The file as LibreOffice opens it; `folder` takes its profile and what it writes."""
    program = office()
    assert program is not None
    kind = ["--infilter=CSV:44,34,76,1"] if file.suffix == ".csv" else []
    subprocess.run(
        [
            program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", *kind,
            "--convert-to", "fods", "--outdir", str(folder), str(file),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    root = ET.parse(folder / f"{file.stem}.fods").getroot()
    rows, formulas = [], []
    for row in root.iter(f"{_TABLE}table-row"):
        cells = []
        for cell in row.iter(f"{_TABLE}table-cell"):
            if (formula := cell.get(f"{_TABLE}formula")) is not None:
                formulas.append(formula)
            cells.append("\n".join("".join(line.itertext()) for line in cell.iter(f"{_TEXT}p")))
        rows.append(cells)
    return Opened(rows, formulas)
