"""Chunks on their way to workers over a real Valkey: each once, to whoever is free, whatever happens to the store."""

import asyncio
import contextlib
import gc
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from service.adapters.queue import Chunk, ChunkQueue, ChunkWorker
from service.adapters.queue_worker import BEAT_S, IDLE_S
from service.errors import JobsUnavailable
from tests.kit.valkey import Valkey

# The library leaves two streams unclosed when it is cancelled; they hold nothing outside of the process.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning")

_STREAM = "local stream = redis.call('KEYS', '*:queues:*')[1]\n"
_HELD = _STREAM + "return cjson.encode(redis.call('XPENDING', stream, 'workers', '-', '+', 10))"
_TAKE_OVER = _STREAM + "return #redis.call('XCLAIM', stream, 'workers', 'another', 0, ARGV[1])"


@pytest.fixture
def server() -> Iterator[Valkey]:
    """A server of its own: what one test queues is not another's."""
    with Valkey() as running:
        yield running


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """What the library leaves is collected here, where it is known, and not in the midst of another test."""
    yield
    gc.collect()


class Hands:
    """A worker whose chunks stay in work until `let_go`; `begun` and `ended` are what it was asked for."""

    def __init__(self) -> None:
        self.begun: list[Chunk] = []
        self.ended: list[Chunk] = []
        self.cut: list[Chunk] = []
        self.let_go = asyncio.Event()
        self.raises: Exception | None = None

    async def work(self, tenant: str, job_id: str, chunk: int) -> None:
        """Hold a chunk."""
        self.begun.append((tenant, job_id, chunk))
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.cut.append((tenant, job_id, chunk))
            raise
        self.ended.append((tenant, job_id, chunk))
        if self.raises is not None:
            raise self.raises


async def until(count: int, counted: list[Chunk], within_s: float = 15.0) -> None:
    """Return once so many chunks are there."""
    last = time.monotonic() + within_s
    while len(counted) < count:
        assert time.monotonic() < last, counted
        await asyncio.sleep(0.01)


@asynccontextmanager
async def open_queue(url: str) -> AsyncIterator[ChunkQueue]:
    """A queue to put into."""
    queue = ChunkQueue(url)
    yield queue
    await queue.close()


@asynccontextmanager
async def working(url: str, hands: Hands) -> AsyncIterator[ChunkWorker]:
    """A worker that takes chunks as long as the block lasts."""
    worker = ChunkWorker(url, hands.work)
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        running.cancel()
        worker.cut()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def chunks(count: int, job_id: str = "job_1") -> list[Chunk]:
    """So many chunks of a tenant whose name needs care."""
    return [("租户 :{}", job_id, number) for number in range(count)]


async def test_the_same_chunk_twice_is_one(server: Valkey) -> None:
    """A chunk that is queued or in work is not queued again; once it is through it may come again."""
    hands = Hands()
    async with open_queue(server.url) as queue, working(server.url, hands):
        await queue.put([*chunks(3), *chunks(3)])
        await queue.put(chunks(2))
        await until(3, hands.begun)
        await queue.put(chunks(3))
        await asyncio.sleep(0.3)
        assert sorted(hands.begun) == chunks(3)
        hands.let_go.set()
        await until(3, hands.ended)
        await asyncio.sleep(0.2)
        await queue.put(chunks(1))
        await until(4, hands.begun)


async def test_chunks_are_spread_over_the_workers(server: Valkey) -> None:
    """No worker takes all there is while another has nothing to do."""
    ours, theirs = Hands(), Hands()
    async with open_queue(server.url) as queue, working(server.url, ours), working(server.url, theirs):
        await queue.put(chunks(1, "warm"))
        await asyncio.sleep(1.0)
        await queue.put(chunks(12))
        last = time.monotonic() + 15
        while len(ours.begun) + len(theirs.begun) < 13:
            assert time.monotonic() < last
            await asyncio.sleep(0.01)
    counts = Counter({"ours": len(ours.begun), "theirs": len(theirs.begun)})
    assert min(counts.values()) >= 3, counts


