"""A child that answers in JSON Lines: told what it needs, waited for only so long, gone when its caller is done."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, Self

from service.errors import BadTable, StorageFull

BATCH = 1 << 16
MAX_ANSWER = 64_000_000
"""Bytes of the longest answer."""
_TOO_LONG = "The file takes too long to read; it may be a trap."
_CRASHED = "The file brought its reader down: it is broken, too large, or a trap."


class ChildRun:
    """One run of a command; `seconds` is the time that this process may wait for it in all."""

    def __init__(self, command: list[str], seconds: float) -> None:
        self._left_s = seconds
        # Nothing of the environment but where modules are: a file from outside is read beside no secret.
        self._child = subprocess.Popen(  # noqa: S603 - the command is our own
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(path or os.curdir for path in sys.path)},
        )  # fmt: skip
        if self._child.stdin is None or self._child.stdout is None:  # pragma: no cover - both are pipes
            raise BadTable(_CRASHED)
        self._stdin, self._stdout = self._child.stdin, self._child.stdout
        os.set_blocking(self._stdin.fileno(), False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.kill()
        self._child.wait()
        self._stdout.close()
        try:
            self._stdin.close()
        except BrokenPipeError:
            return

    def tell(self, lines: Iterable[str]) -> None:
        """Sends lines, `end` last; stops early when the child does not listen any more."""
        held = bytearray()
        for line in lines:
            held += line.encode() + b"\n"
            if len(held) >= BATCH and not self._send(held):
                return
        self._send(held + b"end\n")

    def _send(self, held: bytearray) -> bool:
        while held:
            self._wait(self._stdin.fileno(), select.POLLOUT)
            try:
                sent = os.write(self._stdin.fileno(), held[:BATCH])
            except BlockingIOError:
                continue
            except BrokenPipeError:
                return False
            del held[:sent]
        return True

    def answers(self) -> Iterator[Any]:
        """What the child says, up to its `done`.

        Raises `BadTable` for what it refuses and when it dies, `StorageFull` where it finds no room.
        """
        held = b""
        while True:
            self._wait(self._stdout.fileno(), select.POLLIN)
            chunk = os.read(self._stdout.fileno(), BATCH)
            if not chunk:
                raise BadTable(_TOO_LONG if self._child.wait() == -signal.SIGXCPU else _CRASHED)
            *lines, held = (held + chunk).split(b"\n")
            if len(held) > MAX_ANSWER:
                raise BadTable(_CRASHED)
            for line in lines:
                told = _told(line)
                if "done" in told:
                    return
                if "full" in told:
                    raise StorageFull("There is no room for the file.")
                if "error" in told:
                    raise BadTable(*told["error"])
                yield told["answer"]

    def _wait(self, file: int, event: int) -> None:
        poll = select.poll()
        poll.register(file, event)
        started = time.monotonic()
        ready = poll.poll(max(0.0, self._left_s) * 1000)
        self._left_s -= time.monotonic() - started
        if not ready:
            raise BadTable(_TOO_LONG)


def _told(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise BadTable(_CRASHED)
    return told
