"""`kind: phrase`: set words, found however they are spaced, decorated or spelled."""

from collections.abc import Iterable
from functools import cached_property
from typing import Literal

from pydantic import Field

from service.core.reading import ReadText
from service.core.scope import Gap, Hit, Scoped, Words, squeeze
from service.core.text import Span

# Between the characters of a word these are a disguise; a comma or a full stop is one only where it cuts single
# characters apart, since 不行。不… is two clauses and no phrase.
_CLAUSE_MARKS = frozenset("，,。！？!?；;：:、…\n\r")


class Phrase(Scoped):
    """Fires on any of the words; punctuation within a phrase is free (`你问我,我问谁`)."""

    kind: Literal["phrase"]
    any: tuple[Words, ...] = Field(min_length=1)
    also_nin: bool = False
    """Each phrase with 你 counts with 您 as well."""

    @cached_property
    def _anchors(self) -> tuple[str, ...]:
        words = list(self.any)
        if self.also_nin:
            words += [phrase.replace("你", "您") for phrase in self.any if "你" in phrase]
        return tuple(words)

    @cached_property
    def _joints(self) -> tuple[frozenset[int], ...]:
        """For each anchor, the offsets in its squeezed form where the phrase itself has punctuation."""
        return tuple(_joints(words) for words in self._anchors)

    def anchors(self) -> tuple[str, ...]:
        """The words themselves."""
        return self._anchors

    def find(self, text: ReadText, hits: Iterable[Hit]) -> list[Span | Gap]:
        """The span of each phrase that stands where it counts."""
        found: list[Span | Gap] = []
        for start, end, anchor in hits:
            span = text.origin(start, end)
            if span.end - span.start != end - start and not _hangs_together(text, start, end, self._joints[anchor]):
                continue
            if self.counts(text, start, end, span):
                found.append(span)
        return found


def _joints(words: str) -> frozenset[int]:
    read = ReadText(words)
    return frozenset(at for _, at in read.gaps(0, len(read.squeezed))) if read.squeezed else frozenset()


def _hangs_together(text: ReadText, start: int, end: int, joints: frozenset[int]) -> bool:
    """Whether a match that spans several runs of words is one phrase: see `_CLAUSE_MARKS`."""
    gaps = text.gaps(start, end)
    cuts = [start, *(at for _, at in gaps), end]
    for index, (gap, at) in enumerate(gaps):
        if at - start in joints or _CLAUSE_MARKS.isdisjoint(gap):
            continue
        if cuts[index + 1] - cuts[index] > 1 or cuts[index + 2] - cuts[index + 1] > 1:
            return False
    return True
