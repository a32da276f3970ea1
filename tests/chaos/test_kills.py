"""R34 at full length: workers that are killed all the time, anywhere, lose no row and do none twice."""

import asyncio
import random
import signal
import time
from typing import Any

import pytest

from service.core.jobs import Job
from tests.chaos.stage import table
from tests.chaos.texts import counter, draft, good
from tests.kit.bulk_workers import Workers, bulk_workers, open_nursery
from tests.kit.fake_model import FakeModel

ROWS, KILLS, WORKERS, IN_FLIGHT = 1_000, 100, 3, 4
# Of the strokes so many end all workers together: then nobody is left who could go on meanwhile.
ALL_AT_ONCE = 5
# So many strike at a step of a row, or of a chunk, of which there are only twenty; the others at any moment.
ROW_STEPS = ("begun", "answered", "written") * 10
CHUNK_STEPS = ("taken", "filed", "settled") * 2


@pytest.mark.chaos
@pytest.mark.timeout(1800)
async def test_a_hundred_kills_over_a_thousand_rows() -> None:
    """100 kills, three workers, 1,000 rows: nothing lost, nothing twice, going on within 15 s."""
    dice = random.Random(34)
    with open_nursery() as nursery:
        async with FakeModel(counter(0.3)) as model:
            settings: dict[str, Any] = {
                "OPENAI_BASE_URL": model.base_url, "COACH_MODEL": "chaos", "COACH_BULK_IN_FLIGHT": str(IN_FLIGHT)
            }  # fmt: skip
            async with bulk_workers(nursery, WORKERS, **settings) as workers:
                begun = time.monotonic()
                job_id = await workers.order([draft(number) for number in range(ROWS)])
                gaps = await _kill_all_along(workers, job_id, dice)
                job = await workers.until(job_id, within_s=300)
                elapsed_s = time.monotonic() - begun
                texts = await workers.texts(job_id)
                finished = await workers.bulk.jobs.finished("acme", job_id, 0, 2 * ROWS)
        calls = len(model.calls)
    accused = job.counts.failed
    wrong = sum(text not in {good(number), draft(number)} for number, text in enumerate(texts))
    figures = {
        "rows, workers, kills": f"{job.counts.total:,}, {WORKERS}, {workers.kills}",
        "rows lost or with another's text": ROWS - len(set(finished)) + wrong,
        "rows written twice": len(finished) - len(set(finished)),
        "rows blamed for a kill": accused,
        "longest time to go on, one of three killed": f"{max(gaps[1]):.1f} s",
        "longest time to go on, all three killed": f"{max(gaps[WORKERS]):.1f} s",
        "model calls beyond one a row": f"{calls - ROWS} (at most {KILLS * (IN_FLIGHT + 1)} were in work)",
        "took": f"{elapsed_s:.0f} s",
    }
    print(table("R34: kill -9 of workers", figures))
    assert workers.kills == KILLS
    assert job.status == "completed"
    assert accused == 0
    assert job.counts.rewritten == ROWS
    assert wrong == 0
    assert texts == [good(number) for number in range(ROWS)]
    assert sorted(finished) == list(range(ROWS))
    assert max(*gaps[1], *gaps[WORKERS]) <= 15.0
    assert calls - ROWS <= KILLS * (IN_FLIGHT + 1)


async def _kill_all_along(workers: Workers, job_id: str, dice: random.Random) -> dict[int, list[float]]:
    """Kill workers evenly over the job, each replaced at once; by how many died the seconds to the next row."""
    aimed = [(1, step) for step in ROW_STEPS + CHUNK_STEPS]
    blind = [(WORKERS, "")] * ALL_AT_ONCE + [(1, "")] * (KILLS - WORKERS * ALL_AT_ONCE - len(aimed))
    strokes = [*aimed, *blind]
    dice.shuffle(strokes)
    gaps: dict[int, list[float]] = {1: [], WORKERS: []}
    for number, (stroke, step) in enumerate(strokes):
        await workers.until_done(job_id, number * (ROWS - 300) // len(strokes) + 1, within_s=120)
        if step:
            await _trapped(workers, step)
        else:
            await asyncio.sleep(dice.uniform(0.0, 0.3))
            for worker in dice.sample(workers.running, stroke):
                worker.signal(signal.SIGKILL)
        job: Job = await workers.bulk.get("acme", job_id)
        killed_at = time.monotonic()
        died = 0
        while died < stroke:
            died += workers.replace_dead()
            await asyncio.sleep(0.01)
        await workers.until_done(job_id, job.counts.done + 1, within_s=120)
        gaps[stroke].append(time.monotonic() - killed_at)
    return gaps


async def _trapped(workers: Workers, step: str) -> None:
    """Wait until a worker has died where it reached a step."""
    workers.trap(step)
    last = time.monotonic() + 120.0
    while all(worker.poll() is None for worker in workers.running):
        assert time.monotonic() < last, workers.log
        await asyncio.sleep(0.01)
