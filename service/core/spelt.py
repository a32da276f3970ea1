"""A draft written out: the plain words in place of what stands for them, and the way back to the draft as sent."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from service.core.reading import ReadText
from service.core.text import Span


class Place(NamedTuple):
    """Where a draft says something in another writing: its range, the plain words, and whether these are listed."""

    start: int
    end: int
    words: str
    listed: bool


class Spelt(ReadText):
    """A draft with other words at some places; spans over it lead back to the draft as sent."""

    respelt = True

    def __init__(self, text: ReadText, places: Sequence[Place], until: int) -> None:
        """`places` are in order and do not overlap; the draft is read up to `until`."""
        pieces: list[str] = []
        self._begin: list[int] = []
        self._finish: list[int] = []
        at = length = 0
        for place in places:
            length += place.start - at
            pieces += text.plain[at : place.start], place.words
            self._begin.append(length)
            length += len(place.words)
            self._finish.append(length)
            at = place.end
        super().__init__("".join((*pieces, text.plain[at:until])))
        self.sent = text.raw
        self._written = places

    def back(self, span: Span) -> Span | None:
        """The span over the draft as sent, whole spellings in it; None where it holds nothing in another writing.

        A single character counts only where a listed spelling stands for it: alone it may be anything.
        """
        first = bisect_right(self._finish, span.start)
        last = bisect_left(self._begin, span.end)
        if first == last:
            return None
        if span.end - span.start == 1 and not self._written[first].listed:
            return None
        ahead, behind = self._written[first], self._written[last - 1]
        start = ahead.start - max(0, self._begin[first] - span.start)
        return Span(start, behind.end + max(0, span.end - self._finish[last - 1]))


class Covered:
    """Ranges of a draft, to be asked whether one of them holds a place."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [span.start for span in ordered]
        self._reach = list(accumulate((span.end for span in ordered), max))
        """How far those that begin no later reach."""

    def holds(self, place: Place) -> bool:
        """Whether the whole place lies in one of the ranges."""
        first = bisect_right(self._starts, place.start)
        return first > 0 and self._reach[first - 1] >= place.end


def apart(places: Iterable[Place]) -> list[Place]:
    """Places in order without those that begin within another; of those that begin together the longest."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda place: (place.start, -place.end, not place.listed)):
        if not kept or place.start >= kept[-1].end:
            kept.append(place)
    return kept
