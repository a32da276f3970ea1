"""The baseline of a miss: the same messages sent by the SDK alone. Reads what to do from stdin, prints the p50 in ms."""

import asyncio
import json
import statistics
import sys
import time
from itertools import cycle
from typing import Any

import httpx
import openai
import uvloop

WARM_CALLS = 20


async def measure(told: dict[str, Any]) -> float:
    """The p50 of the calls, in milliseconds."""
    # The SDK takes it; its types name the successor of this library alone.
    client: Any = httpx.AsyncClient(trust_env=False)
    sdk: Any = openai.AsyncOpenAI(
        base_url=told["url"],
        api_key="none",
        max_retries=0,
        http_client=client,
    )
    messages = cycle(told["calls"])

    async def call() -> float:
        started = time.perf_counter()
        await sdk.chat.completions.create(
            model=told["model"],
            messages=next(messages),
            temperature=told["temperature"],
            max_tokens=told["max_tokens"],
        )
        return time.perf_counter() - started

    async def keep_calling(until: float) -> list[float]:
        times: list[float] = []
        while time.perf_counter() < until:
            times.append(await call())
        return times

    for _ in range(WARM_CALLS):
        await call()
    until = time.perf_counter() + told["seconds"]
    found = await asyncio.gather(*(keep_calling(until) for _ in range(told["connections"])))
    await sdk.close()
    return statistics.median(took for times in found for took in times) * 1000


if __name__ == "__main__":
    print(uvloop.run(measure(json.loads(sys.stdin.buffer.read()))))
