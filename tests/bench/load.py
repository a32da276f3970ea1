"""A load generator: so many connections, each sending its next request when the answer to the last is there."""

import asyncio
import json
import time
from collections.abc import Iterable
from itertools import cycle
from typing import Any

WARM_S = 0.3
HOST = "127.0.0.1"


def request(path: str, body: dict[str, Any]) -> bytes:
    """The bytes of one POST."""
    raw = json.dumps(body, ensure_ascii=False).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(raw)}\r\n\r\n"
    return head.encode() + raw


class _Connection(asyncio.Protocol):
    def __init__(self, load: "Load") -> None:
        self._load = load
        self._buffer = b""
        self._sent_at = 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._load.over:
            self._load.fail("the server hung up")

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self.transport.write(next(self._load.requests))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer = self._buffer + data if self._buffer else data
        head = buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = buffer.find(b"content-length: ", 0, head)
        length = int(buffer[at + 16 : buffer.find(b"\r\n", at)])
        if len(buffer) < head + 4 + length:
            return
        if not buffer.startswith(b"HTTP/1.1 200"):
            self._load.fail(buffer.decode("utf-8", "replace"))
            return
        self._buffer = b""
        self._load.answered += 1
        self._load.times.append(time.perf_counter() - self._sent_at)
        if not self._load.over:
            self._send()


class Load:
    """One run against one port; `times` are the seconds that each answer took."""

    def __init__(self, requests: Iterable[bytes]) -> None:
        self.requests = cycle(requests)
        self.times: list[float] = []
        self.answered = 0
        """All answers, those of the warm-up included."""
        self.over = False
        self._failure: str | None = None

    def fail(self, why: str) -> None:
        """Note that nothing can be measured."""
        self._failure = self._failure or why
        self.over = True

    async def run(self, port: int, connections: int, seconds: float) -> float:
        """Answers a second. Raises `RuntimeError` when one is no 200."""
        loop = asyncio.get_running_loop()
        made = [
            (await loop.create_connection(lambda: _Connection(self), HOST, port))[0]
            for _ in range(connections)
        ]
        await asyncio.sleep(WARM_S)
        self.times.clear()
        started = time.perf_counter()
        await asyncio.sleep(seconds)
        rate = len(self.times) / (time.perf_counter() - started)
        self.over = True
        for transport in made:
            transport.close()
        if self._failure is not None:
            raise RuntimeError(self._failure[:2000])
        return rate


async def ask(port: int, requests: Iterable[bytes]) -> list[Any]:
    """The decoded answers to some requests, one after another."""
    reader, writer = await asyncio.open_connection(HOST, port)
    answers: list[Any] = []
    for one in requests:
        writer.write(one)
        head = await reader.readuntil(b"\r\n\r\n")
        at = head.find(b"content-length: ")
        answers.append(json.loads(await reader.readexactly(int(head[at + 16 : head.find(b"\r\n", at)]))))
    writer.close()
    await writer.wait_closed()
    return answers
