"""The fake model as a process of its own: it answers honestly, and sooner than any real one. `python -m tests.bench.model PORT`."""

import asyncio
import sys

import uvloop

from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest

ANSWERS_AFTER_S = 0.1
"""Were it to answer at once, eight callers would only ask how long eight calls of the SDK take one core."""


async def serve(port: int) -> None:
    """Answer until killed."""
    async with FakeModel(honest(ANSWERS_AFTER_S), port) as fake:
        while True:
            await asyncio.sleep(1.0)
            # Nobody asks for them here, and they are all the memory that grows.
            fake.calls.clear()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
