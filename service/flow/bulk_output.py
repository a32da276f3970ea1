"""The last step of a job: the file that was sent once more, with the new texts in it."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from service.core.jobs import Job, Order
from service.errors import BadTable, JobNotFound, JobsUnavailable
from service.flow.bulk_files import CHUNK_ROWS, job_key
from service.flow.bulk_jobs import chunk_results
from service.flow.scratch import scratch
from service.ports import Files, Jobs, Ledger

Splice = Callable[[Order, Path, Path, Iterator[tuple[int, str]]], None]
"""Writes to the second path what the first holds, with these texts in it; blocks.

Raises `BadTable` and `StorageFull`.
"""
Step = Callable[[str], None]
"""Told of each step as it is reached; tests end the process there."""
Tell = Callable[[Job], None]
"""Told of each job that has come to its end here: once, whoever else finds it ended."""


async def finish(
    ledger: Ledger,
    jobs: Jobs,
    files: Files,
    splice: Splice,
    step: Step,
    tenant: str,
    job_id: str,
    tell: Tell = lambda _: None,
) -> None:
    """Write the output and set the job down as completed; twice is as good as once. No effect on other jobs.

    Raises `JobsUnavailable` and `StorageFull`; the job then waits for the next try.
    """
    job = await ledger.finishing(tenant, job_id)
    if job is None:
        return
    step("finishing")
    try:
        with scratch("output") as folder:
            texts, target = folder / "texts", folder / "output"
            await _spool(job, jobs, files, texts)
            async with files.local(job_key(job_id, "input")) as source:
                await asyncio.to_thread(splice, job.order, source, target, _told(texts))
            step("spliced")
            await files.put(job_key(job_id, "output"), target)
        step("output")
    except BadTable as refused:
        await end(ledger, jobs, tell, tenant, job_id, refused.detail)
    except JobNotFound:
        # Deleted meanwhile, or its files are gone.
        await end(ledger, jobs, tell, tenant, job_id, "The files of the job are gone.")
    else:
        await end(ledger, jobs, tell, tenant, job_id)
    await forget_if_deleted(jobs, files, tenant, job_id)
    step("finished")


async def end(
    ledger: Ledger, jobs: Jobs, tell: Tell, tenant: str, job_id: str, reason: str | None = None
) -> None:
    """Set a job down as completed, or with a reason as failed, and tell of it. No effect on one that has ended."""
    if await ledger.finish(tenant, job_id, reason):
        # Ended it has, whatever becomes of the telling.
        with contextlib.suppress(JobNotFound, JobsUnavailable):
            tell(await jobs.get(tenant, job_id))


async def forget_if_deleted(jobs: Jobs, files: Files, tenant: str, job_id: str) -> None:
    """Take away what was written for a job that was deleted meanwhile."""
    try:
        await jobs.get(tenant, job_id)
    except JobNotFound:
        await files.delete(f"jobs/{job_id}")


async def _spool(job: Job, jobs: Jobs, files: Files, texts: Path) -> None:
    """The new texts in a file: the child that writes the output asks for them in a thread."""
    with texts.open("w", encoding="ascii") as out:
        for chunk in range(-(-job.counts.total // CHUNK_ROWS)):
            for row in await chunk_results(jobs, files, job.tenant, job.id, chunk):
                if row.text is not None:
                    out.write(json.dumps([row.index, row.text]) + "\n")


def _told(texts: Path) -> Iterator[tuple[int, str]]:
    with texts.open(encoding="ascii") as lines:
        for line in lines:
            index, text = json.loads(line)
            yield index, text
