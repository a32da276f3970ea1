"""The bulk worker as a process: from the first signal on it begins no row, and within ten seconds it is gone."""

import asyncio
import contextlib
import os
import secrets
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from service.adapters.apart import ForkedApart
from service.adapters.clock import SystemClock
from service.adapters.jobs_output import splice
from service.adapters.library_logs import take_over_library_logs
from service.adapters.log_lines import LogLines
from service.adapters.queue import ChunkWorker
from service.adapters.server_secret import read_server_secret, tenant_secret
from service.adapters.telemetry import Telemetry
from service.cli.storing import OpenStore
from service.core.results import Caller
from service.errors import JobsUnavailable
from service.flow.bulk_apart import answer_apart
from service.flow.bulk_chunks import Worker
from service.flow.bulk_rewriter import ROW_S
from service.flow.bulk_rounds import make_rounds
from service.flow.bulk_share import Share
from service.settings import Settings, read_settings
from service.wiring import Coach, build

DRAIN_S = 8.0
"""Rows in work when the signal comes have so long to end; the rest of ten seconds is for putting things back."""
CUT_S = 1.0
DAY_S = 24 * 60 * 60
NICE = 10
"""So much lower is the priority of a worker beside a server: live requests come first."""


def work(*, beside: bool = False, step: Callable[[str], None] = lambda _: None) -> None:
    """Work on bulk jobs until a signal says stop; `beside` a server also when that is gone. Raises `SetupError`."""
    settings = read_settings()
    secret = read_server_secret(settings.data_dir)
    lines = LogLines(sys.stdout.buffer)
    telemetry = Telemetry(lines, settings.log_level)
    if beside:
        os.nice(NICE)
    with OpenStore(settings) as store:
        coach = build(settings, store.url)
        take_over_library_logs(telemetry)

        def caller(tenant: str, policy: str) -> Caller:
            return Caller(tenant, frozenset({policy}), tenant_secret(secret, tenant))

        def alarm(trouble: Exception) -> None:
            telemetry.error("-", trouble)

        def alone(asked: bytes) -> bytes:
            try:
                return asyncio.run(_alone(coach, asked, caller, alarm))
            finally:
                lines.close()

        # Before there are threads, of the store or of the log.
        apart = ForkedApart(alone, ROW_S + settings.deadline_s)
        store.look_after()
        worker = Worker(
            coach.bulk, coach.rows(), caller, splice, SystemClock(), apart, Share(_rows(settings.bulk_in_flight)),
            step=step, alarm=alarm, tell=lambda job: telemetry.job(job.status, job),
        )  # fmt: skip
        telemetry.event("info", "working", in_flight=settings.bulk_in_flight)
        lines.flush()
        queue = ChunkWorker(store.url, worker.work)
        asyncio.run(_run(settings, coach, worker, queue, apart.lost(), watch_stdin=beside))
        apart.close()
        telemetry.event("info", "worker stopped")
    lines.close()


def _rows(calls: int) -> int:
    """Rows in work, so that `calls` of them wait for the model while others are checked, proved and written."""
    return calls + max(1, calls // 4)


async def _alone(
    coach: Coach, asked: bytes, caller: Callable[[str, str], Caller], alarm: Callable[[Exception], None]
) -> bytes:
    """What comes of a row in a process of its own, which was made from one that began with the worker."""
    await coach.shelf.refresh()
    await coach.start()
    try:
        return await answer_apart(asked, caller, coach.rows(), alarm)
    finally:
        await coach.close()


async def _run(
    settings: Settings,
    coach: Coach,
    worker: Worker,
    queue: ChunkWorker,
    lost: Coroutine[Any, Any, None],
    *,
    watch_stdin: bool,
) -> None:
    name = secrets.token_hex(8)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if watch_stdin:
        # The pipe ends with the server, however it ends: no worker is left behind.
        loop.add_reader(sys.stdin.fileno(), stop.set)
    await coach.start()
    tasks: set[asyncio.Task[Any]] = {
        asyncio.create_task(queue.run()),
        asyncio.create_task(make_rounds(worker, name, settings.job_days * DAY_S)),
        asyncio.create_task(lost),
    }
    waiting: asyncio.Task[Any] = asyncio.create_task(stop.wait())
    # None ends by itself: if one does, the process goes and a fresh one comes.
    done, _ = await asyncio.wait({*tasks, waiting}, return_when=asyncio.FIRST_COMPLETED)
    worker.stopping.set()
    for task in tasks:
        task.cancel()
    _, slow = await asyncio.wait(tasks, timeout=DRAIN_S)
    if slow:
        queue.cut()
        await asyncio.wait(slow, timeout=CUT_S)
    with contextlib.suppress(JobsUnavailable):
        await coach.bulk.ledger.absent(name)
    await coach.close()
    for task in done - {waiting}:
        task.result()
