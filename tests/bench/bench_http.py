"""What the HTTP layer costs: `/check` over a canned report, beside a bare Litestar echo of the same body.

`python -m tests.bench.bench_http` prints requests a second and the ratio at 40 and 200 characters.
"""

import asyncio
import contextlib
import json
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import uvloop
from litestar import Litestar, post

from service.adapters.log_lines import LogLines
from service.adapters.telemetry import Telemetry
from service.settings import Settings
from service.web.app import create_app
from service.web.serving import server_config
from tests.kit.app import STAMP, FakeCoach, FakeKeys, FakeLimits, a_report

CONNECTIONS = 32
SECONDS = 2.0
ROUNDS = 5
SENTENCE = "很抱歉让您久等了，我马上帮您核实包裹的位置，请您稍等一两分钟，核实清楚以后立刻回复您。"


class _Canned(FakeCoach):
    """Answers with one report made before."""

    def __init__(self) -> None:
        super().__init__()
        from service.core.results import Checked  # noqa: PLC0415

        self.answer = Checked(a_report(SENTENCE), None, STAMP)

    def check(self, draft: Any, caller: Any) -> Any:
        """The canned report."""
        return self.answer


def serve(what: str, port: int) -> None:
    """Serve one of the two until killed."""
    import uvicorn  # noqa: PLC0415

    app: Any
    if what == "echo":

        @post("/check", status_code=200)
        async def echo(data: dict[str, Any]) -> dict[str, Any]:
            return data

        app = Litestar([echo], openapi_config=None, logging_config=None)
    else:
        with Path("/dev/null").open("wb") as nowhere:
            telemetry = Telemetry(LogLines(nowhere))
            app = create_app(_Canned(), Settings(), FakeKeys(), FakeLimits(), telemetry)
            uvicorn.Server(server_config(app, "127.0.0.1", port)).run()
            return
    uvicorn.Server(server_config(app, "127.0.0.1", port)).run()


class _Client(asyncio.Protocol):
    """One connection that sends the same request again and again."""

    def __init__(self, request: bytes, tally: list[int]) -> None:
        self.request = request
        self.tally = tally
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Count a whole answer and send the next request."""
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        lower = self.buffer[:head].lower()
        length = int(lower[lower.find(b"content-length: ") + 16 :].split(b"\r\n", 1)[0])
        if len(self.buffer) < head + 4 + length:
            return
        if not lower.startswith(b"http/1.1 200"):
            raise SystemExit(self.buffer.decode())
        self.buffer = b""
        self.tally[0] += 1
        self.transport.write(self.request)


async def load(port: int, body: bytes) -> float:
    """Answers a second."""
    head = "POST /check HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    request = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
    tally = [0]
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: _Client(request, tally), "127.0.0.1", port)
        for _ in range(CONNECTIONS)
    ]
    await asyncio.sleep(0.3)
    first, started = tally[0], time.perf_counter()
    await asyncio.sleep(SECONDS)
    rate = (tally[0] - first) / (time.perf_counter() - started)
    for transport, _ in made:
        transport.close()
    return rate


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)


def main() -> None:
    """Start both servers, load them by turns, print the medians and their ratio."""
    ports = {"echo": _free_port(), "check": _free_port()}
    servers = [
        subprocess.Popen([sys.executable, "-m", "tests.bench.bench_http", what, str(port)])
        for what, port in ports.items()
    ]
    try:
        for port in ports.values():
            _wait(port)
        for chars in (40, 200):
            draft = (SENTENCE * 5)[:chars]
            body = json.dumps({"draft": draft}, ensure_ascii=False).encode()
            rates: dict[str, list[float]] = {what: [] for what in ports}
            for _ in range(ROUNDS):
                for what, port in ports.items():
                    rates[what].append(uvloop.run(load(port, body)))
            echo, check = (statistics.median(rates[what]) for what in ports)
            print(f"{chars} characters: echo {echo:,.0f}/s, check {check:,.0f}/s, ratio {check / echo:.2f}")
            print(f"  a request: echo {1e6 / echo:.0f} us, check {1e6 / check:.0f} us")
    finally:
        for server in servers:
            server.kill()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(sys.argv[1], int(sys.argv[2]))
    else:
        main()
