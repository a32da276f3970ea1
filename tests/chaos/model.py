"""The fake model as a process: `python -m tests.chaos.model PORT SECONDS`. `GET /` tells how often each draft was asked."""

import asyncio
import sys
from collections import Counter

import uvloop

from tests.chaos.texts import counter, number_of
from tests.kit.fake_model import FakeModel
from tests.kit.model_scripts import Reply, Request


class Tallying(FakeModel):
    """Counts the calls by draft, and forgets their bodies: a hundred thousand would be all the memory there is."""

    def __init__(self, delay_s: float, port: int) -> None:
        self.asked: Counter[int] = Counter()
        self._answers = counter(delay_s)
        super().__init__(self._counted, port)

    def _counted(self, request: Request, index: int) -> Reply:
        self.asked[number_of(request)] += 1
        return self._answers(request, index)

    def _tally(self) -> dict[str, object]:
        return {
            "calls": self.asked.total(),
            "distinct": len(self.asked),
            "most": max(self.asked.values(), default=0),
        }


async def serve(port: int, delay_s: float) -> None:
    """Answer until killed."""
    async with Tallying(delay_s, port) as fake:
        while True:
            await asyncio.sleep(0.5)
            fake.calls = [seen for seen in fake.calls if seen.ended is None]


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), float(sys.argv[2])))
