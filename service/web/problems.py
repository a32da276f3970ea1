"""Every way in which a call can fail: the closed list of codes, and the table exception -> code and status."""

from collections.abc import Iterable, Mapping
from math import ceil
from typing import NamedTuple

import msgspec
from litestar.exceptions import HTTPException

from service import errors
from service.errors import CoachError, InputProblem

MEDIA_TYPE = b"application/problem+json"
PAGE = "/docs/problems"
_encode = msgspec.json.Encoder().encode


class Problem(NamedTuple):
    """One code of the contract: its usual status and title, what it means and what the caller can do."""

    status: int
    title: str
    meaning: str
    remedy: str


PROBLEMS: Mapping[str, Problem] = {
    "invalid_json": Problem(
        400,
        "The body is no valid JSON",
        "The body is no JSON text in UTF-8, or one that readers disagree about: a key that stands twice, a byte "
        "order mark, a lone surrogate, NaN or an infinity, a number of thousands of digits, more than 200 levels, "
        "something after the value. A body that does not come whole within 15 seconds counts as well.",
        "Send one JSON object, made by a JSON library.",
    ),
    "invalid_body": Problem(
        400,
        "The body is not what this call takes",
        "A field is missing, unknown, of the wrong type or not one of the known values, or the draft is blank; "
        "`errors` points at each place. With status 422 the body is well-formed and asks for something that this "
        "service is not set up for, such as `engine: model` without a model; or a file cannot be read as its format; or "
        "an `Idempotency-Key` came with another body before.",
        "Mend the places that `errors` names; `/docs` shows the shape of each body.",
    ),
    "unknown_scenario": Problem(
        422,
        "The scenario is not known",
        "`context.scenario` names no scenario of the policy.",
        "Take an id from `GET /policy/scenarios`, or leave the field out and let the message be matched.",
    ),
    "unknown_policy": Problem(
        422,
        "The policy is not known",
        "The policy named does not exist, or the key is not granted it; the two cannot be told apart.",
        "Take one of those that `detail` lists, or leave the field out for `default`.",
    ),
    "too_large": Problem(
        413,
        "The body or a text is too large",
        "The body is over 1 MiB, the draft over 50,000 code points, another text over 10,000, or the history over "
        "50 turns; `errors` points at each text. For a bulk job: the file is over the operator's limit, or has more "
        "than 1,000,000 texts.",
        "Shorten the text, or send only the last turns: six count. Send a large file in parts.",
    ),
    "unsupported_media_type": Problem(
        415,
        "The media type is not supported",
        "The body is not declared as `application/json` (at most with `charset=utf-8`), or it is compressed. A bulk "
        "job is `multipart/form-data` as well.",
        "Send `Content-Type: application/json` and no `Content-Encoding`.",
    ),
    "unauthorized": Problem(
        401,
        "A key is needed",
        "There is no `Authorization: Bearer KEY`, or the key is not known here or no longer valid.",
        "Ask the operator for a key; `script-coach key TENANT` makes one.",
    ),
    "not_found": Problem(
        404,
        "Nothing is found here",
        "There is nothing at this address, or nothing that this key may see. With status 405 the address exists "
        "and takes another method: `Allow` says which.",
        "Look the address up in `/docs`.",
    ),
    "conflict": Problem(
        409,
        "The state does not allow this",
        "The thing is not in a state in which this can be done.",
        "Read its state again and decide anew.",
    ),
    "rate_limited": Problem(
        429,
        "Too many calls",
        "The tenant's calls per minute are used up.",
        "Wait as many seconds as `Retry-After` says.",
    ),
    "overloaded": Problem(
        503,
        "No more work can be taken just now",
        "Too many drafts are in work, a store that the call needs is away, or the service is starting or stopping. With "
        "status 507 there is no room for the files of a job.",
        "Wait as many seconds as `Retry-After` says.",
    ),
    "internal": Problem(
        500,
        "Something went wrong here",
        "A mistake of ours. Nothing of it is shown; the log of the service has it under the request id.",
        "Try again once; then tell the operator the `request_id`.",
    ),
}


class Row(NamedTuple):
    """How an exception is answered; `pointer` is where the mistake stands, and `mistake` its code, if it has any."""

    code: str
    status: int
    pointer: str = ""
    mistake: str = ""


