"""Decides whether the store is worth asking, so that not every request pays for finding out."""

import logging
from typing import Literal

from service.ports import Clock

PATIENCE_S = 2.0

_log = logging.getLogger(__name__)


class Breaker:
    """Opens when the store refuses, or when for `PATIENCE_S` seconds nothing but failures came back.

    `state` is "down" while it is open. One answer closes it.
    """

    def __init__(self, clock: Clock) -> None:
        self.state: Literal["up", "down"] = "up"
        self._clock = clock
        self._failing_since: float | None = None

    def answered(self) -> None:
        """Note that a whole reply came back."""
        self._failing_since = None
        if self.state == "down":
            self.state = "up"
            _log.info("store up")

    def failed(self, reason: str, *, refused: bool) -> None:
        """Note that an exchange came to nothing; `refused` when asking again at once is pointless."""
        now = self._clock.monotonic()
        if self._failing_since is None:
            self._failing_since = now
        if self.state == "up" and (refused or now - self._failing_since >= PATIENCE_S):
            self.state = "down"
            _log.warning("store down: %s", reason)
