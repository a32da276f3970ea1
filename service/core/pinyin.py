"""Pinyin without tones read as characters: those that the policy's own phrases make likeliest."""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

from service.core.reading import ReadText

MOST_LETTERS = 400
"""So many letters of a draft are read; one with more is no Chinese in disguise."""
_RUN = re.compile(r"(?<![0-9a-z])[a-z]{2,}(?![0-9a-z])")
_LONGEST = 6
_SHORT = 2
_EDGE = "，"


class Syllable(NamedTuple):
    """A syllable in `squeezed`, and the character it is read as."""

    start: int
    end: int
    char: str


class Pinyin:
    """Syllables with their characters, and how often two characters stand side by side in the phrases."""

    def __init__(self, sounds: Mapping[str, str], phrases: Iterable[str]) -> None:
        self._sounds = sounds
        self._of = {char: sound for sound, chars in sounds.items() for char in chars}
        self._pairs: dict[str, int] = {}
        if not sounds:
            return
        pairs = self._pairs
        for words in phrases:
            for pair in map(str.__add__, words, words[1:]):
                pairs[pair] = pairs.get(pair, 0) + 1

    def written(self, words: str) -> str:
        """The pinyin of a word of several characters; '' where one of them has no sound here."""
        parts = [self._of.get(char, "") for char in words]
        return "".join(parts) if all(parts) and len(parts) > 1 else ""

    def read(self, text: ReadText) -> list[Syllable]:
        """The syllables of every stretch of letters that is pinyin through and through and says a known word."""
        found: list[Syllable] = []
        if not self._pairs:
            return found
        left = MOST_LETTERS
        for run in _RUN.finditer(text.squeezed):
            start, end = run.span()
            left -= end - start
            if left < 0:
                break
            for first, last in _stretches(text, start, end):
                found += self._stretch(text, first, last)
        return found

    def _stretch(self, text: ReadText, start: int, end: int) -> list[Syllable]:
        written = text.plain[slice(*text.origin(start, end))]
        # A name has capitals.
        bounds = [] if written.istitle() or written.isupper() else self._bounds(text, start, end)
        if not bounds:
            return []
        squeezed = text.squeezed
        before, after = _beside(text, start, end)
        columns = [before, *(self._sounds[squeezed[at:until]] for at, until in bounds), after]
        words = self._likeliest(columns)
        known = [pair in self._pairs for pair in map(str.__add__, words, words[1:])]
        # A short word of another language may be pinyin by chance; where it makes a word with the Han beside it it is not.
        sure = len(bounds) > _SHORT or bool(text.gaps(start, end))
        if not (any(known) if sure else known[0] or known[-1]):
            return []
        return [Syllable(at, until, char) for (at, until), char in zip(bounds, words[1:-1], strict=True)]

    def _bounds(self, text: ReadText, start: int, end: int) -> list[tuple[int, int]]:
        """The syllables of a stretch, as it is spaced if that makes any; [] where it is no pinyin."""
        gaps = text.gaps(start, end)
        found: list[tuple[int, int]] = []
        for first, last in pairwise([start, *(at for _, at in gaps), end]):
            parts = self._parts(text.squeezed, first, last)
            if not parts:
                return self._parts(text.squeezed, start, end) if gaps else []
            found += parts
        return found

    def _parts(self, letters: str, start: int, end: int) -> list[tuple[int, int]]:
        """The fewest syllables that the letters in a range split into; of as few those whose first are longest."""
        # Worked from the end: how many syllables the rest needs, and how long the first of them is.
        best: dict[int, tuple[int, int]] = {end: (0, 0)}
        for at in range(end - 1, start - 1, -1):
            for length in range(1, min(_LONGEST, end - at) + 1):
                rest = best.get(at + length)
                if rest is not None and letters[at : at + length] in self._sounds:
                    known = best.get(at)
                    if known is None or rest[0] + 1 <= known[0]:
                        best[at] = (rest[0] + 1, length)
        if start not in best:
            return []
        found: list[tuple[int, int]] = []
        at = start
        while at < end:
            length = best[at][1]
            found.append((at, at + length))
            at += length
        return found

    def _likeliest(self, columns: list[str]) -> str:
        """One character of each column: those that make the most known pairs."""
        pairs = self._pairs
        # For each character of a column the best way to it: what it is worth, and the characters.
        ways: dict[str, tuple[int, str]] = {char: (0, char) for char in columns[0]}
        for column in columns[1:]:
            longer: dict[str, tuple[int, str]] = {}
            for rank, char in enumerate(column):
                worth, words = max(
                    [(way[0] + _worth(pairs.get(last + char, 0)), way[1]) for last, way in ways.items()],
                    key=_first,
                )
                longer[char] = (worth - rank, words + char)
            ways = longer
        return max(ways.values(), key=_first)[1]


def _first(way: tuple[int, str]) -> int:
    return way[0]


def _worth(count: int) -> int:
    """What a pair of characters is worth that stands so often in the phrases; more than a rank can cost."""
    return 30 + 8 * count.bit_length() if count else 0


def _beside(text: ReadText, start: int, end: int) -> tuple[str, str]:
    """The characters before and behind a stretch, within its clause."""
    cut = text.clause_of(start)
    at, until = text.cuts[cut], text.cuts[cut + 1]
    squeezed = text.squeezed
    return squeezed[start - 1] if start > at else _EDGE, squeezed[end] if end < until else _EDGE


def _stretches(text: ReadText, start: int, end: int) -> list[tuple[int, int]]:
    """A run of letters cut where clauses end."""
    found: list[tuple[int, int]] = []
    while start < end:
        until = min(end, text.cuts[text.clause_of(start) + 1])
        if until - start > 1:
            found.append((start, until))
        start = until
    return found
