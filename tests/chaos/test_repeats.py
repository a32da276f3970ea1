"""A hundred thousand rows with many repeats: each text is paid for once, and memory stays where it was."""

import asyncio
import random
import time
from pathlib import Path

import pytest

from tests.chaos.stage import Jobs, staged, table
from tests.chaos.texts import good

ROWS, DISTINCT, WORKERS = 100_000, 20_000, 2
SMALL = 1_000
EXTRA_CALLS, EXTRA_MB = 1.02, 50.0


@pytest.mark.chaos
@pytest.mark.timeout(7200)
async def test_a_hundred_thousand_rows_with_repeats(tmp_path: Path) -> None:
    """100,000 rows of which 80 % repeat others: at most 1.02 calls a text, memory within 50 MB of that at 1,000 rows."""
    dice = random.Random(80)
    numbers = [*range(DISTINCT), *(dice.randrange(DISTINCT) for _ in range(ROWS - DISTINCT))]
    dice.shuffle(numbers)
    with staged(tmp_path, model_takes_s=0.02, COACH_MODEL_SLOTS="64") as stage:
        for _ in range(WORKERS):
            stage.start_worker("nice", "-n", "5")
        async with Jobs(stage) as jobs:
            small = await jobs.end(await jobs.give(range(ROWS, ROWS + SMALL)), 600)
            small_mb = stage.worker_mb
            before = stage.model_tally()
            begun = time.monotonic()
            job = await jobs.give(numbers)
            taken_s = time.monotonic() - begun
            large_mb = small_mb
            while job.status != "completed":
                job = await jobs.bulk.get(job.tenant, job.id)
                large_mb = max(large_mb, stage.worker_mb)
                assert time.monotonic() - begun < 6000, stage.log()
                await asyncio.sleep(0.5)
            elapsed_s = time.monotonic() - begun
            texts = await jobs.output(job)
            calls = stage.model_tally()["calls"] - before["calls"]
    print(
        table(
            "A hundred thousand rows, 80 % repeats",
            {
                "rows, distinct": f"{job.counts.total:,}, {DISTINCT:,}",
                "model calls": f"{calls:,}, {calls / DISTINCT:.4f} a distinct text (at most {EXTRA_CALLS})",
                "answered from the cache, shared within a worker": f"{job.cost.hits:,}, {job.cost.repeats:,}",
                "worker's memory after 1,000 rows, at most later": f"{small_mb:.0f} MB, {large_mb:.0f} MB",
                "taken in, took": f"{taken_s:.1f} s, {elapsed_s:.0f} s with {WORKERS} workers",
                "rows a second": f"{ROWS / elapsed_s:.0f}",
            },
        )
    )
    assert (small.status, job.status) == ("completed", "completed")
    assert texts == [good(number) for number in numbers]
    assert calls <= EXTRA_CALLS * DISTINCT
    assert large_mb <= small_mb + EXTRA_MB
