"""Macros in one JSON document: which strings hold the texts is the format's own knowledge."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
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
    """What `Format` asks for, made from `texts`."""

    NAME = "json"
    SUFFIXES: tuple[str, ...] = ()
    MEDIA_TYPE = "application/json"
    FIELDS: tuple[str, ...] = ()
    """The names of the fields that hold texts; there is no choice."""

    @abstractmethod
    def texts(self, document: Node) -> Iterator[Found]:
        """The strings that are texts, in the document's order. Raises `BadTable` for another shape."""

    def preview(self, source: Path, options: Options) -> Preview:
        """The fields that hold texts, and the first of them."""
        self._check(options)
        count = sum(1 for _ in self.texts(_document(source)[1]))
        samples = tuple(islice(self.rows(source, options), SAMPLES))
        return Preview(self.NAME, self.FIELDS, self.FIELDS[0], self.FIELDS, count, samples, "utf-8")

    def rows(self, source: Path, options: Options) -> Iterator[Row]:
        """Every text of the document."""
        self._check(options)
        for index, found in enumerate(self.texts(_document(source)[1])):
            yield Row(index, found.node.text or "", found.custom_id, {}, found.title)

    def write(self, source: Path, target: Path, options: Options, texts: Texts) -> None:
        """The document with new string values in their places."""
        self._check(options)
        text, document = _document(source)
        new, ascii_only, copied = NewTexts(texts), ascii_file(source), 0
        with whole_file(target) as out:
            for index, found in enumerate(self.texts(document)):
                made = new.at(index)
                if made is None:
                    continue
                start, end = found.node.start, found.node.end
                out.write(text[copied:start].encode())
                out.write(encode(made, text[start:end], ascii_only=ascii_only).encode())
                copied = end
            out.write(text[copied:].encode())

    def _check(self, options: Options) -> None:
        if options.text_field is not None and options.text_field not in self.FIELDS:
            raise BadTable(
                f"The texts of a {self.NAME} file are in {' and '.join(self.FIELDS)}; leave `text_field` out."
            )
        if options.context_fields:
            raise BadTable(f"A {self.NAME} file has no fields for the context; leave `context_fields` out.")


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
