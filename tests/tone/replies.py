"""Labelled replies as the model of tone hears them."""

from collections.abc import Iterable
from typing import NamedTuple

from service.core.reading import ReadText
from service.core.tone import LONGEST_REPLY, heard, runs
from tests.eval.rows import Placed


class Heard(NamedTuple):
    """One reply: its runs of characters in order, its length, and whether it offends."""

    runs: tuple[str, ...]
    length: int
    cold: bool


def author_of(row: Placed) -> str:
    """Who wrote a row: the last part of its file's name, `bad_anlan.jsonl`."""
    return row.place.partition(".jsonl")[0].rpartition("_")[2]


def replies(rows: Iterable[Placed]) -> list[Heard]:
    """All replies that are short enough."""
    found: list[Heard] = []
    for _, row in rows:
        words = heard(ReadText(row.text).plain)
        if 0 < len(words) <= LONGEST_REPLY:
            found.append(Heard(tuple(sorted(runs(words))), len(words), row.label == "bad"))
    return found
