"""Processes of our own code that a test starts together, talks to, and may kill."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def processes(count: int, module: str, *arguments: str) -> AsyncIterator[list[Process]]:
    """So many processes of a module, each of which has said `ready`; none is left at the end."""
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *arguments, stdin=PIPE, stdout=PIPE
        )
        for _ in range(count)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        yield started
    finally:
        for process in started:
            if process.returncode is None:
                process.kill()
            await process.communicate()


def go(process: Process) -> None:
    """Let a process begin."""
    assert process.stdin is not None
    process.stdin.write(b"go\n")


def announce() -> None:
    """Within a process: say that it is ready, and wait until it may begin."""
    say("ready")
    sys.stdin.readline()


def say(line: str) -> None:
    """Within a process: a line for the test that started it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def report(process: Process) -> Any:
    """The line of JSON that a process ends with."""
    assert process.stdout is not None
    return json.loads(await process.stdout.readline())
