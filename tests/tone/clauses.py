"""Labelled replies as the model of tone sees them: clauses, each with whether it holds the offence."""

from collections.abc import Iterable
from typing import NamedTuple

from service.core.reading import ReadText
from service.core.text import Span
from service.core.tone import edged, runs
from tests.eval.judging import overlap
from tests.eval.rows import Placed


class Heard(NamedTuple):
    """One clause: its runs of characters in order, and whether it stands where a person underlined the offence."""

    runs: tuple[str, ...]
    cold: bool


def author_of(row: Placed) -> str:
    """Who wrote a row: the last part of its file's name, `bad_anlan.jsonl`."""
    return row.place.partition(".jsonl")[0].rpartition("_")[2]


def heard(rows: Iterable[Placed]) -> list[Heard]:
    """All clauses of all rows; only those that overlap the underlined words of a bad row are cold."""
    return [clause for _, row in rows for clause in _clauses(row.text, row.underlined)]


def _clauses(text: str, underlined: Span | None) -> list[Heard]:
    read = ReadText(text)
    return [
        Heard(
            tuple(sorted(runs(edged(read.squeezed[clause.at : clause.until], clause.mark)))),
            underlined is not None and overlap(Span(clause.start, clause.end), underlined),
        )
        for clause in read.clauses
    ]
