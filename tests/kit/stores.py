"""Stores and keys for tests that speak to a real Redis or to a spoiled one."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.adapters.store import Store
from service.core.cache_key import CacheKey, cache_key

SECRET = b"a tenant's secret that is long enough"


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    """A store that has asked once, closed at the end."""
    store = Store(url)
    await store.start()
    try:
        yield store
    finally:
        await store.close()


def some_key(tenant: str = "acme", secret: bytes = SECRET, nonce: str | None = None) -> CacheKey:
    """A key that no other test has."""
    return cache_key(tenant, secret, (nonce or secrets.token_hex(8),))


async def until(store: Store, state: str, within_s: float) -> float:
    """The seconds that it took the store to reach a state; fails when it takes too long."""
    begun = time.monotonic()
    while store.state != state:
        assert time.monotonic() - begun < within_s, f"still {store.state}"
        await asyncio.sleep(0.01)
    return time.monotonic() - begun
