"""`kind: tone`: replies that sound cold to a model that has learnt from labelled ones."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr

from service.core.reading import ReadText
from service.core.scope import Anchor, Gap, Hit
from service.core.text import Span
from service.core.tone import ToneModel


class Tone(BaseModel):
    """Fires on a reply that weighs more than `above`, in hundredths of a logit; the weights stand in `tone.tsv`.

    It is asked last, of drafts that no other rule objects to. The clause that sounds coldest is marked.
    Rules that give way are silent where the reply and the sentence at hand weigh less than `warm_below`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["tone"]
    above: int = 0
    """0 is the limit that was found when the weights were learnt; more makes the rule quieter."""
    warm_below: int | None = None
    """None: no reply is warm enough for a rule to give way."""

    _model: ToneModel | None = PrivateAttr(default=None)
    _curt: Callable[[], ToneModel | None] | None = PrivateAttr(default=None)

    def taught(self, weights: Mapping[str, int], curt: Callable[[], ToneModel | None]) -> Self:
        """The same check, able to judge; `curt` says how curt a clause sounds, once somebody asks."""
        made = self.model_copy()
        made._model, made._curt = ToneModel(weights), curt  # noqa: SLF001 - its own
        return made

    def anchors(self) -> tuple[Anchor, ...]:
        """None: what makes a reply cold is no single word."""
        return ()

    def find(self, text: ReadText, _hits: Sequence[Hit]) -> list[Span] | list[Gap]:
        """The span of the clause that sounds coldest, where the reply sounds cold."""
        if self._model is None or self.weight(text) <= self.above:
            return []
        return [Span(*text.clause_range(self._model.coldest(text, self._curt() if self._curt else None)))]

    def warm(self, text: ReadText, places: Iterable[int]) -> bool:
        """Whether the reply, and each sentence around one of these places of `plain`, sounds so warm.

        There a rule that gives way is taken to be mistaken; a cold sentence in a warm reply is none of that.
        """
        model, limit = self._model, self.warm_below
        if model is None or limit is None or not -math.inf < self.weight(text) < limit:
            return False
        return all(-math.inf < model.weigh_sentence(text, place) < limit for place in places)

    def weight(self, text: ReadText) -> float:
        """How cold the text sounds; minus infinity for one that nothing can be said of."""
        return self._model.weigh(text) if self._model is not None and text.squeezed else -math.inf
