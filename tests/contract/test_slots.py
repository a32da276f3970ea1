"""The places at the model's server over a real Valkey: live calls come first, bulk rows slow down and come back."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing

import pytest

from service.adapters.slots import RedisSlots
from service.adapters.store import Store
from service.errors import ModelRateLimited, ModelUnavailable
from service.flow.registering import LiveModel, PacedModel
from service.ports import ModelCall, ModelDelta, ModelReply
from tests.kit.fake_clock import FakeClock
from tests.kit.scripted_model import Outcome, ScriptedModel
from tests.kit.stores import open_store
from tests.kit.valkey import Valkey

CALL = ModelCall("m", (), 0.0, 10, 5.0)
# Long enough for a place that is free to be granted, many times over.
SOON_S = 0.5


@pytest.fixture
def server() -> Iterator[Valkey]:
    """A server of its own for each test: all share the same places."""
    with Valkey() as running:
        yield running


@pytest.fixture
async def stores(server: Valkey) -> AsyncIterator[tuple[Store, Store]]:
    """What two processes hold of it."""
    async with open_store(server.url) as one, open_store(server.url) as two:
        yield one, two


async def _take(slots: RedisSlots, stack: AsyncExitStack, most: int) -> int:
    """How many places of `most` are granted to bulk rows soon; those are held by the stack."""
    taken = 0
    while taken < most:
        try:
            async with asyncio.timeout(SOON_S):
                await stack.enter_async_context(slots.bulk())
        except TimeoutError:
            break
        taken += 1
    return taken


async def _live(slots: RedisSlots, stack: AsyncExitStack, calls: int) -> None:
    """So many live calls under way, and known to the store."""
    for _ in range(calls):
        await stack.enter_async_context(slots.live(5.0))
    await asyncio.sleep(0.1)


def _model(*outcomes: Outcome) -> ScriptedModel:
    return ScriptedModel(lambda _, index: outcomes[index], FakeClock())


@pytest.mark.parametrize(("places", "granted"), [(24, 18), (4, 3), (5, 3), (3, 2), (2, 1), (1, 1)])
async def test_a_quarter_stays_free(stores: tuple[Store, Store], places: int, granted: int) -> None:
    """Bulk rows of all processes together never hold more than three quarters of the places, and at least one."""
    one, two = (RedisSlots(store, slots=places) for store in stores)
    async with AsyncExitStack() as stack:
        first = await _take(one, stack, granted // 2)
        assert first + await _take(two, stack, places) == granted


async def test_live_calls_come_first(stores: tuple[Store, Store]) -> None:
    """Live calls are never kept waiting, and each takes a place that a bulk row of another process could have had."""
    server, worker = (RedisSlots(store, slots=8) for store in stores)
    async with AsyncExitStack() as rows:
        async with AsyncExitStack() as calls:
            async with asyncio.timeout(1.0):
                await _live(server, calls, 20)
            assert await _take(worker, rows, 1) == 0
        assert await _take(worker, rows, 8) == 6
        async with AsyncExitStack() as calls, asyncio.timeout(1.0):
            await _live(server, calls, 20)


async def test_some_live_calls(stores: tuple[Store, Store]) -> None:
    """With four live calls under way bulk rows have four places fewer."""
    server, worker = (RedisSlots(store, slots=24) for store in stores)
    async with AsyncExitStack() as stack:
        await _live(server, stack, 4)
        assert await _take(worker, stack, 24) == 14


async def test_a_place_that_is_given_back_is_taken(stores: tuple[Store, Store]) -> None:
    """Whoever waits has the place soon after another process gives it back."""
    one, two = (RedisSlots(store, slots=1) for store in stores)
    async with AsyncExitStack() as waits:
        async with one.bulk():
            waiting = asyncio.create_task(waits.enter_async_context(two.bulk()))
            await asyncio.sleep(0.1)
            assert not waiting.done()
        async with asyncio.timeout(SOON_S):
            await waiting


async def test_the_places_of_the_dead_lapse(stores: tuple[Store, Store]) -> None:
    """A worker that is gone holds its places no longer than its lease; one that lives keeps them beyond it."""
    dead, alive = (RedisSlots(store, slots=4, lease_s=1.0, renew_s=0.2) for store in stores)
    async with AsyncExitStack() as stack:
        assert await _take(alive, stack, 1) == 1
        assert await _take(dead, stack, 2) == 2
        assert dead._renewing is not None
        dead._renewing.cancel()
        await asyncio.sleep(1.5)
        assert await _take(alive, stack, 4) == 2


async def test_live_calls_of_the_dead_lapse(stores: tuple[Store, Store]) -> None:
    """A server that dies in the middle of its calls blocks bulk rows no longer than the calls could have taken."""
    dead, worker = (RedisSlots(store, slots=4) for store in stores)
    async with AsyncExitStack() as stack:
        for _ in range(4):
            await stack.enter_async_context(dead.live(1.0))
        await asyncio.sleep(0.1)
        assert await _take(worker, stack, 1) == 0
        await asyncio.sleep(0.6)
        assert await _take(worker, stack, 4) == 3


async def test_this_machines_clock_does_not_matter(
    stores: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wall clock that jumps by a day frees no place and blocks none: leases run by the store's clock."""
    one, two = (RedisSlots(store, slots=4) for store in stores)
    async with AsyncExitStack() as stack:
        assert await _take(one, stack, 3) == 3
        day_later = time.time() + 86400
        monkeypatch.setattr(time, "time", lambda: day_later)
        assert await _take(two, stack, 1) == 0
    async with AsyncExitStack() as stack:
        assert await _take(two, stack, 4) == 3


