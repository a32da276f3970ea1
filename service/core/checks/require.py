"""`kind: require`: words that ought to be said, because of the situation or of other words in the draft."""

from collections.abc import Iterable
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from service.core.reading import ReadText
from service.core.scope import Around, Gap, Hit, Words, squeeze
from service.core.text import Span


class Trigger(BaseModel):
    """The words that call for others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    any: tuple[Words, ...] = Field(min_length=1)
    unless_in: Around | None = None
    only_in: Around | None = None


class Require(BaseModel):
    """A gap where none of `any` is said; with `because_of`, only where one of those words stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["require"]
    any: tuple[Words, ...] = Field(min_length=1)
    within: Literal["draft", "before", "sentence"] = "draft"
    """Where the words may stand: anywhere, before the trigger or in its sentence, or in its sentence."""
    because_of: Trigger | None = None
    insert_at: Literal["start", "end", "trigger"] = "start"
    """Where they belong: at either end of the draft, or before the clause of the trigger."""

    @cached_property
    def _any(self) -> tuple[str, ...]:
        return tuple(squeeze(words) for words in self.any)

    def anchors(self) -> tuple[str, ...]:
        """The triggers; without any, the situation alone decides."""
        return self.because_of.any if self.because_of else ()

    def find(self, text: ReadText, hits: Iterable[Hit]) -> list[Span | Gap]:
        """At most one gap."""
        if self.because_of is None:
            return [] if self._said(text.squeezed) else [Gap(self._place(text, None), None)]
        for start, end, _ in hits:
            span = text.origin(start, end)
            trigger = self.because_of
            if trigger.unless_in is not None and trigger.unless_in.holds(text, span):
                continue
            if trigger.only_in is not None and not trigger.only_in.holds(text, span):
                continue
            if not self._said(self._area(text, span)):
                return [Gap(self._place(text, span), span)]
        return []

    def _said(self, squeezed: str) -> bool:
        return any(words in squeezed for words in self._any)

    def _area(self, text: ReadText, span: Span) -> str:
        if self.within == "draft":
            return text.squeezed
        sentence = text.sentence_at(span.start)
        return squeeze(text.plain[0 if self.within == "before" else sentence.start : sentence.end])

    def _place(self, text: ReadText, span: Span | None) -> int:
        if self.insert_at == "end":
            return len(text.raw.rstrip())
        if self.insert_at == "start" or span is None:
            return len(text.raw) - len(text.raw.lstrip())
        return text.clause_at(span.start).start
