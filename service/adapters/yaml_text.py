"""Strict YAML: one document, no aliases, tags or duplicate keys, and scalars as YAML 1.2 reads them.

What is read keeps its text, so that a mistake found later still points at its line and column.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from service.adapters.yaml_mistakes import explain, first_of, locate
from service.errors import PolicyError, SetupError

MAX_BYTES = 1_000_000
MAX_DEPTH = 40

T = TypeVar("T")

# The C loader is five times faster; it is missing where PyYAML was built without libyaml.
Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONSTANTS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
# An integer of more digits is an order number that lost its quotes, never a figure of a policy.
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_MAY_BE_NUMBER = frozenset("+-.0123456789")


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file as read: plain data, and the text that mistakes point into."""

    path: str
    text: str
    data: Any
    error: type[SetupError] = PolicyError

    def validated(self, shape: TypeAdapter[T]) -> T:
        """The data as its shape; raises the document's error with the first mistake, as one line."""
        try:
            # Strict JSON is what fits: lists become tuples and words enums, but "10" never becomes 10.
            return shape.validate_json(json.dumps(self.data), strict=True)
        except ValidationError as mistakes:
            mistake = first_of(mistakes.errors(include_url=False))
        loc, what = explain(mistake)
        raise self.mistake(loc, what, key=mistake["type"] == "extra_forbidden")

    def mistake(self, loc: tuple[int | str, ...], what: str, *, key: bool = False) -> SetupError:
        """The document's error, pointing at the value (or key) under `loc` or the deepest that is there."""
        line, column, place = locate(self.text, loc, Loader, key=key)
        at = f" - at {place}" if place else ""
        return self.error(_line(self.path, line, column, what + at))


def read_yaml(raw: bytes, path: str, error: type[SetupError] = PolicyError) -> Document:
    """The one document of a file; `path` is what mistakes call it. Raises `error`, one line, at the first mistake."""
    if len(raw) > MAX_BYTES:
        raise error(_line(path, 1, 1, f"The file is over {MAX_BYTES:,} bytes"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        line, column = _position(raw[: broken.start].decode("utf-8", "replace"))
        raise error(_line(path, line, column, "This is no UTF-8 text")) from None
    if (bad := _UNPRINTABLE.search(text)) is not None:
        line, column = _position(text[: bad.start()])
        raise error(_line(path, line, column, f"Unprintable character U+{ord(bad.group()):04X}"))
    try:
        return Document(path, text, _build(text), error)
    except _Mistake as mistake:
        line, column, what = mistake.args
        raise error(_line(path, line, column, what)) from None
    except yaml.MarkedYAMLError as mistake:
        mark = mistake.problem_mark or mistake.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = (mistake.problem or "this is no YAML").strip()
        raise error(_line(path, line, column, f"{what[0].upper()}{what[1:]}")) from None
    except yaml.YAMLError:
        raise error(_line(path, 1, 1, "This is no YAML")) from None


class _Mistake(Exception):
    """Line, column and what is wrong."""


def _line(path: str, line: int, column: int, what: str) -> str:
    """A mistake as one line, whatever characters the file put into it."""
    printable = "".join(char if char.isprintable() else " " for char in what)
    return f"{path}:{line}:{column}: {' '.join(printable.split())}"


def _position(before: str) -> tuple[int, int]:
    """Line and column, from 1, of what follows a text."""
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _build(text: str) -> Any:  # noqa: C901, PLR0912, PLR0915 - one loop; calls would double its time
    """The data of the only document, from the parser's events: no recursion, whatever the nesting."""
    loader = Loader(text)
    scalar, sequence, mapping = yaml.ScalarEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent
    root: list[Any] = []
    holder: Any = root
    key: str | None = None
    stack: list[tuple[Any, str | None]] = []
    documents = 0
    try:
        while True:
            event = loader.get_event()
            kind = event.__class__
            if kind is scalar or kind is sequence or kind is mapping:
                if event.anchor is not None or event.tag is not None:
                    _complain(event, "Anchors and tags are not read here")
                value: Any
                if kind is scalar:
                    value = event.value
                    if holder.__class__ is dict and key is None:
                        if value in holder:
                            _complain(event, f"Key '{value}' stands here twice")
                        key = value
                        continue
                    if event.implicit[0]:
                        value = _resolve(value)
                else:
                    if holder.__class__ is dict and key is None:
                        _complain(event, "A key is one word, not a list or mapping")
                    if len(stack) >= MAX_DEPTH:
                        _complain(event, f"More than {MAX_DEPTH} levels of nesting")
                    value = [] if kind is sequence else {}
                if key is None:
                    holder.append(value)
                else:
                    holder[key] = value
                if kind is not scalar:
                    stack.append((holder, None))
                    holder = value
                key = None
            elif kind is yaml.SequenceEndEvent or kind is yaml.MappingEndEvent:
                holder, key = stack.pop()
            elif kind is yaml.AliasEvent:
                _complain(event, "Aliases are not read here")
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    _complain(event, "A second document begins here")
            elif kind is yaml.StreamEndEvent:
                return root[0] if root else None
    finally:
        loader.dispose()


def _complain(event: Any, what: str) -> NoReturn:
    raise _Mistake(event.start_mark.line + 1, event.start_mark.column + 1, what)


def _resolve(plain: str) -> Any:
    """A plain scalar by the core schema of YAML 1.2: `no` and `1:30` are text, `012` is 12."""
    if plain[:1] not in _MAY_BE_NUMBER or not plain:
        return _CONSTANTS.get(plain, plain)
    if _INTEGER.fullmatch(plain):
        return int(plain)
    if _FLOAT.fullmatch(plain) and not plain.lstrip("+-").isdigit() and math.isfinite(float(plain)):
        return float(plain)
    return plain
