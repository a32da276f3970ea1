"""The SDK's client and nothing else, so many calls at once: `python -m tests.chaos.bare URL CALLS AT_ONCE` prints seconds."""

import asyncio
import sys
import time

import openai
import uvloop

from tests.chaos.texts import draft


async def measure(url: str, calls: int, at_once: int) -> float:
    """Seconds that so many calls take."""
    numbers = iter(range(calls))

    async def caller(client: openai.AsyncOpenAI) -> None:
        for number in numbers:
            await client.chat.completions.create(
                model="bare", messages=[{"role": "user", "content": draft(number)}], temperature=0.3
            )

    async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
        begun = time.monotonic()
        await asyncio.gather(*(caller(client) for _ in range(at_once)))
        return time.monotonic() - begun


if __name__ == "__main__":
    print(uvloop.run(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
