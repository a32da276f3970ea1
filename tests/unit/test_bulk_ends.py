"""The end of a job is told once, by whoever brought it about, and never instead of the end itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from service.core.jobs import Job, JobStatus, Order
from service.errors import BadTable, JobsUnavailable
from service.flow.bulk_jobs import Bulk
from service.flow.bulk_output import end, finish
from tests.kit.memory_jobs import MemoryFiles, MemoryJobs, MemoryQueue, copied

TENANT = "acme"


@dataclass
class Ending:
    """A job of which only the output is missing, and what was told of it."""

    jobs: MemoryJobs = field(default_factory=MemoryJobs)
    told: list[Job] = field(default_factory=list)
    job_id: str = field(default_factory=Bulk.new_id)

    async def make(self) -> None:
        """The job and its file."""
        self.files = MemoryFiles({Bulk.key(self.job_id, "input"): b"input\n"})
        self.bulk = Bulk(self.jobs, self.jobs, MemoryQueue(), self.files)
        await self.jobs.create(TENANT, self.job_id, Order("csv", "a.csv"), 0, 50, None)

    async def finish(self, splice: Any = copied) -> None:
        """What a worker does last."""
        await finish(
            self.jobs, self.jobs, self.files, splice, lambda _: None, TENANT, self.job_id, self.told.append
        )

    async def status(self) -> JobStatus:
        """What the job's record says."""
        return (await self.jobs.get(TENANT, self.job_id)).status


@pytest.fixture
async def ending() -> Ending:
    """Such a job."""
    made = Ending()
    await made.make()
    return made


def _broken(order: Order, source: Path, target: Path, texts: Iterator[tuple[int, str]]) -> None:
    raise BadTable("The file cannot be written.")


async def test_a_job_that_is_completed_is_told_as_it_then_is(ending: Ending) -> None:
    """What is told has status and finish; a second worker that comes to the same output tells nothing."""
    await ending.finish()
    await ending.finish()
    assert [(job.id, job.status) for job in ending.told] == [(ending.job_id, "completed")]
    assert ending.told[0].finished_at is not None


async def test_a_job_that_failed_is_told_with_its_reason(ending: Ending) -> None:
    """An output that cannot be written ends the job as failed, and that is told."""
    await ending.finish(_broken)
    assert [(job.status, job.reason) for job in ending.told] == [("failed", "The file cannot be written.")]


async def test_a_job_whose_files_are_gone_is_told_as_failed(ending: Ending) -> None:
    """Nobody waits for a job that has lost its files without a word in the log."""
    ending.files.held.clear()
    await ending.finish()
    assert [job.status for job in ending.told] == ["failed"]


@pytest.mark.parametrize("act", ["cancel", "delete"])
async def test_an_end_that_somebody_else_brought_is_not_told(ending: Ending, act: str) -> None:
    """A job that is cancelled or deleted while its output is written did not complete here."""

    def cut_in(*_: Any) -> None:
        kept = ending.jobs.all.pop((TENANT, ending.job_id))
        if act == "cancel":
            ending.jobs.all[TENANT, ending.job_id] = kept
            ending.jobs._steer(TENANT, ending.job_id, frozenset({"queued"}), "cancelled")
        copied(*_)

    await ending.finish(cut_in)
    assert ending.told == []
    assert not [key for key in ending.files.held if act == "delete"]


async def test_an_end_stands_though_it_cannot_be_told(
    ending: Ending, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that goes away between the end and the word of it costs the line in the log, not the job."""

    async def away(*_: Any) -> Job:
        raise JobsUnavailable("The store of jobs does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(ending.jobs, "get", away)
        await end(ending.jobs, ending.jobs, ending.told.append, TENANT, ending.job_id)
    assert ending.told == []
    assert await ending.status() == "completed"
