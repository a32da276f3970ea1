"""The machine that is measured on: its shape in words, and one core each for the server and for everything else."""

import os
import platform
import shutil
from pathlib import Path

_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
PINNED = len(_CORES) > 1 and shutil.which("taskset") is not None
"""Whether server and load generator have a core each."""


def on_server_core(*command: str) -> list[str]:
    """A command line that runs on the server's core."""
    return ["taskset", "-c", str(_CORES[0]), *command] if PINNED else list(command)


def take_load_core() -> None:
    """From now on this process, and those it starts, keep off the server's core."""
    if PINNED:
        os.sched_setaffinity(0, {_CORES[-1]})


def shape() -> str:
    """The machine in one line."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    total = next((line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "0")
    pinned = "server on one, load on another" if PINNED else "nothing pinned: figures are rough"
    return (
        f"{model}, {os.cpu_count()} cores ({pinned}), {int(total) / 2**20:.0f} GiB, "
        f"{platform.system()}, Python {platform.python_version()}"
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
