"""One flight per key within this process, for rows: they may wait long for their places at the model's server.

Kept apart from the flights of live requests, none of which should ever wait for a row.
"""

import asyncio

from service.core.cache_key import CacheKey
from service.ports import CachedText, Landed, Lead


class FlightsHere:
    """`ports.Flights` in memory."""

    def __init__(self) -> None:
        self._flights: dict[str, asyncio.Future[Landed | None]] = {}

    async def join(self, key: CacheKey, wait_s: float) -> Lead | Landed:
        """The lead, or how the flight under way ended; after `wait_s` seconds `Landed(None)`."""
        try:
            async with asyncio.timeout(wait_s):
                while (flight := self._flights.get(key.name)) is not None:
                    # Shielded: one who waits and is called off does not end the flight of the others.
                    landed = await asyncio.shield(flight)
                    if landed is not None:
                        return landed
        except TimeoutError:
            return Landed(None)
        self._flights[key.name] = asyncio.get_running_loop().create_future()
        return _Lead(self._flights, key.name)


class _Lead:
    """`ports.Lead`: good for one `land` or one `release`."""

    def __init__(self, flights: dict[str, asyncio.Future[Landed | None]], name: str) -> None:
        self._flights = flights
        self._name = name
        self._over = False

    async def land(self, value: CachedText | None) -> None:
        """Tell the followers."""
        self._end(Landed(value))

    async def release(self) -> None:
        """Give up; the follower who hears it first takes over."""
        self._end(None)

    def _end(self, outcome: Landed | None) -> None:
        if not self._over:
            self._over = True
            self._flights.pop(self._name).set_result(outcome)
