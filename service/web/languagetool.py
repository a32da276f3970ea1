"""`/v2/…`: LanguageTool's public API, so that add-ons and editors which speak it underline what the policy finds."""

from typing import Any

import msgspec
from litestar.exceptions import MethodNotAllowedException
from litestar.handlers import ASGIRouteHandler, asgi
from litestar.types import Receive, Scope, Send

from service.core.blank import is_blank
from service.core.results import MAX_DRAFT_CHARS, Draft
from service.errors import CoachError
from service.web.access import Access
from service.web.body import read_body
from service.web.drafts import JSON_HEADERS, caller_of
from service.web.front import NO_STORE, Call, call_of, send_bytes
from service.web.languagetool_answers import InfoOut, LanguageToolIn, LanguageToolOut
from service.web.languagetool_requests import Asked, key_in, parameters, read_asked
from service.web.languagetool_wire import LANGUAGES, SOFTWARE, answer_bytes, is_ours
from service.web.operations import Operation, Parameter
from service.web.problems import tell
from service.web.seam import Coach

_encode = msgspec.json.Encoder().encode
_TEXT = ((b"content-type", b"text/plain; charset=utf-8"), NO_STORE)
_TAG = "LanguageTool"
_ERRORS = (
    "invalid_json", "invalid_body", "unauthorized", "too_large", "unsupported_media_type", "unknown_policy",
    "rate_limited", "overloaded", "internal",
)  # fmt: skip
_SAYS = (
    "The answer of LanguageTool's public API to a draft without context: offsets are UTF-16 code units, findings and "
    "missing words are `matches`. Mistakes are answered as that API does: plain text that begins with `Error: `."
)
OPERATIONS = (
    Operation(
        "POST", "/v2/check", _TAG, "Check a text for a LanguageTool client", _SAYS,
        body=LanguageToolIn, answer=LanguageToolOut, errors=_ERRORS, as_form=True,
        example={"text": "不知道，你找领导去。", "language": "zh-CN"},
    ),
    Operation(
        "GET", "/v2/check", _TAG, "The same, asked in the query",
        "Proxies write addresses into their logs: a customer's words do not belong there. Takes what POST takes.",
        answer=LanguageToolOut, errors=_ERRORS, as_form=True,
        parameters=(
            Parameter("text", "query", "The draft.", "不知道，你找领导去。"),
            Parameter("language", "query", "`zh-CN`, `zh-TW`, `zh` or `auto`.", "zh-CN"),
        ),
    ),
    Operation(
        "GET", "/v2/languages", _TAG, "The languages that are checked", "", answer="application/json", is_open=True,
    ),
    Operation(
        "GET", "/v2/info", _TAG, "What a LanguageTool client asks for at its start", "", answer=InfoOut, is_open=True,
    ),
    Operation("GET", "/v2/healthcheck", _TAG, "`OK`", "", answer="text/plain", is_open=True),
    Operation(
        "GET", "/v2/maxtextlength", _TAG, "The longest text, in characters", "", answer="text/plain", is_open=True,
    ),
)  # fmt: skip


def languagetool_routes(coach: Coach, access: Access) -> list[ASGIRouteHandler]:
    """The routes over one coach; `access` admits those who send their key in the body."""

    @asgi("/v2/check", copy_scope=False)
    async def check(scope: Scope, receive: Receive, send: Send) -> None:
        raw: Any = scope
        if raw["method"] not in ("GET", "POST"):
            raise MethodNotAllowedException(headers={"allow": "GET, POST"})
        call = call_of(scope)
        try:
            body = await _answer(coach, access, call, raw, receive)
        except CoachError as error:
            told = tell(error, call.request_id, in_body=False)
            if told.status >= 500:
                raise
            words = f"Error: {error.detail}".encode()
            await send_bytes(send, told.status, words, (*_TEXT, *told.headers))
        else:
            await send_bytes(send, 200, body, JSON_HEADERS)

    return [
        check,
        _constant("/v2/languages", _encode(LANGUAGES), JSON_HEADERS),
        _constant("/v2/info", _encode({"software": SOFTWARE}), JSON_HEADERS),
        _constant("/v2/healthcheck", b"OK", _TEXT),
        _constant("/v2/maxtextlength", str(MAX_DRAFT_CHARS).encode(), _TEXT),
    ]


async def _answer(coach: Coach, access: Access, call: Call, raw: Any, receive: Receive) -> bytes:
    """The answer to one check. Who has no key learns nothing about the body, not even that it is broken."""
    authorization = call.headers.get(b"authorization")
    if authorization is not None and call.caller is None:
        call.caller = await access.admit(authorization)
    sent: dict[str, Any] = {}
    broken: CoachError | None = None
    try:
        sent = await _parameters(call, raw, receive)
    except CoachError as error:
        broken = error
    if call.caller is None:
        call.caller = await access.admit(key_in(sent))
    if broken is not None:
        raise broken
    return await _checked(coach, call, read_asked(sent))


async def _parameters(call: Call, raw: Any, receive: Receive) -> dict[str, Any]:
    headers = call.headers
    query: bytes = raw["query_string"]
    if raw["method"] == "GET":
        return parameters(query, b"", None, None)
    body = await read_body(receive, headers.get(b"content-length"))
    return parameters(query, body, headers.get(b"content-type"), headers.get(b"content-encoding"))


async def _checked(coach: Coach, call: Call, asked: Asked) -> bytes:
    """The answer; a text of another language, or of none, is not looked at."""
    draft = asked.text.draft
    if is_blank(draft) or not is_ours(asked):
        return answer_bytes(asked, None)
    call.answer = checked = await coach.check(Draft(draft), caller_of(call))
    return answer_bytes(asked, checked)


def _constant(path: str, body: bytes, headers: tuple[tuple[bytes, bytes], ...]) -> ASGIRouteHandler:
    """An open route that always answers the same."""

    @asgi(path, copy_scope=False)
    async def constant(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - the shape of ASGI
        if scope["method"] != "GET":  # type: ignore[typeddict-item]
            raise MethodNotAllowedException(headers={"allow": "GET"})
        await send_bytes(send, 200, body, headers)

    return constant