async def test_a_burst_of_refusals_halves_once(stores: tuple[Store, Store]) -> None:
    """Sixteen calls that are refused together halve the pace of all processes once, and nobody begins until then."""
    one, two = (RedisSlots(store, slots=24) for store in stores)

    async def refused() -> None:
        async with one.bulk() as slot:
            await asyncio.sleep(0.2)
            await slot.limited(1.2)

    await asyncio.gather(*(refused() for _ in range(16)))
    begun = time.monotonic()
    async with AsyncExitStack() as stack:
        assert await _take(two, stack, 1) == 0
        async with asyncio.timeout(5.0):
            await stack.enter_async_context(two.bulk())
        assert time.monotonic() - begun > 0.7
        assert 1 + await _take(two, stack, 24) == 9


async def test_refusals_that_go_on_halve_again(stores: tuple[Store, Store]) -> None:
    """A server that keeps saying no is asked less and less, down to one call at a time."""
    slots, other = (RedisSlots(store, slots=24) for store in stores)
    for _ in range(6):
        async with slots.bulk() as slot:
            await asyncio.sleep(0.002)
            await slot.limited(0.0)
    async with AsyncExitStack() as stack:
        assert await _take(other, stack, 24) == 1


async def test_the_pace_grows_back(stores: tuple[Store, Store]) -> None:
    """After a refusal each second with a success gives one place back, until the whole share is there again."""
    slots, other = (RedisSlots(store, slots=5) for store in stores)
    async with slots.bulk() as slot:
        await slot.limited(0.0)
    for granted in (1, 2, 3):
        async with AsyncExitStack() as stack:
            assert await _take(other, stack, 5) == granted
        for _ in range(3):
            # A second begins when the pace last changed; several successes in it count as one.
            await asyncio.sleep(0.4)
            async with slots.bulk():
                await asyncio.sleep(0)
    assert await stores[0].call(b"EXISTS", b"coach:{slots}:pace") == 0


async def test_a_failure_is_no_success(stores: tuple[Store, Store]) -> None:
    """Calls that fail give the pace nothing back."""
    slots, other = (RedisSlots(store, slots=8) for store in stores)
    async with slots.bulk() as slot:
        await slot.limited(0.0)
    await asyncio.sleep(1.1)
    for _ in range(3):
        with pytest.raises(ModelUnavailable):
            async with slots.bulk():
                raise ModelUnavailable
    async with AsyncExitStack() as stack:
        assert await _take(other, stack, 8) == 3


@pytest.mark.parametrize(("asked", "waits"), [(None, 1.0), (-5.0, 0.2), (0.0, 0.2), (9999.0, 60.0)])
async def test_how_long_a_refusal_is_believed(
    stores: tuple[Store, Store], asked: float | None, waits: float
) -> None:
    """Whatever the server names as the wait, the job goes on within a minute and never asks in a mad loop."""
    slots = RedisSlots(stores[0], slots=8)
    async with slots.bulk() as slot:
        await slot.limited(asked)
    resume, now = (
        int(await stores[0].call(b"HGET", b"coach:{slots}:pace", b"resume")),
        await stores[0].call(b"TIME"),
    )
    assert resume / 1000 - int(now[0]) - int(now[1]) / 1e6 == pytest.approx(waits, abs=0.15)


