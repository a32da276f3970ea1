"""How far a run is, on standard error: a bar with rate and remaining time, or a line now and then without a terminal."""

import sys
import time
from collections import deque
from types import TracebackType
from typing import Any, Self

import click

LINE_S = 5.0
_LOOKED_BACK = 60


class Progress:
    """Tells of rows as they are done; `done` counts those of an earlier run as well, `rate` only this one's."""

    def __init__(self, total: int, done: int) -> None:
        self._total, self._done = total, done
        self._told = time.monotonic()
        # (when, how many) of the last seconds: a rate over the whole run would hide that it has slowed down.
        self._marks = deque([(self._told, done)], maxlen=_LOOKED_BACK)
        self._bar: Any = None
        if sys.stderr.isatty():
            self._bar = click.progressbar(
                length=total, label="话术", file=sys.stderr, show_pos=True, show_eta=False,
                item_show_func=lambda _: self._pace(), width=30,
            )  # fmt: skip

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.__enter__()
            self._bar.update(self._done)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(kind, error, trace)

    def one(self) -> None:
        """A row is done."""
        self._done += 1
        now = time.monotonic()
        if now - self._marks[-1][0] >= 1:
            self._marks.append((now, self._done))
        if self._bar is not None:
            self._bar.update(1, self._done)
        elif now - self._told >= LINE_S:
            self._told = now
            click.echo(f"{self._done:,}/{self._total:,} 条，{self._pace()}", err=True)

    def _pace(self) -> str:
        """The rate of the last minute, and how long the rest takes at it."""
        since, before = self._marks[0]
        seconds = time.monotonic() - since
        rate = (self._done - before) / seconds if seconds > 0 else 0.0
        if rate <= 0:
            return "…"
        left = (self._total - self._done) / rate
        return (
            f"{rate:,.0f} 条/秒，约剩 {spoken(left)}"
            if rate >= 10
            else f"{rate:.1f} 条/秒，约剩 {spoken(left)}"
        )


def spoken(seconds: float) -> str:
    """A time as people say it: seconds, minutes and seconds, hours and minutes."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} 秒"
    if whole < 3600:
        return f"{whole // 60} 分 {whole % 60} 秒"
    return f"{whole // 3600} 小时 {whole % 3600 // 60} 分"
