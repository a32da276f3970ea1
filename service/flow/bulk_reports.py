"""Reports of jobs that run: a report goes on with the rows that were finished since somebody last asked for it."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from service.core.bulk_report import BulkReport
from service.core.jobs import Job
from service.flow.bulk_jobs import Bulk

MOST = 8
"""So many reports are kept, the ones asked for last."""
IDLE_S = 600.0
AT_ONCE = 500


@dataclass(slots=True)
class _Fold:
    """One report; `after` rows are in it, in the order in which they were finished."""

    report: BulkReport
    asked_at: float
    after: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class BulkReports:
    """The reports that this process keeps."""

    def __init__(self) -> None:
        self._folds: OrderedDict[tuple[str, str], _Fold] = OrderedDict()

    async def of(self, bulk: Bulk, job: Job) -> BulkReport:
        """The report over all rows that are done by now, to be read before anything else is awaited.

        Raises `JobNotFound` and `JobsUnavailable`.
        """
        fold = self._fold(job)
        # Whoever asks meanwhile waits, and then finds nearly everything done.
        async with fold.turn:
            full = True
            while full:
                rows, after = await bulk.finished(job.tenant, job.id, fold.after, AT_ONCE)
                for row in rows:
                    fold.report.add(row)
                full, fold.after = after - fold.after == AT_ONCE, after
            return fold.report

    def forget(self, job: Job) -> None:
        """Let go of a report that nobody will ask for again."""
        self._folds.pop((job.tenant, job.id), None)

    def _fold(self, job: Job) -> _Fold:
        now = asyncio.get_running_loop().time()
        name = job.tenant, job.id
        fold = self._folds.pop(name, None) or _Fold(BulkReport(job.counts.total), now)
        fold.asked_at = now
        self._folds[name] = fold
        oldest = next(iter(self._folds.values()))
        while len(self._folds) > MOST or oldest.asked_at < now - IDLE_S:
            self._folds.popitem(last=False)
            oldest = next(iter(self._folds.values()))
        return fold
