"""Bulk jobs in memory: the ports of jobs, queue and files as dictionaries, and a worker that works them off."""

import itertools
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from service.adapters.clock import SystemClock
from service.core.jobs import ENDED, Cost, Counts, Job, Order, RowResult
from service.core.results import Caller
from service.errors import Conflict, DraftTooLong, JobNotFound
from service.flow.bulk import Rewriter
from service.flow.bulk_chunks import Worker
from service.flow.bulk_jobs import Bulk, hand_out
from service.flow.bulk_output import Splice
from service.ports import Apart, Course, Lease, Reserved, Taken
from tests.kit.memory_apart import ApartHere

Name = tuple[str, str]


@dataclass
class Kept:
    """One job and its book-keeping."""

    job: Job
    chunk_rows: int
    rows: dict[int, RowResult] = field(default_factory=dict)
    log: list[int] = field(default_factory=list)
    tries: dict[int, int] = field(default_factory=dict)
    fences: dict[int, int] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)
    again: list[int] = field(default_factory=list)
    next: int = 0

    @property
    def chunks(self) -> int:
        """How many there are."""
        return -(-self.job.counts.total // self.chunk_rows)

    def span(self, chunk: int) -> range:
        """The rows of a chunk."""
        return range(chunk * self.chunk_rows, min((chunk + 1) * self.chunk_rows, self.job.counts.total))


@dataclass
class MemoryJobs:
    """`ports.Jobs` and `ports.Ledger`; `now` is the store's clock, `journal` what `durable` says."""

    journal: bool = True
    now: float = 1_800_000_000.0
    all: dict[Name, Kept] = field(default_factory=dict)
    keys: dict[Name, tuple[str, str, bool]] = field(default_factory=dict)
    given: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def durable(self) -> bool:
        """What the test says."""
        return self.journal

    async def reserve(self, tenant: str, key: str, fingerprint: str, job_id: str) -> Reserved:
        """The key, for ever."""
        body, holder, made = self.keys.setdefault((tenant, key), (fingerprint, job_id, False))
        if made and (tenant, holder) not in self.all:
            self.keys[tenant, key] = (fingerprint, job_id, False)
            return Reserved("new", job_id)
        if body != fingerprint:
            return Reserved("other", holder)
        kind: Literal["same", "new", "taking"] = "same" if made else "new" if holder == job_id else "taking"
        return Reserved(kind, holder)

    async def release(self, tenant: str, key: str, job_id: str) -> None:
        """Give it back, unless the job is made."""
        if self.keys.get((tenant, key), ("", "", True))[1:] == (job_id, False):
            del self.keys[tenant, key]

    async def create(
        self, tenant: str, job_id: str, order: Order, total: int, chunk_rows: int, key: str | None
    ) -> Job:
        """Begin a job."""
        if key is not None:
            body, holder, _ = self.keys.get((tenant, key), ("", job_id, False))
            if holder != job_id:
                raise Conflict("The idempotency key belongs to another job.")
            self.keys[tenant, key] = (body, job_id, True)
        job = Job(job_id, tenant, order, "queued", Counts(total), Cost(), self._tick())
        self.all[tenant, job_id] = Kept(job, chunk_rows)
        return job

    def _tick(self) -> float:
        self.now += 0.001
        return self.now

    def _kept(self, tenant: str, job_id: str) -> Kept:
        if (tenant, job_id) not in self.all:
            raise JobNotFound("There is no such job.")
        return self.all[tenant, job_id]

    async def get(self, tenant: str, job_id: str) -> Job:
        """The job as it is."""
        return self._kept(tenant, job_id).job

    async def newest(self, tenant: str, limit: int, before: str | None = None) -> Sequence[Job]:
        """Newest first."""
        own = [kept.job for (owner, _), kept in self.all.items() if owner == tenant][::-1]
        ids = [job.id for job in own]
        if before is not None and before not in ids:
            raise JobNotFound("There is no such job.")
        start = 0 if before is None else ids.index(before) + 1
        return own[start : start + limit]

    async def pause(self, tenant: str, job_id: str) -> Job:
        """Hold it."""
        return self._steer(tenant, job_id, frozenset({"queued", "running"}), "paused")

    async def resume(self, tenant: str, job_id: str) -> Job:
        """Go on."""
        started = self._kept(tenant, job_id).job.started_at
        return self._steer(tenant, job_id, frozenset({"paused"}), "running" if started else "queued")

    async def cancel(self, tenant: str, job_id: str) -> Job:
        """Stop for good."""
        return self._steer(tenant, job_id, frozenset({"queued", "running", "paused"}), "cancelled")

    def _steer(
        self,
        tenant: str,
        job_id: str,
        states: frozenset[str],
        to: Literal["queued", "running", "paused", "cancelled"],
    ) -> Job:
        kept = self._kept(tenant, job_id)
        if kept.job.status not in states:
            raise Conflict(f"The job is {kept.job.status}.")
        ended = self._tick() if to in ENDED else None
        kept.job = replace(kept.job, status=to, finished_at=ended)
        return kept.job

    async def delete(self, tenant: str, job_id: str) -> None:
        """Forget it."""
        self._kept(tenant, job_id)
        del self.all[tenant, job_id]

    async def finished(self, tenant: str, job_id: str, after: int, limit: int) -> Sequence[int]:
        """The log."""
        return self._kept(tenant, job_id).log[after : after + limit]

    async def kept(self, tenant: str, job_id: str, chunk: int) -> Mapping[int, RowResult] | None:
        """The rows of a chunk that is not settled."""
        kept = self._kept(tenant, job_id)
        if chunk in kept.settled:
            return None
        return {index: kept.rows[index] for index in kept.span(chunk) if index in kept.rows}

    async def hand_out(self, tenant: str, window: int) -> Sequence[tuple[str, int]]:
        """The oldest job's next chunks."""
        out = self.given.setdefault(tenant, [])
        fresh: list[tuple[str, int]] = []
        for (owner, job_id), kept in self.all.items():
            while owner == tenant and kept.job.status in {"queued", "running"} and len(out) < window:
                if not kept.again:
                    if kept.next == kept.chunks:
                        break
                    kept.again.append(kept.next)
                    kept.next += 1
                fresh.append((job_id, kept.again.pop(0)))
                out.append(fresh[-1])
        return fresh

    async def out(self) -> Mapping[str, Sequence[tuple[str, int]]]:
        """What was handed out."""
        return {tenant: tuple(self.given.get(tenant, ())) for tenant, _ in self.all}

    async def take(self, tenant: str, job_id: str, chunk: int) -> Taken | None:
        """With a fresh fence."""
        kept = self.all.get((tenant, job_id))
        if kept is None or (job_id, chunk) not in self.given.get(tenant, ()):
            return None
        if kept.job.status in ENDED or chunk in kept.settled:
            self.given[tenant].remove((job_id, chunk))
            return None
        fence = kept.fences[chunk] = next(self.numbers)
        if kept.job.status == "queued":
            kept.job = replace(kept.job, status="running", started_at=self._tick())
        span = kept.span(chunk)
        return Taken(
            Lease(tenant, job_id, chunk, fence),
            kept.job.order,
            span.start,
            span.stop,
            frozenset(index for index in span if index in kept.rows),
            {index: tries for index, tries in kept.tries.items() if index in span},
        )

    async def course(self, lease: Lease) -> Course:
        """By fence and status."""
        kept = self.all.get((lease.tenant, lease.job_id))
        if kept is None or kept.fences.get(lease.chunk) != lease.fence or kept.job.status in ENDED:
            return "gone"
        return "hold" if kept.job.status == "paused" else "go"

    async def begin(self, lease: Lease, index: int) -> Course:
        """One try more."""
        course = await self.course(lease)
        if course == "go":
            tries = self.all[lease.tenant, lease.job_id].tries
            tries[index] = tries.get(index, 0) + 1
        return course

    async def unbegin(self, lease: Lease, index: int) -> None:
        """One try less."""
        if await self.course(lease) != "gone":
            self.all[lease.tenant, lease.job_id].tries[index] -= 1

    async def write(self, lease: Lease, result: RowResult) -> bool:
        """Once."""
        kept = self.all.get((lease.tenant, lease.job_id))
        if await self.course(lease) == "gone" or kept is None or result.index in kept.rows:
            return False
        kept.rows[result.index] = result
        kept.log.append(result.index)
        kept.tries.pop(result.index, None)
        counts, cost = kept.job.counts, kept.job.cost
        kept.job = replace(
            kept.job,
            counts=counts._replace(
                done=counts.done + 1, **{result.status: getattr(counts, result.status) + 1}
            ),
            cost=Cost(
                cost.calls + result.calls,
                cost.input_tokens + result.input_tokens,
                cost.output_tokens + result.output_tokens,
                cost.hits + (result.cache == "hit"),
                cost.repeats + result.repeat,
            ),
        )
        return True

    async def settle(self, lease: Lease) -> bool:
        """Through."""
        if await self.course(lease) == "gone":
            return False
        kept = self.all[lease.tenant, lease.job_id]
        kept.settled.add(lease.chunk)
        self.given[lease.tenant].remove((lease.job_id, lease.chunk))
        return True

    async def put_back(self, lease: Lease) -> None:
        """Later."""
        if await self.course(lease) != "gone":
            self.given[lease.tenant].remove((lease.job_id, lease.chunk))
            self.all[lease.tenant, lease.job_id].again.append(lease.chunk)

    async def finishing(self, tenant: str, job_id: str) -> Job | None:
        """When only the output is missing."""
        kept = self.all.get((tenant, job_id))
        if kept is None or kept.job.status not in {"queued", "running"} or len(kept.settled) < kept.chunks:
            return None
        return kept.job

    async def finish(self, tenant: str, job_id: str, reason: str | None = None) -> bool:
        """The end."""
        kept = self.all.get((tenant, job_id))
        if kept is None or kept.job.status in ENDED:
            return False
        status: Literal["failed", "completed"] = "completed" if reason is None else "failed"
        kept.job = replace(kept.job, status=status, finished_at=self._tick(), reason=reason)
        return True

    async def due(self) -> Sequence[tuple[str, str]]:
        """Jobs without an output."""
        return [name for name in self.all if await self.finishing(*name) is not None]

    async def present(self, worker: str) -> int:
        """The only one."""
        return 1

    async def absent(self, worker: str) -> None:
        """As you like."""

    async def known(self, job_id: str) -> bool:
        """By id alone."""
        return any(name[1] == job_id for name in self.all)

    async def sweep(self, older_than_s: float) -> Sequence[tuple[str, str]]:
        """By the store's clock."""
        old = [name for name, kept in self.all.items() if kept.job.created_at < self.now - older_than_s]
        for name in old:
            del self.all[name]
        return old


@dataclass
class MemoryQueue:
    """`ports.Queue`; `waiting` is what was put, each once."""

    waiting: dict[tuple[str, str, int], None] = field(default_factory=dict)

    async def put(self, chunks: Sequence[tuple[str, str, int]]) -> None:
        """Keep them."""
        self.waiting.update(dict.fromkeys(chunks))


@dataclass
class MemoryFiles:
    """`ports.Files` over a dictionary."""

    held: dict[str, bytes] = field(default_factory=dict)

    async def put(self, key: str, source: Path) -> None:
        """Keep a copy."""
        self.held[key] = source.read_bytes()  # noqa: ASYNC240 - small files of a test

    async def write(self, key: str, chunks: AsyncIterator[bytes], limit: int) -> int:
        """Keep what comes."""
        whole = b"".join([chunk async for chunk in chunks])
        if len(whole) > limit:
            raise DraftTooLong("The file is too large.")
        self.held[key] = whole
        return len(whole)

    async def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """A part of it."""
        if key not in self.held:
            raise JobNotFound("There is no such file.")
        return self.held[key][start:][:length]

    async def stream(self, key: str) -> AsyncGenerator[bytes]:
        """All of it at once."""
        yield await self.read(key)

    async def size(self, key: str) -> int | None:
        """Its bytes."""
        return len(self.held[key]) if key in self.held else None

    @asynccontextmanager
    async def local(self, key: str) -> AsyncIterator[Path]:
        """A temporary copy."""
        with tempfile.NamedTemporaryFile() as copy:
            copy.write(await self.read(key))
            copy.flush()
            yield Path(copy.name)

    async def delete(self, prefix: str) -> None:
        """Forget all below."""
        for key in [key for key in self.held if key == prefix or key.startswith(f"{prefix}/")]:
            del self.held[key]

    async def sweep(self, older_than_s: float) -> int:
        """Nothing is ever old."""
        return 0

    async def aged(self, older_than_s: float) -> tuple[str, ...]:
        """None ever is."""
        return ()

    async def close(self) -> None:
        """Nothing to let go of."""


def memory_bulk() -> Bulk:
    """Jobs of which nothing is left when the test ends."""
    jobs = MemoryJobs()
    return Bulk(jobs, jobs, MemoryQueue(), MemoryFiles())


def copied(order: Order, source: Path, target: Path, texts: Iterator[tuple[int, str]]) -> None:
    """An output that is the input with the new texts below it."""
    lines = [f"{index}: {text}\n" for index, text in texts]
    target.write_bytes(source.read_bytes() + "".join(lines).encode())


async def work_off(
    bulk: Bulk, rewriter: Rewriter, caller: Caller, splice: Splice = copied, apart: Apart | None = None
) -> None:
    """Work in this process until no job of the caller's tenant has anything to do."""
    apart = apart or ApartHere(rewriter, lambda *_: caller)
    worker = Worker(bulk, rewriter, lambda *_: caller, splice, SystemClock(), apart)
    queue = bulk.queue
    assert isinstance(queue, MemoryQueue)
    await hand_out(bulk.ledger, queue, caller.tenant)
    await queue.put([(tenant, job_id, -1) for tenant, job_id in await bulk.ledger.due()])
    while queue.waiting:
        name = next(iter(queue.waiting))
        del queue.waiting[name]
        await worker.work(*name)
