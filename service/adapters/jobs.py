"""Bulk jobs in Redis as those who order them see them: `ports.Jobs`."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

from service.adapters.jobs_calls import TENANTS, JobCalls, base_key, job_key, text
from service.adapters.jobs_scripts import CREATE, DELETE, KEPT, RELEASE, RESERVE, STEER
from service.core.job_lines import order_text, read_order, read_result
from service.core.jobs import Cost, Counts, Job, JobStatus, Order, RowResult
from service.errors import Conflict, JobNotFound, JobsUnavailable
from service.ports import Reserved

KEY_KEPT_S = 24 * 60 * 60
KEY_TAKING_S = 30
"""So long an idempotency key is held for somebody who has died while taking a job in."""
_AWAY = JobNotFound("There is no such job.")


class RedisJobs:
    """`ports.Jobs` over a Redis that is asked with patience, not as a live request asks."""

    def __init__(self, calls: JobCalls) -> None:
        self._calls = calls

    async def durable(self) -> bool:
        """Whether a journal is on, the store drops nothing that has no end, and takes writes."""
        told = await self._calls.call("INFO")
        drops = str(told.get("maxmemory_policy")).startswith("allkeys")
        return bool(told.get("aof_enabled")) and not drops and await self._calls.takes_writes()

    async def reserve(self, tenant: str, key: str, fingerprint: str, job_id: str) -> Reserved:
        """Take an idempotency key, or renew what is ours."""
        kind, holder = await self._calls.run(
            RESERVE, base_key(tenant), _raw(job_id), _digest(key), fingerprint, KEY_TAKING_S
        )
        return Reserved(cast('Literal["new", "same", "taking", "other"]', text(kind)), text(holder))

    async def release(self, tenant: str, key: str, job_id: str) -> None:
        """Give a key back whose job did not come about."""
        await self._calls.run(RELEASE, base_key(tenant), _raw(job_id), _digest(key))

    async def create(
        self, tenant: str, job_id: str, order: Order, total: int, chunk_rows: int, key: str | None
    ) -> Job:
        """Begin a job."""
        # First: a tenant without jobs is looked at in vain, a job that nobody looks at is lost.
        await self._calls.call("SADD", TENANTS, tenant.encode("utf-8", "surrogatepass"))
        said = await self._calls.run(
            CREATE, base_key(tenant), _raw(job_id), order_text(order), total, chunk_rows,
            -(-total // chunk_rows), "" if key is None else _digest(key), KEY_KEPT_S,
        )  # fmt: skip
        if said == b"conflict":
            raise Conflict("The idempotency key belongs to another job.")
        # A full disk is noticed at the first write that finds no room, and that one is acknowledged all the same: the
        # record stands in memory, and would be lost with the server.
        if (await self._calls.call("INFO", "persistence")).get("aof_last_write_status") == "err":
            raise JobsUnavailable("The store cannot write its journal.")
        return await self.get(tenant, job_id)

    async def get(self, tenant: str, job_id: str) -> Job:
        """The job as it is."""
        raw = await self._calls.call("HGETALL", job_key(tenant, job_id))
        if not raw:
            raise _AWAY
        return read_job(tenant, job_id, raw)

    async def newest(self, tenant: str, limit: int, before: str | None = None) -> Sequence[Job]:
        """The newest first."""
        index, start = base_key(tenant) + b":jobs", 0
        if before is not None:
            rank = await self._calls.call("ZREVRANK", index, _raw(before))
            if rank is None:
                raise _AWAY
            start = rank + 1
        found: list[Job] = []
        for raw_id in await self._calls.call("ZRANGE", index, start, start + limit - 1, "REV"):
            job_id = text(raw_id)
            # One deleted in between is no job any more.
            if raw := await self._calls.call("HGETALL", job_key(tenant, job_id)):
                found.append(read_job(tenant, job_id, raw))
        return found

    async def pause(self, tenant: str, job_id: str) -> Job:
        """Hold it."""
        return await self._steer(tenant, job_id, "pause")

    async def resume(self, tenant: str, job_id: str) -> Job:
        """Go on."""
        return await self._steer(tenant, job_id, "resume")

    async def cancel(self, tenant: str, job_id: str) -> Job:
        """Stop for good."""
        return await self._steer(tenant, job_id, "cancel")

    async def delete(self, tenant: str, job_id: str) -> None:
        """Forget it."""
        if not await self._calls.run(DELETE, base_key(tenant), _raw(job_id)):
            raise _AWAY

    async def finished(self, tenant: str, job_id: str, after: int, limit: int) -> Sequence[int]:
        """Indices in the order in which the rows were finished."""
        log = job_key(tenant, job_id) + b":log"
        found = await self._calls.call("LRANGE", log, after, after + limit - 1)
        return [int(index) for index in found]

    async def kept(self, tenant: str, job_id: str, chunk: int) -> Mapping[int, RowResult] | None:
        """The rows of a chunk that is not settled."""
        said = await self._calls.run(KEPT, base_key(tenant), _raw(job_id), chunk)
        if said == b"none":
            raise _AWAY
        if said == b"filed":
            return None
        return {int(index): read_result(line) for index, line in _pairs(said)}

    async def _steer(self, tenant: str, job_id: str, act: str) -> Job:
        said = text(await self._calls.run(STEER, base_key(tenant), _raw(job_id), act))
        if said == "none":
            raise _AWAY
        if said != "ok":
            raise Conflict(f"The job is {said}.")
        return await self.get(tenant, job_id)


def read_job(tenant: str, job_id: str, raw: Any) -> Job:
    """The job of a record."""
    told = {text(name): text(value) for name, value in _pairs(raw)}

    def number(name: str) -> int:
        return int(told.get(name, 0))

    def instant(name: str) -> float | None:
        return float(told[name]) if name in told else None

    return Job(
        job_id,
        tenant,
        read_order(told["order"]),
        cast("JobStatus", told["status"]),
        Counts(*(number(name) for name in Counts._fields)),
        Cost(*(number(name) for name in Cost._fields)),
        float(told["created_at"]),
        instant("started_at"),
        instant("finished_at"),
        told.get("reason"),
        _rate(number("done") - number("from_done"), instant("from_at"), instant("last_at")),
    )


def _rate(done: int, since: float | None, until: float | None) -> float | None:
    return done / (until - since) if done > 0 and since and until and until > since else None


def _pairs(raw: Any) -> list[tuple[bytes, bytes]]:
    if isinstance(raw, dict):
        return list(raw.items())
    return list(zip(raw[::2], raw[1::2], strict=True))


def _raw(job_id: str) -> bytes:
    return job_id.encode("utf-8", "surrogatepass")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
