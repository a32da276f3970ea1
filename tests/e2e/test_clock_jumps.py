"""R39: whoever's clock jumps (the workers', the store's, the server's), no row is lost or done twice and nobody is held up."""

import asyncio
import hashlib
import json
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.test_bulk_workers import model, rude, whole
from tests.kit.bulk_workers import Nursery, Workers, bulk_workers, open_nursery
from tests.kit.default_policy import default_policy
from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest
from tests.kit.jumping_clock import DAY, JUMPS, NEAR_S, JumpingClock, jumping_clock
from tests.kit.model_scripts import Reply, Request, status
from tests.kit.service import Service, service
from tests.kit.valkey import Valkey

BERLIN = ZoneInfo("Europe/Berlin")
CHANGES = (datetime(2026, 10, 25, 2, 59, 59, tzinfo=BERLIN), datetime(2026, 3, 29, 1, 59, 59, tzinfo=BERLIN))
"""A second before the clocks of summer are put back, and before they are put forward."""
STILL_S = 3 * 15.0


@pytest.fixture
def clock() -> Iterator[JumpingClock]:
    """A clock that nobody goes by yet."""
    with jumping_clock("Europe/Berlin") as made:
        yield made


@pytest.fixture(scope="module")
def workers_clock() -> Iterator[JumpingClock]:
    """The clock of all workers of this file."""
    with jumping_clock("Europe/Berlin") as made:
        yield made


@pytest.fixture(scope="module")
def nursery(workers_clock: JumpingClock) -> Iterator[Nursery]:
    """One process that has read the policy, for all workers of this file."""
    with open_nursery(workers_clock.environ) as opened:
        default_policy()
        yield opened


def worker_times(workers: Workers) -> list[float]:
    """The instants at which workers stopped, by their own clocks."""
    lines = [json.loads(line) for line in (workers.folder / "workers.log").read_text("utf-8").splitlines()]
    stopped = [line["time"] for line in lines if line.get("event") == "worker stopped"]
    return [datetime.fromisoformat(at).timestamp() for at in stopped]


async def while_working(workers: Workers, job_id: str, done: int) -> None:
    """Return when so many rows are done and others are in work; fails when nothing moves."""
    job = await workers.until_done(job_id, done, within_s=STILL_S)
    assert job.status == "running", "a jump after the work is none"


async def test_the_workers_clocks_jump(nursery: Nursery, workers_clock: JumpingClock) -> None:
    """Over jumps of an hour, of a day and two changes of summer time each row is done once, by one call; none expires."""
    texts = rude(240)
    async with (
        FakeModel(honest(0.5)) as fake,
        bulk_workers(nursery, 2, None, **workers_clock.environ, **model(fake)) as workers,
    ):
        job_id = await workers.order(texts)
        for number, jump in enumerate(JUMPS):
            await while_working(workers, job_id, 10 + 18 * number)
            workers_clock.jump(jump)
        for number, instant in enumerate(CHANGES):
            await while_working(workers, job_id, 125 + 50 * number)
            workers_clock.jump_to(instant)
        job = await workers.until(job_id, "completed")
        await whole(workers, job, texts)
        calls = len(fake.calls)
        again = await workers.until(await workers.order(texts[:50]), "completed")
        await workers.stop()
        stopped = worker_times(workers)
        assert len(stopped) == 2
        assert all(map(workers_clock.shows, stopped)), "the workers' clocks did jump"
        workers_clock.jump(-workers_clock.ahead_s)
    print(f"R39: eight jumps of the workers' clocks: {calls} calls for {len(texts)} rows")
    assert calls == len(texts)
    assert (again.cost.calls, again.cost.hits) == (0, 50), "what is kept is still there"


