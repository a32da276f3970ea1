"""The whole service on a Redis that lies, refuses or was tampered with: nothing it says is believed that is not ours."""

import asyncio
import pickle
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
import redis

from tests.e2e.test_store_faults import RUDE, with_model
from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest
from tests.kit.memory import rss_mb
from tests.kit.proxy import Proxy, Relay, Say
from tests.kit.service import Service, service
from tests.kit.valkey import Valkey


@pytest.fixture
async def model() -> AsyncIterator[FakeModel]:
    """A model that answers honestly and at once."""
    async with FakeModel(honest()) as fake:
        yield fake


LIES: dict[str, Say] = {
    "HTTP": Say(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\n\r\nhello"),
    "cut": Say(b"$100\r\nabc"),
    "wrong type": Say(b":1\r\n"),
    "512 MB announced": Say(b"$536870912\r\n" + b"x" * 100_000),
    "random": Say(random.Random(10).randbytes(3000)),
    "LOADING": Say(b"-LOADING Valkey is loading the dataset in memory\r\n"),
    "NOAUTH": Say(b"-NOAUTH Authentication required.\r\n"),
    "MISCONF": Say(b"-MISCONF Errors writing to the AOF file: No space left on device\r\n"),
}


async def test_r10_r11_a_redis_that_lies_is_a_miss(model: FakeModel) -> None:
    """Another protocol, half or giant replies, and a Redis that is loading or locked: 200 by the model, no memory lost."""
    with Valkey() as valkey:
        async with (
            Proxy(valkey.url) as proxy,
            service(**with_model(model, REDIS_URL=proxy.url)) as coach,
        ):
            await coach.ready(cache="up")
            await coach.rewrite(RUDE)
            before = rss_mb(coach.pid)
            for name, lie in LIES.items():
                proxy.mode = lie
                for turn in range(3):
                    answer = await coach.rewrite(f"不知道，你找领导去。退款{turn}元")
                    assert (answer["engine"], answer["cache"]) == ("model", "miss"), name
                assert (await coach.post("/check", {"draft": RUDE})).status_code == 200
                proxy.mode = Relay()
                proxy.cut()
                await coach.ready(cache="up")
                assert await answered_from_cache(coach), name
            grown = rss_mb(coach.pid) - before
            assert grown < 3 * 10
            print(f"R10: {len(LIES)} kinds of lie, 0 believed, {grown:+.1f} MB")


async def answered_from_cache(coach: Service) -> bool:
    """Whether the draft that was kept is soon a hit again; a lie may still be on its way on a connection."""
    for _ in range(20):
        if (await coach.rewrite(RUDE))["cache"] == "hit":
            return True
        await asyncio.sleep(0.05)
    return False


REFUSALS = {
    "READONLY": (("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE")),
    "OOM": (("CONFIG", "SET", "maxmemory", "1"), ("CONFIG", "SET", "maxmemory", "0")),
    "NOPERM": (("ACL", "SETUSER", "default", "-set"), ("ACL", "SETUSER", "default", "+set")),
}


async def test_r11_a_redis_that_takes_no_writes_is_read(model: FakeModel) -> None:
    """A replica, a full store, a forbidden command: what is kept is a hit, what is new is served and not kept."""
    with Valkey() as valkey:
        async with service(**with_model(model, REDIS_URL=valkey.url)) as coach:
            await coach.ready(cache="up")
            assert (await coach.rewrite(RUDE))["status"] == "rewritten"
            for number, (name, (spoil, mend)) in enumerate(REFUSALS.items()):
                fresh = f"不知道，你找领导去。退款{number + 1}元"
                assert valkey.ask(*spoil).startswith("+OK")
                assert (await coach.rewrite(RUDE))["cache"] == "hit", name
                for _ in range(2):
                    answer = await coach.rewrite(fresh)
                    assert (answer["engine"], answer["cache"]) == ("model", "miss"), name
                valkey.ask(*mend)
                await coach.rewrite(fresh)
                assert (await coach.rewrite(fresh))["cache"] == "hit", name
            lines = [line for line in coach.log.splitlines() if '"library"' in line]
            assert len(lines) <= 2 * len(REFUSALS) * 2, "one line per change of state"
            print(f"R11: {len(REFUSALS)} refusals, reads used, {len(lines)} log lines")


async def test_r14_a_poisoned_value_is_a_miss(model: FakeModel) -> None:
    """A flipped byte, another draft's value, pickle, a list, 50 MB under our key: the model is asked, the lie is unsaid."""
    with Valkey() as valkey:
        async with service(**with_model(model, REDIS_URL=valkey.url)) as coach:
            await coach.ready(cache="up")
            await coach.rewrite("不知道，你找领导去。退款77元")
            (other,) = store(valkey).keys("coach:text:*")
            await coach.rewrite(RUDE)
            (key,) = set(store(valkey).keys("coach:text:*")) - {other}
            good: bytes = store(valkey).get(key)
            poisons = {
                "a bit": good[:-3] + bytes([good[-3] ^ 1]) + good[-2:],
                "the seal": bytes([good[0] ^ 128]) + good[1:],
                "no seal": good[32:],
                "another draft's": store(valkey).get(other),
                "pickle": pickle.dumps({"schema": "1", "text": "您好，保证退款。", "model": "fake"}),
                "old schema": good.replace(b'"schema":"1"', b'"schema":"0"'),
                "50 MB": b"A" * 50_000_000,
            }
            before = rss_mb(coach.pid)
            for name, poison in poisons.items():
                forget_flights(valkey)
                store(valkey).set(key, poison)
                calls = len(model.calls)
                answer = await coach.rewrite(RUDE)
                assert (answer["cache"], len(model.calls) - calls) == ("miss", 1), name
                assert (await coach.rewrite(RUDE))["cache"] == "hit", name
            forget_flights(valkey)
            store(valkey).delete(key)
            store(valkey).rpush(key, good)
            assert (await coach.rewrite(RUDE))["cache"] == "miss"
            grown = rss_mb(coach.pid) - before
            assert grown < 3 * 5
            print(f"R14: {len(poisons) + 1} poisons, 0 believed, {grown:+.1f} MB")


def forget_flights(valkey: Valkey) -> None:
    """The outcome of a flight is known for a second; what is asked for here is the cache."""
    for name in store(valkey).keys("coach:landed:*"):
        store(valkey).delete(name)


def store(valkey: Valkey) -> Any:
    """A plain client of the store."""
    return redis.Redis(unix_socket_path=str(valkey.socket_path))
