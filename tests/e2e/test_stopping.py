"""Stopping the service leaves nothing behind."""

import fcntl
import time
from pathlib import Path

from tests.kit.service_process import served

GONE_S = 10.0


def _store_runs(data_dir: Path) -> bool:
    """Whether a server of the data folder is alive: it holds its lock exactly as long as it runs."""
    with (data_dir / "redis" / "server.lock").open("r+b") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_the_own_store_ends_with_its_last_user(tmp_path: Path) -> None:
    """An operator who stops the service (SIGTERM, as an engine or a supervisor does) finds no process left over."""
    with served(tmp_path):
        assert _store_runs(tmp_path)
    last = time.monotonic() + GONE_S
    while _store_runs(tmp_path) and time.monotonic() < last:
        time.sleep(0.05)
    assert not _store_runs(tmp_path)
