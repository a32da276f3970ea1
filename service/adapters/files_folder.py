"""The file store of one machine: a folder, where each file appears whole by one rename."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from service.adapters.file_keys import checked_key, checked_prefix
from service.adapters.file_parts import PIECE_BYTES, clear_stale, fill, newest, part_in, told
from service.errors import JobNotFound


class FolderFiles:
    """`ports.Files` in a folder, which is made when it is first written to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts = folder / "parts"

    async def put(self, key: str, source: Path) -> None:
        """Keep a copy of a file, whole or not at all."""
        target = self._path(key)
        with part_in(self._parts) as part, told():
            await asyncio.to_thread(_copy, source, part)
            await asyncio.to_thread(_appear, part, target)

    async def write(self, key: str, chunks: AsyncIterator[bytes], limit: int) -> int:
        """Keep what comes, whole or not at all; how many bytes."""
        target = self._path(key)
        with part_in(self._parts) as part:
            total = await fill(part, chunks, limit)
            with told():
                await asyncio.to_thread(_appear, part, target)
        return total

    async def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """The bytes from `start`, at most `length` of them."""
        return await asyncio.to_thread(self._read, self._path(key), start, length)

    async def stream(self, key: str) -> AsyncGenerator[bytes]:
        """The whole file in pieces."""
        path, start = self._path(key), 0
        while piece := await asyncio.to_thread(self._read, path, start, PIECE_BYTES):
            yield piece
            start += len(piece)

    async def size(self, key: str) -> int | None:
        """Its bytes, or None."""
        with told(), suppress(FileNotFoundError):
            return self._path(key).stat().st_size
        return None

    @asynccontextmanager
    async def local(self, key: str) -> AsyncIterator[Path]:
        """The file itself."""
        if await self.size(key) is None:
            raise JobNotFound("There is no such file.")
        yield self._path(key)

    async def delete(self, prefix: str) -> None:
        """Forget the files of a job at once, or one file."""
        gone = self._folder / checked_prefix(prefix)
        with part_in(self._parts) as aside, told(), suppress(FileNotFoundError):
            # Renamed first: half a job is never seen.
            await asyncio.to_thread(gone.rename, aside)
            if aside.is_dir():
                await asyncio.to_thread(shutil.rmtree, aside)

    async def aged(self, older_than_s: float) -> tuple[str, ...]:
        """The ids of the jobs whose newest file is older; parts that were left lying are cleared away as well."""
        return await asyncio.to_thread(self._aged, older_than_s)

    async def close(self) -> None:
        """Nothing is held."""

    def _path(self, key: str) -> Path:
        return self._folder / checked_key(key)

    def _read(self, path: Path, start: int, length: int | None) -> bytes:
        with told():
            try:
                with path.open("rb") as file:
                    file.seek(start)
                    return file.read(-1 if length is None else length)
            except FileNotFoundError:
                raise JobNotFound("There is no such file.") from None

    def _aged(self, older_than_s: float) -> tuple[str, ...]:
        clear_stale(self._parts)
        due = time.time() - older_than_s
        with told(), suppress(FileNotFoundError):
            return tuple(job.name for job in (self._folder / "jobs").iterdir() if newest(job) < due)
        return ()


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as original, target.open("wb") as copy:
        shutil.copyfileobj(original, copy, PIECE_BYTES)
        copy.flush()
        os.fsync(copy.fileno())


def _appear(part: Path, target: Path) -> None:
    """The rename, and the folders' entries on the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part.replace(target)
    for folder in (target.parent, target.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
