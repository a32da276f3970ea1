"""Chunks on their way to workers: streaq, which keeps them in a Redis stream and hands a dead worker's ones to the next.

Only (tenant, job, chunk) travels; what happened to a chunk stands in the job's records.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from coredis.exceptions import RedisError
from streaq import StreaqError

from service.adapters.queue_worker import QueueWorker, queue_worker
from service.errors import JobsUnavailable, StorageFull

TASK = "chunk"
PUT_S = 3.0
_CLOSE_S = 2.0
_BACKOFF_S = 0.5

Chunk = tuple[str, str, int]
Work = Callable[[str, str, int], Awaitable[None]]

_log = logging.getLogger(__name__)


def _task_id(chunk: Chunk) -> str:
    return f"{chunk[1]}:{chunk[2]}"


class ChunkQueue:
    """`ports.Queue` for those who only put: connects when first asked, and again after the store was away."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._ready: asyncio.Future[QueueWorker] | None = None
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

    async def _connected(self) -> QueueWorker:
        if self._ready is None or (self._holder is not None and self._holder.done()):
            self._ready = asyncio.get_running_loop().create_future()
            self._closing = asyncio.Event()
            self._holder = asyncio.create_task(self._hold(self._ready, self._closing))
        return await asyncio.shield(self._ready)

    async def _hold(self, ready: "asyncio.Future[QueueWorker]", closing: asyncio.Event) -> None:
        # The library's connections belong to the task that opened them: one task opens and closes them.
        try:
            async with queue_worker(self._url) as streaq:
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
            done, _ = await asyncio.wait({holder}, timeout=_CLOSE_S)
            if not done:
                holder.cancel()


async def enqueue(streaq: QueueWorker, chunks: Sequence[Chunk]) -> None:
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
            streaq = queue_worker(self._url)
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
