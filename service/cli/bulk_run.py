"""The rows of a file through the coach in this process: several at once, equal ones once, none that is done already."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Protocol

from service.core.jobs import Order, Row, RowResult
from service.core.results import Caller
from service.errors import CoachError
from service.flow.bulk import Rewriter, failed, work_row
from service.flow.bulk_repeats import again

BREATH_S = 0.05
"""Without a model nothing waits; so often the loop looks up for signals and the progress."""


class Kept(Protocol):
    """Where results are kept."""

    def __contains__(self, index: int) -> bool:
        """Whether a row is done."""
        ...

    def add(self, result: RowResult) -> None:
        """Keep a result."""
        ...

    def read(self, index: int) -> RowResult:
        """A result that is kept."""
        ...


class BulkRun:
    """One run. Results are kept as they come, so whoever stops it between two rows loses nothing that is done."""

    def __init__(self, rewriter: Rewriter, caller: Caller, order: Order, kept: Kept, in_flight: int) -> None:
        self._rewriter, self._caller, self._order, self._kept = rewriter, caller, order, kept
        self._in_flight = in_flight
        self._first: dict[bytes, int] = {}
        self._waiting: dict[int, list[Row]] = {}
        self._came: Callable[[RowResult], None] = lambda _: None

    async def work(self, rows: Iterable[Row], came: Callable[[RowResult], None]) -> None:
        """Every row that is not done yet; `came` hears of each. Raises `CoachError` for what concerns all rows."""
        self._came = came
        under_way: set[asyncio.Task[None]] = set()
        breathed = asyncio.get_running_loop().time()
        try:
            for row in rows:
                if row.index in self._kept:
                    self._first.setdefault(_name(row), row.index)
                elif not self._share(row):
                    under_way.add(asyncio.create_task(self._one(row)))
                full = len(under_way) >= self._in_flight
                now = asyncio.get_running_loop().time()
                if full:
                    under_way = await _some(under_way)
                if now - breathed >= BREATH_S:
                    await asyncio.sleep(0)
                    breathed = now
            while under_way:
                under_way = await _some(under_way)
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    def _share(self, row: Row) -> bool:
        """Whether the row is the same as an earlier one, whose result it takes, now or when it is there."""
        first = self._first.setdefault(_name(row), row.index)
        if first == row.index:
            return False
        if first in self._kept:
            self._keep(again(self._kept.read(first), row))
        else:
            self._waiting.setdefault(first, []).append(row)
        return True

    async def _one(self, row: Row) -> None:
        try:
            result = await work_row(row, self._order, self._caller, self._rewriter)
        except CoachError:
            raise
        except Exception:  # noqa: BLE001 - one row that nobody foresaw does not take the others with it
            result = failed(row, "internal")
        self._keep(result)
        for other in self._waiting.pop(row.index, ()):
            self._keep(again(result, other))

    def _keep(self, result: RowResult) -> None:
        self._kept.add(result)
        self._came(result)


def _name(row: Row) -> bytes:
    """What makes rows the same: the text and all that is known around it."""
    around = json.dumps(row.context, sort_keys=True, ensure_ascii=True, default=str)
    said = f"{len(row.text)}:{row.text}{around}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, digest_size=16).digest()


async def _some(tasks: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """Those that are still under way once at least one has ended; raises what one of them raised."""
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
    return rest
