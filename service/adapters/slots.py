"""How many calls the model's server gets at once from all processes together; live calls come before bulk rows."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from service.adapters.slot_scripts import COUNT, GIVE, LOOK, RENEW, SLOW, TAKE
from service.adapters.store import UNANSWERED, Script, Store

LEASE_S = 6.0
RENEW_S = 1.5
POLL_S = 0.025
# Shorter calls are over before anybody could make room for them.
LATE_S = 0.02
# What is waited after a 429 that does not say how long, and the least and the most that any is believed.
REFUSED_S = 1.0
LEAST_WAIT_S, MOST_WAIT_S = 0.2, 60.0
_KEYS = (b"coach:{slots}:live", b"coach:{slots}:bulk", b"coach:{slots}:pace", b"coach:{slots}:clock")


class _Slot:
    """`ports.BulkSlot`; `taken_at` is the store's time in ms, 0 when the store did not grant it."""

    def __init__(self, slots: "RedisSlots", taken_at: int) -> None:
        self.token = secrets.token_hex(8).encode()
        self.taken_at = taken_at
        self.refused = False
        self._slots = slots

    async def limited(self, retry_after_s: float | None) -> None:
        """The server said 429: bulk rows everywhere slow down."""
        self.refused = True
        wait_s = REFUSED_S if retry_after_s is None else min(max(retry_after_s, LEAST_WAIT_S), MOST_WAIT_S)
        await self._slots.slow_down(self.taken_at, wait_s)


class RedisSlots:
    """`ports.Slots` over a `Store`; with the store away each process counts what it holds itself.

    Of `slots` places a quarter, rounded up, is kept free of bulk rows; of a single place none is.
    """

    def __init__(
        self, store: Store, *, slots: int, lease_s: float = LEASE_S, renew_s: float = RENEW_S
    ) -> None:
        self._store = store
        self._most = max(1, slots - -(-slots // 4))
        self._lease_s = lease_s
        self._renew_s = renew_s
        self._live = 0
        self._held: set[_Slot] = set()
        self._turn = asyncio.Lock()
        self._freed = asyncio.Event()
        self._resume_at = 0.0
        self._renewing: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def live(self, lease_s: float) -> AsyncIterator[None]:
        """Let a live call be counted."""
        loop = asyncio.get_running_loop()
        token = secrets.token_hex(8).encode()
        told: list[asyncio.Task[None]] = []
        self._live += 1
        timer = loop.call_later(
            LATE_S, lambda: told.append(self._aside(self._run(COUNT, token, _ms(lease_s))))
        )
        try:
            yield
        finally:
            self._live -= 1
            self._freed.set()
            timer.cancel()
            if told:
                self._aside(self._give(token, b"0", after=told[0]))

    @asynccontextmanager
    async def bulk(self) -> AsyncIterator[_Slot]:
        """A place for a bulk row, as soon as one is free."""
        slot = await self._take()
        self._held.add(slot)
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renew())
        ended = b"0"
        try:
            yield slot
            ended = b"0" if slot.refused else b"1"
        finally:
            self._held.discard(slot)
            self._aside(self._give(slot.token, ended))

    async def slow_down(self, taken_at: int, wait_s: float) -> None:
        """Halve the limit of bulk rows, once for all that were under way, and let none begin for so long."""
        self._resume_at = max(self._resume_at, asyncio.get_running_loop().time() + wait_s)
        await self._run(SLOW, b"%d" % taken_at, b"%d" % self._most, _ms(wait_s))

    async def look(self) -> tuple[int, int] | None:
        """Bulk rows' calls under way in all processes, and how many there may be now; None when the store is silent."""
        try:
            held, limit = await self._store.run(LOOK, _KEYS, b"%d" % self._most)
            return int(held), int(limit)
        except (*UNANSWERED, TypeError, ValueError):
            return None

    async def close(self) -> None:
        """Give back what is held here."""
        if self._renewing is not None:
            self._renewing.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _take(self) -> _Slot:
        # One row of a process asks at a time, so that those who wait cost the store no more than one would.
        async with self._turn:
            slot = _Slot(self, 0)
            while (wait_s := await self._asked(slot)) > 0:
                self._freed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._freed.wait(), min(wait_s, 1.0))
            return slot

    async def _asked(self, slot: _Slot) -> float:
        """0.0 when the place is granted, else the seconds after which to ask again."""
        try:
            granted, value = await self._store.run(
                TAKE, _KEYS, slot.token, b"%d" % self._most, _ms(self._lease_s)
            )
            if granted:
                slot.taken_at = int(value)
                return 0.0
            return max(int(value) / 1000, POLL_S)
        except (*UNANSWERED, TypeError, ValueError):
            rest_s = self._resume_at - asyncio.get_running_loop().time()
            if rest_s > 0:
                return rest_s
            return 0.0 if self._live + len(self._held) < self._most else POLL_S

    async def _renew(self) -> None:
        while self._held:
            await asyncio.sleep(self._renew_s)
            await self._run(RENEW, _ms(self._lease_s), *(slot.token for slot in self._held))

    async def _give(self, token: bytes, ended: bytes, after: asyncio.Task[None] | None = None) -> None:
        if after is not None:
            await after
        await self._run(GIVE, token, b"%d" % self._most, ended)
        self._freed.set()

    async def _run(self, script: Script, *args: bytes) -> None:
        # What the store does not hear of lapses by itself.
        with suppress(*UNANSWERED):
            await self._store.run(script, _KEYS, *args)

    def _aside(self, doing: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Nobody waits for the store when a call begins or ends; a caller that is cancelled gives back as well."""
        task = asyncio.create_task(doing)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task


def _ms(seconds: float) -> bytes:
    return b"%d" % round(seconds * 1000)
