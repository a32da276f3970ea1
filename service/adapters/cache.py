"""Masked texts in Redis: one command per look-up, and whatever is odd is a miss."""

import asyncio
import logging
from typing import Literal

from redis.exceptions import ResponseError

from service.adapters.sealed import MAX_BYTES, seal, unseal
from service.adapters.store import UNANSWERED, Store
from service.core.cache_key import CacheKey
from service.errors import CacheUnavailable
from service.ports import CachedText

DAY_S = 24 * 60 * 60
MOMENT_S = 0.05
# One byte more than a value may have tells a longer one apart, and nothing beyond it is sent.
_LAST = b"%d" % MAX_BYTES

_log = logging.getLogger(__name__)


class RedisCache:
    """`ports.Cache` over a `Store`; a text is kept for `ttl_s` seconds.

    `hits`, `misses`, `errors` (look-ups without a usable answer, misses as well) and `dropped` (texts not kept)
    count since the start.
    """

    def __init__(self, store: Store, ttl_s: int = DAY_S) -> None:
        self.hits = self.misses = self.errors = self.dropped = 0
        self._store = store
        self._ttl = b"%d" % ttl_s
        self._takes_writes = True
        self._keeping: set[asyncio.Task[None]] = set()

    @property
    def state(self) -> Literal["up", "down"]:
        """The last known state of the store."""
        return self._store.state

    async def get(self, key: CacheKey) -> CachedText | None:
        """The text under a key, authenticated with the tenant's secret, or None."""
        name = _name(key)
        try:
            raw = await self._store.call(b"GETRANGE", name, b"0", _LAST)
        except UNANSWERED:
            raw = None
        if not isinstance(raw, bytes):
            self.errors += 1
        elif raw:
            landed = unseal(name, key.secret, raw)
            if landed and landed.value:
                self.hits += 1
                return landed.value
            self.errors += 1
        self.misses += 1
        return None

    async def put(self, key: CacheKey, value: CachedText) -> None:
        """Keep a text for the time to live; lost silently (and counted) when the store does not take it.

        Returns when that is done or after `MOMENT_S`, whichever comes first: nobody who has an answer waits for a
        slow store to keep it.
        """
        task = asyncio.create_task(self._keep(key, value))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)
        await asyncio.wait({task}, timeout=MOMENT_S)

    async def _keep(self, key: CacheKey, value: CachedText) -> None:
        name = _name(key)
        try:
            await self._store.call(b"SET", name, seal(name, key.secret, value), b"EX", self._ttl)
        except ResponseError as refusal:
            self.dropped += 1
            self._note(takes_writes=False, why=type(refusal).__name__)
        except (CacheUnavailable, ValueError):
            self.dropped += 1
        else:
            self._note(takes_writes=True, why="")

    def _note(self, *, takes_writes: bool, why: str) -> None:
        if takes_writes == self._takes_writes:
            return
        self._takes_writes = takes_writes
        if takes_writes:
            _log.info("store takes writes again")
        else:
            _log.warning("store refuses writes: %s", why)


def _name(key: CacheKey) -> bytes:
    return b"coach:text:" + key.name.encode()
