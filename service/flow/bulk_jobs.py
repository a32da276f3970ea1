"""What the edges call about bulk jobs: take one in, look at it, steer it, read what came of its rows."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

from service.core.jobs import Job, Order, Row, RowResult, RowStatus
from service.errors import JobNotFound, JobsUnavailable
from service.flow.bulk_files import CHUNK_ROWS, job_key, read_results, write_rows
from service.ports import Files, Jobs, Ledger, Queue, Reserved

RENEW_S = 10.0
WINDOW = 3
"""Chunks that one tenant may have out where nobody has counted the workers."""
SCANNED = 40
"""Chunks that one page of filtered rows looks through at most."""


class Page(NamedTuple):
    """Some rows; with a filter they may be fewer than asked for although more come after `cursor`."""

    rows: tuple[RowResult, ...]
    cursor: int | None
    """Where the next page begins; None at the end of the job's rows."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """Every tenant's jobs. Methods that name a job raise `JobNotFound` for another tenant's, all `JobsUnavailable`."""

    jobs: Jobs
    ledger: Ledger
    queue: Queue
    files: Files

    @staticmethod
    def new_id() -> str:
        """An id that no job has."""
        return "job_" + secrets.token_hex(12)

    async def require_durable(self) -> None:
        """Raises `JobsUnavailable` when the store does not keep what it takes: a job could be lost."""
        if not await self.jobs.durable():
            raise JobsUnavailable(
                "The store keeps no journal (appendonly no), may drop jobs, or refuses to write; jobs could be lost."
            )

    @asynccontextmanager
    async def taking(
        self, tenant: str, job_id: str, key: str | None, fingerprint: str
    ) -> AsyncGenerator[Reserved]:
        """The idempotency key held while the job is taken in; without a key always `new`.

        Leaving without `take_in` having made the job gives a key back that was `new`. `fingerprint` tells bodies apart.
        """
        if key is None:
            yield Reserved("new", job_id)
            return
        reserved = await self.jobs.reserve(tenant, key, fingerprint, job_id)
        if reserved.kind != "new":
            yield reserved
            return
        renewing = asyncio.create_task(self._renew(tenant, key, fingerprint, job_id))
        try:
            yield reserved
        finally:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing
            with contextlib.suppress(JobsUnavailable):
                # No effect once the job is made.
                await self.jobs.release(tenant, key, job_id)

    async def _renew(self, tenant: str, key: str, fingerprint: str, job_id: str) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            with contextlib.suppress(JobsUnavailable):
                await self.jobs.reserve(tenant, key, fingerprint, job_id)

    async def take_in(
        self, tenant: str, job_id: str, order: Order, rows: Iterable[Row], key: str | None = None
    ) -> Job:
        """Keep the rows and begin the job; its `input` stands in the file store already. `rows` may block.

        Raises what `rows` raises and `DraftTooLong` for too many of them; then nothing of the job is left.
        """
        try:
            written = await write_rows(self.files, job_id, rows)
            job = await self.jobs.create(tenant, job_id, order, written.total, written.chunk_rows, key)
        except BaseException:
            with contextlib.suppress(JobsUnavailable):
                # A job whose making was not answered may be there all the same: then its files stay.
                if not await self._exists(tenant, job_id):
                    await self.files.delete(f"jobs/{job_id}")
            raise
        with contextlib.suppress(JobsUnavailable):
            # The workers look for jobs by themselves every few seconds; this is only quicker.
            await hand_out(self.ledger, self.queue, tenant)
        return job

    async def _exists(self, tenant: str, job_id: str) -> bool:
        try:
            await self.jobs.get(tenant, job_id)
        except JobNotFound:
            return False
        return True

    async def get(self, tenant: str, job_id: str) -> Job:
        """The job as it is."""
        return await self.jobs.get(tenant, job_id)

    async def newest(self, tenant: str, limit: int, before: str | None = None) -> Sequence[Job]:
        """The newest jobs first; with `before` those older than that one."""
        return await self.jobs.newest(tenant, limit, before)

    async def pause(self, tenant: str, job_id: str) -> Job:
        """Rows in work end, no other begins. Raises `Conflict` unless the job is queued or running."""
        return await self.jobs.pause(tenant, job_id)

    async def resume(self, tenant: str, job_id: str) -> Job:
        """Go on. Raises `Conflict` unless the job is paused."""
        job = await self.jobs.resume(tenant, job_id)
        with contextlib.suppress(JobsUnavailable):
            await hand_out(self.ledger, self.queue, tenant)
        return job

    async def cancel(self, tenant: str, job_id: str) -> Job:
        """Stop for good; what is done stays. Raises `Conflict` when the job has ended."""
        return await self.jobs.cancel(tenant, job_id)

    async def delete(self, tenant: str, job_id: str) -> None:
        """Forget the job and its data."""
        await self.jobs.delete(tenant, job_id)
        await self.files.delete(f"jobs/{job_id}")

    async def results(self, tenant: str, job_id: str, start: int, stop: int) -> list[RowResult]:
        """The finished rows of `start` to `stop`, by index, also while the job runs."""
        job = await self.jobs.get(tenant, job_id)
        stop = min(stop, job.counts.total)
        found: list[RowResult] = []
        for chunk in range(start // CHUNK_ROWS, -(-stop // CHUNK_ROWS)):
            found += [row for row in await self._chunk(job, chunk) if start <= row.index < stop]
        return found

    async def page(
        self,
        tenant: str,
        job_id: str,
        cursor: int,
        limit: int,
        *,
        status: RowStatus | None = None,
        rule: str | None = None,
    ) -> Page:
        """At most `limit` finished rows from row `cursor` on, of one status or with one rule fired before."""
        job = await self.jobs.get(tenant, job_id)
        chunks = -(-job.counts.total // CHUNK_ROWS)
        first = cursor // CHUNK_ROWS
        found: list[RowResult] = []
        for chunk in range(first, min(chunks, first + SCANNED)):
            for row in await self._chunk(job, chunk):
                if row.index < cursor or not _fits(row, status, rule):
                    continue
                if len(found) == limit:
                    return Page(tuple(found), row.index)
                found.append(row)
        after = (first + SCANNED) * CHUNK_ROWS
        return Page(tuple(found), after if after < job.counts.total else None)

    async def finished(
        self, tenant: str, job_id: str, after: int, limit: int
    ) -> tuple[tuple[RowResult, ...], int]:
        """Rows in the order in which they were finished, from the `after`-th on; and where the next ones begin."""
        indices = await self.jobs.finished(tenant, job_id, after, limit)
        job = await self.jobs.get(tenant, job_id)
        chunks = {
            chunk: {row.index: row for row in await self._chunk(job, chunk)}
            for chunk in dict.fromkeys(index // CHUNK_ROWS for index in indices)
        }
        rows = [chunks[index // CHUNK_ROWS].get(index) for index in indices]
        return tuple(row for row in rows if row is not None), after + len(indices)

    async def all_results(self, tenant: str, job_id: str) -> AsyncIterator[RowResult]:
        """Every finished row by index, a chunk in memory at a time."""
        job = await self.jobs.get(tenant, job_id)
        for chunk in range(-(-job.counts.total // CHUNK_ROWS)):
            for row in await self._chunk(job, chunk):
                yield row

    async def _chunk(self, job: Job, chunk: int) -> list[RowResult]:
        return await chunk_results(self.jobs, self.files, job.tenant, job.id, chunk)

    @staticmethod
    def key(job_id: str, name: str) -> str:
        """The key of a job's file: `input` as it was sent, `output` once the job is completed."""
        return job_key(job_id, name)


async def chunk_results(jobs: Jobs, files: Files, tenant: str, job_id: str, chunk: int) -> list[RowResult]:
    """The finished rows of a chunk by index, wherever they stand just now."""
    kept = await jobs.kept(tenant, job_id, chunk)
    if kept is None:
        return await read_results(files, job_id, chunk)
    return [kept[index] for index in sorted(kept)]


async def hand_out(ledger: Ledger, queue: Queue, tenant: str, window: int = WINDOW) -> None:
    """Queue what a tenant may have in the queue now."""
    chunks = await ledger.hand_out(tenant, window)
    if chunks:
        await queue.put([(tenant, job_id, chunk) for job_id, chunk in chunks])


def _fits(row: RowResult, status: RowStatus | None, rule: str | None) -> bool:
    if status is not None and row.status != status:
        return False
    return rule is None or (row.before is not None and any(fired[0] == rule for fired in row.before.rules))
