"""`kind: phrase`: set words that ought not to be said."""

from collections.abc import Sequence
from typing import Literal

from service.core.reading import ReadText
from service.core.said import Said
from service.core.scope import Gap, Hit
from service.core.text import Span


class Phrase(Said):
    """Fires on any of the words, where they count."""

    kind: Literal["phrase"]

    def find(self, text: ReadText, hits: Sequence[Hit]) -> list[Span] | list[Gap]:
        """The span of each phrase that stands where it counts."""
        return self.spans(text, hits)
