"""`POST /suggest`: replies to a customer's message."""

from contextlib import aclosing

from litestar.handlers import ASGIRouteHandler, asgi
from litestar.types import Receive, Scope, Send

from service.core.results import Draft, Suggestion, Suggestions
from service.errors import UnknownScenario
from service.web.access import Slots
from service.web.answers import SuggestOut
from service.web.body import decode, read_body
from service.web.drafts import JSON_HEADERS, begin, caller_of
from service.web.events import Told, asked_for, send_events
from service.web.front import Call, send_bytes
from service.web.operations import BODY_ERRORS, Operation
from service.web.requests import SuggestIn, read_suggest
from service.web.seam import Coach
from service.web.wire import suggestion_bytes, suggestions_bytes

OPERATIONS = (
    Operation(
        "POST", "/suggest", "Drafts", "Suggest replies",
        "Up to three replies to a customer's message in the manual's style, best first, each doing another thing "
        "(solve, ask, take over) and verified like a rewrite: its only facts are those of the agent's earlier turns "
        "and of the company. Where no scenario is sure enough the list is empty, with the reason `low_confidence`.\n\n"
        "With `Accept: text/event-stream`: one `suggestion` as each is verified, then `done`, the whole answer.",
        body=SuggestIn, answer=SuggestOut, errors=BODY_ERRORS, as_events=True,
        example={
            "customer_message": "都催了三次了还没人给我打电话，太过分了！",
            "channel": "chat",
            "customer": {"surname": "张", "title": "先生"},
        },
    ),
)  # fmt: skip


def suggest_routes(coach: Coach, slots: Slots) -> list[ASGIRouteHandler]:
    """The route over one coach."""

    @asgi("/suggest", copy_scope=False)
    async def suggest(scope: Scope, receive: Receive, send: Send) -> None:
        call = begin(scope)
        body = await read_body(receive, call.headers.get(b"content-length"))
        draft, count = read_suggest(decode(body))
        with slots.one():
            try:
                await _answer(coach, draft, count, call, receive, send)
            except UnknownScenario as unknown:
                unknown.pointer = "/scenario"
                raise

    return [suggest]


async def _answer(coach: Coach, draft: Draft, count: int, call: Call, receive: Receive, send: Send) -> None:
    done: Suggestions | None = None

    def told(event: Suggestion | Suggestions) -> Told:
        if isinstance(event, Suggestion):
            return b"suggestion", suggestion_bytes(event)
        call.answer = event
        return b"done", suggestions_bytes(event)

    async with aclosing(coach.suggestions(draft, count, caller_of(call))) as events:
        if asked_for(call.headers.get(b"accept")):
            await send_events(events, told, call, receive, send)
            return
        async for event in events:
            if isinstance(event, Suggestions):
                call.answer = done = event
    if done is None:
        raise AssertionError("suggestions ended without an answer")
    await send_bytes(send, 200, suggestions_bytes(done), JSON_HEADERS)
