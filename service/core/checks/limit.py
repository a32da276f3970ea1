"""`kind: limit`: too much of something that is fine once."""

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from operator import sub
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.core.reading import ReadText
from service.core.scope import MOST_PLACES, Anchor, Gap, Hit, Words, hangs_together, squeeze
from service.core.text import Span


class Limit(BaseModel):
    """Fires on what goes beyond `most`: words, punctuation marks in a row, or the characters of a clause.

    One of `any`, `marks` and `characters` says what is counted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["limit"]
    any: tuple[Words, ...] = ()
    """Each of these words beyond the first `most`, in the draft or in one sentence or clause, is found."""
    marks: str = ""
    """A run of more than `most` of these characters is found."""
    characters: bool = False
    """A clause of more than `most` letters, digits and Han is found."""
    most: int = Field(ge=0)
    per: Literal["draft", "sentence", "clause"] = "draft"
    """Within what the words of `any` are counted."""

    @model_validator(mode="after")
    def _counts_one_thing(self) -> Self:
        if bool(self.any) + bool(self.marks) + self.characters != 1:
            raise ValueError("a limit counts one thing: any, marks or characters")
        return self

    @cached_property
    def _run(self) -> re.Pattern[str]:
        return re.compile(f"[{re.escape(self.marks)}]{{{self.most + 1},}}")

    def anchors(self) -> tuple[Anchor, ...]:
        """The words that are counted; marks and characters are looked at in every draft."""
        return tuple([Anchor(squeeze(words) or words) for words in self.any])

    def find(self, text: ReadText, hits: Sequence[Hit]) -> list[Span] | list[Gap]:
        """The spans beyond the limit, in order; of overlapping words the longest counts."""
        if self.marks:
            # Looked at in every draft, and counting is ten times as quick as searching.
            if sum(map(text.plain.count, self.marks)) <= self.most:
                return []
            return [Span(*run.span()) for run in self._run.finditer(text.plain)]
        if self.characters:
            return self._long_clauses(text)
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
                if len(found) == MOST_PLACES:
                    break
        return found

    def _long_clauses(self, text: ReadText) -> list[Span]:
        cuts = text.cuts
        if len(text.squeezed) <= self.most or max(map(sub, cuts[1:], cuts)) <= self.most:
            return []
        return [text.origin(at, until) for at, until in pairwise(cuts) if until - at > self.most]

    def _key(self, text: ReadText, span: Span) -> int:
        if self.per == "draft":
            return 0
        index = text.clause_index(span.start)
        return index if self.per == "clause" else text.clauses[index].sentence
