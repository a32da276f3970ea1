"""Workers that start at once and die where a test says: children of one process that has read the policy already.

As a process (`python -m tests.kit.worker_nursery`) it takes one JSON line per worker, `{"traps": folder, "log": file,
"environ": {}}`, and answers with its pid; how a worker ended is written to `FOLDER.exits/PID`.

A file `STEP.anything` among the traps, holding a number, kills the first worker that reaches the step so often in its
life; the file is taken away first, so that it kills once. A row whose text holds `POISON` kills every time.
"""

import contextlib
import json
import os
import signal
import sys
import threading
import traceback
from collections import Counter
from pathlib import Path
from typing import Any
from unittest.mock import patch

import service.adapters.openai_model  # noqa: F401 - workers with a model would import it one by one
from service import wiring
from service.adapters.policy_shelf import PolicyShelf
from service.cli.working import work
from service.flow import bulk, bulk_apart, bulk_chunks
from service.settings import read_settings

POISON = "毒苹果"


def die() -> None:
    """As a crash does."""
    os.kill(os.getpid(), signal.SIGKILL)


def be_worker(traps: Path) -> None:
    """Work until killed or told to stop."""
    reached: Counter[str] = Counter()

    def step(name: str) -> None:
        reached[name] += 1
        for trap in traps.glob(f"{name}.*"):
            with contextlib.suppress(FileNotFoundError):
                if reached[name] >= int(trap.read_text()):
                    trap.unlink()
                    die()

    row_worked = bulk.work_row

    async def work_row(row: Any, *rest: Any) -> Any:
        if POISON in row.text:
            die()
        return await row_worked(row, *rest)

    with patch.object(bulk_chunks, "work_row", work_row), patch.object(bulk_apart, "work_row", work_row):
        work(step=step)


def bear(order: dict[str, Any], shelf: PolicyShelf) -> int:
    """The pid of a new worker."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.environ.clear()
        os.environ.update(order["environ"])
        out = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(out, 1)
        os.dup2(out, 2)
        with patch.object(wiring, "PolicyShelf", lambda _: shelf):
            be_worker(Path(order["traps"]))
        status = 0
    except BaseException:  # noqa: BLE001 - nobody above us would say it
        traceback.print_exc()
    finally:
        os._exit(status)


def watch(pid: int, exits: Path) -> None:
    """Note how a worker ends."""
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    exits.mkdir(exist_ok=True)
    draft = exits / f"{pid}.draft"
    draft.write_text(str(status))
    draft.rename(exits / str(pid))


def main() -> None:
    """Bear workers until nobody asks any more."""
    shelf = PolicyShelf(read_settings({}).policy_dir)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        order = json.loads(line)
        pid = bear(order, shelf)
        exits = Path(order["traps"] + ".exits")
        threading.Thread(target=watch, args=(pid, exits), daemon=True).start()
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
