"""Measures what a row costs: jobs of each kind on one worker, beside a real store and a fake model."""

import asyncio
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.core.jobs import Job
from tests.bench.machine import shape
from tests.chaos.stage import Jobs, Stage
from tests.chaos.texts import draft
from tests.kit.memory import rss_mb
from tests.scale.figures import Figures

ROWS = 4_000
EQUALS = 40
"""So many different texts in the job of repeats."""
_IDLE_S = 5.0


@dataclass(frozen=True)
class _Spent:
    """What one job took of everything, in all."""

    worker_s: float
    output_s: float
    intake_s: float
    redis_s: float
    commands: float
    memory: float
    log: float
    job: Job


async def measured(stage: Stage) -> Figures:
    """The figures of this machine; takes a few minutes."""
    async with Jobs(stage) as jobs:
        check = await _spent(stage, jobs, range(ROWS), dry_run=True)
        phrasebook = await _spent(stage, jobs, range(ROWS), engine="phrasebook")
        call = await _spent(stage, jobs, range(ROWS))
        # A fresh worker: the old one remembers these texts, and a cache is there for those who do not.
        hit = await _spent(stage, jobs, range(ROWS))
        repeat = await _spent(stage, jobs, [ROWS + number % EQUALS for number in range(ROWS)])
        worker_mb = rss_mb(stage.workers[0].pid)
        sizes = _sizes(stage.folder / "files" / "jobs" / call.job.id)

    def ms(seconds: float) -> float:
        return round(seconds * 1000 / ROWS, 3)

    return Figures(
        # Nothing is pinned to a core here.
        shape=re.sub(r" \(.*?\)", "", shape().replace("(R)", "")),
        rows=ROWS,
        text_chars=len(draft(0)),
        check_cpu_ms=ms(check.worker_s),
        phrasebook_cpu_ms=ms(phrasebook.worker_s),
        call_cpu_ms=ms(call.worker_s),
        hit_cpu_ms=ms(hit.worker_s),
        repeat_cpu_ms=ms(repeat.worker_s),
        intake_cpu_ms=ms(call.intake_s),
        output_cpu_ms=ms(call.output_s),
        redis_commands=round(call.commands / ROWS, 1),
        redis_call_us=round(call.redis_s * 1e6 / ROWS, 1),
        redis_hit_us=round(hit.redis_s * 1e6 / ROWS, 1),
        redis_phrasebook_us=round(phrasebook.redis_s * 1e6 / ROWS, 1),
        redis_kept_bytes=round(phrasebook.memory / ROWS, 1),
        cache_bytes=round((call.memory - phrasebook.memory) / ROWS, 1),
        redis_log_bytes=round(call.log / ROWS),
        worker_mb=round(worker_mb),
        **{name: round(size / ROWS, 1) for name, size in sizes.items()},
    )


async def _spent(stage: Stage, jobs: Jobs, numbers: Sequence[int], **order: Any) -> _Spent:
    """One job on a worker of its own, and what it took beyond what an idle worker takes."""
    for worker in tuple(stage.workers):
        stage.kill(worker)
    worker = stage.start_worker()
    await jobs.end(await jobs.give(range(10**6, 10**6 + 100), **order), 120)
    idle, at = _now(stage, worker.pid), time.monotonic()
    await asyncio.sleep(_IDLE_S)
    before, began = _now(stage, worker.pid), time.monotonic()
    intake_s = time.process_time()
    job = await jobs.give(numbers, **order)
    intake_s = time.process_time() - intake_s
    job = await jobs.end(job, 900)
    # Until the store has counted what has just been freed and written.
    await asyncio.sleep(1.0)
    after, elapsed_s = _now(stage, worker.pid), time.monotonic() - began
    share = elapsed_s / (began - at)
    spent = [
        late - early - max(0.0, early - first) * share
        for first, early, late in zip(idle, before, after, strict=True)
    ]
    worker_s, output_s, redis_s, commands, _, _ = spent
    return _Spent(
        worker_s, output_s, intake_s, redis_s, commands, after[4] - before[4], after[5] - before[5], job
    )


def _now(stage: Stage, pid: int) -> tuple[float, ...]:
    """Seconds of the worker, of its children and of Redis; commands; bytes in memory and of the journal."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    told = dict(
        line.split(":", 1) for line in stage.store.ask("INFO", "everything").splitlines() if ":" in line
    )
    return (
        (int(fields[11]) + int(fields[12])) / ticks,
        (int(fields[13]) + int(fields[14])) / ticks,
        float(told["used_cpu_user"]) + float(told["used_cpu_sys"]),
        float(told["total_commands_processed"]),
        float(told["used_memory"]),
        float(told["aof_current_size"]),
    )


def _sizes(folder: Path) -> dict[str, float]:
    sizes = {path.name: float(path.stat().st_size) for path in folder.iterdir()}
    return {
        "input_bytes": sizes["input"],
        "rows_bytes": sizes["rows.jsonl"] + sizes["rows.index"],
        "results_bytes": sum(size for name, size in sizes.items() if name.startswith("results.")),
        "output_bytes": sizes["output"],
    }
