"""Where a match may stand: at an edge of its clause, beside some words, in some kind of clause.

This is what rules say instead of look-around, and it reads the same for every kind of check.
"""

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from service.core.clauses import ClauseKind
from service.core.reading import ReadText
from service.core.text import Span, squeezed

Words = Annotated[str, Field(min_length=1)]
Where = Literal["anywhere", "clause", "sentence", "start", "end"]


class Hit(NamedTuple):
    """An anchor found: a range of `squeezed`, and which of the check's anchors it was."""

    start: int
    end: int
    anchor: int


class Anchor(NamedTuple):
    """A word that wakes a check, as the squeezed reading has it."""

    words: str
    beside: frozenset[str] | None = None
    """Words of which one must stand in its clause."""
    apart: bool = False
    """They may stand anywhere in the draft."""
    whole: bool = True
    """A Latin one must not be part of a longer Latin word."""


class Gap(NamedTuple):
    """Words are missing: where they belong, and the words that call for them."""

    insert_at: int
    because: Span | None


@lru_cache(maxsize=8192)
def _either(words: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first)))


_SEVERAL = 2
MOST_PLACES = 200
"""So many places of one rule are told; a draft with more has been written to be tedious."""


def any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    """An expression for any of the words; None for no words. Set words make none that could stall."""
    some = frozenset(words)
    return _either(some) if some else None


@lru_cache(maxsize=65536)
def squeeze(words: str) -> str:
    """Words of a policy as the squeezed reading has them; they are remembered, so never those of a draft."""
    return squeezed(words)


def united(spans: list[Span]) -> list[Span]:
    """The spans in order; those that overlap are one: phrases of one rule that overlap are one offence."""
    if len(spans) < _SEVERAL:
        return spans
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start < found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


