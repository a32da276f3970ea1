"""`GET /bulk/{id}/output`: the whole file with the new texts, as it was sent or as a table."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path, PurePath
from urllib.parse import quote

from litestar.types import Receive, Scope, Send

from service.adapters.macros import FORMATS, Result, convert
from service.core.jobs import RowResult
from service.errors import Conflict
from service.flow.scratch import scratch
from service.web.bulk_query import Act, job_id_of, one_of, query_of
from service.web.drafts import caller_of
from service.web.front import NO_STORE, call_of
from service.web.seam import Coach

TABLES = ("jsonl", "csv", "xlsx")
PIECE_BYTES = 1 << 18
AT_ONCE = 500
_PLAIN = re.compile(r"[^A-Za-z0-9._ -]+")


def output_of(coach: Coach) -> Act:
    """The route over the jobs."""

    async def output(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - the shape of every route
        bulk = coach.bulk
        job = await bulk.get(caller_of(call_of(scope)).tenant, job_id_of(scope))
        own = job.order.format
        wanted = one_of(query_of(scope), "format", dict.fromkeys((own, *TABLES)), own) or own
        if job.status != "completed":
            raise Conflict(f"The job is {job.status}; there is an output once it is completed.")
        if wanted == own:
            key = bulk.key(job.id, "output")
            size = await bulk.files.size(key)
            await _send(send, job.order.filename, own, size, bulk.files.stream(key))
            return
        with scratch("table") as folder:
            target = folder / "output"
            rows = _pulled(bulk.all_results(job.tenant, job.id), asyncio.get_running_loop())
            await asyncio.to_thread(convert, rows, target, wanted)
            name = f"{PurePath(job.order.filename).stem}.{wanted}"
            size = await asyncio.to_thread(lambda: target.stat().st_size)
            await _send(send, name, wanted, size, _pieces(target))

    return output


def _pulled(rows: AsyncIterator[RowResult], loop: asyncio.AbstractEventLoop) -> Iterator[Result]:
    """The rows for a writer that works in a thread: they are asked for in the loop, some at a time."""
    while batch := asyncio.run_coroutine_threadsafe(_some(rows), loop).result():
        for row in batch:
            text = row.draft if row.text is None else row.text
            yield Result(row.custom_id, row.title, row.draft, text, row.status)


async def _some(rows: AsyncIterator[RowResult]) -> list[RowResult]:
    """The next rows; none at the end."""
    batch: list[RowResult] = []
    async for row in rows:
        batch.append(row)
        if len(batch) == AT_ONCE:
            break
    return batch


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
            yield piece


async def _send(send: Send, filename: str, kind: str, size: int | None, pieces: AsyncIterator[bytes]) -> None:
    """Send a file as something to keep; its name in the spelling of every browser (RFC 6266)."""
    plain = _PLAIN.sub("_", filename)
    if not any(map(str.isalnum, PurePath(plain).stem)):
        plain = f"macros{PurePath(plain).suffix}"
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
    headers = [
        (b"content-type", FORMATS[kind].MEDIA_TYPE.encode()),
        (b"content-disposition", named.encode("ascii")),
        NO_STORE,
    ]
    if size is not None:
        headers.append((b"content-length", str(size).encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    async for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
