"""Lines to one stream, written by a thread of their own, so that a slow or stuck reader never stalls a request."""

import atexit
import contextlib
import threading
from collections import deque
from typing import BinaryIO

FLUSH_EVERY_S = 0.2
MAX_WAITING_BYTES = 8 * 1024 * 1024


class LogLines:
    """Takes whole lines at the cost of a list append.

    Lines beyond 8 MiB waiting are dropped, and so are those that the stream refuses, as on a full disk; `dropped`
    counts both.
    """

    def __init__(self, stream: BinaryIO) -> None:
        # Its own buffer would keep what a full disk refused, and put it into the middle of a later line.
        self._stream: BinaryIO = getattr(stream, "raw", stream)
        self._torn = False
        self._unread = self._refused = 0
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._closing = False
        self._thread: threading.Thread | None = None

    @property
    def dropped(self) -> int:
        """Lines that were not written, or not whole."""
        return self._unread + self._refused

    def write(self, line: bytes) -> None:
        """Hand a line over; it must end with a newline and hold no other."""
        if self._bytes > MAX_WAITING_BYTES:
            self._unread += 1
            return
        self._bytes += len(line)
        self._waiting.append(line)
        # Started with the first line, so that a server may fork after it was built.
        if self._thread is None:
            self._start()

    def flush(self) -> None:
        """Write all that waits, now."""
        with self._lock:
            # A deque loses nothing between two threads; swapping a list could.
            batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
            self._bytes = 0
            if batch:
                self._put(b"".join(batch))

    def _put(self, lines: bytes) -> None:
        # A line that broke off is ended first, so that the next one stands by itself.
        left = memoryview(b"\n" + lines if self._torn else lines)
        # A reader that has gone away is no reason to fail a request.
        with contextlib.suppress(OSError, ValueError):
            while left and (sent := self._stream.write(left)):
                self._torn = left[sent - 1] != ord("\n")
                left = left[sent:]
            self._stream.flush()
        self._refused += min(bytes(left).count(b"\n"), lines.count(b"\n"))

    def close(self) -> None:
        """Write all that waits and stop the thread."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None
        self.flush()
        atexit.unregister(self.close)

    def _start(self) -> None:
        self._closing = False
        self._wake.clear()
        self._thread = threading.Thread(target=self._run, name="log-lines", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait(FLUSH_EVERY_S)
            self.flush()
