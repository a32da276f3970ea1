"""Work that may kill whoever does it, and who does it all the same."""

from typing import Protocol


class ProcessDied(Exception):
    """The process that was at it is gone, and left no answer."""


class Apart(Protocol):
    """Does one thing in a process that nobody else is in."""

    async def ask(self, asked: bytes) -> bytes:
        """The process's answer. Raises `ProcessDied`; `JobsUnavailable` when there was no process to be had.

        Who is called off while waiting ends the process.
        """
        ...
