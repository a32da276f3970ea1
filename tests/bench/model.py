"""The fake model as a process of its own: it answers honestly and at once. `python -m tests.bench.model PORT`."""

import asyncio
import sys

import uvloop

from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest


async def serve(port: int) -> None:
    """Answer until killed."""
    async with FakeModel(honest(), port) as fake:
        while True:
            await asyncio.sleep(1.0)
            # Nobody asks for them here, and they are all the memory that grows.
            fake.calls.clear()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
