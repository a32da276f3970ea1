"""`POST /rewrite` with `Accept: text/event-stream`, as a chat tool reads it."""

from collections.abc import AsyncIterator

import pytest
from litestar.testing import AsyncTestClient

from service.errors import UnknownScenario
from service.web.answers import CheckOut, RewriteOut
from service.web.app import CoachApp
from tests.kit.app import Bench, FakeCoach
from tests.kit.events import read_events

Client = AsyncTestClient[CoachApp]
WANTS = {"accept": "text/event-stream"}


@pytest.fixture
def bench() -> Bench:
    """The application on fakes."""
    return Bench()


@pytest.fixture
async def client(bench: Bench) -> AsyncIterator[Client]:
    """A client of it."""
    async with AsyncTestClient(bench.app) as made:
        yield made


async def test_the_events_in_their_order(client: Client) -> None:
    """The check at once, sentences, each attempt, and last the whole answer of the contract; ids count up."""
    answer = await client.post("/rewrite", json={"draft": "不知道。"}, headers=WANTS)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"]
    events = read_events(answer.text)
    assert [event.name for event in events] == ["check", "segment", "attempt", "done"]
    assert [event.id for event in events] == ["1", "2", "3", "4"]
    check, segment, attempt, done = (event.data for event in events)
    assert CheckOut.model_validate(check).model_dump(mode="json") == check
    assert segment == {"attempt": 0, "index": 0, "text": "很抱歉。"}
    assert RewriteOut.model_validate(done).model_dump(mode="json") == done
    assert attempt == done["attempts"][0]


@pytest.mark.parametrize("accept", ["application/json", "*/*", "text/html"])
async def test_without_the_header_the_answer_is_json(client: Client, accept: str) -> None:
    """Only who asks for events gets them."""
    answer = await client.post("/rewrite", json={"draft": "不知道。"}, headers={"accept": accept})
    assert answer.headers["content-type"] == "application/json"


async def test_a_mistake_in_the_call_is_a_problem() -> None:
    """Before the first event a mistake has its status, as without events."""
    bench = Bench(FakeCoach(fails=UnknownScenario("Known are a, b.")))
    async with AsyncTestClient(bench.app) as client:
        answer = await client.post("/rewrite", json={"draft": "不知道。"}, headers=WANTS)
        blank = await client.post("/rewrite", json={"draft": " "}, headers=WANTS)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_scenario")
    assert (blank.status_code, blank.headers["content-type"]) == (400, "application/problem+json")


async def test_what_goes_wrong_later_is_the_last_event() -> None:
    """When the head is out a failure is an `error` event: a problem that tells nothing but its id, and it is logged."""
    bench = Bench(FakeCoach(breaks=RuntimeError("不知道 sk-secret")))
    async with AsyncTestClient(bench.app) as client:
        answer = await client.post("/rewrite", json={"draft": "不知道。"}, headers=WANTS)
    events = read_events(answer.text)
    assert [event.name for event in events] == ["check", "segment", "error"]
    assert events[-1].data["code"] == "internal"
    assert events[-1].data["request_id"] == answer.headers["x-request-id"]
    assert "secret" not in answer.text
    log = bench.stream.getvalue().decode()
    assert '"event":"error"' in log or "RuntimeError" in log
