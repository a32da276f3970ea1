"""`ports.Apart` by fork: a process that does nothing else bears one for each thing that is asked.

It is made before there are threads or a loop, with everything loaded, so that a new process costs milliseconds; both
ends notice when the other is gone.
"""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from service.errors import JobsUnavailable
from service.ports import ProcessDied

AT_ONCE = 2
"""Processes at once: each may be the one that takes all memory."""
_PID_BYTES = 4
_END = b"\n"

Work = Callable[[bytes], bytes]


class ForkedApart:
    """`limit_s` seconds are the most that one thing may take; then its process is ended, and counts as died."""

    def __init__(self, work: Work, limit_s: float) -> None:
        """Fork. Only where no thread runs yet; `work` is called in other processes only, once in each."""
        self._limit_s = limit_s
        self._places = asyncio.Semaphore(AT_ONCE)
        self._mother, hers = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            self._mother.close()
            _bear(hers, work)
        hers.close()
        self._mother.setblocking(False)

    async def ask(self, asked: bytes) -> bytes:
        """The answer of a new process."""
        async with self._places:
            here, there = socket.socketpair()
            with there:
                try:
                    socket.send_fds(self._mother, [b"."], [there.fileno()])
                except OSError as trouble:
                    here.close()
                    raise JobsUnavailable("There is no process to be had for a row.") from trouble
            reader, writer = await asyncio.open_connection(sock=here, limit=2**24)
            try:
                return await self._answer(reader, writer, asked)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

    async def lost(self) -> None:
        """Ends when no process can be had any more."""
        await asyncio.get_running_loop().sock_recv(self._mother, 1)

    def close(self) -> None:
        """End it, and whatever it has borne."""
        self._mother.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: bytes
    ) -> bytes:
        try:
            pid = int.from_bytes(await reader.readexactly(_PID_BYTES))
        except (asyncio.IncompleteReadError, OSError) as trouble:
            raise JobsUnavailable("No process could be made for a row.") from trouble
        ended = False
        try:
            with contextlib.suppress(OSError, TimeoutError):
                writer.write(asked)
                writer.write_eof()
                async with asyncio.timeout(self._limit_s):
                    said = await reader.read()
                ended = True
                if said.endswith(_END):
                    return said[: -len(_END)]
        finally:
            # Its end of the line is closed by nothing but its own end: only then the number can be somebody else's.
            if not ended:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        raise ProcessDied


def _bear(asking: socket.socket, work: Work) -> NoReturn:
    """A process for each line that comes, until whoever asks is gone; then none is left."""
    # A group of their own: what a terminal sends to the worker is the worker's business.
    os.setpgid(0, 0)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        try:
            said, lines, _, _ = socket.recv_fds(asking, 1, 1)
        except OSError:
            said, lines = b"", []
        if not said:
            os.killpg(0, signal.SIGKILL)
        for line in lines:
            with contextlib.suppress(OSError):
                if os.fork() == 0:
                    _do(socket.socket(fileno=line), asking, work)
            os.close(line)


def _do(line: socket.socket, asking: socket.socket, work: Work) -> NoReturn:
    """The one thing that the process is there for."""
    status = 1
    try:
        asking.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # When memory runs out, it is this process that goes, and not the one that knows of all the other rows.
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")
        line.sendall(os.getpid().to_bytes(_PID_BYTES))
        with line.makefile("rb") as asked:
            line.sendall(work(asked.read()) + _END)
        status = 0
    finally:
        os._exit(status)
