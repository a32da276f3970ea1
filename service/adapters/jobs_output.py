"""Writes a job's output in a child process: the file that was sent once more, with the new texts in it."""

from collections.abc import Iterator
from pathlib import Path

from service.adapters.macros import GUARDED, Options
from service.core.jobs import Order
from service.errors import BadTable


def splice(order: Order, source: Path, target: Path, texts: Iterator[tuple[int, str]]) -> None:
    """Writes `target`, whole or not at all. Blocks. Raises `BadTable` and `StorageFull`."""
    if order.format not in GUARDED:
        raise BadTable(f"There is no format {order.format[:40]!r} any more.")
    GUARDED[order.format].write(source, target, Options(order.text_field, order.context_fields), texts)
