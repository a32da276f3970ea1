"""What an operator is told of the jobs in a real Valkey, whoever they belong to."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest

from service.adapters.jobs_calls import JobCalls
from service.adapters.jobs_figures import JobsLook
from service.adapters.redis_client import make_client
from service.adapters.slots import RedisSlots
from service.adapters.store import Store
from service.core.jobs import BulkFigures, JobStatus
from tests.contract.test_jobs import Records, row
from tests.kit.proxy import Proxy, Relay, Say
from tests.kit.valkey import Valkey

SLOTS = 8
"""Six of them for bulk rows."""
NOBODY: dict[JobStatus, int] = {"queued": 0, "running": 0, "paused": 0}


class Seen:
    """A look into one server, and what makes it see something."""

    def __init__(self, url: str) -> None:
        self.calls = JobCalls(make_client(url, timeout_s=0.5))
        self.store = Store(url)
        self.slots = RedisSlots(self.store, slots=SLOTS)
        self.look = JobsLook(self.calls, self.slots)

    async def now(self) -> BulkFigures:
        """The figures."""
        await self.look.look()
        assert self.look.figures is not None
        return self.look.figures

    async def close(self) -> None:
        """Let go of everything."""
        await self.slots.close()
        await self.store.close()
        await self.calls.close()


@pytest.fixture
async def seen(valkey: Valkey) -> AsyncIterator[Seen]:
    """A look into a store of its own."""
    made = Seen(valkey.url)
    yield made
    await made.close()


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    """A server that nobody else has."""
    with Valkey() as running:
        yield running


async def test_an_empty_store_has_nothing_to_tell(seen: Seen) -> None:
    """Before the first job every figure is there and zero, so that a graph begins somewhere."""
    assert await seen.now() == BulkFigures(0, NOBODY, NOBODY, 0, 0, 6)
    assert seen.look.keeps is True


async def test_open_jobs_and_their_rows_are_counted(seen: Seen) -> None:
    """Over all tenants: jobs by status with the rows still to do, and the chunks with workers."""
    one, other = Records(seen.calls, "甲"), Records(seen.calls, "乙")
    waiting, (running, lease), (held, _) = await one.make(120), await other.taken(100), await other.taken(30)
    await other.ledger.write(lease, row(0))
    await other.jobs.pause("乙", held)
    assert await seen.now() == BulkFigures(
        0, {"queued": 1, "running": 1, "paused": 1}, {"queued": 120, "running": 99, "paused": 30}, 3, 0, 6
    )
    await other.jobs.resume("乙", held)
    assert (await seen.now()).jobs == {"queued": 1, "running": 2, "paused": 0}
    assert await other.ledger.finish("乙", running)
    await other.ledger.finish("乙", held, "The files of the job are gone.")
    await one.jobs.cancel("甲", waiting)
    gone = await one.make(70)
    await one.jobs.delete("甲", gone)
    assert await seen.now() == BulkFigures(0, NOBODY, NOBODY, 0, 0, 6), "what has ended is nobody's work"


async def test_an_end_is_told_by_one(seen: Seen) -> None:
    """Of several workers that set a job down as ended one is told that it did: it is logged once."""
    records = Records(seen.calls)
    job_id = await records.make()
    ends = await asyncio.gather(*(records.ledger.finish(records.tenant, job_id) for _ in range(5)))
    assert sorted(ends) == [False] * 4 + [True]
    assert not await records.ledger.finish(records.tenant, "job_none")


async def test_workers_that_are_heard_of_are_counted(seen: Seen) -> None:
    """A worker counts while it says so; one that fell silent, and one from before the clock was put back, do not."""
    records = Records(seen.calls)
    await records.ledger.present("one")
    await records.ledger.present("two")
    assert (await seen.now()).workers == 2
    await records.ledger.absent("two")
    for worker, off_s in (("silent", -11), ("from the future", 3600)):
        seconds, _ = await seen.calls.call("TIME")
        await seen.calls.call("ZADD", "coach:bulk:workers", int(seconds) + off_s, worker)
    assert (await seen.now()).workers == 1


async def test_calls_and_their_limit_are_told(seen: Seen) -> None:
    """Calls that rows have under way in any process; a 429 halves the limit, and none begins while it is waited out."""
    async with AsyncExitStack() as stack:
        held = [await stack.enter_async_context(seen.slots.bulk()) for _ in range(4)]
        assert (await seen.now())[-2:] == (4, 6)
        await held[0].limited(0.3)
        assert (await seen.now())[-2:] == (4, 0)
        await asyncio.sleep(0.35)
        assert (await seen.now())[-2:] == (4, 3)


async def test_a_look_does_not_grow_with_rows_or_old_jobs(seen: Seen, valkey: Valkey) -> None:
    """A store with a thousand ended jobs and long ones is asked for as much as an empty one: two commands an open job."""
    records = Records(seen.calls)

    async def commands() -> int:
        valkey.ask("CONFIG", "RESETSTAT")
        await seen.now()
        told = await seen.calls.call("INFO", "commandstats")
        return sum(int(one["calls"]) for name, one in told.items() if "cmdstat" in name)

    await records.make(10)
    few = await commands()
    for _ in range(100):
        job_id = await records.make(1_000_000)
        await records.ledger.finish(records.tenant, job_id)
    assert await commands() <= few + 2


async def test_nothing_is_told_of_a_store_that_is_away_or_lies(valkey: Valkey) -> None:
    """No figure outlives the store that it was read from: unknown is not zero, and nothing breaks; back, all is seen."""
    async with Proxy(valkey.url) as proxy:
        seen = Seen(proxy.url)
        await Records(seen.calls).make(10)
        assert (await seen.now()).jobs["queued"] == 1
        for lie in (
            b":1\r\n",
            b"$3\r\nabc\r\n",
            b"*2\r\n:1\r\n$1\r\nx\r\n",
            b"-LOADING it is\r\n",
            b"HTTP/1.1 400\r\n\r\n",
        ):
            proxy.mode = Say(lie)
            await seen.look.look()
            assert (seen.look.keeps, seen.look.figures) == (None, None), lie
            proxy.mode = Relay()
            proxy.cut()
        valkey.kill()
        await seen.look.look()
        assert (seen.look.keeps, seen.look.figures) == (None, None)
        valkey.start()
        assert (await seen.now()).jobs["queued"] == 1
        await seen.close()


async def test_a_store_that_keeps_nothing_is_looked_at_all_the_same() -> None:
    """Without a journal there are figures, and the word that no job is safe."""
    with Valkey("--appendonly", "no") as forgetful:
        seen = Seen(forgetful.url)
        assert (await seen.now()).jobs == NOBODY
        assert seen.look.keeps is False
        await seen.close()
