"""The whole service while its Redis is missing, killed or frozen: nobody who asks notices more than a miss."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator

import pytest

from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest
from tests.kit.service import Service, service
from tests.kit.valkey import Valkey

RUDE = "不知道，你找领导去。订单SF1234567890"


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
            answer = await coach.rewrite(f"不知道，你找领导去。订单SF12345678{(number * 7 + turn) % 50:02d}")
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


async def test_r7_redis_killed_in_mid_load(model: FakeModel) -> None:
    """Redis killed under load costs no request; when it is back, hits are back."""
    with Valkey() as valkey:
        async with service(**with_model(model, REDIS_URL=valkey.url)) as coach:
            await during(coach, 1)
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
            assert coach.log.count("store") <= 6, "one line per change of state"


async def test_r8_redis_frozen_in_mid_load(model: FakeModel) -> None:
    """A frozen Redis costs no request and no more than a look-up's time; thawed, it is used again."""
    with Valkey() as valkey:
        async with service(**with_model(model, REDIS_URL=valkey.url)) as coach:
            await during(coach, 1)
            with valkey.frozen():
                seen = await during(coach, 3)
            assert max(seconds for seconds, _ in seen) < 1.5
            assert {state for _, state in seen[32:]} == {"miss"}
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
