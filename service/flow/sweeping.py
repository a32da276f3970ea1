"""Clears the files of jobs that nobody knows any more out of the file store."""

from collections.abc import Awaitable, Callable

from service.ports import Files


async def sweep(files: Files, known: Callable[[str], Awaitable[bool]], older_than_s: float) -> int:
    """Forget the jobs whose files are older than so many seconds and whose id is not `known`; how many that were.

    Raises `JobsUnavailable` when either does not answer.
    """
    swept = 0
    for job in await files.aged(older_than_s):
        # Both must agree: a clock that jumps forgets nothing, and nor does a store of jobs that has been emptied.
        if not await known(job):
            await files.delete(f"jobs/{job}")
            swept += 1
    return swept
