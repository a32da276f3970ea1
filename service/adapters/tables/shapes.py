"""The values that every macro format takes and hands out, and what a format can do."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from service.core.jobs import Row as Row  # noqa: PLC0414 - a word of the formats as well

SAMPLES = 5
"""How many rows a preview shows."""
LOOKED_AT = 50
"""How many rows are looked at to find the text's column."""
COUNTED_BYTES = 4_000_000
"""Files up to this size have their rows counted for a preview."""

Texts = Iterator[tuple[int, str]]
"""(row's index, new text), the indices rising."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller says of a file: names of columns or fields; nested JSON fields with dots, columns as `#2`."""

    text_field: str | None = None
    context_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What can be said of a file before it is worked on; `rows` is None when they were not counted.

    `text_field` is the one named or found; None means that the caller has to name one of `candidates`.
    """

    format: str
    columns: tuple[str, ...]
    text_field: str | None
    candidates: tuple[str, ...]
    rows: int | None
    samples: tuple[Row, ...]
    encoding: str | None


class Format(Protocol):
    """One kind of file. Every method raises `BadTable` with a sentence that names row and column where it can."""

    NAME: str
    SUFFIXES: tuple[str, ...]
    MEDIA_TYPE: str

    def preview(self, source: Path, options: Options) -> Preview:
        """Columns, the text's column, the first rows; an open choice of column is no error here."""
        ...

    def rows(self, source: Path, options: Options) -> Iterator[Row]:
        """Every text of the file in its order, read as it is asked for."""
        ...

    def write(self, source: Path, target: Path, options: Options, texts: Texts) -> None:
        """The file once more with these texts in it, all else to the byte. `target` appears when it is whole."""
        ...


class NewTexts:
    """The new texts by index, taken one at a time as the file goes by."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._next = next(texts, None)

    def at(self, index: int) -> str | None:
        """The new text of this row, or None; to be asked for rising indices."""
        while self._next is not None and self._next[0] < index:
            self._next = next(self._texts, None)
        return self._next[1] if self._next is not None and self._next[0] == index else None
