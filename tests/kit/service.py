"""The whole service as processes: started as an operator starts it, and killed as a bad day does."""

import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.kit.service_process import clean_environ, free_port

START_S = 15.0


class Service:
    """One `script-coach serve`; `log` is what it has written, `client` speaks to it."""

    def __init__(self, environ: Mapping[str, str], folder: Path, *, with_worker: bool = False) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self._more = () if with_worker else ("--no-worker",)
        self._log = folder / f"service-{self.port}.log"
        self._environ = clean_environ(folder / "data", environ)
        self._process: subprocess.Popen[bytes] | None = None
        self.client = httpx.AsyncClient(
            base_url=self.url, timeout=30.0, trust_env=False, limits=httpx.Limits(max_connections=1000)
        )

    def start(self) -> None:
        """Start the process; it may not listen yet."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "service", "serve", "--port", str(self.port), *self._more],
                env=self._environ, stdout=log, stderr=log,
            )  # fmt: skip

    async def live(self) -> None:
        """Return once it answers; fails with its log when it does not."""
        for _ in range(int(START_S / 0.02)):
            try:
                if (await self.client.get("/health/live")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.02)
        raise AssertionError(f"the service does not start: {self.log}")

    async def ready(self, **states: str) -> dict[str, Any]:
        """The readiness, once it shows these states; fails after a while."""
        for _ in range(500):
            found: dict[str, Any] = (await self.client.get("/health/ready")).json()
            if all(found.get(name) == state for name, state in states.items()):
                return found
            await asyncio.sleep(0.02)
        raise AssertionError(f"never {states}: {found}")

    async def post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """The answer to a JSON body."""
        return await self.client.post(path, json=body)

    async def rewrite(self, draft: str, **more: Any) -> dict[str, Any]:
        """A rewrite, which must be a 200."""
        answer = await self.post("/rewrite", {"draft": draft, **more})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    @property
    def log(self) -> str:
        """All that it has written."""
        return self._log.read_text("utf-8")

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as an operator does."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=30)
            self._process = None


@asynccontextmanager
async def services(count: int = 1, **environ: str) -> AsyncIterator[list[Service]]:
    """So many services over one data folder, all of which answer; none is left at the end."""
    with tempfile.TemporaryDirectory(prefix="coach-") as name:
        running = [Service(environ, Path(name)) for _ in range(count)]
        try:
            for service in running:
                service.start()
            for service in running:
                await service.live()
            yield running
        finally:
            for service in running:
                service.stop()
                await service.client.aclose()


@asynccontextmanager
async def service(**environ: str) -> AsyncIterator[Service]:
    """One service of its own."""
    async with services(1, **environ) as [one]:
        yield one
