"""Flights over a real Valkey: one call for all who ask the same, and nobody waits for the dead."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from service.adapters.flights import LEASE_S, RedisFlights
from service.adapters.sealed import seal
from service.adapters.store import Store
from service.core.cache_key import CacheKey
from service.ports import CachedText, Landed, Lead
from tests.kit.processes import go, processes, report
from tests.kit.proxy import Proxy, Relay, Silent
from tests.kit.stores import SECRET, open_store, some_key, until
from tests.kit.valkey import Valkey

TEXT = CachedText("很抱歉，我马上为您处理。", "model-a")
WAIT_S = 8.0


@pytest.fixture(scope="module")
def server() -> Iterator[Valkey]:
    """One server for the file; every test has its own keys."""
    with Valkey() as running:
        yield running


@pytest.fixture
async def store(server: Valkey) -> AsyncIterator[Store]:
    """A store that is up."""
    async with open_store(server.url) as opened:
        yield opened


@pytest.fixture
async def here(store: Store) -> AsyncIterator[RedisFlights]:
    """The flights of one process."""
    flights = RedisFlights(store)
    yield flights
    await flights.close()


@pytest.fixture
async def there(server: Valkey) -> AsyncIterator[RedisFlights]:
    """The flights of another process: nothing shared but the server."""
    async with open_store(server.url) as opened:
        flights = RedisFlights(opened)
        yield flights
        await flights.close()


async def lead(flights: RedisFlights, key: CacheKey) -> Lead:
    """The lead, which must be free."""
    got = await flights.join(key, WAIT_S)
    assert not isinstance(got, Landed)
    return got


def places(key: CacheKey) -> tuple[bytes, bytes]:
    """Where lease and outcome of a key stand."""
    name = key.name.encode()
    return b"coach:lease:{%b}" % name, b"coach:landed:{%b}" % name


@pytest.mark.parametrize("value", [TEXT, None])
async def test_followers_get_the_outcome(
    here: RedisFlights, there: RedisFlights, value: CachedText | None
) -> None:
    """Whoever asks the same while a call is under way gets its outcome, in this process and in others."""
    key = some_key()
    first = await lead(here, key)
    followers = [asyncio.create_task(flights.join(key, WAIT_S)) for flights in (here, there, here, there)]
    await asyncio.sleep(0.1)
    assert not any(follower.done() for follower in followers)
    await first.land(value)
    assert await asyncio.wait_for(asyncio.gather(*followers), 1.0) == [Landed(value)] * 4


async def test_local_followers_wake_at_once(server: Valkey) -> None:
    """Followers beside the leader do not wait for the store to hear of it."""
    async with Proxy(server.url) as proxy, open_store(proxy.url) as store:
        flights, key = RedisFlights(store), some_key()
        first = await lead(flights, key)
        follower = asyncio.create_task(flights.join(key, WAIT_S))
        await asyncio.sleep(0)
        proxy.mode = Silent()
        landing = asyncio.create_task(first.land(TEXT))
        assert await asyncio.wait_for(follower, 0.15) == Landed(TEXT)
        await landing
        await flights.close()


async def test_outcome_lives_one_second(here: RedisFlights, there: RedisFlights, store: Store) -> None:
    """Whoever comes within a second gets the outcome; after that the call is made anew."""
    key = some_key()
    first = await lead(here, key)
    await first.land(None)
    assert await there.join(key, WAIT_S) == Landed(None)
    assert 0 < await store.call(b"PTTL", places(key)[1]) <= 1000
    assert await store.call(b"EXISTS", places(key)[0]) == 0
    await asyncio.sleep(1.1)
    await (await lead(there, key)).release()


async def test_different_requests_fly_apart(here: RedisFlights) -> None:
    """Different requests, and the same request of different tenants, do not wait for each other."""
    keys = [some_key(), some_key(), some_key("a", b"A" * 32, "same"), some_key("b", b"B" * 32, "same")]
    for one in [await asyncio.wait_for(lead(here, key), 1.0) for key in keys]:
        await one.release()


@pytest.mark.parametrize("where", ["here", "there"])
async def test_release_hands_over_to_one(here: RedisFlights, there: RedisFlights, where: str) -> None:
    """A leader that gives up is followed by exactly one of those who wait; the others then get that one's outcome."""
    key = some_key()
    first = await lead(here, key)
    flights = {"here": here, "there": there}[where]
    followers = [asyncio.create_task(flights.join(key, WAIT_S)) for _ in range(5)]
    await asyncio.sleep(0.06)
    await first.release()
    await asyncio.sleep(0.2)
    done = [follower.result() for follower in followers if follower.done()]
    assert len(done) == 1
    assert not isinstance(done[0], Landed)
    await done[0].land(TEXT)
    assert (await asyncio.gather(*followers)).count(Landed(TEXT)) == 4
    await first.land(None)
    await first.release()


