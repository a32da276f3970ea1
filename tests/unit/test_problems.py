"""The table of problems is complete, and a problem tells nothing that it should not."""

import json
from typing import Any

import pytest
from litestar.exceptions import (
    HTTPException,
    InternalServerException,
    MethodNotAllowedException,
    NotFoundException,
)

from service import errors
from service.errors import BadBody, CoachError, InputProblem
from service.web.problems import PROBLEMS, TABLE, Told, tell

CONTRACT = [
    "invalid_json",
    "invalid_body",
    "unknown_scenario",
    "unknown_policy",
    "too_large",
    "unsupported_media_type",
    "unauthorized",
    "not_found",
    "conflict",
    "rate_limited",
    "overloaded",
    "internal",
]


def _all(of: type[CoachError]) -> list[type[CoachError]]:
    return [of, *(deeper for child in of.__subclasses__() for deeper in _all(child))]


def _body(told: Told) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(told.body)
    return body


def test_the_codes_are_those_of_the_contract() -> None:
    """A client that knows the twelve codes knows them all."""
    assert list(PROBLEMS) == CONTRACT


@pytest.mark.parametrize("error", _all(CoachError), ids=lambda error: error.__name__)
def test_every_exception_has_its_row(error: type[CoachError]) -> None:
    """Whoever adds an exception decides how a caller is told of it."""
    assert error in TABLE
    assert TABLE[error].code in PROBLEMS
    assert error.__module__ == "service.errors"


def test_every_field_is_there() -> None:
    """A problem has all fields of the contract, and its type leads to its page."""
    told = tell(BadBody("The body has a mistake.", (InputProblem("/draft", "missing", "Needed."),)), "r1")
    assert told.status == 400
    assert _body(told) == {
        "type": "/docs/problems#invalid_body",
        "title": "The body is not what this call takes",
        "status": 400,
        "detail": "The body has a mistake.",
        "instance": "urn:script-coach:request:r1",
        "code": "invalid_body",
        "request_id": "r1",
        "errors": [{"pointer": "/draft", "code": "missing", "detail": "Needed."}],
    }


@pytest.mark.parametrize(
    ("error", "pointer"),
    [
        (errors.UnknownScenario("Known are a, b."), "/context/scenario"),
        (errors.UnknownPolicy("Known are default."), "/policy"),
        (errors.NoModel("No model is configured."), "/engine"),
    ],
)
def test_what_is_unknown_is_pointed_at(error: CoachError, pointer: str) -> None:
    """Well-formed but unknown is 422, with the place and the known ones; where there is no body, no place."""
    told = tell(error, "r1")
    assert told.status == 422
    body = _body(told)
    assert body["detail"] == error.detail
    assert [problem["pointer"] for problem in body["errors"]] == [pointer]
    assert _body(tell(error, "r1", in_body=False))["errors"] == []


@pytest.mark.parametrize(
    ("error", "status", "seconds"),
    [
        (errors.TooManyRequests("Slow down.", 2.1), 429, b"3"),
        (errors.Overloaded("Full."), 503, b"1"),
        (errors.Overloaded("Full.", 0.01), 503, b"1"),
        (errors.JobsUnavailable("No store."), 503, b"1"),
    ],
)
def test_who_must_wait_is_told_how_long(error: CoachError, status: int, seconds: bytes) -> None:
    """429 and 503 carry whole seconds, at least one."""
    told = tell(error, "r1")
    assert told.status == status
    assert (b"retry-after", seconds) in told.headers


def test_no_key_is_answered_with_the_scheme() -> None:
    """A client without a key learns which kind is asked for."""
    assert (b"www-authenticate", b"Bearer") in tell(errors.Unauthorized(), "r1").headers


SECRET = "secret-canary"


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(SECRET),
        KeyError(SECRET),
        errors.PolicyError(SECRET),
        errors.ModelTimeout(SECRET),
        InternalServerException(detail=SECRET),
        NotFoundException(detail=SECRET),
        MethodNotAllowedException(detail=SECRET),
        HTTPException(detail=SECRET, status_code=400, extra=[SECRET], headers={"x-detail": SECRET}),
    ],
    ids=lambda error: type(error).__name__,
)
def test_nothing_leaks(error: Exception) -> None:
    """What an exception says of our insides, or repeats of the request, reaches no caller."""
    told = tell(error, "r1")
    assert SECRET.encode() not in told.body + b"".join(value for _, value in told.headers)
    assert _body(told)["request_id"] == "r1"


def test_a_mistake_of_ours_says_only_its_id() -> None:
    """A 500 has the request id and nothing else that helps an attacker."""
    body = _body(tell(RuntimeError("boom"), "r1"))
    assert (body["status"], body["code"], body["errors"]) == (500, "internal", [])


def test_wrong_methods_keep_the_list_of_right_ones() -> None:
    """405 says which methods the address takes."""
    told = tell(MethodNotAllowedException(headers={"Allow": "GET"}), "r1")
    assert told.status == 405
    assert told.headers == ((b"allow", b"GET, HEAD"),)
    assert _body(told)["code"] == "not_found"
