"""The processes that are measured: the service and a bare Litestar echo on the server's core, store and model beside the load."""

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


@dataclass(frozen=True)
class Servers:
    """Where each of them listens."""

    echo: int
    service: int
    model: int

    @property
    def model_url(self) -> str:
        """The fake model, as `OPENAI_BASE_URL` names it."""
        return f"http://127.0.0.1:{self.model}/v1"


@contextmanager
def running() -> Iterator[Servers]:
    """All of them, answering. Store and model keep off the server's core, as if they were other machines."""
    ports = Servers(free_port(), free_port(), free_port())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coach-bench-")))
        store = stack.enter_context(Valkey())
        environ = {"REDIS_URL": store.url, "COACH_MODEL": MODEL, "OPENAI_BASE_URL": ports.model_url}
        python = sys.executable
        for name, command, path in (
            ("model", [python, "-m", "tests.bench.model", str(ports.model)], "/"),
            ("echo", on_server_core(python, "-m", "tests.bench.echo", str(ports.echo)), "/"),
            (
                "service",
                on_server_core(python, "-m", "service", "serve", "--port", str(ports.service), "--no-worker"),
                "/health/ready",
            ),
        ):
            log = folder / f"{name}.log"
            with log.open("wb") as out:
                process = subprocess.Popen(
                    command, cwd=ROOT, stdout=out, stderr=out, env=clean_environ(folder / "data", environ)
                )
            stack.callback(_end, process)
            _wait(process, getattr(ports, name), path, log)
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
    raise RuntimeError(f"{log.stem} does not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
