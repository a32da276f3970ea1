"""The worker that `serve` keeps beside it: there when it is needed, back when it dies, gone when the server is gone."""

import asyncio
import os
import signal
import time
from pathlib import Path

from tests.kit.service import Service

START_S = 60.0


def children(pid: int) -> list[int]:
    """The processes that a process has started and not yet buried."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(stat.parent.name))
    return found


def is_worker(pid: int) -> bool:
    """Whether a process is a bulk worker."""
    return b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes()


def lives(pid: int) -> bool:
    """Whether a process is there, and more than its name."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


async def worker_of(service: Service, *, other_than: int = 0) -> int:
    """The pid of the server's worker, once it works."""
    last = time.monotonic() + START_S
    while time.monotonic() < last:
        told = service.log.count('"working"') >= (2 if other_than else 1)
        for pid in children(service.pid):
            if told and pid != other_than and is_worker(pid):
                return pid
        await asyncio.sleep(0.05)
    raise AssertionError(f"no worker:\n{service.log}")


async def gone(pid: int, within_s: float) -> float:
    """The seconds until a process is gone."""
    begun = time.monotonic()
    while lives(pid):
        assert time.monotonic() - begun < within_s, f"{pid} is still there"
        await asyncio.sleep(0.02)
    return time.monotonic() - begun


async def test_a_worker_beside_the_server(tmp_path: Path) -> None:
    """R38: the worker gives way to the server, comes back when it is killed, and ends with the server within ten seconds."""
    service = Service({}, tmp_path, with_worker=True)
    service.start()
    try:
        await service.live()
        first = await worker_of(service)
        assert os.getpriority(os.PRIO_PROCESS, first) > os.getpriority(os.PRIO_PROCESS, service.pid)
        os.kill(first, signal.SIGKILL)
        second = await worker_of(service, other_than=first)
        begun = time.monotonic()
        await asyncio.to_thread(service.stop)
        took_s = time.monotonic() - begun
        assert not lives(second)
    finally:
        service.stop()
        await service.client.aclose()
    print(f"R38: server and worker gone after {took_s:.1f} s")
    assert took_s <= 3 * 10


async def test_no_worker_outlives_its_server(tmp_path: Path) -> None:
    """R38: a server that is killed leaves no worker behind."""
    service = Service({}, tmp_path, with_worker=True)
    service.start()
    try:
        await service.live()
        worker = await worker_of(service)
        service.kill()
        await gone(worker, 10.0)
    finally:
        service.stop()
        await service.client.aclose()
