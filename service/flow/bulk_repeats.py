"""Equal rows of a job are worked on once in a worker: the others wait for the first and share what came of it."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import sha256
from json import dumps

from service.core.jobs import Row, RowResult

MOST = 2_000
"""So many results are kept, the ones used last."""


class Repeats:
    """The results of one worker's last rows, by job and by what was asked."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[bytes, asyncio.Future[RowResult | None]] = OrderedDict()

    async def once(self, job_id: str, row: Row, work: Callable[[], Awaitable[RowResult]]) -> RowResult:
        """What `work` brings, or what it brought for an equal row; raises what `work` raises."""
        name = _name(job_id, row)
        while (known := self._known.get(name)) is not None:
            self._known.move_to_end(name)
            # Shielded: one who waits and is called off must not call off the others.
            found = await asyncio.shield(known)
            if found is not None:
                return again(found, row)
        future: asyncio.Future[RowResult | None] = asyncio.get_running_loop().create_future()
        self._known[name] = future
        try:
            found = await work()
        except BaseException:
            # Whoever waits tries by itself: what went wrong may have been this row's alone.
            self._known.pop(name, None)
            future.set_result(None)
            raise
        future.set_result(found)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return found


def _name(job_id: str, row: Row) -> bytes:
    asked = dumps([job_id, row.text, row.context], sort_keys=True, default=str)
    return sha256(asked.encode()).digest()


def again(found: RowResult, row: Row) -> RowResult:
    """What came of a row as the result of an equal one, which cost nothing."""
    return replace(
        found,
        index=row.index,
        custom_id=row.custom_id,
        title=row.title,
        cache="bypass",
        repeat=True,
        calls=0,
        input_tokens=0,
        output_tokens=0,
        elapsed_ms=0.0,
    )
