"""`kind: require`: words that ought to be said, because of the situation or of other words in the draft."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from service.core.reading import ReadText
from service.core.said import Said
from service.core.scope import Anchor, Gap, Hit, Words, squeeze
from service.core.templates import template
from service.core.text import Span


def _whole(text: str) -> str:
    one = template(text)
    if one.gapped or one.at_start or one.at_end:
        raise ValueError(f"'{text}': what ought to be said is looked for anywhere, without `…`, `^` and `$`")
    return text


Family = Annotated[Words, AfterValidator(_whole)]
"""A template (see `templates`) without gap and edges."""


class Require(BaseModel):
    """A gap where none of `any` is said; with `because_of`, only where one of those words stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["require"]
    any: tuple[Family, ...] = Field(min_length=1)
    unless: tuple[Words, ...] = ()
    """Longer words that hold some of `any` and do not count: 不可以 for 可以."""
    within: Literal["draft", "before", "sentence"] = "draft"
    """Where the words may stand: anywhere, before the trigger or in its sentence, or in its sentence."""
    because_of: Said | None = None
    at_most: int | None = Field(default=None, ge=1)
    """Asked only of a draft of at most so many letters, digits and Han: a longer one says more than no."""
    insert_at: Literal["start", "end", "trigger"] = "start"
    """Where they belong: at either end of the draft, or before the clause of the trigger."""

    @cached_property
    def _words(self) -> re.Pattern[str]:
        return re.compile("|".join(template(text).expression for text in self.any))

    @cached_property
    def _others(self) -> re.Pattern[str] | None:
        longer = sorted(map(squeeze, self.unless), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longer))) if longer else None

    def anchors(self) -> tuple[Anchor, ...]:
        """The triggers; without any, the situation alone decides."""
        return self.because_of.anchors() if self.because_of else ()

    def find(self, text: ReadText, hits: Sequence[Hit]) -> list[Span] | list[Gap]:
        """At most one gap."""
        if self.at_most is not None and len(text.squeezed) > self.at_most:
            return []
        if self.because_of is None:
            return [] if self._said(text.squeezed) else [Gap(self._place(text, None), None)]
        if self.within == "draft" and self._said(text.squeezed):
            return []
        for span in self.because_of.spans(text, hits):
            if not self._said(self._area(text, span)):
                return [Gap(self._place(text, span), span)]
        return []

    def _said(self, squeezed: str) -> bool:
        if self._words.search(squeezed) is None:
            return False
        return self._others is None or self._words.search(self._others.sub(" ", squeezed)) is not None

    def _area(self, text: ReadText, span: Span) -> str:
        if self.within == "draft":
            return text.squeezed
        sentence = text.sentence_at(span.start)
        start, end = text.squeezed_range(sentence.start, sentence.end)
        return text.squeezed[0 if self.within == "before" else start : end]

    def _place(self, text: ReadText, span: Span | None) -> int:
        if self.insert_at == "end":
            return len(text.raw.rstrip())
        if self.insert_at == "start" or span is None:
            return len(text.raw) - len(text.raw.lstrip())
        return text.clause_range(text.clause_index(span.start))[0]