async def test_without_the_store() -> None:
    """With the store away a process keeps to the same share by itself, and waits after a refusal as well."""
    async with open_store("unix:///nowhere/at/all") as nowhere:
        slots = RedisSlots(nowhere, slots=8)
        async with AsyncExitStack() as stack:
            await _live(slots, stack, 2)
            assert await _take(slots, stack, 8) == 4
        async with slots.bulk() as slot:
            await slot.limited(1.0)
        begun = time.monotonic()
        async with slots.bulk():
            assert time.monotonic() - begun > 0.8


async def test_rows_that_are_cancelled_hold_nothing(stores: tuple[Store, Store]) -> None:
    """Rows of a job that is paused, waiting or under way, leave their places to others."""
    slots, other = (RedisSlots(store, slots=8) for store in stores)

    async def row() -> None:
        async with slots.bulk():
            await asyncio.sleep(60)

    rows = [asyncio.create_task(row()) for _ in range(20)]
    await asyncio.sleep(0.3)
    for task in rows:
        task.cancel()
    await asyncio.gather(*rows, return_exceptions=True)
    async with AsyncExitStack() as stack:
        assert await _take(other, stack, 8) == 6


async def test_a_place_with_a_strange_type(stores: tuple[Store, Store]) -> None:
    """Whatever stands under the keys of the store, nothing is raised and bulk rows keep to their share."""
    for name in (b"live", b"bulk", b"pace"):
        await stores[0].call(b"SET", b"coach:{slots}:" + name, secrets.token_bytes(8))
    slots = RedisSlots(stores[0], slots=8)
    async with AsyncExitStack() as stack:
        await _live(slots, stack, 1)
        assert await _take(slots, stack, 8) == 5


async def test_a_refused_bulk_call_is_made_again(stores: tuple[Store, Store]) -> None:
    """A 429 reaches no bulk row: its call waits as long as it is asked to and is made again, until it is answered."""
    model = _model(ModelRateLimited(retry_after_s=0.3), ModelRateLimited(), "好的")
    begun = time.monotonic()
    reply = await PacedModel(model, RedisSlots(stores[0], slots=8), 4).complete(CALL)
    assert reply.text == "好的"
    assert time.monotonic() - begun > 1.2


async def test_other_failures_reach_the_row(stores: tuple[Store, Store]) -> None:
    """Any other failure is the row's own, and gives the place back."""
    slots = RedisSlots(stores[0], slots=1)
    with pytest.raises(ModelUnavailable):
        await PacedModel(_model(ModelUnavailable()), slots, 4).complete(CALL)
    async with asyncio.timeout(SOON_S), slots.bulk():
        pass


async def test_a_live_call_is_counted_while_it_lasts(stores: tuple[Store, Store]) -> None:
    """A live request's call takes a place from its first moment to its last, streamed or not, and hides no failure."""
    worker = RedisSlots(stores[1], slots=2)
    answered = asyncio.Event()

    async def slowly(call: ModelCall) -> ModelReply:
        await answered.wait()
        return ModelReply("好的", call.model)

    scripted = _model("", "好", ModelUnavailable())
    scripted.instead = slowly
    live = LiveModel(scripted, RedisSlots(stores[0], slots=2))
    async with AsyncExitStack() as stack:
        call = asyncio.create_task(live.complete(CALL))
        await asyncio.sleep(0.1)
        assert await _take(worker, stack, 1) == 0
        answered.set()
        assert (await call).text == "好的"
        assert await _take(worker, stack, 1) == 1
    scripted.instead = None
    async with aclosing(live.stream(CALL)) as items:
        assert [item async for item in items] == [ModelDelta("好"), ModelReply("好", "m")]
    with pytest.raises(ModelUnavailable):
        await live.complete(CALL)


async def test_a_worker_makes_so_many_calls_and_no_more(stores: tuple[Store, Store]) -> None:
    """However many rows a worker has begun and however many places are free, it makes as many calls as it is set to."""
    under_way = most = 0

    async def slowly(call: ModelCall) -> ModelReply:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        return ModelReply("好的", call.model)

    scripted = _model()
    scripted.instead = slowly
    model = PacedModel(scripted, RedisSlots(stores[0], slots=24), 3)
    await asyncio.gather(*(model.complete(CALL) for _ in range(20)))
    assert most == 3
