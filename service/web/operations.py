"""How a route is described for the contract: `openapi.py` makes the document from these and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

KEY_ERRORS = ("unauthorized", "rate_limited", "internal")
BODY_ERRORS = (
    "invalid_json", "invalid_body", "unauthorized", "too_large", "unsupported_media_type", "unknown_scenario",
    "unknown_policy", "rate_limited", "overloaded", "internal",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter in the path, the query or the head."""

    name: str
    place: Literal["path", "query", "header"]
    description: str
    example: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One route: `answer` is the model of its JSON, the media type of another answer, or empty where there is none."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    tag: str
    summary: str
    description: str
    answer: type[BaseModel] | str
    errors: tuple[str, ...] = ()
    body: type[BaseModel] | None = None
    parameters: tuple[Parameter, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)
    is_open: bool = False
    as_events: bool = False
    """Whether `Accept: text/event-stream` gets the answer as it comes about."""
    as_form: bool = False
    """Whether a form is taken like JSON, and mistakes are answered as plain text."""

    form: type[BaseModel] | None = None
    """The fields of `multipart/form-data`, where that is taken too, or alone."""
    status: int = 200
    more: tuple[str, ...] = ()
    """Further media types of the answer."""

    @property
    def id(self) -> str:
        """A stable name: method and path in words."""
        words = self.path.strip("/").replace("{", "").replace("}", "").replace(".", "/").split("/")
        return "_".join([self.method.lower(), *(word for word in words if word)])
