"""What is asked of a bulk job: the shapes of its bodies, and the steps from them to an `Order`."""

from collections.abc import Iterable
from typing import Annotated, Any, cast

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from service.core.jobs import Order
from service.core.results import MAX_DRAFT_CHARS, EngineChoice, Mode
from service.errors import BadBody, InputProblem
from service.web import bulk_form
from service.web.mistakes import refuse, refuse_crowd
from service.web.requests import Body, ContextIn, Text

MAX_ITEMS = 50_000
MAX_NAMES = 50
MAX_KEY_CHARS = 255
_TRUTH = {
    "true": True,
    "1": True,
    "on": True,
    "yes": True,
    "false": False,
    "0": False,
    "off": False,
    "no": False,
}

Names = Annotated[list[Text], Field(max_length=MAX_NAMES, fail_fast=True)]


class OrderIn(Body):
    """How a job is to be done."""

    mode: Mode | None = None
    """`polish` (default) or `minimal`, as in a rewrite."""
    engine: EngineChoice | None = None
    """`auto` (default), `model`, or `phrasebook`."""
    policy: Text | None = None
    """The name of a policy granted to the caller; `default` when absent."""
    dry_run: bool | None = None
    """Only check: no text is changed and no model is called."""


class ItemIn(Body):
    """One text."""

    custom_id: Text | None = None
    """Given back with the row."""
    draft: Annotated[str, StringConstraints(max_length=MAX_DRAFT_CHARS)]
    """The text as it stands; a blank one stays as it is."""
    context: ContextIn | None = None


class BulkIn(OrderIn):
    """A job whose texts stand in the body."""

    items: Annotated[list[ItemIn], Field(max_length=MAX_ITEMS, fail_fast=True)]


class FormIn(OrderIn):
    """A job whose texts stand in a file, as the fields of a form."""

    format: Text | None = None
    """`jsonl`, `csv`, `xlsx`, `zendesk`, `chatwoot`, `qianniu` or `json`; else known by the file's name and first bytes."""
    text_field: Text | None = None
    """The column or field of the text; else found by itself when there is one candidate."""
    context_fields: Names | None = None
    """Columns or fields that go into the context: one field each, or one with commas."""


class UploadIn(FormIn):
    """The form itself: what is documented of it."""

    file: str = Field(json_schema_extra={"format": "binary"})
    """The file; its name tells the format where `format` does not."""


_BULK = TypeAdapter(BulkIn).validator
_FORM = TypeAdapter(FormIn).validator


def read_items(body: Any) -> BulkIn:
    """The items of a decoded body. Raises `BadBody`, and `DraftTooLong` for a text over its limit."""
    if body.__class__ is dict and len(body) > MAX_NAMES:
        refuse_crowd()
    try:
        sent = cast(BulkIn, _BULK.validate_python(body))
    except ValidationError as mistakes:
        refuse(mistakes)
    if not sent.items:
        raise BadBody(
            "There is nothing to do.", (InputProblem("/items", "missing", "Give at least one item."),)
        )
    return sent


def read_fields(fields: Iterable[bulk_form.Field]) -> FormIn:
    """The fields of a form; an empty one is as good as none. Raises `BadBody`."""
    given: dict[str, Any] = {}
    for name, value in fields:
        if not value.strip():
            continue
        if name == "context_fields":
            given.setdefault(name, []).append(value)
        elif name in given:
            raise BadBody(
                "A field stands twice.",
                (InputProblem(f"/{name}", "not_allowed", "This field stands twice."),),
            )
        else:
            given[name] = _TRUTH.get(value.strip().lower(), value) if name == "dry_run" else value
    names = given.get("context_fields", [])
    if len(names) == 1:
        given["context_fields"] = [part for part in map(str.strip, names[0].split(",")) if part]
    try:
        return cast(FormIn, _FORM.validate_python(given))
    except ValidationError as mistakes:
        refuse(mistakes)


def order_of(sent: OrderIn, format_name: str, filename: str) -> Order:
    """The order, with what goes without saying."""
    form = sent if isinstance(sent, FormIn) else None
    return Order(
        format=format_name,
        filename=filename,
        policy="default" if sent.policy is None else sent.policy,
        mode=sent.mode or "polish",
        engine=sent.engine or "auto",
        dry_run=bool(sent.dry_run),
        text_field=form.text_field if form else None,
        context_fields=tuple(form.context_fields or ()) if form else (),
    )


def idempotency_key(header: bytes | None) -> str | None:
    """The key of a call; None without one. Raises `BadBody` for one that is too long."""
    key = (header or b"").decode("latin-1").strip()
    if len(key) > MAX_KEY_CHARS:
        raise BadBody(f"Idempotency-Key takes at most {MAX_KEY_CHARS} characters.")
    return key or None
