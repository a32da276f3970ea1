"""A folder for files on their way, on this machine and gone afterwards; where it is full, that is said as of any store."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.errors import StorageFull

_FULL = "There is no room for files on their way."


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """An empty folder. Whatever finds no room inside of the context is raised as `StorageFull`."""
    try:
        place = tempfile.gettempdir()
    except FileNotFoundError:
        # Python looks once in a process for a folder that takes a file.
        raise StorageFull(_FULL) from None
    try:
        with tempfile.TemporaryDirectory(prefix=f"coach-{name}-", dir=place) as folder:
            yield Path(folder)
    except OSError as trouble:
        if StorageFull.means(trouble):
            raise StorageFull(_FULL) from None
        raise
