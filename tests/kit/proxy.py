"""A proxy that spoils the conversation between a client and a server: it delays, cuts, garbles, or answers itself.

    async with Proxy(server.url, mode=Delay(0.3)) as proxy:
        ...              # connect to proxy.url
        proxy.mode = Relay()

The mode may be changed at any time, also for connections that are open.
"""

import asyncio
import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self


class Mode(Protocol):
    """What the proxy does with each chunk of bytes; None closes the connection."""

    async def question(self, chunk: bytes) -> bytes | None:
        """What reaches the server of what the client sent."""
        ...

    async def answer(self, chunk: bytes) -> bytes | None:
        """What reaches the client of what the server sent."""
        ...

    def instead(self, chunk: bytes) -> bytes | None:
        """What the client gets at once, without the server being asked; None: the server is asked."""
        ...


class Relay:
    """Everything passes as it is."""

    async def question(self, chunk: bytes) -> bytes | None:
        """All of it."""
        return chunk

    async def answer(self, chunk: bytes) -> bytes | None:
        """All of it."""
        return chunk

    def instead(self, chunk: bytes) -> bytes | None:
        """Nothing."""
        return None


@dataclass
class Delay(Relay):
    """Answers come `seconds` later, or up to `spread` seconds later than that."""

    seconds: float
    spread: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    async def answer(self, chunk: bytes) -> bytes | None:
        """All of it, late."""
        await asyncio.sleep(self.seconds + self._random.random() * self.spread)
        return chunk


class Silent(Relay):
    """Questions arrive nowhere, and nothing comes back."""

    async def question(self, chunk: bytes) -> bytes | None:
        """Nothing of it."""
        return b""


class Refuse(Relay):
    """The connection is closed as soon as something is asked."""

    async def question(self, chunk: bytes) -> bytes | None:
        """The end."""
        return None


@dataclass
class Cut(Relay):
    """The connection ends after `after` bytes of each answer."""

    after: int
    _ended: bool = field(default=False, init=False)

    async def answer(self, chunk: bytes) -> bytes | None:
        """The beginning of it, then the end."""
        if self._ended:
            self._ended = False
            return None
        self._ended = True
        return chunk[: self.after]


@dataclass
class Garble(Relay):
    """Each byte of an answer is replaced by a random one with the probability `share`."""

    share: float
    seed: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    async def answer(self, chunk: bytes) -> bytes | None:
        """As many bytes, some of them wrong."""
        dice = self._random
        return bytes(dice.randrange(256) if dice.random() < self.share else byte for byte in chunk)


@dataclass
class Say(Relay):
    """Whatever is asked, the client gets these bytes (or what a function makes of the question)."""

    reply: bytes | Callable[[bytes], bytes]

    def instead(self, chunk: bytes) -> bytes | None:
        """The scripted reply."""
        return self.reply(chunk) if callable(self.reply) else self.reply


class Proxy:
    """Listens on a unix socket (or on loopback, with `tcp`) and passes on to `target`.

    `target` is `unix:///path`, `redis://host:port` or `http://host:port`; None when every mode used answers by
    itself. `url` has the scheme of the target. `connections` counts those accepted so far.
    """

    def __init__(self, target: str | None, *, mode: Mode | None = None, tcp: bool = False) -> None:
        self.mode: Mode = mode or Relay()
        self.connections = 0
        self.url = ""
        self._target = target
        self._tcp = tcp
        self._folder = Path(tempfile.mkdtemp(prefix="coach-proxy-"))
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        if self._tcp:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            scheme = self._target.split(":")[0] if self._target and self._target[:5] != "unix:" else "redis"
            self.url = f"{scheme}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        else:
            path = self._folder / "p"
            self._server = await asyncio.start_unix_server(self._serve, path)
            self.url = f"unix://{path}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def cut(self) -> None:
        """Close every connection that is open, without a word."""
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        server: asyncio.StreamWriter | None = None
        back: asyncio.Task[None] | None = None
        try:
            while chunk := await reader.read(65536):
                said = self.mode.instead(chunk)
                if said is not None:
                    writer.write(said)
                    await writer.drain()
                    continue
                passed = await self.mode.question(chunk)
                if passed is None:
                    break
                if not passed:
                    continue
                if server is None:
                    from_server, server = await self._connect()
                    self._writers.add(server)
                    back = asyncio.create_task(self._back(from_server, writer))
                server.write(passed)
                await server.drain()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            if back is not None:
                back.cancel()
                await asyncio.gather(back, return_exceptions=True)
            for end in (server, writer):
                if end is not None:
                    end.transport.abort()
                    self._writers.discard(end)
            self._tasks.discard(task)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        assert self._target is not None
        where = self._target.split("://", 1)[1]
        if self._target.startswith("unix:"):
            return await asyncio.open_unix_connection(where)
        host, _, port = where.split("/")[0].rpartition(":")
        return await asyncio.open_connection(host, int(port))

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What the server says, chunk by chunk; the end of it ends the client's connection too."""
        try:
            while chunk := await reader.read(65536):
                passed = await self.mode.answer(chunk)
                if passed is None:
                    break
                writer.write(passed)
                await writer.drain()
        except OSError:
            pass
        writer.transport.abort()
