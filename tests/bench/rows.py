"""One row of the table: a figure, the bar it is held to, and whether it holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Row:
    """A figure with its bar; `seen` tells the raw measurements behind it. Without a bar it only informs."""

    name: str
    figure: float
    unit: str
    bar: float | None
    wanted: Literal["at least", "at most"]
    seen: str = ""

    @property
    def said(self) -> str:
        """`ok`, `below` when the bar is missed, or nothing."""
        if self.bar is None:
            return ""
        holds = self.figure >= self.bar if self.wanted == "at least" else self.figure <= self.bar
        return "ok" if holds else "below"


def number(value: float) -> str:
    """A figure with as many decimals as its size deserves."""
    return f"{value:.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def shown(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table, which is also what a terminal shows well."""
    cells = [("what", "figure", "bar", "", "measured")]
    for row in rows:
        bar = "" if row.bar is None else f"{row.wanted} {row.bar:g}"
        cells.append((row.name, f"{number(row.figure)} {row.unit}".strip(), bar, row.said, row.seen))
    widths = [max(len(cell[column]) for cell in cells) for column in range(5)]
    lines = ["| " + " | ".join(map(str.ljust, cell, widths)) + " |" for cell in cells]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])
