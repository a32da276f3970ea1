"""`POST /check` and `POST /rewrite` over HTTP, as a CRM plugin sees them."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar.testing import AsyncTestClient

from service.errors import CoachError
from service.web.answers import CheckOut, RewriteOut
from service.web.app import CoachApp
from tests.kit.app import Bench, FakeCoach

Client = AsyncTestClient[CoachApp]
PROBLEM = "application/problem+json"


@pytest.fixture
def bench() -> Bench:
    """The application on fakes."""
    return Bench()


@pytest.fixture
async def client(bench: Bench) -> AsyncIterator[Client]:
    """A client of it."""
    async with AsyncTestClient(bench.app) as made:
        yield made


async def test_a_check_answers_200(client: Client) -> None:
    """What the policy finds is no error: 200, JSON, not to be kept by anybody."""
    answer = await client.post("/check", json={"draft": "不知道。"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert CheckOut.model_validate(answer.json()).model_dump(mode="json") == answer.json()


async def test_a_rewrite_answers_200(client: Client) -> None:
    """The whole answer of the contract, metadata as sent."""
    sent = {"draft": "不知道。", "mode": "minimal", "metadata": {"ticket": "T-1"}}
    answer = await client.post("/rewrite", json=sent)
    assert answer.status_code == 200
    assert RewriteOut.model_validate(answer.json()).model_dump(mode="json") == answer.json()
    assert answer.json()["metadata"] == {"ticket": "T-1"}


async def test_the_same_check_gives_the_same_bytes(client: Client) -> None:
    """Two checks of one draft differ in nothing."""
    first, second = [await client.post("/check", json={"draft": "不知道。"}) for _ in range(2)]
    assert first.content == second.content


REFUSED: list[tuple[dict[str, Any], int, str, str | None]] = [
    ({"content": b'{"draft":"a","draft":"b"}'}, 400, "invalid_json", None),
    ({"content": b""}, 400, "invalid_json", None),
    ({"json": {"draft": "a", "metadata": {"x": 1e308}}, "grow": True}, 400, "invalid_json", None),
    ({"json": {"draft": " "}}, 400, "invalid_body", "/draft"),
    ({"json": {"draft": "a", "extra": 1}}, 400, "invalid_body", "/extra"),
    ({"json": {"draft": "a", "context": {"scenario": "none"}}}, 422, "unknown_scenario", "/context/scenario"),
    ({"json": {"draft": "a", "policy": "strict"}}, 422, "unknown_policy", "/policy"),
    ({"json": {"draft": "a", "engine": "model"}}, 422, "invalid_body", "/engine"),
    ({"json": {"draft": "字" * 50_001}}, 413, "too_large", "/draft"),
    ({"json": {"draft": "a", "metadata": {"x": "y" * 1_048_576}}}, 413, "too_large", None),
    (
        {"content": b'{"draft":"a"}', "headers": {"content-type": "text/plain"}},
        415,
        "unsupported_media_type",
        None,
    ),
    ({"content": b'{"draft":"a"}', "headers": {"content-type": ""}}, 415, "unsupported_media_type", None),
]


@pytest.mark.parametrize(("call", "status", "code", "pointer"), REFUSED)
async def test_a_wrong_call_is_a_problem(
    client: Client, call: dict[str, Any], status: int, code: str, pointer: str | None
) -> None:
    """Each kind of mistake has its status, its stable code and the place where it stands."""
    call = dict(call)
    headers = {"content-type": "application/json"} | call.pop("headers", {})
    if call.pop("grow", False):
        call = {"content": json.dumps(call["json"]).replace("e+308", "e+400")}
    answer = await client.post("/rewrite", headers=headers, **call)
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["cache-control"] == "no-store"
    assert body["request_id"] == answer.headers["x-request-id"]
    assert [problem["pointer"] for problem in body["errors"]] == ([] if pointer is None else [pointer])


async def test_the_known_ones_are_listed(client: Client) -> None:
    """Who names an unknown scenario or policy is told the known ones."""
    answer = await client.post("/check", json={"draft": "a", "context": {"scenario": "none"}})
    assert "cannot-answer-now" in answer.json()["detail"]
    answer = await client.post("/check", json={"draft": "a", "policy": "none"})
    assert "default" in answer.json()["detail"]


@pytest.mark.parametrize("field", ["mode", "engine", "cache", "metadata"])
async def test_a_check_takes_no_fields_of_a_rewrite(client: Client, field: str) -> None:
    """A field that would change nothing is refused rather than passed over."""
    answer = await client.post("/check", json={"draft": "a", field: None})
    assert answer.json()["errors"][0] == {
        "pointer": f"/{field}",
        "code": "unknown_field",
        "detail": "This field does not belong here.",
    }


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
@pytest.mark.parametrize("path", ["/check", "/rewrite"])
async def test_only_posts_are_taken(client: Client, path: str, method: str) -> None:
    """Another method is 405 and says which is right."""
    answer = await client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert answer.headers["content-type"] == PROBLEM


@pytest.mark.parametrize("path", ["/check", "/rewrite"])
async def test_a_mistake_of_ours_is_a_500_without_words(path: str) -> None:
    """The caller gets the request id, the log gets the place, nobody gets the message."""
    bench = Bench(FakeCoach(fails=RuntimeError("canary-words")))
    async with AsyncTestClient(bench.app) as client:
        answer = await client.post(path, json={"draft": "a"}, headers={"x-request-id": "trace-7"})
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert answer.json()["request_id"] == "trace-7"
    assert "canary" not in answer.text
    logged, line = bench.log_lines()
    assert (logged["event"], logged["request_id"], logged["exception"]) == (
        "exception",
        "trace-7",
        "RuntimeError",
    )
    assert any("tests/kit/app.py" in place for place in logged["stack"])
    assert (line["event"], line["status"], line["level"]) == ("request", 500, "error")
    assert b"canary" not in bench.log()


async def test_an_error_that_should_have_stayed_inside_is_a_500() -> None:
    """A failure of model or store that escapes the flow is ours, and shows nothing."""
    bench = Bench(FakeCoach(fails=CoachError("canary-words")))
    async with AsyncTestClient(bench.app) as client:
        answer = await client.post("/rewrite", json={"draft": "a"})
    assert (answer.status_code, "canary" in answer.text) == (500, False)


async def test_beyond_the_slots_work_is_refused_at_once() -> None:
    """With every slot taken, another rewrite is 503 with Retry-After, while checks and health go on."""
    entered, leave = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        entered.set()
        await leave.wait()

    bench = Bench(FakeCoach(before_rewrite=wait), max_in_flight=1)
    # The test client serves from a loop of its own; events are shared within one.
    transport = httpx.ASGITransport(bench.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://coach") as client:
        first = asyncio.create_task(client.post("/rewrite", json={"draft": "a"}))
        await asyncio.wait_for(entered.wait(), 5)
        refused = await client.post("/rewrite", json={"draft": "a"})
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert int(refused.headers["retry-after"]) >= 1
        assert (await client.post("/check", json={"draft": "a"})).status_code == 200
        assert (await client.get("/health/ready")).status_code == 200
        assert "coach_in_flight 1.0" in (await client.get("/metrics")).text
        leave.set()
        assert (await first).status_code == 200
        assert (await client.post("/rewrite", json={"draft": "a"})).status_code == 200
    bench.lines.close()


async def test_a_request_is_logged_once_by_its_template(client: Client, bench: Bench) -> None:
    """One line per request with the route's template; path parameters and query never show."""
    await client.post("/check?token=canary", json={"draft": "a"})
    await client.get("/policy/rules/canary?x=canary")
    await client.get("/canary")
    lines = bench.log_lines()
    assert [line["route"] for line in lines] == ["/check", "/policy/rules/{id}", "(none)"]
    assert [line["status"] for line in lines] == [200, 404, 404]
    assert b"canary" not in bench.log()


async def test_the_coach_starts_and_ends_with_the_server(bench: Bench) -> None:
    """Stores are connected before the first request and let go of after the last."""
    async with AsyncTestClient(bench.app):
        assert bench.coach.started
        assert not bench.coach.closed
    assert bench.coach.closed
