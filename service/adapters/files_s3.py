"""The file store of many machines: a bucket that speaks S3, over obstore; files on their way stand in a folder here."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from service.adapters.file_keys import checked_key, checked_prefix
from service.adapters.file_parts import PIECE_BYTES, clear_stale, fill, part_in, told
from service.errors import JobNotFound, JobsUnavailable

CONNECT_S, REQUEST_S = 5, 60
# S3 takes no smaller part; a download in such pieces has no piece that takes long.
_PART_BYTES = 5 * PIECE_BYTES
_PARTS_AT_ONCE = 4
_DEFAULT_REGION = "us-east-1"


class S3Files:
    """`ports.Files` in a bucket; who may enter it stands in the environment, under the names that AWS uses."""

    def __init__(self, url: str, folder: Path) -> None:
        parts = urlsplit(url)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        endpoint = asked.get("endpoint")
        self._parts = folder / "parts"
        self._bucket = S3Store(
            parts.hostname or "",
            prefix=parts.path.strip("/") or None,
            # Not every server takes the call that deletes several.
            config={
                "region": asked.get("region", _DEFAULT_REGION),
                "disable_bulk_delete": True,
                **({"endpoint": endpoint} if endpoint else {}),
            },
            client_options={
                "allow_http": bool(endpoint) and str(endpoint).startswith("http://"),
                "connect_timeout": timedelta(seconds=CONNECT_S),
                "timeout": timedelta(seconds=REQUEST_S),
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=10)},
        )

    async def put(self, key: str, source: Path) -> None:
        """Keep a copy of a file; it appears whole."""
        checked_key(key)
        with _asked():
            await obstore.put_async(
                self._bucket, key, source, chunk_size=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE
            )

    async def write(self, key: str, chunks: AsyncIterator[bytes], limit: int) -> int:
        """Keep what comes, once all of it is there; how many bytes."""
        checked_key(key)
        # What breaks off or is too large never reaches the bucket, where it would lie as an unfinished upload.
        with part_in(self._parts) as part:
            total = await fill(part, chunks, limit)
            await self.put(key, part)
        return total

    async def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """The bytes from `start`, at most `length` of them."""
        size = await self.size(key)
        if size is None:
            raise JobNotFound("There is no such file.")
        end = size if length is None else min(size, start + length)
        if start >= end:
            return b""
        with _asked():
            return bytes(await obstore.get_range_async(self._bucket, key, start=start, end=end))

    async def stream(self, key: str) -> AsyncGenerator[bytes]:
        """The whole file in pieces."""
        start = 0
        while piece := await self.read(key, start, _PART_BYTES):
            yield piece
            start += len(piece)

    async def size(self, key: str) -> int | None:
        """Its bytes, or None."""
        checked_key(key)
        try:
            with _asked():
                return int((await obstore.head_async(self._bucket, key))["size"])
        except JobNotFound:
            return None

    @asynccontextmanager
    async def local(self, key: str) -> AsyncIterator[Path]:
        """A copy of the file, gone when the context is left."""
        if (size := await self.size(key)) is None:
            raise JobNotFound("There is no such file.")
        with part_in(self._parts) as part:
            await fill(part, self.stream(key), size)
            yield part

    async def delete(self, prefix: str) -> None:
        """Forget the files of a job, or one file."""
        checked_prefix(prefix)
        with _asked():
            async for page in obstore.list(self._bucket, prefix):
                await obstore.delete_async(self._bucket, [entry["path"] for entry in page])
            if prefix.count("/") > 1:
                await obstore.delete_async(self._bucket, prefix)

    async def aged(self, older_than_s: float) -> tuple[str, ...]:
        """The ids of the jobs whose newest file is older; parts that were left lying are cleared away as well."""
        await asyncio.to_thread(clear_stale, self._parts)
        newest: dict[str, datetime] = {}
        with _asked():
            async for page in obstore.list(self._bucket, "jobs"):
                for entry in page:
                    job = entry["path"].split("/")[1]
                    newest[job] = max(newest.get(job, entry["last_modified"]), entry["last_modified"])
        due = datetime.now(UTC) - timedelta(seconds=older_than_s)
        return tuple(job for job, at in newest.items() if at < due)

    async def close(self) -> None:
        """The client lets go by itself."""


@contextmanager
def _asked() -> Iterator[None]:
    """What the bucket refuses, as an error of the store; nothing of its words goes on."""
    try:
        with told():
            try:
                yield
            except FileNotFoundError:
                raise JobNotFound("There is no such file.") from None
    except (BaseError, ValueError):
        raise JobsUnavailable("The file store does not answer.") from None