async def test_the_stores_clock_jumps(nursery: Nursery, clock: JumpingClock) -> None:
    """While chunks are leased the store's clock jumps six times: no row is lost, none done twice, none asked twice."""
    texts = rude(240)
    async with (
        FakeModel(honest(0.5)) as fake,
        bulk_workers(nursery, 2, clock.environ, **model(fake)) as workers,
    ):
        job_id = await workers.order(texts)
        others = []
        for number, jump in enumerate(JUMPS):
            await while_working(workers, job_id, 10 + 35 * number)
            await clock.jump_store(jump, workers.valkey)
            # It makes a worker look for chunks at once, those of the other included if they seem to be abandoned.
            others.append(await workers.order([f"别的第{number}件货，不知道，你自己看。"]))
        job = await workers.until(job_id, "completed")
        await whole(workers, job, texts)
        for other in others:
            assert (await workers.until(other, "completed")).counts.rewritten == 1
        calls = len(fake.calls)
        assert job.rate is None or job.rate > 0.5, "the pace is not that of a day"
    print(f"R39: six jumps of the store's clock: {calls} calls for {len(texts) + len(others)} rows")
    assert calls == len(texts) + len(others)


async def test_a_worker_dies_when_the_stores_clock_is_put_back(nursery: Nursery, clock: JumpingClock) -> None:
    """What it held goes at once to one who waits for work, its places at the model as well, and not a day later."""
    texts = rude(50)
    async with (
        FakeModel(honest(0.3)) as fake,
        bulk_workers(
            nursery, 1, clock.environ, COACH_MODEL_SLOTS="4", COACH_BULK_IN_FLIGHT="4", **model(fake)
        ) as workers,
    ):
        job_id = await workers.order(texts)
        await while_working(workers, job_id, 5)
        [victim] = workers.running
        workers.start()
        await asyncio.sleep(1.0)
        victim.signal(signal.SIGKILL)
        await clock.jump_store(-DAY, workers.valkey)
        begun = time.monotonic()
        done = (await workers.bulk.get("acme", job_id)).counts.done
        await workers.until_done(job_id, done + 1, within_s=STILL_S)
        still_s = time.monotonic() - begun
        job = await workers.until(job_id, "completed", within_s=STILL_S)
        await whole(workers, job, texts)
        extra = len(fake.calls) - len(texts)
        workers.running.remove(victim)
        assert "queue away" not in workers.log, "one who waits for work does not start anew"
    print(f"R39: killed when the clock was put back a day: on after {still_s:.1f} s, {extra} calls more")
    assert 0 <= extra <= 5


async def test_a_refusal_is_not_waited_out_for_a_day(nursery: Nursery, clock: JumpingClock) -> None:
    """A job that a model's 429 holds back goes on in time when the store's clock is put back by a day meanwhile."""
    texts = rude(60)
    limited = status(429, {"Retry-After": "2"})
    turned, refused_once = asyncio.Event(), asyncio.Event()

    def script(request: Request, index: int) -> Reply:
        if index < 20 or turned.is_set():
            return honest(0.1)(request, index)
        refused_once.set()
        return limited(request, index)

    async with (
        FakeModel(script) as fake,
        bulk_workers(nursery, 1, clock.environ, **model(fake)) as workers,
    ):
        job_id = await workers.order(texts)
        await asyncio.wait_for(refused_once.wait(), STILL_S)
        await asyncio.sleep(0.3)
        await clock.jump_store(-DAY, workers.valkey)
        turned.set()
        job = await workers.until(job_id, "completed", within_s=STILL_S)
        await whole(workers, job, texts)
        assert job.counts.failed == 0


async def told(coach: Service, clock: JumpingClock) -> None:
    """Return once the server dates its answers by this clock, which it looks at once a second; fails if it never does."""
    async with asyncio.timeout(NEAR_S):
        while True:
            dated = (await coach.client.get("/health/live")).headers["date"]
            if clock.shows(parsedate_to_datetime(dated).timestamp()):
                return
            await asyncio.sleep(0.05)


async def refused(coach: Service, key: str) -> float:
    """The instant (monotonic) at which a tenant that calls on and on may call again."""
    for _ in range(100):
        answer = await coach.client.post(
            "/check", json={"draft": "您好"}, headers={"authorization": f"Bearer {key}"}
        )
        if answer.status_code == 429:
            return time.monotonic() + float(answer.headers["retry-after"])
        assert answer.status_code == 200, answer.text
    raise AssertionError("never refused")


