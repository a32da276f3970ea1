"""`kind: pattern`: a regular expression, run in linear time by RE2 on the clauses that hold a word it needs."""

from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from typing import Annotated, Literal, Self

import re2
from pydantic import AfterValidator, model_validator

from service.core.linear import Linear
from service.core.reading import ReadText
from service.core.scope import MOST_PLACES, Anchor, Gap, Hit, Scoped, Words, united
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


Expression = Annotated[Words, AfterValidator(_linear)]
"""A regular expression that RE2 takes, and so runs in linear time."""


class Pattern(Scoped):
    """Fires where the pattern matches the words of a clause (or sentence).

    It runs over letters, digits and Han in lower case; within a sentence the clauses are joined by `，`. A group
    named `span` says which part to mark. For what templates can say `phrase` is plainer and quicker.
    """

    kind: Literal["pattern"]
    pattern: Expression
    over: Literal["clause", "sentence"] = "clause"

    @model_validator(mode="after")
    def _wakes(self) -> Self:
        if not self._ready.needs:
            raise ValueError("every draft would have to be searched: the pattern can do without any word")
        return self

    @cached_property
    def _ready(self) -> Linear:
        return Linear(self.pattern, apart=self.over == "sentence")

    def anchors(self) -> tuple[Anchor, ...]:
        """The words of which each match holds one."""
        return tuple(self._ready.anchors())

    def find(self, text: ReadText, hits: Sequence[Hit]) -> list[Span] | list[Gap]:
        """The span of each match that stands where it counts, in order."""
        places = (
            span
            for start, end, span in self._ready.matches(text, hits)
            if self.counts(text, start, end, span)
        )
        return united(list(islice(places, MOST_PLACES)))