async def test_release_frees_the_key(here: RedisFlights, there: RedisFlights, store: Store) -> None:
    """With nobody waiting a release leaves nothing behind, here or in the store."""
    key = some_key()
    await (await lead(here, key)).release()
    second = await asyncio.wait_for(lead(there, key), 1.0)
    await second.land(TEXT)
    await second.release()
    assert await here.join(key, WAIT_S) == Landed(TEXT)
    assert not here._flights
    assert await store.call(b"EXISTS", places(key)[0]) == 0


async def test_lease_is_renewed(here: RedisFlights, there: RedisFlights) -> None:
    """A call longer than the lease stays the only one as long as its process lives."""
    key = some_key()
    first = await lead(here, key)
    follower = asyncio.create_task(there.join(key, LEASE_S + 0.7))
    await asyncio.sleep(LEASE_S + 0.5)
    assert not follower.done()
    await first.land(TEXT)
    assert await follower == Landed(TEXT)


async def test_wait_is_bounded(here: RedisFlights, there: RedisFlights) -> None:
    """A follower waits as long as it said, and never longer than a lease and a second."""
    key = some_key()
    first = await lead(here, key)
    begun = time.monotonic()
    assert await here.join(key, 0.2) == Landed(None)
    assert await there.join(key, 0.2) == Landed(None)
    assert await here.join(key, -1.0) == Landed(None)
    assert time.monotonic() - begun < 3 * 0.4
    begun = time.monotonic()
    assert await there.join(key, 60.0) == Landed(None)
    assert LEASE_S < time.monotonic() - begun < 3 * (LEASE_S + 1)
    await first.release()


@pytest.mark.parametrize("end", ["lands", "gives up"])
async def test_lapsed_lease_has_one_heir(
    server: Valkey, store: Store, here: RedisFlights, there: RedisFlights, end: str
) -> None:
    """When a leader falls silent exactly one takes over, within the lease and a second, and keeps what it took."""
    key = some_key()
    async with Proxy(server.url) as proxy, open_store(proxy.url) as cut_off:
        gone = RedisFlights(cut_off)
        lost = await lead(gone, key)
        proxy.mode = Silent()
        begun = time.monotonic()
        followers = [asyncio.create_task(flights.join(key, WAIT_S)) for flights in (here, there) * 10]
        await asyncio.wait(followers, return_when=asyncio.FIRST_COMPLETED)
        assert LEASE_S * 0.9 < time.monotonic() - begun < 3 * LEASE_S
        await asyncio.sleep(0.1)
        heirs = [task.result() for task in followers if task.done()]
        assert len(heirs) == 1
        assert not isinstance(heirs[0], Landed)
        fence = await store.call(b"GET", places(key)[0])
        # The one who was away comes back: neither its renewals nor its end touch what is the heir's now.
        proxy.mode = Relay()
        proxy.cut()
        await until(cut_off, "up", 3.0)
        if end == "lands":
            await lost.land(CachedText("zu spät", "m"))
        else:
            await asyncio.sleep(0.6)
            assert await store.call(b"GET", places(key)[0]) == fence
            await lost.release()
        await asyncio.sleep(0.1)
        assert await store.call(b"GET", places(key)[0]) == fence
        await heirs[0].land(TEXT)
        assert (await asyncio.gather(*followers)).count(Landed(TEXT)) == 19
        await gone.close()


