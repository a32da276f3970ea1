"""Set words in a draft: found however they are spaced, decorated or spelled, where they count."""

from collections.abc import Iterable
from functools import cached_property

from pydantic import Field

from service.core.reading import ReadText
from service.core.scope import Hit, Scoped, Words
from service.core.text import Span

# Between the characters of a word these are a disguise; a comma or a full stop is one only where it cuts single
# characters apart, since 不行。不… is two clauses and no phrase.
_CLAUSE_MARKS = frozenset("，,。！？!?；;：:、…\n\r")


class Said(Scoped):
    """Any of the words; punctuation within a phrase is free (`你问我,我问谁`)."""

    any: tuple[Words, ...] = Field(min_length=1)
    also_nin: bool = False
    """Each phrase with 你 counts with 您 as well."""

    @cached_property
    def phrases(self) -> tuple[str, ...]:
        """The words to look for, those with 您 included."""
        words = list(self.any)
        if self.also_nin:
            words += [phrase.replace("你", "您") for phrase in self.any if "你" in phrase]
        return tuple(words)

    @cached_property
    def _joints(self) -> tuple[frozenset[int], ...]:
        return tuple(joints(words) for words in self.phrases)

    def spans(self, text: ReadText, hits: Iterable[Hit]) -> list[Span]:
        """The span of each hit that is one phrase and stands where it counts."""
        found: list[Span] = []
        for start, end, anchor in hits:
            span = text.origin(start, end)
            if span.end - span.start != end - start and not hangs_together(
                text, start, end, self._joints[anchor]
            ):
                continue
            if self.counts(text, start, end, span):
                found.append(span)
        return found


def joints(words: str) -> frozenset[int]:
    """The offsets in the squeezed form of a phrase where the phrase itself has punctuation."""
    read = ReadText(words)
    return frozenset(at for _, at in read.gaps(0, len(read.squeezed))) if read.squeezed else frozenset()


def hangs_together(text: ReadText, start: int, end: int, own: frozenset[int] = frozenset()) -> bool:
    """Whether a match that spans several runs of words is one phrase (see `_CLAUSE_MARKS`); `own` are its joints."""
    gaps = text.gaps(start, end)
    cuts = [start, *(at for _, at in gaps), end]
    for index, (gap, at) in enumerate(gaps):
        if at - start in own or _CLAUSE_MARKS.isdisjoint(gap):
            continue
        if cuts[index + 1] - cuts[index] > 1 or cuts[index + 2] - cuts[index + 1] > 1:
            return False
    return True
