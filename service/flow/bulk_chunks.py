"""A worker's part: take a chunk, work on its rows, keep each result once, and settle the chunk or put it back."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from service.core.jobs import Row, RowResult
from service.core.results import Caller
from service.errors import CoachError, JobNotFound, JobsUnavailable, NoModel, StorageFull, UnknownPolicy
from service.flow.bulk import Rewriter, failed, work_row
from service.flow.bulk_apart import work_apart
from service.flow.bulk_files import read_rows, write_results
from service.flow.bulk_jobs import WINDOW, Bulk, hand_out
from service.flow.bulk_output import Splice, Step, Tell, end, finish, forget_if_deleted
from service.flow.bulk_repeats import Repeats
from service.flow.bulk_rests import Rests
from service.flow.bulk_share import Share
from service.ports import Apart, Clock, Course, Lease, ProcessDied, Taken

FINISH = -1
"""The chunk that stands for a job's output."""
MAX_TRIES = 3
"""A row is given up when so many processes died of it: the worker that it was in work in, then its own ones."""
PATIENCE_S = 30.0
"""A result that is paid for is offered to a store that does not answer for so long."""
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.1, 1.0

T = TypeVar("T")


@dataclass
class Worker:
    """One worker process. `callers` says who a tenant is; rows begin until `stopping` is set."""

    bulk: Bulk
    rewriter: Rewriter
    callers: Callable[[str, str], Caller]
    splice: Splice
    clock: Clock
    apart: Apart
    """Where rows are worked on that may have killed a worker."""
    share: Share = field(default_factory=Share)
    repeats: Repeats = field(default_factory=Repeats)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    step: Step = lambda _: None
    alarm: Callable[[Exception], None] = lambda _: None
    """Told of what should not happen."""
    tell: Tell = lambda _: None
    """Told of jobs that have ended."""
    window: int = WINDOW

    def __post_init__(self) -> None:
        """Nothing rests yet."""
        self._rests = Rests(self.clock)

    async def work(self, tenant: str, job_id: str, chunk: int) -> None:
        """Do what the queue asks for. Raises `JobsUnavailable` and `StorageFull` when it has to be asked again."""
        bulk = self.bulk
        if chunk == FINISH:
            await self._finish(tenant, job_id)
            return
        taken = await bulk.ledger.take(tenant, job_id, chunk)
        if taken is None or self.stopping.is_set():
            if taken is not None:
                await bulk.ledger.put_back(taken.lease)
            return
        self.step("taken")
        try:
            await _Chunk(self, taken).run()
        except BaseException:
            # In good order or not at all: a chunk that is not put back is handed out again by whoever finds it.
            with contextlib.suppress(JobsUnavailable):
                await asyncio.shield(bulk.ledger.put_back(taken.lease))
            raise
        if await bulk.ledger.finishing(tenant, job_id) is not None:
            await bulk.queue.put([(tenant, job_id, FINISH)])
        await hand_out(bulk.ledger, bulk.queue, tenant, self.window)

    async def _finish(self, tenant: str, job_id: str) -> None:
        bulk = self.bulk
        if self._rests.rests(job_id):
            return
        try:
            await finish(
                bulk.ledger, bulk.jobs, bulk.files, self.splice, self.step, tenant, job_id, self.tell
            )
        except StorageFull:
            self._rests.begin(job_id)
            raise
        self._rests.end(job_id)

    async def insist(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What a call to the store says, asked again while it does not answer. Raises `JobsUnavailable` in the end."""
        wait_s, until = _FIRST_WAIT_S, self.clock.monotonic() + PATIENCE_S
        while True:
            try:
                return await ask()
            except JobsUnavailable:
                if self.clock.monotonic() + wait_s > until:
                    raise
            await self.clock.sleep(wait_s)
            wait_s = min(2 * wait_s, _LONGEST_WAIT_S)


class _Chunk:
    """One chunk under way."""

    def __init__(self, worker: Worker, taken: Taken) -> None:
        self._worker = worker
        self._taken = taken
        self._lease: Lease = taken.lease
        self._ledger = worker.bulk.ledger
        self._halted = False
        self._gone = False
        order, tenant = taken.order, taken.lease.tenant
        self._caller = worker.callers(tenant, order.policy)

    async def run(self) -> None:
        """Work on what is not written yet, and settle the chunk if that was all of it."""
        lease, files = self._lease, self._worker.bulk.files
        try:
            rows = await read_rows(files, lease.job_id, lease.chunk)
        except (JobNotFound, ValueError):
            await self._fail("The rows of the job are gone.")
            return
        todo = [row for row in rows if row.index not in self._taken.written]
        suspects = [row for row in todo if row.index in self._taken.tries]
        refused: list[CoachError] = []
        try:
            async with asyncio.TaskGroup() as group:
                for row in todo:
                    if row.index not in self._taken.tries:
                        group.create_task(self._row(row))
                group.create_task(self._one_by_one(suspects))
        except* (UnknownPolicy, NoModel, JobsUnavailable) as troubles:
            refused.append(_first(troubles))
        if refused and isinstance(refused[0], JobsUnavailable):
            raise refused[0]
        if refused:
            # Not about a row: no row of the job can be worked on.
            await self._fail(refused[0].detail)
            return
        if self._gone:
            return
        if self._halted:
            await self._worker.insist(lambda: self._ledger.put_back(lease))
            return
        await self._settle(len(rows))

    async def _one_by_one(self, suspects: Sequence[Row]) -> None:
        """Rows that take a process each: of all the places for rows they take one."""
        for row in suspects:
            await self._row(row)

    async def _row(self, row: Row) -> None:
        if self._halted:
            return
        worker, lease = self._worker, self._lease
        async with worker.share.one(lease.tenant):
            tries = self._taken.tries.get(row.index, 0)
            result = await (self._suspect(row, tries) if tries else self._fresh(row))
            if result is None:
                return
            worker.step("answered")
            await worker.insist(lambda: self._ledger.write(lease, result))
            worker.step("written")

    async def _fresh(self, row: Row) -> RowResult | None:
        """What comes of a row among others; none when the chunk is to halt."""
        if not await self._may(self._ledger.begin, row):
            return None
        self._worker.step("begun")
        return await self._answer(row)

    async def _suspect(self, row: Row, tries: int) -> RowResult | None:
        """The same of one that was in work when a worker died: if it was to blame, only its own process dies now."""
        worker, lease, order = self._worker, self._lease, self._taken.order
        may = await self._may(lambda lease, _: self._ledger.course(lease), row)
        while may and tries < MAX_TRIES:
            worker.step("begun")
            try:
                return await worker.repeats.once(
                    lease.job_id, row, lambda: work_apart(worker.apart, lease.tenant, order, row)
                )
            except ProcessDied:
                tries += 1
                may = await self._may(self._ledger.begin, row)
            except CoachError:
                raise
            except Exception as trouble:  # noqa: BLE001 - whatever one row does to us, the others go on
                worker.alarm(trouble)
                return failed(row, "internal")
        return failed(row, "crashed") if may else None

    async def _may(self, ask: Callable[[Lease, int], Awaitable[Course]], row: Row) -> bool:
        """Whether to go on with a row; if not, the chunk halts."""
        if not self._halted and not self._worker.stopping.is_set():
            course = await self._worker.insist(lambda: ask(self._lease, row.index))
            if course == "go":
                return True
            self._gone = self._gone or course == "gone"
        self._halted = True
        return False

    async def _answer(self, row: Row) -> RowResult:
        worker, order = self._worker, self._taken.order
        try:
            return await worker.repeats.once(
                self._lease.job_id, row, lambda: work_row(row, order, self._caller, worker.rewriter)
            )
        except (UnknownPolicy, NoModel):
            raise
        except Exception as trouble:  # noqa: BLE001 - whatever one row does to us, the others go on
            worker.alarm(trouble)
            return failed(row, "internal")
        except BaseException:
            # Called off, not crashed: the row is no suspect.
            with contextlib.suppress(JobsUnavailable):
                await asyncio.shield(self._ledger.unbegin(self._lease, row.index))
            raise

    async def _settle(self, size: int) -> None:
        worker, lease = self._worker, self._lease
        try:
            kept = await worker.insist(lambda: worker.bulk.jobs.kept(lease.tenant, lease.job_id, lease.chunk))
        except JobNotFound:
            return
        # Fewer: the lease ended meanwhile, and whoever has it now settles the chunk.
        if kept is None or len(kept) < size:
            return
        results = [kept[index] for index in sorted(kept)]
        await worker.insist(lambda: write_results(worker.bulk.files, lease.job_id, lease.chunk, results))
        worker.step("filed")
        if not await worker.insist(lambda: self._ledger.settle(lease)):
            await forget_if_deleted(worker.bulk.jobs, worker.bulk.files, lease.tenant, lease.job_id)
        worker.step("settled")

    async def _fail(self, reason: str) -> None:
        worker, lease = self._worker, self._lease
        jobs, ledger = worker.bulk.jobs, self._ledger
        await worker.insist(lambda: end(ledger, jobs, worker.tell, lease.tenant, lease.job_id, reason))


def _first(group: BaseExceptionGroup[CoachError]) -> CoachError:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
