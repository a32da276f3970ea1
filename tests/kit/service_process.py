"""The service as an operator runs it: a process of its own on a free loopback port, with its own data folder."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_S = 30.0


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def clean_environ(data_dir: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment in which nothing of the caller's own settings reaches the service."""
    ours = ("COACH_", "OPENAI_", "REDIS_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"COACH_DATA_DIR": str(data_dir), "PYTHONUTF8": "1"} | dict(extra or {})


def get(port: int, path: str, timeout_s: float = 5.0) -> tuple[int, bytes]:
    """Status and body of one GET; OSError while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    last = time.monotonic() + START_S
    while time.monotonic() < last and process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if get(port, "/health/ready")[0] == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(
        f"the service is not ready:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
    )


@contextlib.contextmanager
def served(
    data_dir: Path,
    *,
    command: tuple[str, ...] = (sys.executable, "-m", "service"),
    cwd: Path = ROOT,
    environ: Mapping[str, str] | None = None,
) -> Iterator[int]:
    """The port of a running service; stopped by SIGTERM at the end. RuntimeError with its log if it does not start."""
    port = free_port()
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / "service.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "serve", "--port", str(port), "--no-worker"],
            cwd=cwd, env=clean_environ(data_dir, environ), stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            _wait_until_ready(process, port, log)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
