"""Bulk jobs on a bad day: workers killed, frozen and told to stop, the store killed; no row is lost, none counts twice."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from service.core.jobs import Job
from tests.kit.bulk_workers import Nursery, Workers, bulk_workers, open_nursery
from tests.kit.default_policy import default_policy
from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest
from tests.kit.worker_nursery import POISON

STEPS = {
    "taken": 1, "begun": 5, "answered": 6, "written": 7, "filed": 1, "settled": 1, "finishing": 1, "spliced": 1,
    "output": 1, "finished": 1,
}  # fmt: skip
"""Where a worker is killed, and the how-manieth time in its life it gets there."""

SLOW = 3
"""How much slower than promised a busy machine may be; the figures themselves are printed."""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One process that has read the policy, for all workers of this file."""
    with open_nursery() as opened:
        # The honest model reads it too: at its first answer it would keep everybody waiting.
        default_policy()
        yield opened


def rude(count: int) -> list[str]:
    """So many different drafts, none of which may stay as it is."""
    return [f"不知道第{at}件货，你自己看。" for at in range(count)]


def model(fake: FakeModel) -> dict[str, Any]:
    """The settings that name a model."""
    return {"OPENAI_BASE_URL": fake.base_url, "COACH_MODEL": "honest"}


async def whole(workers: Workers, job: Job, texts: list[str]) -> None:
    """Every row is there once, with its text, and the output holds them all in their order."""
    rows = [row async for row in workers.bulk.all_results("acme", job.id)]
    assert [row.index for row in rows] == list(range(len(texts)))
    assert [row.draft for row in rows] == texts
    written = Counter(await workers.bulk.jobs.finished("acme", job.id, 0, 10 * len(texts)))
    assert written == Counter(range(len(texts))), "each row was written once"
    assert sum(job.counts[2:]) == job.counts.done == job.counts.total == len(texts)
    assert await workers.texts(job.id) == [row.text if row.text is not None else row.draft for row in rows]


async def test_ten_kills_lose_nothing(nursery: Nursery) -> None:
    """R34: three workers are killed at each of ten steps; 200 rows come out once each, and work goes on within 15 s."""
    texts = rude(200)
    async with FakeModel(honest(0.05)) as fake, bulk_workers(nursery, **model(fake)) as workers:
        for step, at in STEPS.items():
            workers.trap(step, at)
        workers.start(2)
        job_id = await workers.order(texts)
        still_s, since, done = 0.0, time.monotonic(), 0
        last = since + 90
        while (job := await workers.bulk.get("acme", job_id)).status != "completed":
            assert time.monotonic() < last, f"{job}\n{workers.log}"
            if job.counts.done > done:
                still_s, done = max(still_s, time.monotonic() - since), job.counts.done
                since = time.monotonic()
            if workers.replace_dead():
                since = time.monotonic()
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)
        workers.replace_dead()
        assert workers.kills == len(STEPS)
        await whole(workers, job, texts)
        extra = len(fake.calls) - 200
    print(
        f"R34: 10 kills over 200 rows: lost 0, doubled 0, {extra} model calls more, still for {still_s:.1f} s at most"
    )
    assert job.counts.rewritten == 200, "no row is blamed for what it did not do"
    assert extra <= 16 * len(STEPS)
    assert still_s <= SLOW * 15


async def test_a_zombie_is_refused(nursery: Nursery) -> None:
    """R34: a worker that is frozen until another has done its chunk comes back, changes nothing, and works on."""
    texts = rude(40)
    async with FakeModel(honest(0.3)) as fake, bulk_workers(nursery, **model(fake)) as workers:
        job_id = await workers.order(texts)
        await workers.until_done(job_id, 5)
        zombie = workers.running[0]
        zombie.signal(signal.SIGSTOP)
        frozen_at = time.monotonic()
        begun = await workers.until_done(job_id, 5)
        workers.start()
        await workers.until_done(job_id, begun.counts.done + 1, within_s=SLOW * 15)
        recovered_s = time.monotonic() - frozen_at
        job = await workers.until(job_id, "completed")
        zombie.signal(signal.SIGCONT)
        await asyncio.sleep(1.0)
        assert await workers.bulk.get("acme", job_id) == job
        await whole(workers, job, texts)
        workers.running[1].signal(signal.SIGKILL)
        again = await workers.order(rude(20))
        await workers.until(again, "completed")
    print(f"R34: taken over from a frozen worker after {recovered_s:.1f} s")


async def test_a_worker_that_stands_still_for_a_moment(nursery: Nursery) -> None:
    """Two workers that each stand still for a second at a time keep what they hold: no row is asked twice."""
    texts = rude(200)
    async with FakeModel(honest(0.5)) as fake, bulk_workers(nursery, 2, **model(fake)) as workers:
        job_id = await workers.order(texts)
        await workers.until_done(job_id, 5)
        for turn in range(10):
            worker = workers.running[turn % 2]
            worker.signal(signal.SIGSTOP)
            await asyncio.sleep(1.2)
            worker.signal(signal.SIGCONT)
            await asyncio.sleep(0.4)
        job = await workers.until(job_id, "completed")
        await whole(workers, job, texts)
    assert len(fake.calls) == len(texts)


