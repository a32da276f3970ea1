"""The whole service while its Redis is missing, killed or frozen: nobody who asks notices more than a miss."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator

import pytest

from tests.kit.bursts import burst
from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest
from tests.kit.proxy import Delay, Proxy, Relay
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


async def test_r12_a_burst_finds_a_connection(model: FakeModel) -> None:
    """Of a thousand requests at once for texts that are kept, none fails, and hardly any asks the model again."""
    drafts = [f"不知道，你找领导去。退款{number}元" for number in range(1000, 1100)]
    with Valkey() as valkey:
        async with service(**with_model(model, REDIS_URL=valkey.url)) as coach:
            await coach.ready(cache="up")
            await burst((coach, draft) for draft in drafts)
            calls, begun = len(model.calls), time.monotonic()
            answers = await burst((coach, draft) for draft in drafts * 10)
            took_s = time.monotonic() - begun
            states = [answer["cache"] for answer in answers]
            assert len(model.calls) - calls <= 100
            assert {answer["status"] for answer in answers} == {"rewritten"}
            print(
                f"R12: 1000 at once, {states.count('hit')} hits, {len(model.calls) - calls} calls, 0 failed, {took_s:.2f} s"
            )