class Around(BaseModel):
    """Words or kinds of clause around a match; it holds when any of them is there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clause: tuple[Words, ...] = ()
    """In the clause of the match (the match itself aside)."""
    ahead: tuple[Words, ...] = ()
    """In the same clause, before the match."""
    after: tuple[Words, ...] = ()
    """In the same clause, after the match."""
    sentence: tuple[Words, ...] = ()
    """In the sentence of the match."""
    before: tuple[Words, ...] = ()
    """In the sentence up to the match, or in the sentence before it."""
    draft: tuple[Words, ...] = ()
    """Anywhere in the draft."""
    kinds: tuple[ClauseKind, ...] = ()
    """The clause is of this kind."""

    @cached_property
    def _near(self) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
        """What to look for in the clause: before the match, and after it."""
        return any_of(self.ahead + self.clause), any_of(self.after + self.clause)

    @cached_property
    def _far(self) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None, re.Pattern[str] | None]:
        """What to look for in the sentence, before the match, and in the draft."""
        return any_of(self.sentence), any_of(self.before), any_of(self.draft)

    def holds(self, text: ReadText, span: Span) -> bool:
        """Whether any of it is there around a span of the draft."""
        ahead, after = self._near
        if ahead is not None or after is not None:
            start, end = text.clause_range(text.clause_index(span.start))
            if ahead is not None and text.found(ahead, start, span.start):
                return True
            if after is not None and text.found(after, span.end, end):
                return True
        sentence, before, draft = self._far
        if sentence is not None:
            whole = text.sentence_at(span.start)
            if text.found(sentence, whole.start, whole.end):
                return True
        if before is not None:
            earlier = text.sentence_before(span.start) or text.sentence_at(span.start)
            if text.found(before, earlier.start, span.start):
                return True
        if draft is not None and text.found(draft, 0, len(text.plain)):
            return True
        return bool(self.kinds) and not text.kinds_at(span.start).isdisjoint(self.kinds)


# What may stand before or after a whole answer without making it another one.
LEADING = "这个我|那个我|这我|那我|我也|我们|我|这个|那个|喂|哎|唉|呃|嗯|哦|那|这|反正|真的|也|都|就|亲"
TRAILING = "啊呀哦噢喔了呢吧吗嘛的啦哈呗哟耶诶欸么"
_LEADING = re.compile(f"(?:{LEADING})*")
_EDGE = 24
"""More characters of such words are no longer small."""
# Between the characters of a word these are a disguise; a comma or a full stop is one only where it cuts single
# characters apart, since 不行。不… is two clauses and no phrase.
CLAUSE_MARKS = frozenset("，,。！？!?；;：:、…\n\r")


_PAIRED = CLAUSE_MARKS.union("、（）()[]【】《》〈〉「」『』“”‘’\"'")


def is_sign(gap: str) -> bool:
    """Whether what stands between two words parts no clauses, encloses nothing and is no white space."""
    return bool(gap) and _PAIRED.isdisjoint(gap) and not any(map(str.isspace, gap))


def hangs_together(text: ReadText, start: int, end: int, own: frozenset[int] = frozenset()) -> bool:
    """Whether a match that spans several runs of words is one phrase (see `CLAUSE_MARKS`); `own` are its joints."""
    gaps = text.gaps(start, end)
    cuts = [start, *(at for _, at in gaps), end]
    for index, (gap, at) in enumerate(gaps):
        if at - start in own or CLAUSE_MARKS.isdisjoint(gap):
            continue
        if cuts[index + 1] - cuts[index] > 1 or cuts[index + 2] - cuts[index + 1] > 1 or not text.alone(at):
            return False
    return True


class Scoped(BaseModel):
    """The fields by which phrase and pattern say where their match counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    where: Where = "anywhere"
    unless: tuple[Words, ...] = ()
    """Longer words that hold the match: 保证金 for 保证."""
    unless_in: Around | None = None
    """Silent where any of this is around the match."""
    only_in: Around | None = None
    """Silent unless any of this is around the match."""
    quoted: bool = False
    """Counts inside quotation marks as well, where a draft repeats a customer's words or gives a name."""

    @cached_property
    def _unless(self) -> tuple[str, ...]:
        return tuple(squeeze(words) for words in self.unless)

    @cached_property
    def _longest(self) -> tuple[re.Pattern[str] | None, int]:
        """Any of the longer words at all, and the length of the longest."""
        return any_of(self._unless), max(map(len, self._unless), default=0)

    @cached_property
    def _anywhere(self) -> bool:
        return self.where == "anywhere" and self.unless_in is None and self.only_in is None

    def counts(self, text: ReadText, start: int, end: int, span: Span) -> bool:
        """Whether a match (range of `squeezed`, and its span in the draft) stands where it counts."""
        squeezed = text.squeezed
        longer_words, length = self._longest
        if longer_words is not None and longer_words.search(squeezed, max(0, end - length), start + length):
            for longer in self._unless:
                at = squeezed.find(longer, max(0, end - len(longer)), start + len(longer))
                if at >= 0 and at <= start and at + len(longer) >= end:
                    return False
        if not self.quoted and text.quotations and text.quotes(span.start):
            return False
        if self._anywhere:
            return True
        if self.where != "anywhere" and not self.at_edge(
            text, start, end, at_start=self.where != "end", at_end=self.where != "start"
        ):
            return False
        if self.unless_in is not None and self.unless_in.holds(text, span):
            return False
        return self.only_in is None or self.only_in.holds(text, span)

    def at_edge(self, text: ReadText, start: int, end: int, *, at_start: bool, at_end: bool) -> bool:
        """Whether nothing but small words stands between a match and the edges of its clause (or sentence)."""
        squeezed = text.squeezed
        index = text.clause_of(start)
        at, until = text.cuts[index], text.cuts[index + 1]
        if self.where == "sentence":
            first, last = text.clauses_beside(index)
            at, until = text.cuts[first], text.cuts[last + 1]
        if at_start and at < start and (start - at > _EDGE or not _LEADING.fullmatch(squeezed, at, start)):
            return False
        return not at_end or (until - end <= _EDGE and not squeezed[end:until].strip(TRAILING))
