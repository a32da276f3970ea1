"""A worker's rounds: every few seconds it looks for chunks that nobody works on, and at times for what is too old."""

import contextlib

from service.errors import JobsUnavailable, StorageFull
from service.flow import sweeping
from service.flow.bulk_chunks import FINISH, Worker
from service.flow.bulk_jobs import WINDOW, hand_out

ROUND_S = 2.0
SWEEP_S = 600.0
CHUNKS_A_WORKER = 3
"""Chunks that one tenant may have out for each worker there is: one in work, one next, one on its way."""


async def make_rounds(worker: Worker, name: str, keep_s: float) -> None:
    """Go round until cancelled; jobs and files are kept for `keep_s` seconds."""
    swept_at = -SWEEP_S
    while True:
        with contextlib.suppress(JobsUnavailable, StorageFull):
            await look_round(worker, name)
            if worker.clock.monotonic() - swept_at >= SWEEP_S:
                swept_at = worker.clock.monotonic()
                await sweep(worker, keep_s)
        await worker.clock.sleep(ROUND_S)


async def look_round(worker: Worker, name: str) -> None:
    """Queue what every tenant may have queued, and what is out but lost its place in the queue."""
    ledger, queue = worker.bulk.ledger, worker.bulk.queue
    worker.window = max(WINDOW, CHUNKS_A_WORKER * await ledger.present(name))
    for tenant, chunks in (await ledger.out()).items():
        # Those that are queued or in work stay as they are.
        await queue.put([(tenant, job_id, chunk) for job_id, chunk in chunks])
        await hand_out(ledger, queue, tenant, worker.window)
    await queue.put([(tenant, job_id, FINISH) for tenant, job_id in await ledger.due()])


async def sweep(worker: Worker, keep_s: float) -> None:
    """Forget jobs and files past their days; a file goes last, so that no job is without its rows."""
    files = worker.bulk.files
    for _, job_id in await worker.bulk.ledger.sweep(keep_s):
        await files.delete(f"jobs/{job_id}")
    await sweeping.sweep(files, worker.bulk.ledger.known, keep_s)
