"""Commands to Redis from many callers at once: those that come together share one round trip.

The connections belong to a few lanes and never to a caller, so a caller that is cancelled leaves no half-read
reply behind, and a thousand callers need no thousand connections.
"""

import asyncio
import contextlib
from collections import deque
from hashlib import sha1
from typing import Any, Literal

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import AuthenticationError, BusyLoadingError, NoScriptError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from service.adapters.clock import SystemClock
from service.adapters.redis_breaker import Breaker
from service.adapters.redis_client import TIMEOUT_S, make_connection
from service.errors import CacheUnavailable
from service.ports import Clock

PROBE_S = 1.0
LANES = 4
MAX_BATCH = 128
# What a caller of `Store` sees instead of a reply: nothing came back, or the server said no to this command.
UNANSWERED = (CacheUnavailable, ResponseError)

_Question = tuple[tuple[bytes, ...], asyncio.Future[Any]]


class Script:
    """A Lua script and the name that the server knows it by."""

    def __init__(self, source: str) -> None:
        self.source = source.encode()
        self.sha = sha1(self.source, usedforsecurity=False).hexdigest().encode()


class Store:
    """One Redis. A call takes at most `timeout_s` seconds, waiting included, and is never tried twice."""

    def __init__(
        self, url: str, *, clock: Clock | None = None, timeout_s: float = TIMEOUT_S, lanes: int = LANES
    ) -> None:
        self._clock = clock or SystemClock()
        self._breaker = Breaker(self._clock)
        self._timeout_s = timeout_s
        self._connections = [make_connection(url, timeout_s) for _ in range(lanes)]
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting: deque[_Question] = deque()
        self._idle: list[asyncio.Future[None]] = []
        self._called = False
        self._due: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._sweeper: asyncio.TimerHandle | None = None
        self._answered_at = 0.0
        self._closed = False

    @property
    def state(self) -> Literal["up", "down"]:
        """Whether the store answered when it was last asked; asked at least once in `PROBE_S` seconds."""
        return self._breaker.state

    async def start(self) -> None:
        """Ask once, so that `state` is true from the beginning, and keep asking while there is no traffic."""
        self._begin()
        await self._probe()

    async def close(self) -> None:
        """Let go of the connections; calls from now on, and those under way, are `CacheUnavailable`."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._sweeper is not None:
            self._sweeper.cancel()
        for _, future in self._due:
            _fail(future, "the store is closed")
        for connection in self._connections:
            await connection.disconnect(nowait=True)

    async def call(self, *words: bytes) -> Any:
        """The reply to one command: bytes, int, None or a list of these.

        Raises `CacheUnavailable` when none comes, `redis.exceptions.ResponseError` when the server says no.
        """
        if self._breaker.state == "down":
            raise CacheUnavailable("the store is down")
        return await self._ask(words)

    async def run(self, script: Script, keys: tuple[bytes, ...], *args: bytes) -> Any:
        """What a script returns; raises like `call`."""
        tail = (b"%d" % len(keys), *keys, *args)
        try:
            return await self.call(b"EVALSHA", script.sha, *tail)
        except NoScriptError:
            return await self.call(b"EVAL", script.source, *tail)

    async def _ask(self, words: tuple[bytes, ...]) -> Any:
        if self._closed:
            raise CacheUnavailable("the store is closed")
        if not self._tasks:
            self._begin()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._waiting.append((words, future))
        self._wake()
        due = loop.time() + self._timeout_s
        self._due.append((due, future))
        if self._sweeper is None:
            self._sweeper = loop.call_at(due, self._sweep)
        return await future

    def _begin(self) -> None:
        if self._tasks or self._closed:
            return
        self._tasks = [asyncio.create_task(self._lane(connection)) for connection in self._connections]
        self._tasks.append(asyncio.create_task(self._watch()))

    def _sweep(self) -> None:
        """Turn away whoever has waited long enough. One timer serves all, for all wait equally long."""
        now = asyncio.get_running_loop().time()
        while self._due and (self._due[0][0] <= now or self._due[0][1].done()):
            _fail(self._due.popleft()[1], "no answer in time")
        self._sweeper = (
            asyncio.get_running_loop().call_at(self._due[0][0], self._sweep) if self._due else None
        )

    def _wake(self) -> None:
        # One lane is enough for all who call in the same turn of the loop; it calls the next if it leaves any.
        if self._idle and not self._called:
            self._called = True
            self._idle.pop().set_result(None)

    async def _lane(self, connection: AbstractConnection) -> None:
        while True:
            if not self._waiting:
                bell = asyncio.get_running_loop().create_future()
                self._idle.append(bell)
                await bell
                self._called = False
            batch: list[_Question] = []
            while self._waiting and len(batch) < MAX_BATCH:
                question = self._waiting.popleft()
                if not question[1].done():
                    batch.append(question)
            if self._waiting:
                self._wake()
            if batch:
                await self._exchange(connection, batch)

    async def _exchange(self, connection: AbstractConnection, batch: list[_Question]) -> None:
        connecting = True
        try:
            async with asyncio.timeout(self._timeout_s):
                # Bytes that nobody asked for would be taken for the answer to the next question.
                if not connection.is_connected or await connection.can_read():
                    await connection.disconnect(nowait=True)
                    await connection.connect_check_health(check_health=False)
                connecting = False
                packed = connection.pack_commands([words for words, _ in batch])
                await connection.send_packed_command(packed, check_health=False)
                for _, future in batch:
                    try:
                        reply = await connection.read_response(disable_decoding=True)
                    except ResponseError as refusal:
                        if not future.done():
                            future.set_exception(refusal)
                    else:
                        if not future.done():
                            future.set_result(reply)
        except Exception as trouble:  # noqa: BLE001 - garbage makes the parser raise anything at all
            await connection.disconnect(nowait=True)
            slow = isinstance(trouble, TimeoutError | RedisTimeoutError)
            refused = (connecting and not slow) or isinstance(trouble, AuthenticationError | BusyLoadingError)
            self._breaker.failed(type(trouble).__name__, refused=refused)
            for _, future in batch:
                _fail(future, "the store gave no answer")
        else:
            self._answered_at = self._clock.monotonic()
            self._breaker.answered()

    async def _watch(self) -> None:
        while True:
            await self._clock.sleep(PROBE_S)
            if self.state == "down" or self._clock.monotonic() - self._answered_at >= PROBE_S:
                await self._probe()

    async def _probe(self) -> None:
        # A refusal is an answer: a server that takes no writes still serves reads.
        with contextlib.suppress(*UNANSWERED):
            await self._ask((b"PING",))


def _fail(future: asyncio.Future[Any], why: str) -> None:
    if not future.done():
        future.set_exception(CacheUnavailable(why))
