"""The policy's spellings made ready: they find what a draft says in another writing, and write it out."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from operator import sub
from typing import Any

import ahocorasick_rs

from service.core.folding import fold
from service.core.pinyin import Pinyin
from service.core.reading import ReadText
from service.core.scope import Hit, hangs_together, squeeze
from service.core.spelling import Spelling, Writing
from service.core.spelt import Covered, Place, Spelt, apart
from service.core.templates import family

SPELT = -1
"""In place of a rule's number: an anchor that is another spelling of a word."""
INNOCENT = -2
"""The same for a word that holds such a spelling by chance."""
MOST_PLACES = 200
"""So many places of each sort are written out, and a draft with more is read no further: it is there to be tedious."""
_MOST_HITS = 1000
_FEW = 3
_LEFT_OUT = "*"
_MASKS = frozenset("*×✕✖○●■□█")
"""What people put for a character that they leave out."""
_JOINS = frozenset("-_/@")
_ENTITY = re.compile(r"&(?:nbsp|ensp|emsp|thinsp|zwnj|zwj|shy|#[0-9]{1,6}|#x[0-9a-fA-F]{1,5});")
_MODEL = re.compile(r" [A-Za-z]?[0-9]")


class Spellings:
    """How words are written by those who do not want them to be found."""

    def __init__(self, spellings: Iterable[Spelling], writing: Writing, phrases: Iterable[str]) -> None:
        self._pinyin = Pinyin(writing.sounds, phrases)
        listed: dict[str, str] = {}
        signed: dict[str, str] = {}
        entries = [(entry.of, (*_written(entry.also), self._pinyin.written(entry.of))) for entry in spellings]
        for radical, others in writing.parts.items():
            entries += [(other[-1], _written((radical + other[:-1],))) for other in others.split()]
        for of, written in entries:
            for words in written:
                if words not in (of, ""):
                    (listed if words.isalnum() else signed).setdefault(words, of)
        self.literals = tuple(listed)
        """The spellings to look for; a hit's `anchor` is the place here."""
        self.innocent = tuple(map(squeeze, writing.innocent))
        self._plain = tuple(listed.values())
        self._signed = ahocorasick_rs.AhoCorasick(tuple(signed))
        self._plain_signed = tuple(signed.values())
        self._signs = _MASKS.union(char for words in signed for char in words if not char.isalnum())
        self._single = {ord(char): of for of, chars in writing.characters.items() for char in chars}
        # Signs beyond the basic plane are for `folding`: with one of them in it the search takes six times as long.
        signs, single = re.escape("".join(self._signs)), re.escape("".join(map(chr, self._single)))
        self._sign = re.compile(f"[{signs}]").search
        self._odd = re.compile(f"[A-Za-z{signs}{single}]").search
        self._singles = re.compile(f"[{single}]").finditer if single else None

    def read(
        self, text: ReadText, listed: Sequence[Hit], innocents: Sequence[Hit], automaton: Any
    ) -> Spelt | None:
        """The draft written out, or None where nothing in it stands for other words.

        The hits are those of `literals` and `innocent`; `automaton` knows the words that wake rules.
        """
        odd = self._odd(text.plain) is not None
        cut = (len(text.cuts) > _FEW and 1 in map(sub, text.cuts[1:], text.cuts)) or "&" in text.plain
        if not odd and not cut and not listed:
            return None
        innocent = Covered(text.origin(start, end) for start, end, _ in innocents[:_MOST_HITS])
        ways = [self._listed(text, listed[:_MOST_HITS])]
        if cut:
            ways.append(_cut_apart(text))
        if odd:
            ways += [self._with_signs(text), self._pinyin_of(text)]
        found = [list(islice(way, MOST_PLACES)) for way in ways]
        places = apart(place for some in found for place in some if not innocent.holds(place))
        if odd:
            found.append(self._standing_in(text, automaton, alone=not places))
            places = apart([*places, *(place for place in found[-1] if not innocent.holds(place))])
        until = min([some[-1].end for some in found if len(some) == MOST_PLACES], default=len(text.plain))
        places = [place for place in places if place.end <= until]
        return Spelt(text, places, until) if places else None

    def _listed(self, text: ReadText, hits: Sequence[Hit]) -> Iterator[Place]:
        squeezed, plain = text.squeezed, text.plain
        for start, end, number in hits:
            span = text.origin(start, end)
            if span.end - span.start != end - start and not hangs_together(text, start, end):
                continue
            first, last = squeezed[start], squeezed[end - 1]
            if not _goes_on(plain, span.start, first, -1) and not _goes_on(plain, span.end - 1, last, 1):
                yield Place(*span, self._plain[number], listed=True)

    def _with_signs(self, text: ReadText) -> Iterator[Place]:
        """The spellings that hold a sign: it is no word, and `squeezed` is without it."""
        plain, signs = text.plain, self._signs
        if self._sign(plain) is None:
            return
        kept = [at for at, char in enumerate(plain) if char.isalnum() or char in signs]
        words = "".join([_LEFT_OUT if plain[at] in _MASKS else plain[at] for at in kept])
        lowered = words.lower()
        words = lowered if len(lowered) == len(words) else words
        for number, start, end in self._signed.find_matches_as_indexes(words, overlapping=True):
            yield Place(kept[start], kept[end - 1] + 1, self._plain_signed[number], listed=True)

    def _pinyin_of(self, text: ReadText) -> Iterator[Place]:
        for start, end, char in self._pinyin.read(text):
            yield Place(*text.origin(start, end), char, listed=False)

    def _standing_in(self, text: ReadText, automaton: Any, *, alone: bool) -> list[Place]:
        """The characters that stand in for others; if nothing else is odd, only where one makes a word that wakes a rule."""
        squeezed, single = text.squeezed, self._single
        found = self._singles(squeezed) if self._singles is not None else iter(())
        at = [match.start() for match in islice(found, MOST_PLACES)]
        if not at:
            return []
        if alone and not any(
            bisect_left(at, start) < bisect_left(at, end)
            for _, start, end in automaton.find_matches_as_indexes(
                squeezed.translate(single), overlapping=True
            )
            if end - start > 1
        ):
            return []
        return [Place(*text.origin(i, i + 1), single[ord(squeezed[i])], listed=False) for i in at]


