"""Macros in one JSON document: which strings hold the texts is the format's own knowledge."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.adapters.tables.json_bytes import ascii_file, decoded, whole
from service.adapters.tables.json_spans import Node, encode
from service.adapters.tables.shapes import SAMPLES, NewTexts, Options, Preview, Row, Texts
from service.adapters.tables.whole_files import whole_file
from service.errors import BadTable

MAX_BYTES = 64_000_000
"""A document is read as a whole; a larger one has to be sent in parts."""


@dataclass(frozen=True, slots=True)
class Found:
    """One text: where its string stands, and whose it is."""

    node: Node
    custom_id: str | None
    title: str | None


class JsonDocument(ABC):
    """What `Format` asks for, made from `fields` and `texts`."""

    NAME: str
    SUFFIXES: tuple[str, ...] = ()
    MEDIA_TYPE = "application/json"

    @abstractmethod
    def fields(self, document: Node, options: Options) -> tuple[Sequence[str], Sequence[str], str | None]:
        """The fields of the document, those that may hold the texts, and the one that does; None: one has to be named."""

    @abstractmethod
    def texts(self, document: Node, options: Options) -> Iterator[Found]:
        """The strings that are texts, in the document's order. Raises `BadTable` for another shape, and other options."""

    def preview(self, source: Path, options: Options) -> Preview:
        """The fields, how many texts there are and the first of them."""
        document = _document(source)[1]
        names, found, wanted = self.fields(document, options)
        rows = list(_rows(self.texts(document, options))) if wanted else []
        count, samples = len(rows) if wanted else None, tuple(rows[:SAMPLES])
        return Preview(self.NAME, tuple(names), wanted, tuple(found), count, samples, "utf-8")

    def rows(self, source: Path, options: Options) -> Iterator[Row]:
        """Every text of the document."""
        return _rows(self.texts(_document(source)[1], options))

    def write(self, source: Path, target: Path, options: Options, texts: Texts) -> None:
        """The document with new string values in their places."""
        text, document = _document(source)
        new, ascii_only, copied = NewTexts(texts), ascii_file(source), 0
        with whole_file(target) as out:
            for index, found in enumerate(self.texts(document, options)):
                made = new.at(index)
                if made is None:
                    continue
                start, end = found.node.start, found.node.end
                out.write(text[copied:start].encode())
                out.write(encode(made, text[start:end], ascii_only=ascii_only).encode())
                copied = end
            out.write(text[copied:].encode())


class FixedFields(JsonDocument):
    """A document of a known shape: there is no choice of fields."""

    FIELDS: tuple[str, ...]
    """The names of those that hold texts."""

    def fields(
        self,
        document: Node,  # noqa: ARG002 - of another shape they are others
        options: Options,  # noqa: ARG002
    ) -> tuple[Sequence[str], Sequence[str], str | None]:
        """They are known."""
        return self.FIELDS, self.FIELDS, self.FIELDS[0]

    def check(self, options: Options) -> None:
        """Raises `BadTable` for options that such a file does not take."""
        if options.text_field is not None and options.text_field not in self.FIELDS:
            raise BadTable(
                f"The texts of a {self.NAME} file are in {' and '.join(self.FIELDS)}; leave `text_field` out."
            )
        if options.context_fields:
            raise BadTable(f"A {self.NAME} file has no fields for the context; leave `context_fields` out.")


def _rows(texts: Iterator[Found]) -> Iterator[Row]:
    for index, found in enumerate(texts):
        yield Row(index, found.node.text or "", found.custom_id, {}, found.title)


def _document(source: Path) -> tuple[str, Node]:
    if source.stat().st_size > MAX_BYTES:
        raise BadTable(f"The file is larger than {MAX_BYTES:,} bytes; send it in parts.")
    text = decoded(source.read_bytes(), 1)
    return text, whole(text, 1)


def objects(document: Node, *names: str) -> list[Node]:
    """The objects of the array that the document is, or has under one of these names; itself when it is none."""
    held = next((node for name in names if (node := document.member(name)) is not None), document)
    listed = held.value if isinstance(held.value, list) else [held]
    return [node for node in listed if isinstance(node.value, dict)]


def spelt(node: Node | None) -> str | None:
    """A string or a whole number as text; None for anything else and for an empty string."""
    value = None if node is None else node.value
    return (
        str(value) if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else None
    )
