"""The whole service while its Redis is missing, killed or frozen: nobody who asks notices more than a miss."""

import asyncio
import os
import pickle
import random
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest
from tests.kit.proxy import Delay, Proxy, Relay, Say
from tests.kit.service import Service, service
from tests.kit.valkey import Valkey

RUDE = "不知道，你找领导去。订单SF1234567890"
LOOKUP_S = 0.2
# Look-up, flight and look-up again have the time of a look-up each.
LOOKUPS = 3


@pytest.fixture
async def model() -> AsyncIterator[FakeModel]:
    """A model that answers honestly and at once."""
    async with FakeModel(honest()) as fake:
        yield fake


def with_model(model: FakeModel, **environ: str) -> dict[str, str]:
    """The settings of a service that uses a fake model."""
    return {"OPENAI_BASE_URL": model.base_url, "OPENAI_API_KEY": "k", "COACH_MODEL": "fake", **environ}


async def test_r6_starts_without_redis_and_finds_it_later(model: FakeModel) -> None:
    """With no Redis there the service starts and serves; once Redis is up, the cache works without a restart."""
    valkey = Valkey()
    begun = time.monotonic()
    async with service(**with_model(model, REDIS_URL=valkey.url)) as coach:
        assert time.monotonic() - begun < 9
        ready = await coach.ready(cache="down")
        assert ready["status"] == "degraded"
        assert (await coach.post("/check", {"draft": RUDE})).json()["verdict"] == "block"
        first = await coach.rewrite(RUDE)
        assert (first["status"], first["cache"], first["engine"]) == ("rewritten", "miss", "model")
        with valkey:
            begun = time.monotonic()
            await coach.ready(cache="up")
            assert time.monotonic() - begun < 6
            await coach.rewrite(RUDE)
            assert (await coach.rewrite(RUDE))["cache"] == "hit"


async def load(coach: Service, until: asyncio.Event, concurrency: int = 16) -> list[tuple[float, str]]:
    """Seconds and cache state of each rewrite, asked by so many at once until told to stop; each is a 200."""
    taken: list[tuple[float, str]] = []

    async def one(number: int) -> None:
        turn = 0
        while not until.is_set():
            turn += 1
            begun = time.monotonic()
            answer = await coach.rewrite(f"不知道，你找领导去。退款{(number * 7 + turn) % 50 + 10}元")
            assert answer["status"] == "rewritten"
            taken.append((time.monotonic() - begun, answer["cache"]))

    await asyncio.gather(*(one(number) for number in range(concurrency)))
    return taken


async def during(coach: Service, seconds: float) -> list[tuple[float, str]]:
    """What a load of some seconds saw."""
    stop = asyncio.Event()
    work = asyncio.create_task(load(coach, stop))
    await asyncio.sleep(seconds)
    stop.set()
    return await work


