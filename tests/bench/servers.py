"""The processes that are measured: the service and a bare Litestar echo on the server's core, store and model beside the load."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.machine import on_server_core
from tests.kit.service_process import ROOT, clean_environ, free_port, get
from tests.kit.valkey import Valkey

START_S = 60.0
MODEL = "bench"


@dataclass
class Server:
    """One process: where it listens, and its id once it runs."""

    port: int
    pid: int = 0

    @property
    def cpu_s(self) -> float:
        """Seconds of a core that it has used so far; 0.0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Servers:
    """All of them."""

    echo: Server
    service: Server
    model: Server

    @property
    def model_url(self) -> str:
        """The fake model, as `OPENAI_BASE_URL` names it."""
        return f"http://127.0.0.1:{self.model.port}/v1"


@contextmanager
def running(model_takes_s: float = 0.0) -> Iterator[Servers]:
    """All of them, answering. Store and model keep off the server's core, as if they were other machines."""
    ports = Servers(Server(free_port()), Server(free_port()), Server(free_port()))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coach-bench-")))
        store = stack.enter_context(Valkey())
        environ = {"REDIS_URL": store.url, "COACH_MODEL": MODEL, "OPENAI_BASE_URL": ports.model_url}
        python = sys.executable
        for name, command, path in (
            ("model", [python, "-m", "tests.bench.model", str(ports.model.port), str(model_takes_s)], "/"),
            ("echo", on_server_core(python, "-m", "tests.bench.echo", str(ports.echo.port)), "/"),
            (
                "service",
                on_server_core(
                    python, "-m", "service", "serve", "--port", str(ports.service.port), "--no-worker"
                ),
                "/health/ready",
            ),
        ):
            log = folder / f"{name}.log"
            with log.open("wb") as out:
                process = subprocess.Popen(
                    command, cwd=ROOT, stdout=out, stderr=out, env=clean_environ(folder / "data", environ)
                )
            stack.callback(_end, process)
            server: Server = getattr(ports, name)
            # `taskset` becomes the command: the id stays.
            server.pid = process.pid
            _wait(process, server.port, path, log)
        yield ports


def _wait(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    last = time.monotonic() + START_S
    while time.monotonic() < last and process.poll() is None:
        try:
            get(port, path)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(
        f"{log.stem} does not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
