"""What bulk jobs need of the outside: their records as two kinds of people see them, and the queue of their chunks."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from service.core.jobs import Job, Order, RowResult


class Reserved(NamedTuple):
    """What stands under an idempotency key; `job_id` is that of the job taken first, or of the one being taken."""

    kind: Literal["new", "same", "taking", "other"]
    """`new`: ours now; `same`: the job is there; `taking`: somebody is at it; `other`: the key had another body."""
    job_id: str


class Jobs(Protocol):
    """The records of bulk jobs, as those who order them see them: each tenant sees its own alone.

    Any method raises `JobsUnavailable` when the store does not answer, and those that name a job `JobNotFound`.
    """

    async def durable(self) -> bool:
        """Whether the store keeps a journal and takes writes, so that what it takes is there after a crash."""
        ...

    async def reserve(self, tenant: str, key: str, fingerprint: str, job_id: str) -> Reserved:
        """Take an idempotency key for 24 hours; until `create` it lapses after a few minutes, or by `release`."""
        ...

    async def release(self, tenant: str, key: str, job_id: str) -> None:
        """Give back a key whose job did not come about."""
        ...

    async def create(
        self, tenant: str, job_id: str, order: Order, total: int, chunk_rows: int, key: str | None
    ) -> Job:
        """Begin a job of `total` rows; from here on it is worked on. Its idempotency key now stands for it.

        Raises `Conflict` when the key lapsed meanwhile and belongs to another job.
        """
        ...

    async def get(self, tenant: str, job_id: str) -> Job:
        """The job as it is."""
        ...

    async def newest(self, tenant: str, limit: int, before: str | None = None) -> Sequence[Job]:
        """The newest jobs, newest first; with `before` those older than that one, which must be there."""
        ...

    async def pause(self, tenant: str, job_id: str) -> Job:
        """Let rows that are in work end, and begin no other. Raises `Conflict` unless it is queued or running."""
        ...

    async def resume(self, tenant: str, job_id: str) -> Job:
        """Go on. Raises `Conflict` unless it is paused."""
        ...

    async def cancel(self, tenant: str, job_id: str) -> Job:
        """Stop for good; what is done stays. Raises `Conflict` when the job has ended."""
        ...

    async def delete(self, tenant: str, job_id: str) -> None:
        """Forget the job and its rows; workers that are at it find it gone."""
        ...

    async def finished(self, tenant: str, job_id: str, after: int, limit: int) -> Sequence[int]:
        """The indices of rows in the order in which they were finished, from the `after`-th on."""
        ...

    async def kept(self, tenant: str, job_id: str, chunk: int) -> Mapping[int, RowResult] | None:
        """The results of a chunk's finished rows, by index; None once they stand in the chunk's own file."""
        ...


class Lease(NamedTuple):
    """A worker's right to one chunk; it ends when another worker takes the chunk, whose fence is higher."""

    tenant: str
    job_id: str
    chunk: int
    fence: int


class Taken(NamedTuple):
    """A chunk as a worker takes it: rows `start` to `stop`, those written, and how many processes died of each other."""

    lease: Lease
    order: Order
    start: int
    stop: int
    written: frozenset[int]
    tries: Mapping[int, int]


Course = Literal["go", "hold", "gone"]
"""What a worker hears of its chunk: go on; hold, the job is paused; gone, the chunk is another's or the job's end came."""


class Ledger(Protocol):
    """The same records as workers see them. Every method raises `JobsUnavailable` when the store does not answer."""

    async def hand_out(self, tenant: str, window: int) -> Sequence[tuple[str, int]]:
        """(job, chunk) to be queued next, so that the tenant has at most `window` of them out; its jobs take turns."""
        ...

    async def out(self) -> Mapping[str, Sequence[tuple[str, int]]]:
        """By tenant the chunks that are out, and each tenant that has something to hand out."""
        ...

    async def take(self, tenant: str, job_id: str, chunk: int) -> Taken | None:
        """The chunk with a fresh fence; None when there is nothing to do about it."""
        ...

    async def course(self, lease: Lease) -> Course:
        """Whether to go on."""
        ...

    async def begin(self, lease: Lease, index: int) -> Course:
        """Note that a row is begun, or that the process died that it was given for itself."""
        ...

    async def unbegin(self, lease: Lease, index: int) -> None:
        """Note that a begun row was put back in good order: it is no suspect."""
        ...

    async def write(self, lease: Lease, result: RowResult) -> bool:
        """Keep a row's result and count it, once; False when it was there or the lease has ended."""
        ...

    async def settle(self, lease: Lease) -> bool:
        """End a chunk whose rows are all written and stand in its file; False when the lease has ended.

        True also says that the job may have come to its last row: look with `finishing`.
        """
        ...

    async def put_back(self, lease: Lease) -> None:
        """Give a chunk back that is not through: it is handed out again when the job goes on."""
        ...

    async def finishing(self, tenant: str, job_id: str) -> Job | None:
        """The job, when all its chunks are settled and only its output is missing; else None."""
        ...

    async def finish(self, tenant: str, job_id: str, reason: str | None = None) -> bool:
        """Set the job down as completed, or with a reason as failed; False when it had ended or is gone."""
        ...

    async def due(self) -> Sequence[tuple[str, str]]:
        """(tenant, job) whose last row is written and whose output may be missing."""
        ...

    async def present(self, worker: str) -> int:
        """Note that a worker is alive, for ten seconds; how many are."""
        ...

    async def absent(self, worker: str) -> None:
        """Note that a worker leaves."""
        ...

    async def known(self, job_id: str) -> bool:
        """Whether any tenant has such a job."""
        ...

    async def sweep(self, older_than_s: float) -> Sequence[tuple[str, str]]:
        """Forget jobs that were made longer ago; their (tenant, id), so that their files can go too."""
        ...


class Queue(Protocol):
    """Carries chunks to workers; the same chunk twice is one."""

    async def put(self, chunks: Sequence[tuple[str, str, int]]) -> None:
        """Queue (tenant, job, chunk)s, unless they are there. Raises `JobsUnavailable`."""
        ...
