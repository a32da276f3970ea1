"""Macros in a JSON document of any shape: the strings of one field, wherever objects with it stand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from service.adapters.tables import columns
from service.adapters.tables.json_document import Found, JsonDocument, spelt
from service.adapters.tables.json_spans import Node
from service.adapters.tables.shapes import LOOKED_AT, Options
from service.errors import BadTable

MAX_FIELDS = 4096
_SAME_TEXT = ("_html", "_text", "_plain")
"""Help desks keep a text beside itself: `content` and `content_html`, `body_html` and `body_text`."""


@dataclass(frozen=True, slots=True)
class _String:
    """A string, its field as names with dots (numbers of lists left out), and the objects it is in, outermost first."""

    node: Node
    field: str
    owners: tuple[Node, ...]

    def found(self) -> Found:
        """The text and whose it is: the nearest object's that has an id."""
        for owner in reversed(self.owners):
            if (known := _first(owner, columns.ID_NAMES)) is not None:
                return Found(self.node, known, _first(owner, columns.TITLE_NAMES))
        titles = (_first(owner, columns.TITLE_NAMES) for owner in reversed(self.owners))
        return Found(self.node, None, next((title for title in titles if title is not None), None))


class AnyJson(JsonDocument):
    """`text_field` names the field in full or by its last name, or several with commas between them."""

    NAME = "json"

    def fields(self, document: Node, options: Options) -> tuple[Sequence[str], Sequence[str], str | None]:
        """Every field that holds strings, those that may be the texts', and the one that is."""
        names, likely, chosen = _look(list(_strings(document)), options)
        return names, likely, ",".join(chosen) or None

    def texts(self, document: Node, options: Options) -> Iterator[Found]:
        """The strings of the text's field."""
        if options.context_fields:
            raise BadTable("A json file has no fields for the context; leave `context_fields` out.")
        strings = list(_strings(document))
        names, likely, chosen = _look(strings, options)
        if not chosen:
            columns.text_column(names, [names.index(name) for name in likely], None)
        yield from (one.found() for one in strings if one.field in chosen)


def _look(strings: Sequence[_String], options: Options) -> tuple[list[str], list[str], list[str]]:
    """All fields, those that may be the texts', and those that are; none of these where one has to be named."""
    names = _names(strings)
    likely = _likely(names, strings)
    if options.text_field is not None:
        return names, likely, _named(names, options.text_field)
    return names, likely, likely if len({_kept_beside(name) for name in likely}) == 1 else []


def _strings(node: Node, field: str = "", owners: tuple[Node, ...] = ()) -> Iterator[_String]:
    if isinstance(node.value, str):
        yield _String(node, field, owners)
    elif isinstance(node.value, list):
        for inner in node.value:
            yield from _strings(inner, field, owners)
    elif isinstance(node.value, dict):
        for name, inner in node.value.items():
            yield from _strings(inner, f"{field}.{name}" if field else name, (*owners, node))


def _names(strings: Iterable[_String]) -> list[str]:
    names = dict.fromkeys(one.field for one in strings)
    if len(names) > MAX_FIELDS:
        raise BadTable(f"The file has more than {MAX_FIELDS:,} different fields.")
    if not names:
        raise BadTable("The file holds no text.")
    return list(names)


def _likely(names: Sequence[str], strings: Iterable[_String]) -> list[str]:
    """The fields that are called like a text, else those that mostly hold Chinese sentences."""
    cells: dict[str, list[str]] = {name: [] for name in names}
    for one in strings:
        if len(kept := cells[one.field]) < LOOKED_AT:
            kept.append(one.node.text or "")
    rows = list(zip_longest(*cells.values(), fillvalue=""))
    called = [_kept_beside(name).rpartition(".")[2] for name in names]
    return [names[at] for at in columns.candidates(called, rows)]


def _kept_beside(field: str) -> str:
    """The field without what tells it from another one with the same text."""
    return next((field.removesuffix(end) for end in _SAME_TEXT if field.endswith(end)), field)


def _named(names: Sequence[str], wanted: str) -> list[str]:
    """The fields that the caller names. Raises `BadTable` that lists those there are."""
    if wanted in names:
        return [wanted]
    found: list[str] = []
    for part in (part.strip() for part in wanted.split(",")):
        last = [name for name in names if name.rpartition(".")[2] == part]
        found += [part] if part in names else last or [names[columns.text_column(names, (), part)]]
    return found


def _first(owner: Node, known: Iterable[str]) -> str | None:
    """The first of these members that has something to say."""
    said = (spelt(owner.member(name)) for name in known)
    return next((one for one in said if one is not None), None)
