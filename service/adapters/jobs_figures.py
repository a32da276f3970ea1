"""Looks at the store of jobs as an operator does: whether it keeps what it takes, and how much work there is."""

from typing import Any

from service.adapters.jobs import RedisJobs
from service.adapters.jobs_calls import TENANTS, WORKERS, JobCalls, base_key, text
from service.adapters.jobs_ledger import ALIVE_S
from service.adapters.slots import RedisSlots
from service.adapters.store import Script
from service.core.jobs import OPEN, BulkFigures

# ARGV seconds. Whoever was heard of in the future was so before the clock was put back, and may be dead.
_ALIVE = Script("""
local now = tonumber(redis.call('TIME')[1])
return redis.call('ZCOUNT', KEYS[1], now - tonumber(ARGV[1]), now + 1)
""")
# A tenant's chunks that are out, then (jobs, rows not done) by each status of ARGV. It takes as long as the tenant has
# open jobs, however many rows or old jobs there are.
_OPEN = Script("""
local base = KEYS[1]
local found, place = {redis.call('ZCARD', base .. ':out')}, {}
for at, status in ipairs(ARGV) do
  place[status] = 2 * at
  found[2 * at], found[2 * at + 1] = 0, 0
end
for _, id in ipairs(redis.call('SMEMBERS', base .. ':open')) do
  local told = redis.call('HMGET', base .. ':job:' .. id, 'status', 'total', 'done')
  local at = told[1] and place[told[1]]
  if at then
    found[at] = found[at] + 1
    found[at + 1] = found[at + 1] + told[2] - (told[3] or 0)
  end
end
return found
""")


class JobsLook:
    """What was seen when `look` was last called; nothing is known before, nor while the store does not answer."""

    def __init__(self, calls: JobCalls, slots: RedisSlots) -> None:
        self._calls = calls
        self._slots = slots
        self._jobs = RedisJobs(calls)
        self.keeps: bool | None = None
        """Whether the store keeps what it takes, so that jobs can be taken in."""
        self.figures: BulkFigures | None = None

    async def look(self) -> None:
        """Look again. It takes at most a few seconds, and the store a fraction of a millisecond a tenant."""
        try:
            self.keeps, self.figures = await self._jobs.durable(), await self._read()
        except Exception:  # noqa: BLE001 - a store that lies may say anything at all
            self.keeps = self.figures = None

    async def _read(self) -> BulkFigures:
        tenants = [base_key(text(raw)) for raw in await self._calls.call("SMEMBERS", TENANTS)]
        (workers,) = await self._calls.run_each(_ALIVE, [WORKERS], ALIVE_S)
        columns = [sum(column) for column in zip(*await self._open(tenants), strict=True)]
        chunks_out, *pairs = columns or [0] * (1 + 2 * len(OPEN))
        calls = await self._slots.look() or (None, None)
        return BulkFigures(
            workers,
            dict(zip(OPEN, pairs[::2], strict=True)),
            dict(zip(OPEN, pairs[1::2], strict=True)),
            chunks_out,
            *calls,
        )

    async def _open(self, tenants: list[bytes]) -> list[Any]:
        return await self._calls.run_each(_OPEN, tenants, *OPEN) if tenants else []
