"""The machine's own clock."""

import asyncio
import time


class SystemClock:
    """Durations from the monotonic clock, which no change of the wall clock touches."""

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
