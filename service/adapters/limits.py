"""How often a tenant may call: one token bucket per tenant in Redis, and a local share of it while Redis is away."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Gauge

from service.adapters.clock import SystemClock
from service.adapters.store import UNANSWERED, Script, Store
from service.ports import Clock

MINUTE_S = 60.0
# What several processes may admit together beyond the limit, because none knows what the others just did.
SLACK = 0.1

# KEYS bucket; ARGV calls per minute, calls admitted while the store was away. Returns the wait in microseconds and
# the thousandths of a token that are left. The bucket holds a minute's calls; time is the server's.
_TAKE = Script("""
local per_minute = tonumber(ARGV[1])
local per_us = per_minute / 60000000
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local kept = redis.call('HMGET', KEYS[1], 'at', 'tokens')
local tokens = per_minute
if kept[1] and kept[2] then
  tokens = math.min(per_minute, tonumber(kept[2]) + math.max(0, now - tonumber(kept[1])) * per_us)
end
tokens = math.max(0, tokens - tonumber(ARGV[2]))
local wait = 0
if tokens >= 1 then tokens = tokens - 1 else wait = math.ceil((1 - tokens) / per_us) end
redis.call('HSET', KEYS[1], 'at', string.format('%.0f', now), 'tokens', string.format('%.6f', tokens))
redis.call('PEXPIRE', KEYS[1], 61000)
return {wait, math.floor(tokens * 1000)}
""")


@dataclass(slots=True)
class _Share:
    """What this process may admit by itself: `tokens` at the instant `at`, and the `debt` it has run up."""

    tokens: float
    at: float
    debt: int = 0


class RedisLimits:
    """`ports.Limits` over a `Store`; `local_takes` counts the decisions made without it.

    With the store away each of `replicas` processes admits its part of the limit. It begins with its part of what
    was left, and of no more than `SLACK` when there are others; with a whole part if it never saw the store. What it
    admitted is settled when the store is back.
    """

    def __init__(self, store: Store, *, replicas: int = 1, clock: Clock | None = None) -> None:
        self.local_takes = 0
        self._store = store
        self._replicas = max(1, replicas)
        self._slack = 1.0 if replicas <= 1 else SLACK
        self._seen = False
        self._clock = clock or SystemClock()
        self._shares: dict[str, _Share] = {}

    def show(self, registry: CollectorRegistry) -> None:
        """Register the alarm: a figure that grows only while calls are judged without the others knowing."""
        told = Gauge(
            "coach_limits_local_takes",
            "Calls judged by this process's own share of the limit, the store being away.",
            registry=registry,
        )
        told.set_function(lambda: self.local_takes)

    async def take(self, tenant: str, per_minute: int) -> float:
        """0.0 when the call may go on, else the seconds until one may."""
        if per_minute < 1:
            return MINUTE_S
        share = self._shares.get(tenant)
        if share is None:
            part = self._slack if self._seen else 1.0
            share = _Share(part * per_minute / self._replicas, self._clock.monotonic())
            self._shares[tenant] = share
        debt, share.debt = share.debt, 0
        name = b"coach:calls:" + tenant.encode("utf-8", "surrogatepass")
        try:
            wait_us, left = await self._store.run(_TAKE, (name,), b"%d" % per_minute, b"%d" % debt)
            wait_s, tokens = int(wait_us) / 1e6, int(left) / 1000
        except (*UNANSWERED, TypeError, ValueError):
            share.debt += debt
            return self._take_share(share, per_minute)
        self._seen = True
        share.tokens = min(tokens, self._slack * per_minute) / self._replicas
        share.at = self._clock.monotonic()
        return wait_s

    def _take_share(self, share: _Share, per_minute: int) -> float:
        self.local_takes += 1
        full = per_minute / self._replicas
        per_s = full / MINUTE_S
        now = self._clock.monotonic()
        share.tokens = min(full, share.tokens + (now - share.at) * per_s)
        share.at = now
        if share.tokens >= 1:
            share.tokens -= 1
            share.debt += 1
            return 0.0
        return (1 - share.tokens) / per_s
