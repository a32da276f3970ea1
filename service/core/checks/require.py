"""`kind: require`: words that ought to be said, because of the situation or of other words in the draft."""

from collections.abc import Iterable
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from service.core.reading import ReadText
from service.core.said import Said
from service.core.scope import Anchor, Gap, Hit, Search, Words, any_of, squeeze
from service.core.text import Span


class Require(BaseModel):
    """A gap where none of `any` is said; with `because_of`, only where one of those words stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["require"]
    any: tuple[Words, ...] = Field(min_length=1)
    within: Literal["draft", "before", "sentence"] = "draft"
    """Where the words may stand: anywhere, before the trigger or in its sentence, or in its sentence."""
    because_of: Said | None = None
    insert_at: Literal["start", "end", "trigger"] = "start"
    """Where they belong: at either end of the draft, or before the clause of the trigger."""

    @cached_property
    def _search(self) -> Search:
        found = any_of(map(squeeze, self.any))
        if found is None:
            raise ValueError("a requirement names words")
        return found

    def anchors(self) -> tuple[Anchor, ...]:
        """The triggers; without any, the situation alone decides."""
        return self.because_of.anchors() if self.because_of else ()

    def find(self, text: ReadText, hits: Iterable[Hit]) -> list[Span] | list[Gap]:
        """At most one gap."""
        if self.because_of is None:
            return [] if self._said(text.squeezed) else [Gap(self._place(text, None), None)]
        if self.within == "draft" and self._said(text.squeezed):
            return []
        for span in self.because_of.spans(text, hits):
            if not self._said(self._area(text, span)):
                return [Gap(self._place(text, span), span)]
        return []

    def _said(self, squeezed: str) -> bool:
        return self._search(squeezed) is not None

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