async def test_the_store_is_killed(nursery: Nursery) -> None:
    """R35: what the store acknowledged is there when it is back, jobs taken in included; the work goes on by itself."""
    texts = rude(150)
    async with FakeModel(honest(0.1)) as fake, bulk_workers(nursery, **model(fake)) as workers:
        job_id = await workers.order(texts)
        for done in (20, 70):
            before = await workers.until_done(job_id, done)
            other = await workers.order(rude(3))
            workers.valkey.kill()
            await asyncio.sleep(1.0)
            workers.valkey.start()
            after = await workers.bulk.get("acme", job_id)
            assert after.counts.done >= before.counts.done
            assert (await workers.bulk.get("acme", other)).counts.total == 3
        job = await workers.until(job_id, "completed", within_s=90)
        await workers.until(other, "completed")
        await whole(workers, job, texts)
        calls = len(fake.calls)
    print(f"R35: two kills of the store: 0 rows lost, {calls} calls for {len(texts) + 6} rows")


async def test_a_poison_row(nursery: Nursery) -> None:
    """R37: a row that kills its worker is tried three times and is `crashed`; the other rows are done."""
    texts = rude(99)
    texts.insert(60, f"{POISON}不知道，你自己看。")
    async with bulk_workers(nursery) as workers:
        job_id = await workers.order(texts)
        last = time.monotonic() + 90
        while (job := await workers.bulk.get("acme", job_id)).status != "completed":
            assert time.monotonic() < last, f"{job}\n{workers.log}"
            workers.replace_dead()
            await asyncio.sleep(0.05)
        await whole(workers, job, texts)
        [bad] = (await workers.bulk.page("acme", job_id, 0, 9, status="failed")).rows
    assert (bad.index, bad.reasons) == (60, ("crashed",))
    assert (job.counts.failed, job.counts.done) == (1, 100)
    assert workers.kills == 1, "from then on it was alone in processes of its own"


async def test_stopping_a_worker(nursery: Nursery) -> None:
    """R38: after SIGTERM a worker is gone within ten seconds; rows in work end, no other begins, none is asked twice."""
    texts = rude(100)
    async with FakeModel(honest(1.0)) as fake, bulk_workers(nursery, **model(fake)) as workers:
        job_id = await workers.order(texts)
        await workers.until_done(job_id, 16)
        took_s = await workers.stop()
        done = (await workers.bulk.get("acme", job_id)).counts.done
        assert done == len(fake.calls), "what was paid for was kept"
        workers.start()
        job = await workers.until(job_id, "completed")
        await whole(workers, job, texts)
        calls = len(fake.calls)
    print(f"R38: gone after {took_s:.1f} s, {calls} calls for {len(texts)} rows")
    assert took_s <= SLOW * 10
    assert calls == len(texts)


async def test_a_stop_does_not_wait_for_a_stalled_model(nursery: Nursery) -> None:
    """R38: rows whose model does not answer are called off in time, and are no suspects afterwards."""
    async with (
        FakeModel(honest(30.0)) as fake,
        bulk_workers(nursery, COACH_DEADLINE_S="60", **model(fake)) as workers,
    ):
        job_id = await workers.order(rude(20))
        await asyncio.wait_for(fake.called.wait(), 20)
        await asyncio.sleep(0.3)
        took_s = await workers.stop()
        await workers.bulk.ledger.hand_out("acme", 6)
        taken = await workers.bulk.ledger.take("acme", job_id, 0)
    print(f"R38: gone after {took_s:.1f} s with a model that does not answer")
    assert took_s <= SLOW * 10
    assert taken is not None
    assert taken.tries == {}


async def test_a_small_job_is_not_behind_a_large_one(nursery: Nursery) -> None:
    """R41: while one tenant's 5,000 rows are worked on, another's ten take no more than twice what they take alone."""
    async with FakeModel(honest(0.5)) as fake, bulk_workers(nursery, **model(fake)) as workers:
        warm = await workers.order(rude(1), "b")
        await workers.until(warm, "completed", tenant="b")
        took_s: list[float] = []
        for beside in (False, True):
            if beside:
                large = await workers.order([f"很长的一天{text}" for text in rude(5_000)], "a")
                await workers.until_done(large, 40, tenant="a")
            begun = time.monotonic()
            small = await workers.order([f"{beside}{text}" for text in rude(10)], "b")
            await workers.until(small, "completed", tenant="b")
            took_s.append(time.monotonic() - begun)
    print(f"R41: ten rows alone {took_s[0]:.2f} s, beside 5,000 of another tenant {took_s[1]:.2f} s")
    assert took_s[1] <= SLOW * 2 * took_s[0]


async def test_pause_resume_cancel(nursery: Nursery) -> None:
    """A job is paused within two seconds, goes on where it was, and is cancelled within two seconds."""
    async with FakeModel(honest(0.2)) as fake, bulk_workers(nursery, **model(fake)) as workers:
        job_id = await workers.order(rude(300))
        await workers.until_done(job_id, 20)
        await workers.bulk.pause("acme", job_id)
        await asyncio.sleep(1.0)
        held = len(fake.calls)
        await asyncio.sleep(1.0)
        assert len(fake.calls) == held
        assert (await workers.bulk.get("acme", job_id)).counts.done == held
        await workers.bulk.resume("acme", job_id)
        await workers.until_done(job_id, held + 20, within_s=10)
        await workers.bulk.cancel("acme", job_id)
        await asyncio.sleep(1.0)
        ended = len(fake.calls)
        await asyncio.sleep(1.0)
        assert len(fake.calls) == ended < 300
        other = await workers.order(rude(3))
        await workers.until(other, "completed", within_s=15)
