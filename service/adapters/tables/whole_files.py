"""Files that appear under their name only when they are whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """A file to write; it takes the target's name when all went well, and is gone otherwise."""
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("w+b") as out:
            yield out
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