def p99(seen: list[tuple[float, str]]) -> float:
    """The seconds that 99 of 100 took at most."""
    return sorted(seconds for seconds, _ in seen)[len(seen) * 99 // 100]


async def test_r7_redis_killed_in_mid_load(model: FakeModel) -> None:
    """Redis killed under load costs no request; when it is back, hits are back."""
    with Valkey() as valkey:
        async with service(**with_model(model, REDIS_URL=valkey.url)) as coach:
            healthy = await during(coach, 1)
            stop = asyncio.Event()
            work = asyncio.create_task(load(coach, stop))
            await asyncio.sleep(0.5)
            valkey.kill()
            await asyncio.sleep(2)
            valkey.start()
            await coach.ready(cache="up")
            await asyncio.sleep(1)
            stop.set()
            seen = await work
            assert {state for _, state in seen} == {"hit", "miss"}
            assert seen[-1][1] == "hit"
            states = [line for line in coach.log.splitlines() if '"library"' in line]
            assert len(states) <= 4, "one line per change of state"
            print(f"R7: {len(seen)} rewrites, 0 failed, p99 {p99(seen):.3f} s (before {p99(healthy):.3f} s)")


async def test_r8_redis_frozen_in_mid_load(model: FakeModel) -> None:
    """A frozen Redis costs no request and no more than a look-up's time; thawed, it is used again."""
    with Valkey() as valkey:
        async with service(**with_model(model, REDIS_URL=valkey.url)) as coach:
            healthy = await during(coach, 1)
            lines = len(coach.log)
            with valkey.frozen():
                seen = await during(coach, 3)
            assert p99(seen) < 3 * 0.5
            assert {state for _, state in seen[32:]} == {"miss"}
            assert (len(coach.log) - lines) / len(seen) <= 2000
            print(f"R8: {len(seen)} rewrites, 0 failed, p99 {p99(seen):.3f} s (before {p99(healthy):.3f} s)")
            await coach.ready(cache="up")
            assert (await coach.rewrite(RUDE))["status"] == "rewritten"
            assert (await coach.rewrite(RUDE))["cache"] == "hit"


async def test_embedded_redis_killed_comes_back(model: FakeModel) -> None:
    """Without `REDIS_URL`, the service's own Valkey is started again when it dies, with what it held."""
    async with service(**with_model(model)) as coach:
        await coach.rewrite(RUDE)
        pid = int((coach.folder / "data/redis/valkey.pid").read_text())
        await asyncio.sleep(1.2)  # the journal is written every second
        os.kill(pid, signal.SIGKILL)
        assert (await coach.rewrite(RUDE))["status"] == "rewritten"
        await asyncio.sleep(1.5)
        await coach.ready(cache="up")
        assert (await coach.rewrite(RUDE))["cache"] == "hit"
        assert len(model.calls) <= 2


@pytest.mark.parametrize("delay_s", [0.03, 0.3, 3.0])
async def test_r9_a_slow_redis_is_a_miss(model: FakeModel, delay_s: float) -> None:
    """A Redis that answers in time is used; a slower one costs its time limit and then nothing, never the answer."""
    with Valkey() as valkey:
        async with (
            Proxy(valkey.url) as proxy,
            service(**with_model(model, REDIS_URL=proxy.url)) as coach,
        ):
            await coach.ready(cache="up")
            assert [(await coach.rewrite(RUDE))["cache"] for _ in range(2)] == ["miss", "hit"]
            proxy.mode = Delay(delay_s)
            if delay_s < LOOKUP_S:
                assert (await coach.rewrite(RUDE))["cache"] == "hit"
                return
            slow = await during(coach, 3)
            assert max(seconds for seconds, _ in slow) < 3 * (LOOKUPS * LOOKUP_S)
            assert {state for _, state in slow} == {"miss"}
            # Two seconds of time-outs open the breaker: from then on nobody waits.
            await coach.ready(cache="down")
            known = await during(coach, 1)
            assert sorted(known)[len(known) // 2][0] < 3 * LOOKUP_S
            proxy.mode = Relay()
            await coach.ready(cache="up")
            assert (await coach.rewrite(RUDE))["cache"] == "hit"
            slowest, after = max(slow)[0], p99(known)
            print(f"R9: {delay_s * 1000:.0f} ms: slowest {slowest:.2f} s, p99 {after:.3f} s once it is known")


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
                    await asyncio.sleep(1.1)  # beyond the second for which a flight in this process is known
                valkey.ask(*mend)
                await coach.rewrite(fresh)
                assert (await coach.rewrite(fresh))["cache"] == "hit", name
            lines = [line for line in coach.log.splitlines() if '"library"' in line]
            assert len(lines) <= 2 * len(REFUSALS) * 2, "one line per change of state"
            print(f"R11: {len(REFUSALS)} refusals, reads used, {len(lines)} log lines")


async def test_r12_a_burst_finds_a_connection(model: FakeModel) -> None:
    """A thousand different drafts at once, all kept before, are a thousand hits and no call."""
    drafts = [f"不知道，你找领导去。退款{number}元" for number in range(1000, 1100)]
    with Valkey() as valkey:
        async with service(**with_model(model, REDIS_URL=valkey.url)) as coach:
            await coach.ready(cache="up")
            await asyncio.gather(*(coach.rewrite(draft) for draft in drafts))
            calls = len(model.calls)
            answers = await asyncio.gather(*(coach.rewrite(draft) for draft in drafts * 10))
            states = [answer["cache"] for answer in answers]
            assert len(model.calls) - calls <= states.count("miss")
            assert states.count("hit") >= 990
            assert {answer["status"] for answer in answers} == {"rewritten"}
            print(f"R12: 1000 at once, {states.count('hit')} hits, 0 failed")


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
                await asyncio.sleep(1.1)  # the outcome of a flight is known for a second
                store(valkey).set(key, poison)
                calls = len(model.calls)
                answer = await coach.rewrite(RUDE)
                assert (answer["cache"], len(model.calls) - calls) == ("miss", 1), name
                assert (await coach.rewrite(RUDE))["cache"] == "hit", name
            await asyncio.sleep(1.1)
            store(valkey).delete(key)
            store(valkey).rpush(key, good)
            assert (await coach.rewrite(RUDE))["cache"] == "miss"
            grown = rss_mb(coach.pid) - before
            assert grown < 3 * 5
            print(f"R14: {len(poisons) + 1} poisons, 0 believed, {grown:+.1f} MB")


def store(valkey: Valkey) -> Any:
    """A plain client of the store."""
    return redis.Redis(unix_socket_path=str(valkey.socket_path))


def rss_mb(pid: int) -> float:
    """The memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6
