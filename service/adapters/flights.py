"""One flight per key over all processes: whoever asks the same shares one call to the model.

A lease in Redis says which process leads; a fence says which flight holds it, so that a process that was away
too long neither renews, nor ends, nor publishes what is no longer its own.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Coroutine
from typing import Any

from redis.exceptions import ResponseError

from service.adapters.sealed import seal, unseal
from service.adapters.store import UNANSWERED, Script, Store
from service.core.cache_key import CacheKey
from service.errors import CacheUnavailable
from service.ports import CachedText, Landed, Lead

LEASE_S = 2.0
RENEW_S = 0.5
POLL_S = 0.025
LANDED_S = 1.0
MOMENT_S = 0.05
_LANDED_MS = b"%d" % round(LANDED_S * 1000)

# KEYS lease, landed; ARGV fence, lease in ms, whether to look for an outcome, its life in ms. A lease without an end, or
# with one as far away as it is after the server's clock was put back, is given one; such an outcome is none.
_JOIN = Script("""
if ARGV[3] == '1' and redis.call('PTTL', KEYS[2]) <= tonumber(ARGV[4]) then
  local landed = redis.call('GETRANGE', KEYS[2], 0, 65536)
  if landed ~= '' then return {2, landed} end
end
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return {1, ''} end
local left = redis.call('PTTL', KEYS[1])
if left == -1 or left > tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return {0, ''}
""")
# KEYS lease; ARGV fence, lease in ms. A lease that is lost and taken by nobody is taken back.
_RENEW = Script("""
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
""")
# KEYS lease, landed; ARGV fence, outcome, its life in ms.
_LAND = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[1])
return 1
""")
# KEYS lease; ARGV fence.
_RELEASE = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
""")


class _Flight:
    """A flight as one process sees it: who waits here, and what it is called in Redis."""

    def __init__(self, key: CacheKey) -> None:
        name = key.name.encode()
        self.key = key
        self.lease = b"coach:lease:{%b}" % name
        self.landed = b"coach:landed:{%b}" % name
        self.fence = secrets.token_hex(8).encode()
        self.waiters: deque[asyncio.Future[Lead | Landed]] = deque()
        self.shared = False
        self.driver: asyncio.Task[None] | None = None

    def next_waiter(self) -> asyncio.Future[Lead | Landed] | None:
        """Whoever has waited longest and still waits."""
        while self.waiters:
            waiter = self.waiters.popleft()
            if not waiter.done():
                return waiter
        return None

    def anyone(self) -> bool:
        """Whether somebody still waits."""
        while self.waiters and self.waiters[0].done():
            self.waiters.popleft()
        return bool(self.waiters)


class RedisFlights:
    """`ports.Flights` over a `Store`; with the store away, one flight per process."""

    def __init__(self, store: Store, *, lease_s: float = LEASE_S, renew_s: float = RENEW_S) -> None:
        self._store = store
        self._lease_s = lease_s
        self._lease_ms = b"%d" % round(lease_s * 1000)
        self._renew_s = renew_s
        self._flights: dict[CacheKey, _Flight] = {}
        self._background: set[asyncio.Task[None]] = set()

    async def join(self, key: CacheKey, wait_s: float) -> Lead | Landed:
        """The lead, or how the flight under way ended; `Landed(None)` after `wait_s` seconds or a lease and one."""
        loop = asyncio.get_running_loop()
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(key)
            # Not the joiner's own task: cancelling the joiner must not lose a lease that is just being granted.
            flight.driver = loop.create_task(self._drive(flight))
        waiter: asyncio.Future[Lead | Landed] = loop.create_future()
        flight.waiters.append(waiter)
        timer = loop.call_later(max(0.0, min(self._lease_s + 1.0, wait_s)), _settle, waiter, Landed(None))
        try:
            return await waiter
        except asyncio.CancelledError:
            # The lead can be handed over in the same turn of the loop in which the joiner is cancelled.
            if waiter.done() and not waiter.cancelled() and isinstance(lead := waiter.result(), _Lead):
                self._later(lead.release())
            raise
        finally:
            timer.cancel()

    async def close(self) -> None:
        """Stop renewing and polling; leases still held lapse by themselves."""
        drivers = [flight.driver for flight in self._flights.values() if flight.driver]
        for driver in drivers:
            driver.cancel()
        await asyncio.gather(*drivers, *self._background, return_exceptions=True)

    async def _drive(self, flight: _Flight) -> None:
        """The life of a flight in this process: look for the lead or an outcome, then renew until it ends."""
        try:
            outcome = await self._seek(flight)
            if outcome is not None:
                self.end(flight, outcome)
                return
            if not self.hand_over(flight):
                return
            while flight.shared:
                await asyncio.sleep(self._renew_s)
                flight.shared = await self._renew(flight)
            # A lead that nobody else knows of: nothing to renew, and `end` or `hand_over` cancels this task.
            await asyncio.Event().wait()
        finally:
            self._forget(flight)

    async def _seek(self, flight: _Flight) -> Landed | None:
        """How the flight ended, or None once this process leads."""
        asked = False
        look = b"1"
        while True:
            try:
                said, raw = await self._store.run(
                    _JOIN, (flight.lease, flight.landed), flight.fence, self._lease_ms, look, _LANDED_MS
                )
            except (ResponseError, TypeError, ValueError):
                return None
            except CacheUnavailable:
                # One slow answer does not end somebody else's flight; a store that is away does.
                if not asked or self._store.state == "down":
                    return None
            else:
                if said == 1:
                    flight.shared = True
                    return None
                if said == 2:
                    landed = unseal(flight.landed, flight.key.secret, raw)
                    if landed is not None:
                        return landed
                    # Not written by any of us: pass it by, or nobody would fly while it lies there.
                    look = b"0"
            asked = True
            await asyncio.sleep(POLL_S)
            if not flight.anyone():
                return Landed(None)

    async def _renew(self, flight: _Flight) -> bool:
        try:
            return bool(await self._store.run(_RENEW, (flight.lease,), flight.fence, self._lease_ms))
        except UNANSWERED:
            return True

    def end(self, flight: _Flight, outcome: Landed) -> None:
        """Close a flight in this process and wake all who wait here."""
        self._forget(flight)
        for waiter in flight.waiters:
            _settle(waiter, outcome)

    def hand_over(self, flight: _Flight) -> bool:
        """Give the lead to whoever has waited longest here; False when nobody does, and other processes may take it."""
        waiter = flight.next_waiter()
        if waiter is not None:
            waiter.set_result(_Lead(self, flight))
            return True
        self._forget(flight)
        self._later(self._tell(_RELEASE, (flight.lease,), flight.fence))
        return False

    async def publish(self, flight: _Flight, value: CachedText | None) -> None:
        """Tell the other processes how the flight ended, if it is still ours."""
        try:
            sealed = seal(flight.landed, flight.key.secret, value)
        except ValueError:
            sealed = seal(flight.landed, flight.key.secret, None)
        task = self._later(self._tell(_LAND, (flight.lease, flight.landed), flight.fence, sealed, _LANDED_MS))
        # A slow store hears of it later; the followers here know already.
        await asyncio.wait({task}, timeout=MOMENT_S)

    async def _tell(self, script: Script, keys: tuple[bytes, ...], *args: bytes) -> None:
        try:
            await self._store.run(script, keys, *args)
        except UNANSWERED:
            # The lease lapses by itself; the followers elsewhere then take over.
            return

    def _forget(self, flight: _Flight) -> None:
        if self._flights.get(flight.key) is flight:
            del self._flights[flight.key]
        if flight.driver is not None and flight.driver is not asyncio.current_task():
            flight.driver.cancel()

    def _later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task


class _Lead:
    """`ports.Lead`: good for one `land` or one `release`."""

    def __init__(self, flights: RedisFlights, flight: _Flight) -> None:
        self._flights = flights
        self._flight = flight
        self._over = False

    async def land(self, value: CachedText | None) -> None:
        """Tell the followers: a text, or `no_text`. Never raises."""
        if not self._over:
            self._over = True
            self._flights.end(self._flight, Landed(value))
            await self._flights.publish(self._flight, value)

    async def release(self) -> None:
        """Give the lead up without an outcome; a follower takes over. No effect after `land`."""
        if not self._over:
            self._over = True
            self._flights.hand_over(self._flight)


def _settle(waiter: asyncio.Future[Lead | Landed], outcome: Landed) -> None:
    if not waiter.done():
        waiter.set_result(outcome)
