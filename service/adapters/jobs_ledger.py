"""Bulk jobs in Redis as workers see them: `ports.Ledger`."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from service.adapters.jobs import read_job
from service.adapters.jobs_calls import TENANTS, WORKERS, JobCalls, base_key, job_key, text
from service.adapters.jobs_scripts import DELETE
from service.adapters.ledger_scripts import (
    BEGIN,
    COURSE,
    FINISH,
    HAND_OUT,
    OLD,
    PRESENT,
    PUT_BACK,
    SETTLE,
    TAKE,
    UNBEGIN,
    WRITE,
)
from service.adapters.store import Script
from service.core.job_lines import read_order, result_line
from service.core.jobs import Job, RowResult
from service.ports import Course, Lease, Taken

ALIVE_S = 10
DOUBTED_S = 60 * 60
"""A clock that moved so far between two looks for old jobs, which are minutes apart, is believed so much later."""


class RedisLedger:
    """`ports.Ledger`; every answer is the server's, so that two workers never both believe that they hold a chunk."""

    def __init__(self, calls: JobCalls) -> None:
        self._calls = calls

    async def hand_out(self, tenant: str, window: int) -> Sequence[tuple[str, int]]:
        """What to queue next."""
        return _chunks(await self._calls.run(HAND_OUT, base_key(tenant), "", window))

    async def out(self) -> Mapping[str, Sequence[tuple[str, int]]]:
        """What is out, by tenant."""
        found: dict[str, Sequence[tuple[str, int]]] = {}
        for tenant in await self._tenants():
            base = base_key(tenant)
            members = await self._calls.call("ZRANGE", base + b":out", 0, -1)
            if members or await self._calls.call("EXISTS", base + b":active"):
                found[tenant] = _chunks(members)
        return found

    async def take(self, tenant: str, job_id: str, chunk: int) -> Taken | None:
        """The chunk with a fresh fence."""
        said = await self._calls.run(TAKE, base_key(tenant), job_id, chunk)
        if not said:
            return None
        fence, order, start, stop, written, tries = said
        return Taken(
            Lease(tenant, job_id, chunk, fence),
            read_order(order),
            start,
            stop,
            frozenset(map(int, written)),
            {row: int(count) for row, count in enumerate(tries, start) if count},
        )

    async def course(self, lease: Lease) -> Course:
        """Whether to go on."""
        return cast("Course", text(await self._run(COURSE, lease)))

    async def begin(self, lease: Lease, index: int) -> Course:
        """Note that a row is begun."""
        return cast("Course", text(await self._run(BEGIN, lease, index)))

    async def unbegin(self, lease: Lease, index: int) -> None:
        """Note that it was put back in good order."""
        await self._run(UNBEGIN, lease, index)

    async def write(self, lease: Lease, result: RowResult) -> bool:
        """Keep a result, once."""
        said = await self._run(
            WRITE, lease, result.index, result_line(result), result.status, result.calls,
            result.input_tokens, result.output_tokens, int(result.cache == "hit"), int(result.repeat),
        )  # fmt: skip
        return bool(said)

    async def settle(self, lease: Lease) -> bool:
        """End a chunk that is through."""
        return bool(await self._run(SETTLE, lease))

    async def put_back(self, lease: Lease) -> None:
        """Give back one that is not."""
        await self._run(PUT_BACK, lease)

    async def finishing(self, tenant: str, job_id: str) -> Job | None:
        """The job when only its output is missing."""
        raw = await self._calls.call("HGETALL", job_key(tenant, job_id))
        if not raw or not await self._calls.call("SISMEMBER", base_key(tenant) + b":due", job_id):
            return None
        job = read_job(tenant, job_id, raw)
        return job if job.status in {"queued", "running"} else None

    async def finish(self, tenant: str, job_id: str, reason: str | None = None) -> bool:
        """Set it down as completed, or as failed."""
        return bool(await self._calls.run(FINISH, base_key(tenant), job_id, reason or ""))

    async def due(self) -> Sequence[tuple[str, str]]:
        """Jobs whose output may be missing."""
        return [
            (tenant, text(job_id))
            for tenant in await self._tenants()
            for job_id in await self._calls.call("SMEMBERS", base_key(tenant) + b":due")
        ]

    async def present(self, worker: str) -> int:
        """Say that a worker is alive; how many are."""
        return int(await self._calls.run(PRESENT, WORKERS, worker, ALIVE_S))

    async def absent(self, worker: str) -> None:
        """Say that it leaves."""
        await self._calls.call("ZREM", WORKERS, worker)

    async def known(self, job_id: str) -> bool:
        """Whether any tenant has such a job."""
        keys = [job_key(tenant, job_id) for tenant in await self._tenants()]
        return bool(keys) and bool(await self._calls.call("EXISTS", *keys))

    async def sweep(self, older_than_s: float) -> Sequence[tuple[str, str]]:
        """Forget what is too old."""
        gone: list[tuple[str, str]] = []
        for tenant in await self._tenants():
            base = base_key(tenant)
            for job_id in await self._calls.run(OLD, base, "", int(older_than_s), DOUBTED_S):
                await self._calls.run(DELETE, base, job_id)
                gone.append((tenant, text(job_id)))
        return gone

    async def _tenants(self) -> list[str]:
        return sorted(map(text, await self._calls.call("SMEMBERS", TENANTS)))

    async def _run(self, script: Script, lease: Lease, *more: Any) -> Any:
        return await self._calls.run(
            script, base_key(lease.tenant), lease.job_id, lease.chunk, lease.fence, *more
        )


def _chunks(members: Any) -> list[tuple[str, int]]:
    parts = (text(member).rpartition("/") for member in members)
    return [(job_id, int(chunk)) for job_id, _, chunk in parts]
