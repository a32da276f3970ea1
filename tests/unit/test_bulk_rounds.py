"""A worker's rounds and the last step of a job: nothing stays lost, nothing half-written, nothing for ever."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.adapters.clock import SystemClock
from service.adapters.jobs_output import splice
from service.core.jobs import Order, Row
from service.errors import BadTable, JobNotFound, StorageFull
from service.flow.bulk_chunks import FINISH, Worker
from service.flow.bulk_jobs import Bulk
from service.flow.bulk_output import Splice
from service.flow.bulk_rounds import look_round, sweep
from tests.kit.fake_clock import FakeClock
from tests.kit.memory_jobs import MemoryFiles, MemoryJobs, MemoryQueue, copied, memory_bulk

TENANT = "acme"
# Nobody is asked to rewrite a blank row.
NOBODY: Any = None


def worker(bulk: Bulk, spliced: Splice = copied) -> Worker:
    """A worker for blank rows."""
    return Worker(bulk, NOBODY, lambda *_: NOBODY, spliced, SystemClock(), NOBODY)


def waiting(bulk: Bulk) -> list[tuple[str, str, int]]:
    """What is queued."""
    assert isinstance(bulk.queue, MemoryQueue)
    return list(bulk.queue.waiting)


async def blank_job(bulk: Bulk, rows: int = 60, job_id: str = "job_1", order: Order | None = None) -> str:
    """A job of blank rows."""
    assert isinstance(bulk.files, MemoryFiles)
    bulk.files.held[Bulk.key(job_id, "input")] = b"draft\nx\n"
    made = order or Order("csv", "macros.csv")
    await bulk.take_in(TENANT, job_id, made, [Row(index, "") for index in range(rows)])
    return job_id


async def worked(bulk: Bulk, job_id: str, spliced: Splice = copied) -> str:
    """How a job of one chunk ended."""
    one = worker(bulk, spliced)
    await one.work(TENANT, job_id, 0)
    await one.work(TENANT, job_id, FINISH)
    return (await bulk.get(TENANT, job_id)).status


async def test_a_chunk_that_lost_its_place_is_queued_again() -> None:
    """R34: what is out and not in the queue, whoever lost it, is there again after the next round."""
    bulk = memory_bulk()
    job_id = await blank_job(bulk)
    assert waiting(bulk) == [(TENANT, job_id, 0), (TENANT, job_id, 1)]
    assert isinstance(bulk.queue, MemoryQueue)
    bulk.queue.waiting.clear()
    await look_round(worker(bulk), "w")
    assert waiting(bulk) == [(TENANT, job_id, 0), (TENANT, job_id, 1)]


async def test_an_output_that_is_missing_is_queued_again() -> None:
    """R34: a job whose rows are through gets its output even if the worker that should write it died."""
    bulk = memory_bulk()
    job_id = await blank_job(bulk, 1)
    await worker(bulk).work(TENANT, job_id, 0)
    assert isinstance(bulk.queue, MemoryQueue)
    bulk.queue.waiting.clear()
    await look_round(worker(bulk), "w")
    assert waiting(bulk) == [(TENANT, job_id, FINISH)]


async def test_old_jobs_and_their_files_go() -> None:
    """A job past its days is forgotten with its rows, its input and its output; the others stay."""
    bulk = memory_bulk()
    old = await blank_job(bulk, 1, "job_old")
    assert isinstance(bulk.jobs, MemoryJobs)
    assert isinstance(bulk.files, MemoryFiles)
    bulk.jobs.now += 100
    young = await blank_job(bulk, 1, "job_young")
    await sweep(worker(bulk), 50)
    with pytest.raises(JobNotFound):
        await bulk.get(TENANT, old)
    assert (await bulk.get(TENANT, young)).status == "queued"
    assert {key.split("/")[1] for key in bulk.files.held} == {young}


async def test_a_file_that_cannot_be_written_fails_the_job() -> None:
    """What is wrong with the file is told in its own sentence, and nothing half-written is left."""

    def refuse(order: Order, source: Path, target: Path, texts: Iterator[tuple[int, str]]) -> None:
        raise BadTable("Row 3 has a quote that is never closed.")

    bulk = memory_bulk()
    job_id = await blank_job(bulk, 1)
    assert await worked(bulk, job_id, refuse) == "failed"
    assert (await bulk.get(TENANT, job_id)).reason == "Row 3 has a quote that is never closed."
    assert await bulk.files.size(Bulk.key(job_id, "output")) is None


@pytest.mark.parametrize("lost", ["input", "rows.jsonl", "rows.index"])
async def test_a_job_whose_files_are_gone_fails(lost: str) -> None:
    """A job that can never end well ends, and says why."""
    bulk = memory_bulk()
    job_id = await blank_job(bulk, 1)
    await bulk.files.delete(Bulk.key(job_id, lost))
    assert await worked(bulk, job_id) == "failed"
    assert "gone" in str((await bulk.get(TENANT, job_id)).reason)


async def test_a_deleted_job_stays_deleted() -> None:
    """A worker that comes late finds nothing to do and leaves nothing behind."""
    bulk = memory_bulk()
    job_id = await blank_job(bulk, 1)
    await bulk.delete(TENANT, job_id)
    one = worker(bulk)
    await one.work(TENANT, job_id, 0)
    await one.work(TENANT, job_id, FINISH)
    assert isinstance(bulk.files, MemoryFiles)
    assert bulk.files.held == {}


@pytest.mark.parametrize("at", ["written", "filed", "spliced", "output"])
async def test_a_job_deleted_in_the_midst_of_a_step(at: str) -> None:
    """A job that is deleted while a worker writes its files leaves none of them behind."""
    bulk = memory_bulk()
    job_id = await blank_job(bulk, 1)
    jobs, files = bulk.jobs, bulk.files
    assert isinstance(jobs, MemoryJobs)
    assert isinstance(files, MemoryFiles)

    def delete(step: str) -> None:
        if step == at:
            jobs.all.clear()
            files.held.clear()

    one = worker(bulk)
    one.step = delete
    await one.work(TENANT, job_id, 0)
    await one.work(TENANT, job_id, FINISH)
    assert files.held == {}


async def test_an_output_in_its_own_format() -> None:
    """The output is the file as it was sent: without a new text to the byte; a format of long ago is told."""
    bulk = memory_bulk()
    job_id = await blank_job(bulk, 1)
    assert await worked(bulk, job_id, splice) == "completed"
    assert await bulk.files.read(Bulk.key(job_id, "output")) == b"draft\nx\n"
    strange = await blank_job(bulk, 1, "job_2", Order("wordstar", "macros.ws"))
    assert await worked(bulk, strange, splice) == "failed"


async def test_an_output_without_room_is_not_made_again_and_again() -> None:
    """R40: while there is no room an output is tried after 2 s, 4 s, 8 s… and every 30 s; with room the job is completed."""
    bulk = memory_bulk()
    job_id = await blank_job(bulk, 1)
    tries: list[float] = []
    clock = FakeClock()
    room = False

    def spliced(order: Order, source: Path, target: Path, texts: Iterator[tuple[int, str]]) -> None:
        tries.append(clock.monotonic())
        if not room:
            raise StorageFull("no room")
        copied(order, source, target, texts)

    one = Worker(bulk, NOBODY, lambda *_: NOBODY, spliced, clock, NOBODY)
    await one.work(TENANT, job_id, 0)
    for second in range(0, 121, 2):
        clock.now = float(second)
        with contextlib.suppress(StorageFull):
            await one.work(TENANT, job_id, FINISH)
    assert tries == [0.0, 2.0, 6.0, 14.0, 30.0, 60.0, 90.0, 120.0]
    room = True
    clock.now = 150.0
    await one.work(TENANT, job_id, FINISH)
    assert (await bulk.get(TENANT, job_id)).status == "completed"