async def test_a_worker_says_often_that_it_lives(server: Valkey) -> None:
    """A chunk in work is never silent for half of the time after which another worker may take it over."""
    hands = Hands()
    silent_ms = 0
    async with open_queue(server.url) as queue, working(server.url, hands):
        await queue.put(chunks(1))
        await until(1, hands.begun)
        last = time.monotonic() + 2 * IDLE_S
        while time.monotonic() < last:
            [held] = json.loads(server.ask("EVAL", _HELD, "0"))
            silent_ms = max(silent_ms, held[2])
            await asyncio.sleep(0.05)
    assert 0 < silent_ms < IDLE_S / 2 * 1000


async def test_what_another_took_over_stays_with_it(server: Valkey) -> None:
    """A worker that was thought dead does not take its chunk back from the one that has it now."""
    hands = Hands()
    async with open_queue(server.url) as queue, working(server.url, hands):
        await queue.put(chunks(1))
        await until(1, hands.begun)
        [[message, *_]] = json.loads(server.ask("EVAL", _HELD, "0"))
        server.ask("EVAL", _TAKE_OVER, "0", message)
        await asyncio.sleep(3 * BEAT_S)
        [held] = json.loads(server.ask("EVAL", _HELD, "0"))
    assert held[1] == "another"


async def test_a_worker_that_stops_ends_what_it_has(server: Valkey) -> None:
    """A worker that is told to stop takes no chunk any more and ends those in work; those that take too long are cut."""
    hands = Hands()
    async with open_queue(server.url) as queue:
        worker = ChunkWorker(server.url, hands.work)
        running = asyncio.create_task(worker.run())
        await queue.put(chunks(2))
        await until(2, hands.begun)
        running.cancel()
        done, _ = await asyncio.wait({running}, timeout=0.5)
        assert not done
        await queue.put([("a", "late", 0)])
        worker.cut()
        await asyncio.wait({running}, timeout=5)
        assert running.cancelled()
        assert sorted(hands.cut) == chunks(2)
        next_one = Hands()
        async with working(server.url, next_one):
            await until(1, next_one.begun)
            assert next_one.begun == [("a", "late", 0)]


@pytest.mark.parametrize("trouble", [JobsUnavailable("away"), ZeroDivisionError()])
async def test_a_chunk_that_fails_may_come_again(server: Valkey, trouble: Exception) -> None:
    """Whatever a chunk raises, its worker goes on, and whoever keeps the records can queue it again at once."""
    hands = Hands()
    hands.raises = trouble
    hands.let_go.set()
    async with open_queue(server.url) as queue, working(server.url, hands):
        await queue.put(chunks(1))
        await until(1, hands.ended)
        await asyncio.sleep(0.2)
        await queue.put(chunks(2))
        await until(3, hands.ended)


async def test_a_store_that_was_away(server: Valkey) -> None:
    """Putting into a store that is away is `JobsUnavailable`; when it is back, both ends find it again by themselves."""
    hands = Hands()
    hands.let_go.set()
    async with open_queue(server.url) as queue, working(server.url, hands):
        await queue.put(chunks(1))
        await until(1, hands.ended)
        server.kill()
        with pytest.raises(JobsUnavailable):
            await queue.put(chunks(1))
        with pytest.raises(JobsUnavailable):
            await queue.put(chunks(1))
        server.start()
        last = time.monotonic() + 15
        while len(hands.ended) < 2:
            assert time.monotonic() < last
            with contextlib.suppress(JobsUnavailable):
                await queue.put([("a", "after", 0)])
            await asyncio.sleep(0.1)


async def test_what_is_queued_is_no_code(server: Valkey) -> None:
    """Tasks travel as JSON: whoever can write to the store cannot make a worker run code of theirs."""
    async with open_queue(server.url) as queue:
        await queue.put(chunks(1))
        [name] = [
            key for key in server.ask("EVAL", "return table.concat(redis.call('KEYS', '*'), '\\n')", "0").split("\n")
            if ":task:" in key
        ]  # fmt: skip
        assert server.ask("GET", name).startswith('{"f"')
