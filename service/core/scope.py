"""Where a match may stand: at an edge of its clause, beside some words, in some kind of clause.

This is what rules say instead of look-around, and it reads the same for every kind of check.
"""

from functools import cached_property
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from service.core.clauses import ClauseKind
from service.core.reading import ReadText
from service.core.text import Span

Words = Annotated[str, Field(min_length=1)]
Where = Literal["anywhere", "clause", "sentence", "start", "end"]


class Hit(NamedTuple):
    """An anchor found: a range of `squeezed`, and which of the check's anchors it was."""

    start: int
    end: int
    anchor: int


class Gap(NamedTuple):
    """Words are missing: where they belong, and the words that call for them."""

    insert_at: int
    because: Span | None


def squeeze(words: str) -> str:
    """Words as the squeezed reading has them."""
    return ReadText(words).squeezed


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

    def holds(self, text: ReadText, span: Span) -> bool:
        """Whether any of it is there around a span of the draft."""
        plain = text.plain
        if self.clause or self.ahead or self.after:
            clause = text.clause_at(span.start)
            ahead, after = plain[clause.start : span.start], plain[span.end : clause.end]
            if any(word in ahead for word in self.ahead) or any(word in after for word in self.after):
                return True
            if any(word in ahead or word in after for word in self.clause):
                return True
        if self.sentence:
            sentence = text.sentence_at(span.start)
            whole = plain[sentence.start : sentence.end]
            if any(word in whole for word in self.sentence):
                return True
        if self.before:
            index = text.clause_at(span.start).sentence
            start = text.sentences[max(index - 1, 0)].start
            before = plain[start : span.start]
            if any(word in before for word in self.before):
                return True
        if self.draft and any(word in plain for word in self.draft):
            return True
        return bool(self.kinds) and not text.kinds_at(span.start).isdisjoint(self.kinds)


# What may stand before or after a whole answer without making it another one.
_LEADING = (
    "这个我",
    "那个我",
    "这我",
    "那我",
    "我也",
    "我们",
    "我",
    "这个",
    "那个",
    "喂",
    "哎",
    "唉",
    "呃",
    "嗯",
    "哦",
    "那",
    "这",
    "反正",
    "真的",
    "也",
    "都",
    "就",
    "亲",
)
_TRAILING = "啊呀哦噢喔了呢吧吗嘛的啦哈呗哟耶诶欸么"


def _bare(words: str, *, lead: bool, trail: bool) -> bool:
    """Whether words are nothing but fillers: leading ones, or sentence particles."""
    if trail:
        return not words.strip(_TRAILING)
    while lead and words:
        for filler in _LEADING:
            if words.startswith(filler):
                words = words[len(filler) :]
                break
        else:
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
    def _anywhere(self) -> bool:
        return self.where == "anywhere" and self.unless_in is None and self.only_in is None

    def counts(self, text: ReadText, start: int, end: int, span: Span) -> bool:
        """Whether a match (range of `squeezed`, and its span in the draft) stands where it counts."""
        squeezed = text.squeezed
        for longer in self._unless:
            at = squeezed.find(longer, max(0, end - len(longer)), start + len(longer))
            if at >= 0 and at <= start and at + len(longer) >= end:
                return False
        if not self.quoted and text.quotations and text.quotes(span.start):
            return False
        if self._anywhere:
            return True
        if self.where != "anywhere" and not self._at_edge(text, span):
            return False
        if self.unless_in is not None and self.unless_in.holds(text, span):
            return False
        return self.only_in is None or self.only_in.holds(text, span)

    def _at_edge(self, text: ReadText, span: Span) -> bool:
        plain = text.plain
        clause = text.clause_at(span.start)
        area: tuple[int, int] = (clause.start, clause.end)
        if self.where == "sentence":
            sentence = text.sentence_at(span.start)
            area = (sentence.start, sentence.end)
        lead_ok = self.where == "end" or _bare(squeeze(plain[area[0] : span.start]), lead=True, trail=False)
        trail_ok = self.where == "start" or _bare(
            squeeze(plain[span.end : max(area[1], span.end)]), lead=False, trail=True
        )
        return lead_ok and trail_ok
