"""A wall clock that jumps while processes run: what is started with its `environ` believes whatever it was set to.

Only the clock on the wall: the monotonic clock of these processes goes on, as it does on a machine whose time is set.
"""

import asyncio
import contextlib
import importlib.util
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Self

from tests.kit.valkey import Valkey

HOUR, DAY = 3600.0, 86400.0
JUMPS = (HOUR, -HOUR, -HOUR, DAY, -DAY, -DAY)
"""Forward, back to the truth, and back, by an hour and by a day."""
NEAR_S = 30.0
"""How far off a clock may be read, on a busy machine."""
_SHARED = Path("/dev/shm")


def _library() -> Path:
    """The library that stands between a process and the system's clock."""
    found = importlib.util.find_spec("libfaketime")
    assert found is not None
    assert found.origin is not None
    path = Path(found.origin).parent / "vendor" / "libfaketime" / "src" / "libfaketime.so.1"
    assert path.exists(), "without it no clock jumps, and every test of jumps would pass"
    return path


class JumpingClock:
    """Runs true until the first jump; `ahead_s` is how far it is from the truth."""

    def __init__(self, folder: Path, zone: str = "UTC") -> None:
        self.ahead_s = 0.0
        self._file = folder / "clock"
        self.jump(0.0)
        self.environ = {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "DONT_FAKE_MONOTONIC": "1",
            # Files keep the times that they were written at, whatever the clock shows by now.
            "NO_FAKE_STAT": "1",
            "TZ": zone,
        }

    def jump(self, seconds: float) -> Self:
        """Forward, or back when negative, from where it is now."""
        self.ahead_s += seconds
        draft = self._file.with_suffix(".draft")
        draft.write_text(f"{self.ahead_s:+.3f}\n")
        # Renamed: nobody reads half an instant.
        draft.rename(self._file)
        return self

    def jump_to(self, instant: datetime) -> Self:
        """To an instant, which must know its zone."""
        return self.jump(instant.timestamp() - self.now())

    def now(self) -> float:
        """What it shows, in Unix seconds."""
        return time.time() + self.ahead_s

    def shows(self, instant: float) -> bool:
        """Whether a clock that was just read is this one."""
        return abs(instant - self.now()) < NEAR_S

    async def jump_store(self, seconds: float, valkey: Valkey) -> None:
        """The same for a store, which looks at its clock ten times a second; fails when it does not go by this one."""
        self.jump(seconds)
        last = time.monotonic() + NEAR_S
        while not self.shows(float(valkey.ask("EVAL", "return redis.call('TIME')[1]", "0"))):
            assert time.monotonic() < last, "the store's clock did not jump"
            await asyncio.sleep(0.02)


@contextlib.contextmanager
def jumping_clock(zone: str = "UTC") -> Iterator[JumpingClock]:
    """A clock; at the end what the library leaves in shared memory of processes that were killed is cleared away."""
    with tempfile.TemporaryDirectory(prefix="coach-clock-") as name:
        yield JumpingClock(Path(name), zone)
    for left in _SHARED.glob("*faketime_s*_*"):
        pid = left.name.rpartition("_")[2]
        if pid.isdecimal() and not _lives(int(pid)):
            left.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
