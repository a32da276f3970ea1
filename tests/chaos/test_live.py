"""Live requests while a job runs: the agent at the keyboard does not notice it."""

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.chaos.stage import Jobs, Stage, staged, table
from tests.chaos.texts import draft
from tests.kit.service_process import ROOT, free_port, get

SECONDS, A_SECOND = 40.0, 15.0
TIMES = 2.0


@pytest.mark.chaos
@pytest.mark.timeout(900)
async def test_live_requests_keep_their_speed(tmp_path: Path) -> None:
    """The p99 of live checks and rewrites while a worker runs beside the server is at most twice that without a job."""
    with staged(tmp_path, model_takes_s=0.3) as stage, _server(stage) as port:
        await _asked(port, 5.0, 1_000_000)
        solo = await _asked(port, SECONDS, 2_000_000)
        async with Jobs(stage) as jobs:
            job = await jobs.give(range(100_000))
            while job.counts.done < 50:
                await asyncio.sleep(0.2)
                job = await jobs.bulk.get(job.tenant, job.id)
            begun = job.counts.done
            beside = await _asked(port, SECONDS, 3_000_000)
            job = await jobs.bulk.get(job.tenant, job.id)
            rate = (job.counts.done - begun) / SECONDS
            await jobs.bulk.cancel(job.tenant, job.id)
    figures: dict[str, object] = {"rows of the job done meanwhile": f"{rate:.1f} a second"}
    for name in solo:
        figures[f"{name}, p50 alone and beside the job"] = " / ".join(
            f"{statistics.median(times) * 1000:.0f} ms" for times in (solo[name], beside[name])
        )
        figures[f"{name}, p99 alone and beside the job"] = (
            f"{_p99(solo[name]) * 1000:.0f} ms / {_p99(beside[name]) * 1000:.0f} ms, "
            f"{_p99(beside[name]) / _p99(solo[name]):.2f} times (at most {TIMES:g})"
        )
    print(table("R41: live requests beside a job of 100,000 rows", figures))
    assert rate > 1.0
    for name in solo:
        assert _p99(beside[name]) <= TIMES * _p99(solo[name])


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


@contextlib.contextmanager
def _server(stage: Stage) -> Iterator[int]:
    """The service with its own worker beside it, as `script-coach serve` starts them."""
    port = free_port()
    with (stage.folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "service", "serve", "--port", str(port)],
            cwd=ROOT, env=dict(stage.environ), stdout=log, stderr=log,
        )  # fmt: skip
    try:
        last = time.monotonic() + 60.0
        while True:
            with contextlib.suppress(OSError):
                if get(port, "/health/ready")[0] == 200:
                    break
            assert time.monotonic() < last, "the server does not start"
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(30)


async def _asked(port: int, seconds: float, first: int) -> dict[str, list[float]]:
    """Seconds of each live request, asked for at a steady pace whatever the answers do; every draft is a new one."""
    times: dict[str, list[float]] = {"/check": [], "/rewrite": []}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30.0) as client:

        async def one(path: str, number: int) -> None:
            body = json.dumps({"draft": draft(number)}).encode()
            begun = time.perf_counter()
            answer = await client.post(path, content=body, headers={"content-type": "application/json"})
            assert answer.status_code == 200
            times[path].append(time.perf_counter() - begun)

        begun = time.monotonic()
        asked: list[asyncio.Task[None]] = []
        while (at := len(asked) / A_SECOND) < seconds:
            await asyncio.sleep(max(0.0, begun + at - time.monotonic()))
            path = "/rewrite" if len(asked) % 3 == 0 else "/check"
            asked.append(asyncio.create_task(one(path, first + len(asked))))
        await asyncio.gather(*asked)
    return times
