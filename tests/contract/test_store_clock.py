"""R39: what the store keeps for a while is kept so long, whatever its clock does meanwhile."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from service.adapters.flights import RedisFlights
from service.adapters.jobs import RedisJobs
from service.adapters.jobs_calls import JobCalls
from service.adapters.jobs_ledger import RedisLedger
from service.adapters.limits import RedisLimits
from service.adapters.redis_client import make_client
from service.adapters.slots import RedisSlots
from service.adapters.store import Store
from service.core.jobs import Order
from service.ports import Landed
from tests.kit.jumping_clock import DAY, HOUR, JUMPS, NEAR_S, JumpingClock, jumping_clock
from tests.kit.service_process import clean_environ
from tests.kit.stores import open_store, some_key
from tests.kit.valkey import Valkey

SOON_S = 20.0


@pytest.fixture
def clock() -> Iterator[JumpingClock]:
    """The store's clock."""
    with jumping_clock() as made:
        yield made


@pytest.fixture
def valkey(clock: JumpingClock) -> Iterator[Valkey]:
    """A store that goes by it."""
    with Valkey(environ=clock.environ) as running:
        yield running


@pytest.fixture
async def stores(valkey: Valkey) -> AsyncIterator[tuple[Store, Store]]:
    """What two processes hold of it."""
    async with open_store(valkey.url) as one, open_store(valkey.url) as two:
        yield one, two


@pytest.fixture
async def calls(valkey: Valkey) -> AsyncIterator[JobCalls]:
    """Job records in it."""
    made = JobCalls(make_client(valkey.url))
    yield made
    await made.close()


@pytest.fixture
def reader(clock: JumpingClock) -> Iterator[subprocess.Popen[str]]:
    """A process that goes by it too, and tells its wall and its monotonic clock for each line it is sent."""
    code = "import sys, time\nfor _ in sys.stdin: print(time.time(), time.monotonic(), flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", code], env=clean_environ(Path(), clock.environ), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as running:  # fmt: skip
        yield running


async def test_the_clocks_of_processes_jump(
    clock: JumpingClock, valkey: Valkey, reader: subprocess.Popen[str]
) -> None:
    """The clock on the wall of our processes and of the store jumps as told; the monotonic clock does not."""
    assert reader.stdin is not None
    assert reader.stdout is not None
    for jump in (0.0, *JUMPS):
        await clock.jump_store(jump, valkey)
        reader.stdin.write("\n")
        reader.stdin.flush()
        wall, monotonic = map(float, reader.stdout.readline().split())
        assert clock.shows(wall)
        assert abs(monotonic - time.monotonic()) < NEAR_S
    assert clock.ahead_s == -HOUR - DAY


async def test_held_places_stay_held(
    clock: JumpingClock, valkey: Valkey, stores: tuple[Store, Store]
) -> None:
    """Places at the model that are held when the clock jumps are held after it, and free once they are given back."""
    one, two = (RedisSlots(store, slots=4) for store in stores)
    for jump in JUMPS:
        async with AsyncExitStack() as held:
            for _ in range(3):
                await held.enter_async_context(one.bulk())
            await clock.jump_store(jump, valkey)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await held.enter_async_context(two.bulk())
        async with asyncio.timeout(SOON_S), two.bulk():
            pass
    await one.close()
    await two.close()


async def test_the_places_of_the_dead_come_free(
    clock: JumpingClock, valkey: Valkey, stores: tuple[Store, Store]
) -> None:
    """A clock that is put back by a day does not make a dead worker's places, nor a 429, last for a day."""
    dead, here = (RedisSlots(store, slots=4, lease_s=2.0) for store in stores)
    async with AsyncExitStack() as stack:
        for _ in range(3):
            slot = await stack.enter_async_context(dead.bulk())
        await slot.limited(2.0)
        await dead.close()
        await clock.jump_store(-DAY, valkey)
        async with asyncio.timeout(SOON_S), here.bulk():
            pass
    await here.close()


async def test_a_flight_does_not_last(
    clock: JumpingClock, valkey: Valkey, stores: tuple[Store, Store]
) -> None:
    """When the clock is put back, a leader that died keeps nobody out for a day, nor does a failure stay for a day."""
    dead, here = (RedisFlights(store) for store in stores)
    led, failed = some_key(), some_key()
    assert not isinstance(await dead.join(led, SOON_S), Landed)
    lead = await dead.join(failed, SOON_S)
    assert not isinstance(lead, Landed)
    await lead.land(None)
    await dead.close()
    await clock.jump_store(-DAY, valkey)
    assert not isinstance(await here.join(failed, SOON_S), Landed)
    assert not isinstance(await here.join(led, SOON_S), Landed)
    await here.close()


async def test_a_rate_limit_neither_opens_nor_locks(
    clock: JumpingClock, valkey: Valkey, stores: tuple[Store, Store]
) -> None:
    """Put forward, the clock gives a tenant what a minute gives and no more; put back, it makes nobody wait for longer."""
    limits = RedisLimits(stores[0])

    async def admitted() -> int:
        return [await limits.take("acme", 20) for _ in range(60)].count(0.0)

    # A token comes every three seconds besides.
    assert 20 <= await admitted() <= 25
    for jump in JUMPS:
        await clock.jump_store(jump, valkey)
        assert await admitted() <= (25 if jump > 0 else 5)
        assert 0 <= await limits.take("acme", 20) <= 3.0


async def test_no_job_is_forgotten(clock: JumpingClock, valkey: Valkey, calls: JobCalls) -> None:
    """A clock that goes forward by more than the days that jobs are kept forgets none; one that comes right does."""
    ledger = RedisLedger(calls)
    await RedisJobs(calls).create("acme", "job_1", Order("jsonl", "a.jsonl"), 120, 50, None)
    assert not await ledger.sweep(DAY / 2)
    for jump in (DAY, -DAY, 2 * DAY, -2 * DAY):
        await clock.jump_store(jump, valkey)
        for _ in range(3):
            assert not await ledger.sweep(DAY / 2)
    assert [job_id for _, job_id in await ledger.sweep(-5)] == ["job_1"]


async def test_nobody_who_died_is_waited_for(clock: JumpingClock, valkey: Valkey, calls: JobCalls) -> None:
    """When the clock is put back, no worker of the past is counted, and no key of a job that did not come about is kept."""
    jobs, ledger = RedisJobs(calls), RedisLedger(calls)
    await ledger.present("dead")
    await jobs.reserve("acme", "key", "body", "job_1")
    await clock.jump_store(-DAY, valkey)
    assert await ledger.present("here") == 1
    assert (await jobs.reserve("acme", "key", "body", "job_2")).kind == "taking"
    await clock.jump_store(90.0, valkey)
    assert (await jobs.reserve("acme", "key", "body", "job_2")).kind == "new"
