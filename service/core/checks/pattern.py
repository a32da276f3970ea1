"""`kind: pattern`: a regular expression, run in linear time by RE2 on the clauses that an anchor woke."""

from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Any, Literal

import re2
from pydantic import AfterValidator, Field

from service.core.reading import ReadText
from service.core.said import hangs_together
from service.core.scope import Gap, Hit, Scoped, Words
from service.core.text import Span


def _linear(value: str) -> str:
    """The pattern itself; ValueError says what RE2 does not take."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(value, options)
    except re2.error as mistake:
        message = mistake.args[0]
        raise ValueError(message.decode() if isinstance(message, bytes) else str(message)) from None
    return value


Linear = Annotated[Words, AfterValidator(_linear)]
"""A regular expression that RE2 takes, and so runs in linear time."""


class Pattern(Scoped):
    """Fires where the pattern matches the words of a clause (or sentence) that holds an anchor.

    It runs over letters, digits and Han in lower case; within a sentence the clauses are joined by `，`. A group
    named `span` says which part to mark.
    """

    kind: Literal["pattern"]
    pattern: Linear
    anchors_any: tuple[Words, ...] = Field(min_length=1, alias="anchors")
    """Words without which the pattern cannot match."""
    over: Literal["clause", "sentence"] = "clause"

    @cached_property
    def _compiled(self) -> Any:
        # Over bytes RE2's wrapper neither encodes the text nor counts characters for each match.
        return re2.compile(self.pattern.encode())

    @cached_property
    def _group(self) -> int:
        return int(self._compiled.groupindex.get(b"span", 0))

    def anchors(self) -> tuple[str, ...]:
        """The words that wake the pattern."""
        return self.anchors_any

    def find(self, text: ReadText, hits: Iterable[Hit]) -> list[Span] | list[Gap]:
        """The span of each match in the clauses that were woken, in order."""
        found: list[Span] = []
        seen: list[tuple[int, int]] = []
        apart, finditer, clauses = self.over == "sentence", self._compiled.finditer, text.clauses
        for start, end, _ in hits:
            first = text.clause_of(start)
            # Nearly every anchor stands within one clause.
            area = (first, first)
            if apart or end > clauses[first].until:
                wider = self._area(text, first, start, end)
                if wider is None:
                    continue
                area = wider
            if area in seen:
                continue
            seen.append(area)
            words = text.words_of(area[0], area[1], apart=apart)
            for match in finditer(words.encoded):
                first, last = match.span(self._group)
                if first < last:
                    at, until = words.place(first), words.place(last)
                    span = text.origin(at, until)
                    if self.counts(text, at, until, span):
                        found.append(span)
        return found

    def _area(self, text: ReadText, first: int, start: int, end: int) -> tuple[int, int] | None:
        """The first and the last clause to run over; None for an anchor that only two clauses make together."""
        if self.over == "sentence":
            return text.clauses_of(text.clauses[first].sentence)
        return (first, text.clause_of(end - 1)) if hangs_together(text, start, end) else None
