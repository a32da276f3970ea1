"""`kind: order`: things said in the wrong order, such as a refusal before its apology."""

from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from service.core.reading import ReadText
from service.core.said import Said
from service.core.scope import Anchor, Gap, Hit, Words, squeeze
from service.core.text import Span


class Order(BaseModel):
    """A gap before the first of `then` where one of `first` is said, but only later."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["order"]
    first: tuple[Words, ...] = Field(min_length=1)
    then: Said

    @cached_property
    def _first(self) -> tuple[str, ...]:
        return tuple(squeeze(words) for words in self.first)

    def anchors(self) -> tuple[Anchor, ...]:
        """The words that should come second."""
        return self.then.anchors()

    def find(self, text: ReadText, hits: Sequence[Hit]) -> list[Span] | list[Gap]:
        """At most one gap, before the clause of the earliest hit."""
        spans = self.then.spans(text, hits)
        if not spans:
            return []
        span = min(spans)
        places = [at for words in self._first if (at := text.squeezed.find(words)) >= 0]
        if not places or text.origin(min(places), min(places) + 1).start < span.start:
            return []
        return [Gap(text.clause_range(text.clause_index(span.start))[0], span)]
