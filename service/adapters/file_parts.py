"""Files that are being written: each grows under a name of its own and appears whole, or is gone."""

import asyncio
import os
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from service.errors import DraftTooLong, JobsUnavailable, StorageFull

PIECE_BYTES = 1024 * 1024
# A part that nobody has touched for so long belongs to a process that is gone, even when the clock jumped by a day.
STALE_S = 48 * 3600.0


@contextmanager
def told() -> Iterator[None]:
    """What the file system refuses, as an error of the store."""
    try:
        yield
    except OSError as trouble:
        if StorageFull.means(trouble):
            raise StorageFull("There is no room for the file.") from None
        raise JobsUnavailable("The file store does not answer.") from None


@contextmanager
def part_in(folder: Path) -> Iterator[Path]:
    """A path in `folder` where nothing stands; whatever stands there at the end is removed."""
    with told():
        folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"part-{secrets.token_hex(8)}"
    try:
        yield part
    finally:
        with suppress(OSError):
            part.unlink()


async def fill(part: Path, chunks: AsyncIterator[bytes], limit: int) -> int:
    """Write what comes to `part`, on the disk when this returns; how many bytes. `DraftTooLong` beyond `limit`."""
    total = 0
    waiting = bytearray()
    with told():
        file = await asyncio.to_thread(part.open, "wb", 0)
    try:
        async for chunk in chunks:
            total += len(chunk)
            if total > limit:
                raise DraftTooLong(f"The file is over the limit of {limit} bytes.")
            waiting += chunk
            if len(waiting) >= PIECE_BYTES:
                with told():
                    await asyncio.to_thread(_write_all, file.fileno(), bytes(waiting))
                waiting.clear()
        with told():
            await asyncio.to_thread(_write_all, file.fileno(), bytes(waiting))
            await asyncio.to_thread(os.fsync, file.fileno())
    finally:
        with suppress(OSError):
            file.close()
    return total


def clear_stale(folder: Path) -> None:
    """Remove the parts that processes left behind when they were killed."""
    with told(), suppress(FileNotFoundError):
        for part in folder.iterdir():
            if newest(part) < time.time() - STALE_S:
                shutil.rmtree(part) if part.is_dir() else part.unlink()


def newest(path: Path) -> float:
    """When a file was last written, or a file last appeared in a folder; infinitely late when it is gone by now."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
