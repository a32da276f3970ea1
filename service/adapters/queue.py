"""Chunks on their way to workers: streaq, which keeps them in a Redis stream and hands a dead worker's ones to the next.

Only (tenant, job, chunk) travels; what happened to a chunk stands in the job's records.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from coredis.exceptions import NoScriptError, RedisError
from streaq import StreaqError, Worker
from streaq.constants import REDIS_GROUP

from service.adapters.queue_clock import STEADY, STEADY_ARGS
from service.errors import JobsUnavailable, StorageFull

NAME = "{coach-bulk}"
TASK = "chunk"
IDLE_S = 3.0
"""A worker that says nothing for so long is believed dead, and its chunks go to the next one that asks."""
AT_ONCE = 64
"""Chunks in work at once in one worker, so that a tenant who comes late is not behind those who fill their windows."""
CONNECT_S, ANSWER_S, PUT_S = 2.0, 10.0, 3.0
_BACKOFF_S = 0.5
_CLOCK = f"coach:{NAME}:clock"
_OVERDUE_S = 2.0
"""The server ends a wait by the clock on its wall; so long after its time is over nobody waits for that any more."""

Chunk = tuple[str, str, int]
Work = Callable[[str, str, int], Awaitable[None]]

_log = logging.getLogger(__name__)


class _Streaq(Worker[None]):
    """The library's worker, except that signals are the process's own business and that it takes one chunk at a time."""

    @property
    def prefetch(self) -> int:
        """How many chunks it may hold: one more than it has, so that what is queued is spread over all workers."""
        return min(self.concurrency, self._count + 1) if self._running else self.concurrency

    @prefetch.setter
    def prefetch(self, most: int) -> None:
        """What the library makes of its own settings."""

    async def signal_handler(self, scope: Any) -> None:  # noqa: ARG002 - the library's signature
        """Wait for nothing: `handle_signals=False` alone does not keep it from taking SIGTERM over."""
        await asyncio.Event().wait()

    async def _read_streams_legacy(self, *asked: Any, **how: Any) -> Any:
        return await self._in_time(super()._read_streams_legacy(*asked, **how))

    async def _read_streams_max_count(self, *asked: Any, **how: Any) -> Any:
        return await self._in_time(super()._read_streams_max_count(*asked, **how))

    async def _in_time(self, reading: Coroutine[Any, Any, Any]) -> Any:
        """What is read; nothing when the server's clock went back while it kept us waiting."""
        try:
            for priority in self.priorities:
                await self._steady(self.stream_key + priority)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_S + _OVERDUE_S):
                    return await reading
        finally:
            reading.close()
        return {}

    async def _steady(self, stream: str) -> None:
        keys, args = [stream, _CLOCK], [REDIS_GROUP, *STEADY_ARGS]
        try:
            await self.redis.evalsha(STEADY.sha.decode(), keys, args)
        except NoScriptError:
            await self.redis.eval(STEADY.source.decode(), keys, args)


def _streaq(url: str) -> _Streaq:
    return _Streaq(
        redis_url=url,
        redis_kwargs={"connect_timeout": CONNECT_S, "stream_timeout": ANSWER_S, "decode_components": True},
        concurrency=AT_ONCE,
        queue_name=NAME,
        # Never pickle: whoever can write to the store could run code in here.
        serializer=_dumps,
        deserializer=json.loads,
        handle_signals=False,
        idle_timeout=IDLE_S,
    )


def _dumps(value: Any) -> str:
    return json.dumps(value, default=str)


def _task_id(chunk: Chunk) -> str:
    return f"{chunk[1]}:{chunk[2]}"


class ChunkQueue:
    """`ports.Queue` for those who only put: connects when first asked, and again after the store was away."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._ready: asyncio.Future[_Streaq] | None = None
        self._holder: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def put(self, chunks: Sequence[Chunk]) -> None:
        """Queue chunks; those that are queued or in work already stay as they are. Raises `JobsUnavailable`."""
        try:
            async with asyncio.timeout(PUT_S):
                streaq = await self._connected()
                await enqueue(streaq, chunks)
        except (RedisError, StreaqError, OSError, TimeoutError, ExceptionGroup) as trouble:
            await self._disconnect()
            raise JobsUnavailable(f"The queue does not answer ({type(trouble).__name__}).") from trouble

    async def close(self) -> None:
        """Let go of the connections."""
        await self._disconnect()

    async def _connected(self) -> _Streaq:
        if self._ready is None or (self._holder is not None and self._holder.done()):
            self._ready = asyncio.get_running_loop().create_future()
            self._closing = asyncio.Event()
            self._holder = asyncio.create_task(self._hold(self._ready, self._closing))
        return await asyncio.shield(self._ready)

    async def _hold(self, ready: "asyncio.Future[_Streaq]", closing: asyncio.Event) -> None:
        # The library's connections belong to the task that opened them: one task opens and closes them.
        try:
            async with _streaq(self._url) as streaq:
                ready.set_result(streaq)
                await closing.wait()
        except Exception as trouble:  # noqa: BLE001 - told to whoever waits, or already told by a failed call
            if not ready.done():
                ready.set_exception(OSError(type(trouble).__name__))
                # Looked at here: nobody may be waiting any more.
                ready.exception()

    async def _disconnect(self) -> None:
        holder, self._holder, self._ready = self._holder, None, None
        self._closing.set()
        if holder is not None and not holder.done():
            done, _ = await asyncio.wait({holder}, timeout=CONNECT_S)
            if not done:
                holder.cancel()


async def enqueue(streaq: Worker[None], chunks: Sequence[Chunk]) -> None:
    """Queue chunks under their own names, so that the same one twice is one."""
    tasks = []
    for chunk in chunks:
        task = streaq.enqueue_unsafe(TASK, *chunk)
        task.id = _task_id(chunk)
        tasks.append(task)
    await streaq.enqueue_many(tasks)


class ChunkWorker:
    """Takes chunks from the queue and has `work` do them, until `run` is cancelled; those in work then end first."""

    def __init__(self, url: str, work: Work) -> None:
        self._url = url
        self._work = work
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work for ever; a store that is away is asked again every half second."""
        while True:
            streaq = _streaq(self._url)
            streaq.task(
                name=TASK, max_tries=None, silent=True, timeout=None, ttl=0,
            )(self._one)  # fmt: skip
            try:
                await streaq.run_async()
            except (Exception, ExceptionGroup) as trouble:  # noqa: BLE001 - whatever it is, the queue is needed
                _log.warning("queue away: %s", _kinds(trouble))
            await asyncio.sleep(_BACKOFF_S)

    def cut(self) -> None:
        """Call off the chunks in work: their time is up."""
        for task in tuple(self._running):
            task.cancel()

    async def _one(self, tenant: str, job_id: str, chunk: int) -> None:
        task = asyncio.ensure_future(self._work(tenant, job_id, chunk))
        self._running.add(task)
        try:
            await asyncio.wait({task})
        finally:
            self._running.discard(task)
        trouble = None if task.cancelled() else task.exception()
        # The queue is done with it either way: whoever looks for chunks that are out and not queued puts it in again,
        # by the store's clock and not by a machine's.
        if trouble is not None and not isinstance(trouble, JobsUnavailable | StorageFull):
            _log.error("chunk failed: %s", type(trouble).__name__, exc_info=trouble)


def _kinds(trouble: BaseException) -> str:
    """What kinds of trouble a group holds; their words may hold what was sent."""
    if isinstance(trouble, BaseExceptionGroup):
        return ", ".join(sorted({_kinds(one) for one in trouble.exceptions}))
    return type(trouble).__name__
