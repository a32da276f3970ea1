"""Shares a worker's places among the tenants whose rows wait: whoever has the fewest rows in work comes next."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

IN_FLIGHT = 16


class Share:
    """`most` rows in work at once, over all chunks of this worker."""

    def __init__(self, most: int = IN_FLIGHT) -> None:
        self.most = most
        self.running: Counter[str] = Counter()
        """Rows in work by tenant."""
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def one(self, tenant: str) -> AsyncGenerator[None]:
        """A place for one row."""
        await self._wait(tenant)
        try:
            yield
        finally:
            self._leave(tenant)

    async def _wait(self, tenant: str) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant, deque()).append(place)
        self._grant()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                # Granted in the same turn of the loop in which the row was called off.
                self._leave(tenant)
            else:
                self._grant()
            raise

    def _leave(self, tenant: str) -> None:
        self.running[tenant] -= 1
        if not self.running[tenant]:
            del self.running[tenant]
        self._grant()

    def _grant(self) -> None:
        while self.running.total() < self.most and (tenant := self._next()) is not None:
            self.running[tenant] += 1
            self._waiting[tenant].popleft().set_result(None)
            # To the end of the line: among equals the one served last comes last.
            self._waiting[tenant] = self._waiting.pop(tenant)

    def _next(self) -> str | None:
        for tenant in tuple(self._waiting):
            line = self._waiting[tenant]
            while line and line[0].done():
                line.popleft()
            if not line:
                del self._waiting[tenant]
        return min(self._waiting, key=lambda tenant: self.running[tenant], default=None)
