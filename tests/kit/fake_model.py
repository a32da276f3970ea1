"""A scripted model server on a loopback port: it answers, stalls, drips, cuts, refuses and lies, and remembers every call.

In a test: `async with FakeModel(fixed("您好")) as fake: ... fake.base_url`. As a process:
`python -m tests.kit.fake_model --port 9000 --mode echo`; `GET /calls` then tells what it saw.
What it can be told stands in `model_scripts.py`.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import socket
import ssl
import struct
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.kit.honest_model import honest
from tests.kit.model_scripts import MODES, Reply, Request, Script

_SLICE_S = 0.01


@dataclass
class Seen:
    """One call as the server saw it; instants are seconds of the monotonic clock."""

    path: str
    headers: dict[str, str]
    body: bytes
    started: float
    ended: float | None = None
    gone: bool = False
    """The caller closed its socket before the answer was whole."""
    sent: int = 0
    """Bytes of body handed to the socket."""

    @property
    def request(self) -> Request:
        """The body as JSON, or an empty object."""
        with contextlib.suppress(ValueError):
            value = json.loads(self.body)
            if isinstance(value, dict):
                return value
        return {}


class FakeModel:
    """The server; `script` may be changed at any time, `calls` is every call so far, `connections` counts sockets."""

    def __init__(self, script: Script, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.script = script
        self.calls: list[Seen] = []
        self.connections = 0
        self.called = asyncio.Event()
        """Set when a call has arrived; clear it to wait for the next."""
        self._port = port
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    @property
    def base_url(self) -> str:
        """What to set as `OPENAI_BASE_URL`."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}/v1"

    async def start(self) -> Self:
        """Listen; port 0 takes a free one."""
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", self._port, ssl=self._tls, backlog=1024
        )
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        """Hang up on everyone."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def settle(self, within_s: float = 3.0) -> bool:
        """Whether every call has ended within the time."""
        limit = time.monotonic() + within_s
        while any(seen.ended is None for seen in self.calls):
            if time.monotonic() > limit:
                return False
            await asyncio.sleep(_SLICE_S)
        return True

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.connections += 1
        try:
            while await self._serve_one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            # Cancellation is how `stop` hangs up; there is nothing left to unwind but the socket.
            pass
        finally:
            writer.transport.abort()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection may be used again."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if method == "GET":
            await _send(writer, Reply((json.dumps(self._tally()).encode(),)))
            return True
        seen = Seen(path, headers, body, time.monotonic())
        self.calls.append(seen)
        self.called.set()
        reply = self.script(seen.request, len(self.calls) - 1)
        try:
            return await _play(reader, writer, reply, seen)
        except ConnectionError:
            seen.gone = True
            return False
        finally:
            seen.ended = time.monotonic()

    def _tally(self) -> dict[str, Any]:
        bodies = [seen.body.decode("utf-8", "replace") for seen in self.calls]
        return {"calls": len(self.calls), "gone": sum(seen.gone for seen in self.calls), "bodies": bodies}


async def _send(writer: asyncio.StreamWriter, reply: Reply) -> None:
    body = b"".join(reply.pieces)
    writer.write(_head(reply, len(body)) + body)
    await writer.drain()


def _head(reply: Reply, length: int | None) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} Scripted"]
    headers = {"content-type": "application/json"} | {k.lower(): v for k, v in reply.headers.items()}
    if length is not None:
        headers.setdefault("content-length", str(length))
    elif reply.framing == "chunked":
        headers["transfer-encoding"] = "chunked"
    else:
        headers["connection"] = "close"
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def _pause(reader: asyncio.StreamReader, seconds: float) -> bool:
    """Wait; False as soon as the caller hangs up."""
    limit = time.monotonic() + seconds
    while (left := limit - time.monotonic()) > 0:
        if reader.at_eof() or reader.exception() is not None:
            return False
        await asyncio.sleep(min(left, _SLICE_S))
    return not reader.at_eof()


async def _play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply: Reply, seen: Seen) -> bool:
    """Send a reply as told; whether the connection may be used again."""
    if reply.delay_s and not await _pause(reader, reply.delay_s):
        seen.gone = True
        return False
    if not reply.silent:
        pieces = reply.pieces
        length = None
        if reply.framing == "length":
            pieces = tuple(pieces)
            length = sum(map(len, pieces))
        head = _head(reply, length)
        for piece in itertools.chain((head,), pieces):
            framed = piece
            if piece is not head:
                if reply.interval_s and not await _pause(reader, reply.interval_s):
                    seen.gone = True
                    return False
                framed = b"%x\r\n%s\r\n" % (len(piece), piece) if reply.framing == "chunked" else piece
                seen.sent += len(piece)
            writer.write(framed)
            await writer.drain()
            if reader.at_eof() or writer.is_closing():
                seen.gone = True
                return False
    return await _end(reader, writer, reply, seen)


async def _end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply: Reply, seen: Seen) -> bool:
    if reply.ending == "hang":
        seen.gone = not await _pause(reader, 3600.0)
        return False
    if reply.ending == "end":
        if reply.framing == "chunked" and not reply.silent:
            writer.write(b"0\r\n\r\n")
            await writer.drain()
        if reply.framing != "close":
            return True
    if reply.ending == "reset":
        # Zero linger makes close() send RST.
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        writer.transport.abort()
        return False
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return False


async def _run(port: int, script: Script) -> None:
    async with FakeModel(script, port) as fake:
        sys.stdout.write(f"{fake.base_url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted; the first line printed is the base URL."""
    parser = argparse.ArgumentParser(prog="python -m tests.kit.fake_model")
    parser.add_argument("--port", type=int, default=0)
    modes = MODES | {"honest": honest()}
    parser.add_argument("--mode", choices=sorted(modes), default="fixed")
    options = parser.parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(options.port, modes[options.mode]))


if __name__ == "__main__":
    main()
