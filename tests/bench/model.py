"""The fake model as a process of its own: it answers honestly. `python -m tests.bench.model PORT SECONDS`."""

import asyncio
import sys

import uvloop

from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest


async def serve(port: int, answers_after_s: float) -> None:
    """Answer until killed."""
    async with FakeModel(honest(answers_after_s), port) as fake:
        while True:
            await asyncio.sleep(1.0)
            # Nobody asks for them here, and they are all the memory that grows.
            fake.calls.clear()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), float(sys.argv[2])))