def _cut_apart(text: ReadText) -> Iterator[Place]:
    """White space as web pages write it, and marks between clauses of one character each, the same mark around them too."""
    for match in _ENTITY.finditer(text.plain):
        yield Place(*match.span(), "", listed=False)
    lengths = [*map(sub, text.cuts[1:], text.cuts), 0]
    at = 0
    while at < len(lengths):
        until = at
        while lengths[until] == 1:
            until += 1
        if until - at > 1:
            gaps = [_gap(text, index) for index in range(max(0, at - 1), min(until, len(lengths) - 2))]
            mark = text.plain[slice(*_gap(text, at))]
            for start, end in gaps:
                if text.plain[start:end] == mark:
                    yield Place(start, end, "", listed=False)
        at = until + 1


def _gap(text: ReadText, index: int) -> tuple[int, int]:
    """What stands between a clause and the next one."""
    return text.clause_range(index)[1], text.clause_range(index + 1)[0]


# A policy is compiled once for each of its rules when their examples are tried.
@lru_cache(maxsize=4096)
def _written(also: tuple[str, ...]) -> tuple[str, ...]:
    """The spellings as a text is read for them, all marks for what is left out alike."""
    phrases = [fold(phrase).lower() for words in also for phrase in family(words)]
    return tuple("".join([_LEFT_OUT if char in _MASKS else char for char in phrase]) for phrase in phrases)


def _goes_on(plain: str, at: int, char: str, step: int) -> bool:
    """Whether a Latin letter or digit at the edge of a spelling is part of a longer word, number, code or address."""
    beyond = at + step
    if not char.isascii():
        return False
    if step > 0 and _MODEL.match(plain, beyond):
        return True
    if 0 <= beyond < len(plain) and plain[beyond] in _JOINS:
        beyond += step
    return 0 <= beyond < len(plain) and plain[beyond].isascii() and plain[beyond].isalnum()
