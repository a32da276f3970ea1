"""`kind: payload`: what a browser would run, what steers a model, and what nobody can see."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from service.core import payloads
from service.core.payloads import Payload as Sort
from service.core.reading import ReadText
from service.core.scope import MOST_PLACES, Anchor, Gap, Hit
from service.core.text import Span


class Payload(BaseModel):
    """Fires on each payload of one sort; it looks at the characters as sent, and no policy can respell it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["payload"]
    of: Sort

    def model_post_init(self, _context: object) -> None:
        """Make the search ready with the policy, so that no draft waits for it."""
        payloads.prepare(self.of)

    def anchors(self) -> tuple[Anchor, ...]:
        """None: a payload may do without any word."""
        return ()

    def find(self, text: ReadText, _hits: Sequence[Hit]) -> list[Span] | list[Gap]:
        """The span of each payload."""
        return payloads.find(self.of, text.raw)[:MOST_PLACES]
