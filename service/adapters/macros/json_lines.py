"""Macros as JSON Lines: an object a line, `draft` its text unless another field is named or found."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from service.adapters.tables import columns
from service.adapters.tables.json_bytes import ascii_file
from service.adapters.tables.json_line import BLANK, first_of, lines, member, parsed, text_at
from service.adapters.tables.json_spans import Node, encode
from service.adapters.tables.shapes import (
    COUNTED_BYTES,
    LOOKED_AT,
    SAMPLES,
    NewTexts,
    Options,
    Preview,
    Row,
    Texts,
)
from service.adapters.tables.whole_files import whole_file


class JsonLines:
    """Lines are read one at a time; blank ones are kept and count for nothing but the line's number."""

    NAME = "jsonl"
    SUFFIXES: tuple[str, ...] = (".jsonl", ".ndjson")
    MEDIA_TYPE = "application/jsonl"

    def preview(self, source: Path, options: Options) -> Preview:
        """The fields of the first lines, the text's field and the first rows."""
        names, found = _fields(source)
        wanted = options.text_field or (found[0] if len(found) == 1 else None)
        samples = tuple(islice(self.rows(source, options), SAMPLES)) if wanted else ()
        counted = wanted and source.stat().st_size <= COUNTED_BYTES
        count = sum(1 for _ in self.rows(source, options)) if counted else None
        return Preview(self.NAME, names, wanted, found, count, samples, "utf-8")

    def rows(self, source: Path, options: Options) -> Iterator[Row]:
        """The text of each object; one without the field, or with null there, is blank."""
        wanted = _text_field(source, options)
        for index, (number, line) in enumerate(_objects(source)):
            context = member(line, "context")
            said = {name: member(line, name) for name in options.context_fields}
            given = context.plain() if context is not None and isinstance(context.value, dict) else {}
            placed = {
                columns.CONTEXT_NAMES.get(name, name): node.plain() for name, node in said.items() if node
            }
            yield Row(
                index,
                text_at(line, wanted, number),
                first_of(line, columns.ID_NAMES),
                given | columns.nested(placed),
                first_of(line, columns.TITLE_NAMES),
            )

    def write(self, source: Path, target: Path, options: Options, texts: Texts) -> None:
        """The file with new string values in their places; a field that is not there stays away."""
        wanted, new, ascii_only = _text_field(source, options), NewTexts(texts), ascii_file(source)
        index = -1
        with whole_file(target) as out:
            for number, raw in lines(source):
                text = None
                if raw.strip(BLANK):
                    index += 1
                    text = new.at(index)
                if text is None:
                    out.write(raw)
                    continue
                line, whole = parsed(raw, number)
                node = member(whole, wanted)
                if node is not None and node.text is not None:
                    made = encode(text, line[node.start : node.end], ascii_only=ascii_only)
                    line = line[: node.start] + made + line[node.end :]
                out.write(line.encode())


def _objects(source: Path) -> Iterator[tuple[int, Node]]:
    """Number and value of every line that is not blank."""
    for number, raw in lines(source):
        if raw.strip(BLANK):
            yield number, parsed(raw, number)[1]


def _fields(source: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the first lines' fields, and those that may hold the text: `draft` alone where there is one."""
    seen = [line for _, line in islice(_objects(source), LOOKED_AT)]
    names = tuple(dict.fromkeys(name for line in seen if isinstance(line.value, dict) for name in line.value))
    if "draft" in names:
        return names, ("draft",)
    cells = [[(line.member(name) or line).text or "" for name in names] for line in seen]
    return names, tuple(names[at] for at in columns.candidates(names, cells))


def _text_field(source: Path, options: Options) -> str:
    names, found = _fields(source)
    if (wanted := options.text_field) is not None:
        # Asked of the first lines: a name mistyped would leave every text as it is, and say nothing.
        first = [line for _, line in islice(_objects(source), LOOKED_AT)]
        if first and not any(member(line, wanted) for line in first):
            columns.text_column(names, (), wanted)
        return wanted
    return (
        names[columns.text_column(names, [names.index(name) for name in found], None)] if names else "draft"
    )