@asynccontextmanager
async def serving(clock: JumpingClock, fake: FakeModel, folder: Path, **more: str) -> AsyncIterator[Service]:
    """A service whose clock jumps, over a store whose clock does not, with tenants of 2, 30 and 10,000 calls a minute."""
    keys = folder / "keys.yaml"
    entry = '  - {{tenant: "t{0}", sha256: "{1}", policies: [default], per_minute: {0}}}'
    entries = [
        entry.format(most, hashlib.sha256(f"key-{most}".encode()).hexdigest()) for most in (2, 30, 10_000)
    ]
    keys.write_text("\n".join(["keys:", *entries, ""]), "utf-8")
    with Valkey() as valkey:
        environ = {
            "COACH_API_KEYS": str(keys),
            "REDIS_URL": valkey.url,
            **model(fake),
            **clock.environ,
            **more,
        }
        async with service(**environ) as coach:
            await coach.ready(cache="up")
            coach.client.headers["authorization"] = "Bearer key-10000"
            yield coach


async def test_the_servers_clock_jumps(clock: JumpingClock, tmp_path: Path) -> None:
    """Checks and rewrites go on, what is kept is found again, and a rate limit neither opens nor locks."""
    async with FakeModel(honest()) as fake, serving(clock, fake, tmp_path) as coach:
        again_at = await refused(coach, "key-2")
        for number, jump in enumerate(JUMPS):
            clock.jump(jump)
            await told(coach, clock)
            assert (await coach.post("/check", {"draft": "您好"})).status_code == 200
            assert (await coach.rewrite(f"不知道第{number}件货，你自己看。"))["engine"] == "model"
            assert (await coach.rewrite("不知道第0件货，你自己看。"))["cache"] == "hit"
            sent = time.monotonic()
            held = await coach.client.post(
                "/check", json={"draft": "您好"}, headers={"authorization": "Bearer key-2"}
            )
            # On a machine that stood still the wait may be over.
            assert held.status_code == 429 or sent > again_at - 1.0
            assert held.status_code == 200 or 0 <= float(held.headers["retry-after"]) <= 60
        again_at = await refused(coach, "key-30")
        clock.jump(-DAY)
        await asyncio.sleep(max(0.0, again_at - time.monotonic()) + 0.2)
        freed = await coach.client.post(
            "/check", json={"draft": "您好"}, headers={"authorization": "Bearer key-30"}
        )
        assert freed.status_code == 200, freed.text


async def test_deadlines_and_the_breaker_do_not_jump(clock: JumpingClock, tmp_path: Path) -> None:
    """A jump ends no call early, lets none wait beyond its deadline, and changes nothing of the 5 s that a sick model rests."""
    async with (
        FakeModel(honest()) as fake,
        serving(clock, fake, tmp_path, COACH_DEADLINE_S="6") as coach,
    ):
        for delay_s, jump, engine in ((1.0, DAY, "model"), (60.0, -DAY, "phrasebook")):
            fake.script = honest(delay_s)
            fake.called.clear()
            begun = time.monotonic()
            asked = asyncio.create_task(coach.rewrite(f"不知道，等{delay_s}秒，你自己看。"))
            await asyncio.wait_for(fake.called.wait(), 10)
            clock.jump(jump)
            assert (await asked)["engine"] == engine
            took_s = time.monotonic() - begun
            assert took_s <= 3 * 6
        assert took_s >= 5, "it was not the deadline that ended it"

        fake.script = status(503)
        drafts, calls = 0, -1
        while calls != len(fake.calls):
            calls, drafts, opened = len(fake.calls), drafts + 1, time.monotonic()
            assert (await coach.rewrite(f"不知道第{drafts}件货，你自己看。"))["engine"] == "phrasebook"
        for jump in (DAY, -DAY, -DAY):
            clock.jump(jump)
            await told(coach, clock)
            await coach.rewrite(f"不知道，{jump}，你自己看。")
            # On a machine that stood still the rest may be over.
            assert len(fake.calls) == calls or time.monotonic() > opened + 4.0
        fake.script = honest()
        last = time.monotonic() + 3 * 5
        while (await coach.rewrite("不知道，你自己看。"))["engine"] != "model":
            assert time.monotonic() < last, "a model that is well again is not asked"
            await asyncio.sleep(0.2)
        assert time.monotonic() > opened + 4.0
