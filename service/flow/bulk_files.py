"""Where the files of a job stand, and how rows and results are read from them a chunk at a time."""

import asyncio
import struct
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from service.core.job_lines import read_result, read_row, result_line, row_line
from service.core.jobs import Row, RowResult
from service.errors import DraftTooLong
from service.flow.scratch import scratch
from service.ports import Files

CHUNK_ROWS = 50
"""Rows that a worker takes at once: few enough to be done in seconds, enough to make the queue's part small."""
MAX_ROWS = 1_000_000
_OFFSET = struct.Struct("<Q")


def job_key(job_id: str, name: str) -> str:
    """The key of a job's file."""
    return f"jobs/{job_id}/{name}"


def chunk_key(job_id: str, chunk: int) -> str:
    """The key of the results of a chunk that is through."""
    return job_key(job_id, f"results.{chunk:08}")


class Written(NamedTuple):
    """What stands in a job's files of rows."""

    total: int
    chunk_rows: int


async def write_rows(files: Files, job_id: str, rows: Iterable[Row], most: int = MAX_ROWS) -> Written:
    """Keep a job's rows; they are numbered from 0 as they come. `rows` may block: a thread asks for them.

    Raises `DraftTooLong` when there are more than `most`, `StorageFull`, and whatever `rows` raises.
    """
    with scratch("rows") as folder:
        lines, index = folder / "rows.jsonl", folder / "rows.index"
        total = await asyncio.to_thread(_lay_out, rows, lines, index, most)
        await files.put(job_key(job_id, lines.name), lines)
        # The index last: whoever finds it finds the rows too.
        await files.put(job_key(job_id, index.name), index)
    return Written(total, CHUNK_ROWS)


def _lay_out(rows: Iterable[Row], lines: Path, index: Path, most: int) -> int:
    total = 0
    with lines.open("wb") as out, index.open("wb") as offsets:
        for row in rows:
            if total >= most:
                raise DraftTooLong(f"The file has more than {most:,} texts; send it in parts.")
            if total % CHUNK_ROWS == 0:
                offsets.write(_OFFSET.pack(out.tell()))
            out.write(row_line(row if row.index == total else replace(row, index=total)))
            total += 1
        offsets.write(_OFFSET.pack(out.tell()))
    return total


async def read_rows(files: Files, job_id: str, chunk: int) -> list[Row]:
    """The rows of a chunk, by two small reads."""
    raw = await files.read(job_key(job_id, "rows.index"), chunk * _OFFSET.size, 2 * _OFFSET.size)
    start, stop = (offset for (offset,) in _OFFSET.iter_unpack(raw))
    lines = await files.read(job_key(job_id, "rows.jsonl"), start, stop - start)
    return [read_row(line) for line in lines.splitlines() if line]


async def write_results(files: Files, job_id: str, chunk: int, results: Iterable[RowResult]) -> None:
    """Keep the results of a chunk that is through, whole or not at all."""
    lines = b"".join(map(result_line, results))

    async def whole() -> AsyncIterator[bytes]:
        yield lines

    await files.write(chunk_key(job_id, chunk), whole(), len(lines))


async def read_results(files: Files, job_id: str, chunk: int) -> list[RowResult]:
    """The results of a chunk that is through, in the rows' order."""
    lines = await files.read(chunk_key(job_id, chunk))
    return [read_result(line) for line in lines.splitlines() if line]
