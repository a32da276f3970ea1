"""Any format read and written in a process of its own: a hostile file takes that process down, and nothing else."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from service.adapters.tables.processes import ChildRun
from service.adapters.tables.shapes import Format, Options, Preview, Row, Texts
from service.errors import BadTable

MODULE = "service.adapters.macro_child"
LEAST_S, MOST_S, S_PER_MB, S_PER_PACKED_MB = 20.0, 120.0, 1.0, 8.0
"""Seconds for one step: the least, and more by the megabyte up to the most; waiting for the caller is not counted."""


class InChild:
    """A format whose every step runs in a child: 512 MB of memory at most, and `LEAST_S` to `MOST_S` seconds.

    A crash, a limit and a time-out are `BadTable`, like a broken file. Calls block: run them in a thread.
    """

    def __init__(self, made: Format) -> None:
        self.NAME = made.NAME
        self.SUFFIXES = made.SUFFIXES
        self.MEDIA_TYPE = made.MEDIA_TYPE

    def preview(self, source: Path, options: Options) -> Preview:
        """What the format's own `preview` says."""
        with self._run("preview", source, options) as run:
            answers = list(run.answers())
        told = answers[0]
        return Preview(
            told["format"], tuple(told["columns"]), told["text_field"], tuple(told["candidates"]), told["rows"],
            tuple(Row(**row) for row in told["samples"]), told["encoding"],
        )  # fmt: skip

    def rows(self, source: Path, options: Options) -> Iterator[Row]:
        """The rows as the child finds them; it waits while nobody asks for the next."""
        with self._run("rows", source, options) as run:
            for row in run.answers():
                yield Row(*row)

    def write(self, source: Path, target: Path, options: Options, texts: Texts) -> None:
        """The child writes the file; new texts go to it as they come."""
        part = target.with_name(f"{target.name}.part")
        try:
            with self._run("write", source, options, target=str(target)) as run:
                run.tell(json.dumps(text) for text in texts)
                for _ in run.answers():
                    raise BadTable("The file could not be written.")
        finally:
            part.unlink(missing_ok=True)

    def _run(self, step: str, source: Path, options: Options, **more: Any) -> ChildRun:
        with source.open("rb") as file:
            by_the_mb = S_PER_PACKED_MB if file.read(2) == b"PK" else S_PER_MB
        seconds = min(MOST_S, LEAST_S + source.stat().st_size / 1_000_000 * by_the_mb)
        job = {"step": step, "format": self.NAME, "source": str(source), "options": asdict(options), **more}
        return ChildRun([sys.executable, "-m", MODULE, json.dumps(job | {"seconds": seconds})], seconds)
