"""A regular expression over the words of clauses, run in linear time by RE2 where a word that it needs was found."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import re2

from service.core.reading import ReadText
from service.core.required import Needs, required, unanchored
from service.core.scope import Anchor, Hit, hangs_together
from service.core.text import CLAUSE_JOINT, Span

_FEW = 2
"""With more words found than this one search of the whole text comes first."""


class Match(NamedTuple):
    """A match: its range of `squeezed`, and its span in the text as sent."""

    start: int
    end: int
    span: Span


class Linear:
    """One expression; `apart` runs it over whole sentences, `，` between their clauses; `longest` prefers long matches."""

    def __init__(self, pattern: str, *, apart: bool = False, longest: bool = False) -> None:
        self._pattern = pattern
        self._longest = longest
        self.apart = apart
        self.needs: Needs = required(pattern, joint=CLAUSE_JOINT)
        """The words that wake it, each with words of which one has to stand beside it."""

    def anchors(self) -> list[Anchor]:
        """The words of which each match holds one."""
        return [Anchor(words, beside, self.apart, whole=False) for words, beside in self.needs.items()]

    @cached_property
    def _compiled(self) -> Any:
        # Over bytes RE2's wrapper neither encodes the text nor counts characters for each match.
        options = re2.Options()
        options.longest_match = self._longest
        return re2.compile(self._pattern.encode(), options)

    @cached_property
    def _group(self) -> int:
        return int(self._compiled.groupindex.get(b"span", 0))

    @cached_property
    def _whole(self) -> Any:
        return re2.compile(unanchored(self._pattern, CLAUSE_JOINT).encode())

    def matches(self, text: ReadText, hits: Sequence[Hit]) -> Iterator[Match]:
        """The matches in the clauses (or sentences) that hold a hit; the group `span`, if there is one, is the match."""
        search, apart, cuts = self._compiled.search, self.apart, text.cuts
        for first, last in self._areas(text, hits):
            words = text.words_of(first, last, apart=apart)
            # To search again is quicker than to begin an iteration: nearly every clause is searched in vain.
            found = search(words)
            read, at = 0, cuts[first]
            while found is not None:
                start, end = found.span(self._group)
                if start < end:
                    # Counted on from the match before: a clause may be as long as a draft.
                    at += _length(words[read:start])
                    length = _length(words[start:end])
                    yield Match(at, at + length, text.origin(at, at + length))
                    read, at = end, at + length
                until = found.end()
                found = search(words, until) if found.start() < until < len(words) else None

    def _areas(self, text: ReadText, hits: Sequence[Hit]) -> Iterator[tuple[int, int]]:
        """The stretches of clauses to search, each once: first and last clause."""
        vain = len(hits) > _FEW and self._whole.search(text.whole) is None
        cuts, apart = text.cuts, self.apart
        # A dictionary is quick to ask, however many there are.
        seen: dict[tuple[int, int], None] = {}
        for start, end, _ in hits:
            first = bisect_right(cuts, start) - 1
            if apart:
                area = text.clauses_beside(first)
            elif end <= cuts[first + 1]:
                # Nearly every word stands within one clause.
                area = (first, first)
            elif hangs_together(text, start, end):
                area = (first, text.clause_of(end - 1))
            else:
                continue
            # The search of the whole does not see what is cut by a mark.
            if area not in seen and not (vain and (apart or first == area[1])):
                seen[area] = None
                yield area


def _length(words: bytes) -> int:
    """How long words in UTF-8 are in `squeezed`, which has no marks between clauses."""
    text = words.decode()
    return len(text) - text.count(CLAUSE_JOINT)
