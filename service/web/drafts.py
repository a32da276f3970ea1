"""`POST /check` and `POST /rewrite`: bytes in, bytes out.

The two are plain ASGI routes of Litestar: what it does for a typed handler costs more than a check.
"""

from contextlib import aclosing

from litestar.exceptions import MethodNotAllowedException
from litestar.handlers import ASGIRouteHandler, asgi
from litestar.types import Receive, Scope, Send

from service.core.results import Attempt, Caller, Checked, Segment
from service.errors import Unauthorized
from service.flow.rewrite import Done, Event
from service.web.access import Slots
from service.web.answers import CheckOut, RewriteOut
from service.web.body import decode, read_body, require_json
from service.web.events import Told, asked_for, send_events
from service.web.front import NO_STORE, Call, call_of, send_bytes
from service.web.operations import BODY_ERRORS, Operation
from service.web.requests import CheckIn, RewriteIn, read_check, read_rewrite
from service.web.seam import Coach
from service.web.wire import attempt_bytes, checked_bytes, rewrite_bytes, segment_bytes

JSON_HEADERS = ((b"content-type", b"application/json"), NO_STORE)

OPERATIONS = (
    Operation(
        "POST", "/check", "Drafts", "Check a draft",
        "What the policy says of a draft: findings on words that are there, and what ought to be there. "
        "Deterministic, without a model and without the network: the same input always gives the same answer. "
        "Of one rule at most 200 places are told.",
        body=CheckIn, answer=CheckOut, errors=BODY_ERRORS,
        example={
            "draft": "不知道，你找领导去。",
            "context": {"customer_message": "我的包裹到哪了？", "channel": "chat"},
        },
    ),
    Operation(
        "POST", "/rewrite", "Drafts", "Rewrite a draft",
        "A courteous text that passes the same policy, keeps every fact and adds none, or `needs_review` where no "
        "engine can keep that promise. Trouble with the model is never an error of this call: the phrasebook "
        "answers, and `attempts` says what happened. A draft of more than 5,000 characters is checked and not "
        "rewritten (`needs_review`, reason `too_long`) unless it passes as it is.\n\n"
        "With `Accept: text/event-stream` the answer comes as events, each with an `id` and one JSON object: `check` "
        "(the report on the draft, at once), `segment` (`{attempt, index, text}`: sentences of the reply to that "
        "attempt, counted from 0, each verified together with all before it), `attempt` (as it ends; one that is not "
        "`accepted` withdraws its segments), `done` (the whole answer: the authority), or `error` (a problem). A text "
        "from the cache or the phrasebook has no segments.",
        body=RewriteIn, answer=RewriteOut, errors=BODY_ERRORS, as_events=True,
        example={
            "draft": "不知道，你找领导去。",
            "context": {"customer_message": "我的包裹到哪了？", "customer": {"surname": "张", "title": "先生"}},
            "mode": "polish",
            "metadata": {"ticket": "T-1024"},
        },
    ),
)  # fmt: skip


def draft_routes(coach: Coach, slots: Slots) -> list[ASGIRouteHandler]:
    """The routes over one coach."""

    @asgi("/check", copy_scope=False)
    async def check(scope: Scope, receive: Receive, send: Send) -> None:
        call = begin(scope)
        body = await read_body(receive, call.headers.get(b"content-length"))
        draft = read_check(decode(body))
        checked = await coach.check(draft, caller_of(call))
        call.answer = checked
        await send_bytes(send, 200, checked_bytes(checked, draft.text), JSON_HEADERS)

    @asgi("/rewrite", copy_scope=False)
    async def rewrite(scope: Scope, receive: Receive, send: Send) -> None:
        call = begin(scope)
        body = await read_body(receive, call.headers.get(b"content-length"))
        draft = read_rewrite(decode(body))
        if asked_for(call.headers.get(b"accept")):

            def told(event: Event) -> Told:
                if isinstance(event, Done):
                    call.answer = event.rewrite
                return _told(event, draft.text)

            with slots.one():
                async with aclosing(coach.steps(draft, caller_of(call))) as events:
                    await send_events(events, told, call, receive, send)
            return
        with slots.one():
            done = await coach.rewrite(draft, caller_of(call))
        call.answer = done
        await send_bytes(send, 200, rewrite_bytes(done), JSON_HEADERS)

    return [check, rewrite]


def _told(event: Event, text: str) -> Told:
    """An event of the rewrite of `text`."""
    if isinstance(event, Checked):
        return b"check", checked_bytes(event, text)
    if isinstance(event, Segment):
        return b"segment", segment_bytes(event)
    if isinstance(event, Attempt):
        return b"attempt", attempt_bytes(event)
    return b"done", rewrite_bytes(event.rewrite)


def begin(scope: Scope) -> Call:
    """The call, when its method and media type are right."""
    if scope["method"] != "POST":  # type: ignore[typeddict-item]
        raise MethodNotAllowedException(headers={"allow": "POST"})
    call = call_of(scope)
    require_json(call.headers.get(b"content-type"), call.headers.get(b"content-encoding"))
    return call


def caller_of(call: Call) -> Caller:
    """The caller that the front let in."""
    if call.caller is None:
        raise Unauthorized
    return call.caller
