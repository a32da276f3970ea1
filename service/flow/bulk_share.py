"""Shares a worker's places among the tenants whose rows wait: whoever has the fewest rows in work comes next."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

IN_FLIGHT = 16


class Share:
    """`most` rows in work at once, over all chunks of this worker; one that must be alone has no other beside it."""

    def __init__(self, most: int = IN_FLIGHT) -> None:
        self.most = most
        self.running: Counter[str] = Counter()
        """Rows in work by tenant."""
        self._alone = False
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._waiting_alone: deque[tuple[str, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def one(self, tenant: str, *, alone: bool = False) -> AsyncGenerator[None]:
        """A place for one row."""
        await self._wait(tenant, alone=alone)
        try:
            yield
        finally:
            self._leave(tenant)

    async def _wait(self, tenant: str, *, alone: bool) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if alone:
            self._waiting_alone.append((tenant, place))
        else:
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
        self._alone = False
        self.running[tenant] -= 1
        if not self.running[tenant]:
            del self.running[tenant]
        self._grant()

    def _grant(self) -> None:
        while self._waiting_alone and self._waiting_alone[0][1].done():
            self._waiting_alone.popleft()
        if self._waiting_alone:
            # Nobody new until those in work are through: else a row that must be alone would wait for ever.
            if not self.running:
                loner, place = self._waiting_alone.popleft()
                self._alone = True
                self.running[loner] += 1
                place.set_result(None)
            return
        while not self._alone and self.running.total() < self.most and (tenant := self._next()) is not None:
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
