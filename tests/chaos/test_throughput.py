"""What a job makes of the calls that the model's server takes: next to all of them."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.stage import Jobs, Stage, staged, table
from tests.chaos.texts import good
from tests.kit.service_process import ROOT

ROWS, AT_ONCE, MODEL_S = 2_400, 16, 0.5
SHARE = 0.95


@pytest.mark.chaos
@pytest.mark.timeout(900)
async def test_a_worker_keeps_the_model_busy(tmp_path: Path) -> None:
    """With 16 calls in flight and a model that takes 500 ms, one worker gets 95 % of what the bare client gets."""
    with staged(tmp_path, model_takes_s=MODEL_S, COACH_BULK_IN_FLIGHT=str(AT_ONCE)) as stage:
        bare_s = await asyncio.to_thread(_bare_s, stage)
        stage.start_worker()
        async with Jobs(stage) as jobs:
            warm = await jobs.end(await jobs.give(range(ROWS, ROWS + 50)), 120)
            job = await jobs.end(await jobs.give(range(ROWS)), 300)
            texts = await jobs.output(job)
    assert job.started_at is not None
    assert job.finished_at is not None
    job_s = job.finished_at - job.started_at
    figures = {
        "rows, calls at once, a call": f"{ROWS:,}, {AT_ONCE}, {MODEL_S * 1000:.0f} ms",
        "bare SDK client": f"{bare_s:.2f} s, {ROWS / bare_s:.2f} calls a second",
        "job, from its first row to its output": f"{job_s:.2f} s, {ROWS / job_s:.2f} rows a second",
        "share": f"{bare_s / job_s:.1%} (at least {SHARE:.0%})",
    }
    print(table("Throughput against a model", figures))
    assert (warm.status, job.status) == ("completed", "completed")
    assert texts == [good(number) for number in range(ROWS)]
    assert bare_s / job_s >= SHARE


def _bare_s(stage: Stage) -> float:
    """Seconds that the SDK takes for as many calls, in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "tests.chaos.bare",
        stage.environ["OPENAI_BASE_URL"],
        str(ROWS),
        str(AT_ONCE),
    ]
    done = subprocess.run(command, cwd=ROOT, env=dict(stage.environ), capture_output=True, check=True)
    return float(done.stdout)
