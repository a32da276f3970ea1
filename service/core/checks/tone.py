"""`kind: tone`: clauses that sound cold to a model that has learnt from labelled replies."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr

from service.core.reading import ReadText
from service.core.scope import Anchor, Gap, Hit
from service.core.text import Span
from service.core.tone import LONGEST_CLAUSE, ToneModel


class Tone(BaseModel):
    """Fires on a clause that weighs more than `above`, in hundredths of a logit; the weights stand in `tone.tsv`.

    Clauses that quote somebody, and those longer than any that was learnt from, are left alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["tone"]
    above: int = 0
    """0 is the limit that was found when the weights were learnt; more makes the rule quieter."""

    _model: ToneModel | None = PrivateAttr(default=None)

    def taught(self, weights: Mapping[str, int]) -> Self:
        """The same check, able to judge."""
        made = self.model_copy()
        made._model = ToneModel(weights)  # noqa: SLF001 - its own
        return made

    def anchors(self) -> tuple[Anchor, ...]:
        """The cues of the model; none before it is taught, and then it is never asked."""
        return tuple([Anchor(cue) for cue in self._model.cues]) if self._model is not None else ()

    def find(self, text: ReadText, hits: Iterable[Hit]) -> list[Span] | list[Gap]:
        """The span of each clause that sounds cold, in order."""
        spans = [
            Span(*text.clause_range(clause))
            for clause, weight in self.weighed(text, hits)
            if weight > self.above
        ]
        quoted = text.quotations if spans else ()
        return [
            span for span in spans if not any(start < span.end and span.start < end for start, end in quoted)
        ]

    def weighed(self, text: ReadText, hits: Iterable[Hit]) -> list[tuple[int, int]]:
        """The index and the weight of each clause that holds a cue and is not too long, in order."""
        if self._model is None:
            return []
        cuts, squeezed = text.cuts, text.squeezed
        # A cue that reaches into the next clause wakes the one in which it begins, which harms nobody.
        woken = {bisect_right(cuts, hit[0]) - 1 for hit in hits}
        return [
            (clause, self._model.weigh(squeezed[cuts[clause] : cuts[clause + 1]], text.clause_mark(clause)))
            for clause in sorted(woken)
            if cuts[clause + 1] - cuts[clause] <= LONGEST_CLAUSE
        ]
