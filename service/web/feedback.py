"""`POST /feedback`: what an agent did with a rewrite or a suggestion. It is counted; no text is kept."""

from typing import Annotated, Literal, cast

import msgspec
from litestar.handlers import ASGIRouteHandler, asgi
from litestar.types import Receive, Scope, Send
from pydantic import StringConstraints, TypeAdapter, ValidationError

from service.adapters.telemetry import Telemetry
from service.web.answers import Answer
from service.web.body import decode, read_body
from service.web.drafts import JSON_HEADERS, begin
from service.web.front import send_bytes
from service.web.mistakes import refuse
from service.web.operations import BODY_ERRORS, Operation
from service.web.requests import Body, Text

_OF = {"rw": "rewrite", "sg": "suggestion"}
_encode = msgspec.json.Encoder().encode


class FeedbackIn(Body):
    """What became of an answer."""

    id: Annotated[str, StringConstraints(pattern=r"^(rw|sg)_[A-Za-z0-9_-]{1,64}$")]
    """The `id` of the rewrite or suggestion."""
    action: Literal["accepted", "edited", "rejected"]
    text: Text | None = None
    """What the agent sent in its place; not kept."""


class FeedbackOut(Answer):
    """What was counted."""

    id: str
    action: Literal["accepted", "edited", "rejected"]


OPERATIONS = (
    Operation(
        "POST", "/feedback", "Drafts", "Say what became of an answer",
        "Counted in `/metrics` by rewrite or suggestion and by action. The text is looked at by nobody and not kept.",
        body=FeedbackIn, answer=FeedbackOut,
        errors=tuple(code for code in BODY_ERRORS if code not in ("unknown_scenario", "unknown_policy", "overloaded")),
        example={"id": "rw_0123456789abcdef01234567", "action": "edited"},
    ),
)  # fmt: skip
_FEEDBACK = TypeAdapter(FeedbackIn).validator


def feedback_routes(telemetry: Telemetry) -> list[ASGIRouteHandler]:
    """The route that counts."""

    @asgi("/feedback", copy_scope=False)
    async def feedback(scope: Scope, receive: Receive, send: Send) -> None:
        call = begin(scope)
        body = decode(await read_body(receive, call.headers.get(b"content-length")))
        try:
            sent = cast(FeedbackIn, _FEEDBACK.validate_python(body))
        except ValidationError as mistakes:
            refuse(mistakes)
        telemetry.count_feedback(_OF[sent.id[:2]], sent.action)
        await send_bytes(send, 200, _encode({"id": sent.id, "action": sent.action}), JSON_HEADERS)

    return [feedback]