async def test_late_leader_does_not_free_the_key(here: RedisFlights, store: Store) -> None:
    """A leader whose lease went to another process leaves it alone when it gives up."""
    key = some_key()
    late = await lead(here, key)
    await store.call(b"SET", places(key)[0], b"another's", b"PX", b"5000")
    await late.release()
    await asyncio.sleep(0.1)
    assert await store.call(b"GET", places(key)[0]) == b"another's"


async def test_hiccup_is_no_new_call(server: Valkey, here: RedisFlights) -> None:
    """A follower whose line to the store falters for a moment goes on waiting for the call that is under way."""
    key = some_key()
    first = await lead(here, key)
    async with Proxy(server.url) as proxy, open_store(proxy.url) as store:
        flights = RedisFlights(store)
        follower = asyncio.create_task(flights.join(key, WAIT_S))
        await asyncio.sleep(0.1)
        proxy.mode = Silent()
        await asyncio.sleep(0.5)
        assert not follower.done()
        proxy.mode = Relay()
        await first.land(TEXT)
        assert await follower == Landed(TEXT)
        await flights.close()


async def test_broken_driver_blocks_nobody(
    here: RedisFlights, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake of ours in one flight costs its followers their wait, and nothing stays behind for the next."""

    async def broken(*_: object) -> None:
        raise RuntimeError

    key = some_key()
    with monkeypatch.context() as patched:
        patched.setattr(store, "run", broken)
        assert await here.join(key, 0.1) == Landed(None)
    await (await asyncio.wait_for(lead(here, key), 0.5)).release()


async def test_cancelled_joiner_loses_no_lease(here: RedisFlights, there: RedisFlights) -> None:
    """A caller that is cancelled at any moment of joining leaves the key free for the next."""
    for turn in range(40):
        key = some_key()
        task = asyncio.create_task(here.join(key, WAIT_S))
        for _ in range(turn // 4):
            await asyncio.sleep(0)
        if turn % 4 == 3:
            await asyncio.sleep(0.0003)
        task.cancel()
        got = (await asyncio.gather(task, return_exceptions=True))[0]
        if not isinstance(got, BaseException | Landed):
            await got.release()
        second = await asyncio.wait_for(lead(there, key), 0.5)
        await second.release()


async def test_cancelled_followers_do_not_inherit(here: RedisFlights) -> None:
    """The lead goes to a follower that is still there, not to one that left."""
    key = some_key()
    first = await lead(here, key)
    followers = [asyncio.create_task(here.join(key, WAIT_S)) for _ in range(3)]
    await asyncio.sleep(0)
    followers[0].cancel()
    await asyncio.sleep(0)
    await first.release()
    # The second is cancelled in the moment in which the lead is already on its way to it.
    followers[1].cancel()
    heir = await asyncio.wait_for(followers[2], 1.0)
    assert not isinstance(heir, Landed)
    await heir.release()


@pytest.mark.parametrize(
    "raw", [b"rubbish", seal(b"coach:landed:{elsewhere}", SECRET, TEXT)], ids=["rubbish", "another key's"]
)
async def test_forged_outcome(here: RedisFlights, store: Store, raw: bytes) -> None:
    """An outcome that is not authentic is passed by; the call is made."""
    key = some_key()
    await store.call(b"SET", places(key)[1], raw)
    first = await asyncio.wait_for(lead(here, key), 1.0)
    await first.land(TEXT)
    assert await here.join(key, WAIT_S) == Landed(TEXT)


async def test_lease_without_an_end(here: RedisFlights, store: Store) -> None:
    """A lease that would never lapse, whoever wrote it, is given an end."""
    key = some_key()
    await store.call(b"SET", places(key)[0], b"somebody")
    heir = await asyncio.wait_for(lead(here, key), 3 * LEASE_S)
    await heir.release()


async def test_text_that_cannot_be_shared(here: RedisFlights, there: RedisFlights) -> None:
    """A text over 64 KB reaches the followers beside the leader; the others hear that there is none for them."""
    key, long = some_key(), CachedText("长" * 30_000, "m")
    first = await lead(here, key)
    near, far = asyncio.create_task(here.join(key, WAIT_S)), asyncio.create_task(there.join(key, WAIT_S))
    await asyncio.sleep(0.06)
    await first.land(long)
    assert await near == Landed(long)
    assert await far == Landed(None)


async def test_one_poller_per_process(server: Valkey, here: RedisFlights) -> None:
    """A thousand followers in one process ask the store as often as one."""

    class Counting(Relay):
        questions = 0

        async def question(self, chunk: bytes) -> bytes | None:
            self.questions += chunk.count(b"EVAL")
            return chunk

    key, counting = some_key(), Counting()
    first = await lead(here, key)
    async with Proxy(server.url, mode=counting) as proxy, open_store(proxy.url) as store:
        flights = RedisFlights(store)
        followers = [asyncio.create_task(flights.join(key, WAIT_S)) for _ in range(1000)]
        await asyncio.sleep(0.5)
        await first.land(TEXT)
        assert await asyncio.gather(*followers) == [Landed(TEXT)] * 1000
        assert counting.questions < 3 * 0.5 / 0.025
        await flights.close()


async def test_store_down_flies_per_process() -> None:
    """With the store away there is one flight per process, and nobody waits longer for it."""
    async with open_store("unix:///nowhere/at/all") as store:
        flights, key = RedisFlights(store), some_key()
        first = await asyncio.wait_for(lead(flights, key), 0.5)
        followers = [asyncio.create_task(flights.join(key, WAIT_S)) for _ in range(10)]
        await asyncio.sleep(0)
        await first.release()
        await asyncio.sleep(0)
        heir = await followers[0]
        assert not isinstance(heir, Landed)
        await heir.land(TEXT)
        assert await asyncio.gather(*followers[1:]) == [Landed(TEXT)] * 9
        assert not flights._flights
        await flights.close()


async def test_store_dies_while_following(here: RedisFlights) -> None:
    """When the store dies the followers of another process's call make one call of their own."""
    with Valkey() as mortal:
        async with open_store(mortal.url) as one, open_store(mortal.url) as two:
            leading, following, key = RedisFlights(one), RedisFlights(two), some_key()
            first = await lead(leading, key)
            followers = [asyncio.create_task(following.join(key, WAIT_S)) for _ in range(10)]
            await asyncio.sleep(0.1)
            mortal.kill()
            done, _ = await asyncio.wait(followers, return_when=asyncio.FIRST_COMPLETED, timeout=3 * 2.5)
            assert len(done) == 1
            heir = done.pop().result()
            assert not isinstance(heir, Landed)
            await heir.land(TEXT)
            assert (await asyncio.gather(*followers)).count(Landed(TEXT)) == 9
            await first.land(TEXT)
            await leading.close()
            await following.close()


async def test_two_processes_one_call(server: Valkey) -> None:
    """A thousand identical requests in two processes at once are one call to the model, and all are answered."""
    key = some_key()
    async with processes(2, "tests.kit.flyer", server.url, key.name, "500", "0.5") as both:
        for process in both:
            go(process)
        reports = [await report(process) for process in both]
    assert server.ask("GET", f"calls:{key.name}") == "1", reports
    assert sum(sum(one["counts"].values()) for one in reports) == 1000
    assert sum(one["counts"].get("landed", 0) for one in reports) == 999
    assert max(one["elapsed_s"] for one in reports) < 5.0


async def test_leading_process_is_killed(server: Valkey) -> None:
    """Kill -9 of the leading process: the followers elsewhere are answered after the lease, with one more call."""
    nonce = some_key().name
    async with (
        processes(1, "tests.kit.flyer", server.url, nonce, "5", "30") as leaders,
        processes(1, "tests.kit.flyer", server.url, nonce, "200", "0.2") as followers,
    ):
        go(leaders[0])
        for _ in range(200):
            if server.ask("GET", f"calls:{nonce}") == "1":
                break
            await asyncio.sleep(0.01)
        go(followers[0])
        await asyncio.sleep(0.3)
        leaders[0].kill()
        told = await report(followers[0])
    assert told["counts"] == {"led": 1, "landed": 199}, json.dumps(told)
    assert server.ask("GET", f"calls:{nonce}") == "2"
    assert told["elapsed_s"] < 3 * (LEASE_S + 1)
