"""Reports of running jobs: each goes on with what was finished since, and says what a report from scratch would say."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from service.core.bulk_report import BulkReport
from service.core.jobs import Job, Order, RowResult
from service.errors import JobNotFound
from service.flow import bulk_reports
from service.flow.bulk_files import CHUNK_ROWS, write_results
from service.flow.bulk_jobs import Bulk
from service.flow.bulk_reports import MOST, BulkReports
from tests.kit.memory_jobs import MemoryFiles, MemoryJobs, MemoryQueue
from tests.kit.results import crashed, for_a_person, rewritten, unchanged

TENANT = "acme"


@dataclass
class Counting(MemoryJobs):
    """Jobs that note from where on the finished rows were asked for, and which chunks were read."""

    asked: list[int] = field(default_factory=list)
    read: list[int] = field(default_factory=list)

    async def finished(self, tenant: str, job_id: str, after: int, limit: int) -> Any:
        """Noted."""
        self.asked.append(after)
        # As a real store: others get their turn meanwhile.
        await asyncio.sleep(0)
        return await super().finished(tenant, job_id, after, limit)

    async def kept(self, tenant: str, job_id: str, chunk: int) -> Any:
        """Noted."""
        self.read.append(chunk)
        await asyncio.sleep(0)
        return await super().kept(tenant, job_id, chunk)


def _row(index: int) -> RowResult:
    kinds = (rewritten, unchanged, for_a_person, crashed)
    return kinds[index % 7 % 4](index)


class Running:
    """A job whose rows are finished in any order that a test likes."""

    def __init__(self, total: int = 220) -> None:
        self.jobs = Counting()
        self.bulk = Bulk(self.jobs, self.jobs, MemoryQueue(), MemoryFiles())
        self.reports = BulkReports()
        self.total = total
        self.written: list[RowResult] = []

    async def make(self) -> Job:
        """The job, all its chunks out."""
        job = await self.jobs.create(
            TENANT, Bulk.new_id(), Order("csv", "a.csv"), self.total, CHUNK_ROWS, None
        )
        await self.jobs.hand_out(TENANT, 1000)
        chunks = range(-(-self.total // CHUNK_ROWS))
        self.leases = [await self.jobs.take(TENANT, job.id, chunk) for chunk in chunks]
        return job

    async def finish(self, *indices: int) -> None:
        """Rows that are done."""
        for index in indices:
            taken = self.leases[index // CHUNK_ROWS]
            assert taken is not None
            assert await self.jobs.write(taken.lease, _row(index))
            self.written.append(_row(index))

    async def settle(self, job: Job, chunk: int) -> None:
        """A chunk whose rows now stand in its file."""
        taken = self.leases[chunk]
        assert taken is not None
        kept = await self.jobs.kept(TENANT, job.id, chunk)
        await write_results(self.bulk.files, job.id, chunk, kept.values())
        assert await self.jobs.settle(taken.lease)

    async def told(self, job: Job) -> dict[str, Any]:
        """What the report says now."""
        return (await self.reports.of(self.bulk, job)).told({})

    def expected(self) -> dict[str, Any]:
        """What one says that is made from scratch, in the file's order."""
        report = BulkReport(self.total)
        for row in sorted(self.written, key=lambda row: row.index):
            report.add(row)
        return report.told({})


async def test_a_running_report_says_what_one_from_scratch_would() -> None:
    """Rows that are finished in any order, in chunks under way or through, are each counted once and shown in order."""
    running = Running()
    job = await running.make()
    order = random.Random(6).sample(range(CHUNK_ROWS, running.total), running.total - CHUNK_ROWS)
    for start in range(0, len(order), 30):
        await running.finish(*order[start : start + 30])
        assert await running.told(job) == running.expected()
    await running.settle(job, 2)
    await running.finish(*reversed(range(CHUNK_ROWS)))
    await running.settle(job, 0)
    assert await running.told(job) == running.expected()
    assert running.expected()["counts"]["done"] == running.total


async def test_a_page_that_is_reloaded_reads_what_is_new() -> None:
    """However often a report is looked at, no row is read for it again: only chunks with rows finished since."""
    running = Running()
    job = await running.make()
    await running.finish(*range(150))
    await running.told(job)
    running.jobs.read.clear()
    for _ in range(20):
        await running.told(job)
    assert running.jobs.read == []
    await running.finish(160, 161)
    assert await running.told(job) == running.expected()
    assert running.jobs.read == [160 // CHUNK_ROWS]


async def test_many_readers_at_once_count_no_row_twice() -> None:
    """Ten people who open the report together share the work, and each sees the whole of it."""
    running = Running()
    job = await running.make()
    await running.finish(*range(120))
    told = await asyncio.gather(*(running.told(job) for _ in range(10)))
    assert all(one == running.expected() for one in told)
    assert sorted(running.jobs.read) == [0, 1, 2]


async def test_a_reader_who_leaves_spoils_nothing() -> None:
    """A call that ends while rows are read leaves a report that the next one goes on with."""
    running = Running()
    job = await running.make()
    await running.finish(*range(200))
    for steps in range(12):
        reading = asyncio.create_task(running.told(job))
        for _ in range(steps):
            await asyncio.sleep(0)
        reading.cancel()
    assert await running.told(job) == running.expected()


async def test_few_reports_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not grow with the jobs whose reports are looked at: the ones asked for last stay, for a while."""
    running = Running(50)
    jobs = [await running.make() for _ in range(MOST + 1)]

    async def begun_anew(job: Job) -> bool:
        running.jobs.asked.clear()
        await running.told(job)
        return running.jobs.asked[0] == 0

    await running.finish(0)
    for job in jobs:
        await running.told(job)
    assert not await begun_anew(jobs[-1])
    assert await begun_anew(jobs[0])
    monkeypatch.setattr(bulk_reports, "IDLE_S", 0.0)
    await asyncio.sleep(0.01)
    await running.told(jobs[0])
    assert await begun_anew(jobs[-1])


async def test_a_job_that_is_gone_has_no_report() -> None:
    """A job that is deleted while its report is looked at is a `JobNotFound`, not an old report."""
    running = Running()
    job = await running.make()
    await running.finish(0)
    await running.told(job)
    await running.jobs.delete(TENANT, job.id)
    with pytest.raises(JobNotFound):
        await running.told(job)
