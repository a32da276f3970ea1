"""Rate limits over a real Valkey, and what is left of them without it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from service.adapters.limits import RedisLimits
from service.adapters.store import Store
from tests.kit.processes import go, processes, report
from tests.kit.stores import open_store, some_key
from tests.kit.valkey import Valkey


class StillClock:
    """A clock that a test moves."""

    now = 1000.0

    def monotonic(self) -> float:
        """The instant that the test has set."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let others run."""
        await asyncio.sleep(0)


@pytest.fixture(scope="module")
def server() -> Iterator[Valkey]:
    """One server for the file; every test has its own tenants."""
    with Valkey() as running:
        yield running


@pytest.fixture
async def store(server: Valkey) -> AsyncIterator[Store]:
    """A store that is up."""
    async with open_store(server.url) as opened:
        yield opened


@pytest.fixture
async def nowhere() -> AsyncIterator[Store]:
    """A store that is down."""
    async with open_store("unix:///nowhere/at/all") as opened:
        yield opened


def some_tenant() -> str:
    """A tenant that no other test has."""
    return some_key().name[:16]


async def admitted(limits: RedisLimits, tenant: str, per_minute: int, calls: int) -> int:
    """How many of so many calls at once may go on."""
    waits = await asyncio.gather(*(limits.take(tenant, per_minute) for _ in range(calls)))
    return waits.count(0.0)


async def test_a_minutes_calls_at_once(store: Store) -> None:
    """A tenant may make a minute's calls at once; the next is told how long until one may go on."""
    limits, tenant = RedisLimits(store), some_tenant()
    assert await admitted(limits, tenant, 30, 100) == 30
    assert 1.0 < await limits.take(tenant, 30) <= 2.0
    assert limits.local_takes == 0


async def test_calls_come_back(store: Store) -> None:
    """After the time that was named one more call may go on, and only one."""
    limits, tenant = RedisLimits(store), some_tenant()
    assert await admitted(limits, tenant, 300, 300) == 300
    wait_s = await limits.take(tenant, 300)
    assert 0 < wait_s <= 0.2
    await asyncio.sleep(wait_s + 0.01)
    assert await admitted(limits, tenant, 300, 3) == 1


async def test_tenants_do_not_share(store: Store) -> None:
    """One tenant's calls never use up another's, whatever their names look like."""
    limits = RedisLimits(store)
    stem = some_tenant()
    for tenant in (stem, stem + ":", stem + "\0", stem + "\ud800", "é" + stem, "e\u0301" + stem):
        assert await admitted(limits, tenant, 3, 5) == 3


async def test_limit_lowered(store: Store) -> None:
    """A lower limit in the key file holds from the next call."""
    limits, tenant = RedisLimits(store), some_tenant()
    assert await limits.take(tenant, 100) == 0.0
    assert await admitted(limits, tenant, 5, 20) == 5


@pytest.mark.parametrize("per_minute", [0, -5])
async def test_no_calls_at_all(store: Store, per_minute: int) -> None:
    """A limit of nothing admits nothing."""
    assert await RedisLimits(store).take(some_tenant(), per_minute) == 60.0


async def test_odd_bucket(store: Store) -> None:
    """A bucket that is no bucket does not raise: the process's own share counts."""
    limits, tenant = RedisLimits(store), some_tenant()
    await store.call(b"SET", b"coach:calls:" + tenant.encode(), b"x")
    assert await admitted(limits, tenant, 4, 10) == 4
    assert limits.local_takes == 10


async def test_local_share(nowhere: Store) -> None:
    """With the store away a process admits its share of the limit, a minute's worth at first and then as time goes by."""
    clock = StillClock()
    limits, tenant = RedisLimits(nowhere, replicas=4, clock=clock), some_tenant()
    assert await admitted(limits, tenant, 40, 100) == 10
    assert await limits.take(tenant, 40) == pytest.approx(6.0)
    clock.now += 30.0
    assert await admitted(limits, tenant, 40, 100) == 5
    assert limits.local_takes == 201


@pytest.mark.parametrize(
    ("replicas", "used", "share"), [(1, 50, 10), (2, 50, 3), (2, 58, 1), (2, 10, 3), (2, 0, 3)]
)
async def test_share_begins_with_what_was_left(replicas: int, used: int, share: int) -> None:
    """A tenant does not get its minute again because the store goes away; several processes share a tenth of it."""
    tenant = some_tenant()
    with Valkey() as mortal:
        async with open_store(mortal.url) as store:
            limits = RedisLimits(store, replicas=replicas, clock=StillClock())
            await limits.take("another tenant", 60)
            assert await admitted(limits, tenant, 60, used) == used
            mortal.kill()
            assert await admitted(limits, tenant, 60, 50) == share


async def test_debt_is_settled() -> None:
    """What was admitted without the store counts when it is back."""
    with Valkey() as server:
        async with open_store(server.url) as store:
            limits, tenant = RedisLimits(store), some_tenant()
            assert await admitted(limits, tenant, 20, 5) == 5
            server.kill()
            assert await admitted(limits, tenant, 20, 10) == 10
            server.start()
            for _ in range(300):
                if store.state == "up":
                    break
                await asyncio.sleep(0.01)
            assert 4 <= await admitted(limits, tenant, 20, 20) <= 6


@pytest.mark.parametrize("frozen", ["healthy", "frozen"])
async def test_four_processes_hold_one_limit(frozen: str) -> None:
    """R15: four processes together admit no more than 1.1 times the limit, also when the store freezes, and then say so."""
    tenant, per_minute, seconds = some_tenant(), 900, 4.0
    with Valkey() as server:
        arguments = (server.url, "x", "0", "0", tenant, str(per_minute), "4", str(seconds))
        async with processes(4, "tests.kit.flyer", *arguments) as four:
            for process in four:
                go(process)
            await asyncio.sleep(0.3)
            if frozen == "frozen":
                server.freeze()
                await asyncio.sleep(3.0)
                server.thaw()
            counts = [(await report(process))["counts"] for process in four]
    assert (sum(count.get("alone", 0) for count in counts) > 0) == (frozen == "frozen"), "the alarm tells"
    total = sum(count.get("admitted", 0) for count in counts)
    print(f"R15 {frozen}: {total} admitted of {per_minute} a minute in {seconds} s")
    assert 0 < total <= 1.1 * per_minute * (1 + seconds / 60), counts


async def test_frozen_from_the_start() -> None:
    """R15: four processes that never saw the store share one limit as well."""
    tenant, per_minute, seconds = some_tenant(), 900, 3.0
    with Valkey() as server:
        server.freeze()
        arguments = (server.url, "x", "0", "0", tenant, str(per_minute), "4", str(seconds))
        async with processes(4, "tests.kit.flyer", *arguments) as four:
            for process in four:
                go(process)
            counts = [(await report(process))["counts"] for process in four]
        server.thaw()
    total = sum(count.get("admitted", 0) for count in counts)
    assert per_minute / 2 < total <= 1.1 * per_minute * (1 + seconds / 60), counts