_INTERNAL = Row("internal", 500)
_OVERLOADED = Row("overloaded", 503)
TABLE: Mapping[type[CoachError], Row] = {
    errors.CoachError: _INTERNAL,
    errors.InputError: Row("invalid_body", 400),
    errors.BadJson: Row("invalid_json", 400),
    errors.BadBody: Row("invalid_body", 400),
    errors.BadMediaType: Row("unsupported_media_type", 415),
    errors.DraftTooLong: Row("too_large", 413),
    errors.BadTable: Row("invalid_body", 422),
    errors.OtherBody: Row("invalid_body", 422),
    errors.UnknownScenario: Row("unknown_scenario", 422, "/context/scenario", "unknown_scenario"),
    errors.UnknownPolicy: Row("unknown_policy", 422, "/policy", "unknown_policy"),
    errors.NoModel: Row("invalid_body", 422, "/engine", "not_configured"),
    errors.AccessError: _INTERNAL,
    errors.Unauthorized: Row("unauthorized", 401),
    errors.NotFound: Row("not_found", 404),
    errors.JobNotFound: Row("not_found", 404),
    errors.Conflict: Row("conflict", 409),
    errors.TooManyRequests: Row("rate_limited", 429),
    errors.ModelError: _INTERNAL,
    errors.ModelTimeout: _INTERNAL,
    errors.ModelRateLimited: _INTERNAL,
    errors.ModelUnavailable: _INTERNAL,
    errors.ModelMisconfigured: _INTERNAL,
    errors.ModelReplyInvalid: _INTERNAL,
    errors.StoreError: _INTERNAL,
    errors.CacheUnavailable: _INTERNAL,
    errors.JobsUnavailable: _OVERLOADED,
    errors.StorageFull: Row("overloaded", 507),
    errors.Overloaded: _OVERLOADED,
    errors.SetupError: _INTERNAL,
    errors.PolicyError: _INTERNAL,
    errors.PromptError: _INTERNAL,
    errors.SettingsError: _INTERNAL,
}
_HTTP_CODES = {404: "not_found", 405: "not_found", 413: "too_large", 415: "unsupported_media_type"}


class Told(NamedTuple):
    """A problem ready to send: status, body and headers (media type and length aside)."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]


def tell(error: Exception, request_id: str, *, in_body: bool = True) -> Told:
    """What a caller is told of an exception; anything unforeseen is `internal`, with the request id alone.

    `in_body` is false where the call has no body for a pointer to point into.
    """
    if isinstance(error, HTTPException):
        return _told_of_http(error, request_id)
    row = TABLE.get(type(error), _INTERNAL) if isinstance(error, CoachError) else _INTERNAL
    if not isinstance(error, CoachError) or row is _INTERNAL:
        return Told(500, problem_bytes("internal", "", request_id), ())
    problems = error.problems if isinstance(error, errors.BadBody | errors.DraftTooLong) else ()
    if row.pointer and in_body:
        pointer = getattr(error, "pointer", None) or row.pointer
        problems = (InputProblem(pointer, row.mistake, error.detail),)
    if isinstance(error, errors.BadTable) and in_body:
        problems = (InputProblem("/file", "unreadable", error.detail),)
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if row.status == 401:
        headers = ((b"www-authenticate", b"Bearer"),)
    elif row.status in (429, 503):
        wait_s = getattr(error, "retry_after_s", 1.0)
        headers = ((b"retry-after", str(max(1, ceil(wait_s))).encode()),)
    return Told(row.status, problem_bytes(row.code, error.detail, request_id, problems, row.status), headers)


def _told_of_http(error: HTTPException, request_id: str) -> Told:
    """Litestar's own exceptions in the same shape; their words may repeat the request, so none is taken over."""
    status = error.status_code
    if status >= 500:
        return Told(500, problem_bytes("internal", "", request_id), ())
    code = _HTTP_CODES.get(status, "invalid_body")
    detail = "Another method is taken here." if status == 405 else ""
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    allow = headers.get("allow")
    if allow is not None and "GET" in allow:
        allow += ", HEAD"
    kept = ((b"allow", allow.encode("latin-1")),) if allow else ()
    return Told(status, problem_bytes(code, detail, request_id, status=status), kept)


def problem_bytes(
    code: str,
    detail: str,
    request_id: str,
    problems: Iterable[InputProblem] = (),
    status: int | None = None,
) -> bytes:
    """The JSON of one problem."""
    problem = PROBLEMS[code]
    return _encode(
        {
            "type": f"{PAGE}#{code}",
            "title": problem.title,
            "status": problem.status if status is None else status,
            "detail": detail or problem.title + ".",
            "instance": f"urn:script-coach:request:{request_id}",
            "code": code,
            "request_id": request_id,
            "errors": [{"pointer": one.pointer, "code": one.code, "detail": one.detail} for one in problems],
        }
    )
