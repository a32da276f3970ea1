"""A process of its own that asks for one key many times at once, and says what came of it.

    python -m tests.kit.flyer URL NONCE CALLERS MODEL_S [LIMITED_TENANT PER_MINUTE REPLICAS SECONDS]

Every lead counts one call to a model (`INCR calls:NONCE`), works for MODEL_S seconds and lands. Prints `ready`,
waits for a line on its input, and ends with one line of JSON.
"""

import asyncio
import json
import sys
import time
from collections import Counter

from service.adapters.flights import RedisFlights
from service.adapters.limits import RedisLimits
from service.adapters.store import Store
from service.ports import CachedText, Landed
from tests.kit.processes import announce, say
from tests.kit.stores import some_key


async def fly(store: Store, nonce: str, callers: int, model_s: float) -> Counter[str]:
    """What each caller got: `led`, `none`, or the text."""
    flights = RedisFlights(store)
    key = some_key(nonce=nonce)

    async def ask() -> str:
        got = await flights.join(key, 8.0)
        if isinstance(got, Landed):
            return got.value.text if got.value else "none"
        await store.call(b"INCR", b"calls:" + nonce.encode())
        await asyncio.sleep(model_s)
        await got.land(CachedText("landed", "m"))
        return "led"

    outcomes = Counter(await asyncio.gather(*(ask() for _ in range(callers))))
    await flights.close()
    return outcomes


async def call_often(
    store: Store, tenant: str, per_minute: int, replicas: int, seconds: float
) -> Counter[str]:
    """How many calls were admitted and turned away, and how many of both were judged without the store."""
    limits = RedisLimits(store, replicas=replicas)
    counts: Counter[str] = Counter()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        counts["admitted" if await limits.take(tenant, per_minute) == 0.0 else "refused"] += 1
        await asyncio.sleep(0.002)
    counts["alone"] = limits.local_takes
    return counts


async def main(url: str, nonce: str, callers: str, model_s: str, *limited: str) -> None:
    """Run what the command line asks for."""
    store = Store(url)
    await store.start()
    await asyncio.to_thread(announce)
    begun = time.monotonic()
    if limited:
        tenant, per_minute, replicas, seconds = limited
        counts = await call_often(store, tenant, int(per_minute), int(replicas), float(seconds))
    else:
        counts = await fly(store, nonce, int(callers), float(model_s))
    say(json.dumps({"counts": counts, "elapsed_s": time.monotonic() - begun}))
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
