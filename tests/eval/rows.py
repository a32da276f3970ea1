"""Labelled replies read from JSON Lines: each row as a value, each broken one as a line that names it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from service.core.results import Channel, Draft
from service.core.text import Span

_CHANNELS: dict[str, Channel] = {"phone": "phone", "email": "email", "ticket": "ticket"}


class Row(BaseModel):
    """One reply with what its author said of it. Fields that are not named here are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str
    label: Literal["bad", "good", "everyday"] = "everyday"
    """`good` tempts a checker to a false alarm; `everyday` is an ordinary turn."""
    id: str = ""
    difficulty: str = ""
    severity: Literal["block", "warn", ""] = ""
    categories: tuple[str, ...] = ()
    """The first one is what the row is about."""
    tags: tuple[str, ...] = ()
    span: str = ""
    """The words that a person underlined."""
    span_start: int | None = None
    """Where they stand, in code points; without it their first place counts."""
    channel: str = ""
    customer: str = ""

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_left_out(cls, value: Any) -> Any:
        """A field that is null counts as one that is not there."""
        return (
            {name: one for name, one in value.items() if one is not None}
            if isinstance(value, dict)
            else value
        )

    @field_validator("text")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("the text is blank")
        return value

    @model_validator(mode="after")
    def _span_is_there(self) -> Self:
        if self.span_start is None:
            if self.span not in self.text:
                raise ValueError("the span is not in the text")
        elif self.span_start < 0 or not self.text.startswith(self.span, self.span_start):
            raise ValueError("the span does not stand at span_start")
        return self

    @property
    def underlined(self) -> Span | None:
        """The range that a person underlined, in code points, or None."""
        if not self.span:
            return None
        start = self.text.index(self.span) if self.span_start is None else self.span_start
        return Span(start, start + len(self.span))

    @property
    def draft(self) -> Draft:
        """The row as a caller would send it; a customer in （…） is a stage direction and no message."""
        told = self.customer.strip()
        direction = told.startswith(("（", "(")) and told.endswith(("）", ")"))
        return Draft(
            text=self.text,
            customer_message=None if direction or not told else told,
            channel=_CHANNELS.get(self.channel, "chat"),
        )


class Placed(NamedTuple):
    """A row and where it stands: `bad.jsonl:12`."""

    place: str
    row: Row


def read_rows(folder: Path) -> tuple[list[Placed], list[str]]:
    """The rows of every `*.jsonl` right in a folder, and one line for each that is broken, `file:line: why`."""
    rows: list[Placed] = []
    broken: list[str] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, raw in _lines(path):
            place = f"{path.name}:{number}"
            try:
                rows.append(Placed(place, Row.model_validate(json.loads(raw.decode("utf-8-sig")))))
            except ValidationError as mistake:
                first = mistake.errors()[0]
                where = ".".join(map(str, first["loc"]))
                broken.append(f"{place}: {where + ': ' if where else ''}{first['msg']}")
            except ValueError as mistake:
                broken.append(f"{place}: {mistake}")
    return rows, broken


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    for number, raw in enumerate(path.read_bytes().split(b"\n"), 1):
        if raw.strip():
            yield number, raw
