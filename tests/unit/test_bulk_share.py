"""How a worker shares its places: nobody waits behind somebody else's long list."""

import asyncio
from collections import Counter

from service.flow.bulk_share import Share


class Rows:
    """Rows that stay in work until they are told to end; `order` is who began when."""

    def __init__(self, share: Share) -> None:
        self.share = share
        self.order: list[str] = []
        self.most: Counter[str] = Counter()
        self.tasks: list[asyncio.Task[None]] = []
        self.ends: dict[int, asyncio.Event] = {}

    async def add(self, tenant: str, count: int = 1) -> None:
        """So many rows more, which have asked for their places."""
        for _ in range(count):
            number = len(self.tasks)
            self.ends[number] = asyncio.Event()
            self.tasks.append(asyncio.create_task(self._work(number, tenant)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def end(self, *numbers: int) -> None:
        """Let rows end."""
        for number in numbers:
            self.ends[number].set()
        for _ in range(5):
            await asyncio.sleep(0)

    async def _work(self, number: int, tenant: str) -> None:
        async with self.share.one(tenant):
            self.order.append(tenant)
            self.most |= self.share.running
            await self.ends[number].wait()


async def test_no_more_than_there_are_places() -> None:
    """So many rows are in work as there are places, and the next begins when one ends."""
    rows = Rows(Share(3))
    await rows.add("a", 5)
    assert len(rows.order) == 3
    await rows.end(0)
    assert len(rows.order) == 4
    assert rows.most.total() == 3
    await rows.end(*range(5))


async def test_the_one_with_the_least_in_work_comes_next() -> None:
    """R41: rows of a tenant that comes later get every free place until it has as many as the other."""
    rows = Rows(Share(4))
    await rows.add("a", 100)
    await rows.add("b", 3)
    await rows.end(0, 1)
    assert rows.order == ["a"] * 4 + ["b", "b"]
    await rows.end(2)
    assert rows.order[6:] == ["a"], "now it is the first one that has less"
    await rows.end(*range(103))
    await asyncio.gather(*rows.tasks)
    assert Counter(rows.order) == {"a": 100, "b": 3}


async def test_one_that_is_called_off_leaves_its_place() -> None:
    """A row that is cancelled while it waits, or in the moment in which it is let in, holds nobody up."""
    rows = Rows(Share(1))
    await rows.add("a")
    await rows.add("b")
    await rows.add("c")
    rows.tasks[1].cancel()
    await rows.end(0)
    assert rows.order == ["a", "c"]
    await rows.add("d")
    rows.ends[2].set()
    await asyncio.sleep(0)
    rows.tasks[3].cancel()
    await rows.add("e")
    await rows.end(3)
    assert rows.order[-1] == "e"
    await rows.end(4)
    assert not rows.share.running
