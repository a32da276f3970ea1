"""The worker process that `serve` keeps beside it: started again when it dies, told to stop when the server stops."""

import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Self

STOP_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S, WELL_S = 1.0, 30.0, 60.0
"""Before a worker that died is started again; twice as long each time, until one has lived for `WELL_S` seconds."""
_TICK_S = 0.1


class Beside:
    """A worker as long as the block lasts; leaving takes at most `STOP_S` seconds from `leave` on."""

    def __init__(self) -> None:
        self._leaving = threading.Event()
        self._nurse = threading.Thread(target=self._look_after, name="worker", daemon=True)

    def __enter__(self) -> Self:
        self._nurse.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.leave()
        self._nurse.join()

    def leave(self) -> None:
        """Tell the worker to stop, and do not wait for it."""
        self._leaving.set()

    def _look_after(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._leaving.is_set():
            begun = time.monotonic()
            # The pipe ends with this process, however it ends, and the worker with the pipe.
            with subprocess.Popen(
                [sys.executable, "-m", "service", "worker", "--beside"], stdin=subprocess.PIPE
            ) as process:
                while process.poll() is None and not self._leaving.wait(_TICK_S):
                    continue
                if process.poll() is None:
                    process.terminate()
                    try:
                        process.wait(STOP_S)
                    except subprocess.TimeoutExpired:
                        process.kill()
            lived_s = time.monotonic() - begun
            pause_s = FIRST_PAUSE_S if lived_s > WELL_S else min(2 * pause_s, LONGEST_PAUSE_S)
            self._leaving.wait(pause_s)
