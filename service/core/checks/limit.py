"""`kind: limit`: too much of something that is fine once."""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from service.core.reading import ReadText
from service.core.scope import Anchor, Gap, Hit, Words, hangs_together
from service.core.text import Span


class Limit(BaseModel):
    """Fires on each of `any` beyond the first `most`, in the draft or in one sentence or clause."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["limit"]
    any: tuple[Words, ...] = Field(min_length=1)
    most: int = Field(ge=0)
    per: Literal["draft", "sentence", "clause"] = "draft"

    def anchors(self) -> tuple[Anchor, ...]:
        """The words that are counted."""
        return tuple(map(Anchor, self.any))

    def find(self, text: ReadText, hits: Iterable[Hit]) -> list[Span] | list[Gap]:
        """The spans beyond the limit, in order; of overlapping words the longest counts."""
        counts: dict[int, int] = {}
        found: list[Span] = []
        until = -1
        for start, end, _ in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
            if start < until:
                continue
            span = text.origin(start, end)
            if span.end - span.start != end - start and not hangs_together(text, start, end):
                continue
            until = end
            key = self._key(text, span)
            counts[key] = counts.get(key, 0) + 1
            if counts[key] > self.most:
                found.append(span)
        return found

    def _key(self, text: ReadText, span: Span) -> int:
        if self.per == "draft":
            return 0
        index = text.clause_index(span.start)
        return index if self.per == "clause" else text.clauses[index].sentence
