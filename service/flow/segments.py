"""A streamed reply as sentences that may be shown before it is whole: each verified together with all before it."""

import re

from service.core.results import Segment
from service.core.verifying import part_may_show, room
from service.flow.work import Delivery, Work

# A sentence is over when something follows its mark: a closing quotation mark still belongs to it.
_END = re.compile(r"(?:[。！？!?…]+[”’』」）)\"]*|\n)(?=[^。！？!?…”’』」）)\"\n])")


_EACH_CHARS = 400
"""So far each sentence is verified as it ends; beyond it, when a quarter more has come: the work stays linear."""


class Segments:
    """What has been shown of the reply to one call. A part that may not be shown waits for what follows it."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._attempt = len(work.attempts)
        self._room = room(work.masked)
        self._said = ""
        self._asked = 0
        self._shown = ""
        self._count = 0

    def feed(self, piece: str) -> Segment | None:
        """The sentences that have become whole and may be shown, if any."""
        if len(self._said) > self._room:
            # It can only grow: nothing of it will ever be delivered.
            return None
        self._said = (self._said + piece).lstrip()
        ends = [match.end() for match in _END.finditer(self._said, self._asked)]
        if not ends or ends[-1] < self._asked + max(0, self._asked - _EACH_CHARS) // 4:
            return None
        self._asked = ends[-1]
        work = self._work
        part = part_may_show(
            work.policy, work.masked, self._said[: self._asked], work.reading, work.before,
            canaries=work.prompts.canaries,
        )  # fmt: skip
        return None if part is None else self._next(part)

    def rest(self, delivery: Delivery) -> Segment | None:
        """What is left of a reply that was accepted."""
        return self._next(delivery.text)

    def _next(self, text: str) -> Segment | None:
        new = text[len(self._shown) :]
        if not new or not text.startswith(self._shown):
            return None
        self._shown = text
        self._count += 1
        return Segment(self._attempt, self._count - 1, new)
