"""Rows in processes of their own, with real processes: what one does to itself stays its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.kit.policy_folders import write_policy
from tests.kit.service_process import ROOT, clean_environ

# As a worker does it: the fork comes first, before any thread or loop.
ASKING = """
import asyncio, os, signal, sys, time
from pathlib import Path
from service.adapters.apart import ForkedApart
from service.errors import JobsUnavailable
from service.ports import ProcessDied

def work(asked):
    what, _, rest = asked.partition(b" ")
    if what == b"die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == b"exit":
        os._exit(0)
    if what == b"raise":
        raise ValueError(rest)
    if what == b"hang":
        Path(rest.decode()).write_text(str(os.getpid()))
        while True:
            time.sleep(1)
    if what == b"pid":
        return b"%d" % os.getpid()
    if what == b"oom":
        return Path("/proc/self/oom_score_adj").read_bytes()
    return rest

apart = ForkedApart(work, float(sys.argv[1]))

async def outcome(asked):
    try:
        return (await apart.ask(asked)).decode()
    except ProcessDied:
        return "died"
    except JobsUnavailable:
        return "none"

def say(*words):
    print(*words, flush=True)
"""


def script(body: str, *args: str, limit_s: float = 30.0) -> "subprocess.Popen[str]":
    """A process that forks for itself and then does what the test says."""
    return subprocess.Popen(
        [sys.executable, "-c", ASKING + body, str(limit_s), *args],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def said(body: str, *args: str, limit_s: float = 30.0) -> list[str]:
    """The lines that it says."""
    with script(body, *args, limit_s=limit_s) as process:
        return process.communicate(timeout=60)[0].split("\n")[:-1]


def gone(pid: int, within_s: float = 15.0) -> bool:
    """Whether a process ends in time."""
    last = time.monotonic() + within_s
    while time.monotonic() < last:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def written(path: Path) -> int:
    """The number in a file, once it is there."""
    last = time.monotonic() + 20
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < last
        time.sleep(0.02)
    return int(path.read_text())


def test_answers_come_back_to_the_byte() -> None:
    """What a process answers arrives whole, large and empty answers too; each is another process than the worker."""
    body = """
async def main():
    say(await outcome(b"echo " + b"x" * 3_000_000) == "x" * 3_000_000, await outcome(b"echo ") == "")
    pids = await asyncio.gather(*(outcome(b"pid") for _ in range(5)))
    say(len(set(pids)), str(os.getpid()) in pids)
asyncio.run(main())
"""
    assert said(body) == ["True True", "5 False"]


def test_a_death_is_told_and_harms_nobody_else() -> None:
    """A process that is killed, ends too early or stumbles is told as died; those beside it and after it answer."""
    body = """
async def main():
    say(*await asyncio.gather(*map(outcome, (b"die", b"echo a", b"exit", b"raise x", b"echo b"))))
asyncio.run(main())
"""
    assert said(body) == ["died a died died b"]


@pytest.mark.skipif(
    not Path("/proc/self/oom_score_adj").exists(), reason="There is no such file on this system"
)
def test_the_row_goes_first_when_memory_runs_out() -> None:
    """A row that eats all memory is ended by the system before the worker that knows of the other rows."""
    assert said('say(asyncio.run(outcome(b"oom")).strip())') == ["1000"]


def test_a_row_that_never_ends_is_ended(tmp_path: Path) -> None:
    """A process that takes longer than it may is killed, and told as died."""
    body = """
async def main():
    say(await outcome(b"hang " + sys.argv[2].encode()), await outcome(b"echo on"))
asyncio.run(main())
"""
    assert said(body, str(tmp_path / "pid"), limit_s=0.5) == ["died on"]
    assert gone(int((tmp_path / "pid").read_text()))


def test_who_is_called_off_ends_the_process(tmp_path: Path) -> None:
    """A worker that stops leaves no process behind that goes on paying for a model."""
    body = """
async def main():
    task = asyncio.create_task(outcome(b"hang " + sys.argv[2].encode()))
    while not Path(sys.argv[2]).exists():
        await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.wait({task})
    say(task.cancelled(), await outcome(b"echo on"))
    apart.close()
    say("closed")
    time.sleep(30)
asyncio.run(main())
"""
    process = script(body, str(tmp_path / "pid"))
    assert process.stdout is not None
    try:
        pid = written(tmp_path / "pid")
        assert gone(pid)
        assert process.stdout.readline() == "True on\n"
        assert process.stdout.readline() == "closed\n"
    finally:
        process.kill()
        process.communicate()


def test_nothing_outlives_its_worker(tmp_path: Path) -> None:
    """When the worker is killed, its processes go with it."""
    process = script('asyncio.run(outcome(b"hang " + sys.argv[2].encode()))', str(tmp_path / "pid"))
    pid = written(tmp_path / "pid")
    os.kill(process.pid, signal.SIGKILL)
    assert gone(pid)
    # The end of the output says that nobody holds it open any more: the one that bears processes is gone as well.
    process.communicate(timeout=15)


def test_without_the_one_that_bears_them_the_worker_hears_of_it() -> None:
    """When there can be no more processes, the worker is told, so that a fresh one may take its place."""
    body = """
async def main():
    os.kill(apart._pid, signal.SIGKILL)
    await asyncio.wait_for(apart.lost(), 10)
    say(await outcome(b"echo a"))
    apart.close()
asyncio.run(main())
"""
    assert said(body) == ["none"]


def test_a_worker_forks_before_it_has_threads(tmp_path: Path) -> None:
    """A process that is forked beside running threads may wait for ever for what one of them held: there are none yet."""
    body = """
import sys, threading
from service.cli import working

class Seen:
    def __init__(self, work, limit_s):
        print(threading.active_count())
        raise SystemExit

working.ForkedApart = Seen
working.work()
"""
    environ = clean_environ(tmp_path / "data", {"COACH_POLICY_DIR": str(tmp_path / "policies")})
    write_policy(tmp_path / "policies")
    process = subprocess.run(
        [sys.executable, "-c", body],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.stdout == "1\n", process.stderr
