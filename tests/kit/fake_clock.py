"""A clock that moves only when it is told to, or when somebody sleeps by it."""

import asyncio


class FakeClock:
    """A `Clock` whose sleeps take no time; `now` may be set."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        """The instant that was set or slept to."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Move on at once; others get their turn."""
        self.sleeps.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)
