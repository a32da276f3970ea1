"""`POST /suggest` and `POST /feedback` over HTTP, as a chat tool sees them."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from service.errors import UnknownScenario
from service.web.answers import SuggestOut
from service.web.app import CoachApp
from tests.kit.app import Bench, FakeCoach
from tests.kit.events import read_events

Client = AsyncTestClient[CoachApp]
MESSAGE = {"customer_message": "我的包裹到哪了？"}


@pytest.fixture
def bench() -> Bench:
    """The application on fakes."""
    return Bench()


@pytest.fixture
async def client(bench: Bench) -> AsyncIterator[Client]:
    """A client of it."""
    async with AsyncTestClient(bench.app) as made:
        yield made


async def test_suggestions_answer_200_with_every_field(client: Client) -> None:
    """The whole answer of the contract, candidates with their cues."""
    answer = await client.post("/suggest", json=MESSAGE)
    assert answer.status_code == 200
    assert SuggestOut.model_validate(answer.json()).model_dump(mode="json") == answer.json()
    assert answer.json()["candidates"] == [{"id": "cannot-answer-now", "score": 0.8, "cues": ["到哪"]}]


async def test_the_context_reaches_the_coach(client: Client, bench: Bench) -> None:
    """What is known around the message stands beside it, not in a `context`."""
    turns = [{"role": "agent", "text": "您好。"}]
    await client.post(
        "/suggest",
        json={
            **MESSAGE, "history": turns, "channel": "phone", "stage": "middle", "scenario": "cannot-answer-now",
            "customer": {"surname": "张", "title": "先生"}, "agent": {"id": "7"}, "count": 1,
        },
    )  # fmt: skip
    draft, _ = bench.coach.drafts[0]
    assert (draft.text, draft.customer_message, draft.channel, draft.stage) == (
        "",
        "我的包裹到哪了？",
        "phone",
        "middle",
    )
    assert (draft.surname, draft.title, draft.agent_id, draft.scenario) == (
        "张",
        "先生",
        "7",
        "cannot-answer-now",
    )
    assert draft.history[0].text == "您好。"
    assert bench.coach.counts == [1]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/customer_message"),
        ({**MESSAGE, "count": 0}, "/count"),
        ({**MESSAGE, "count": 4}, "/count"),
        ({**MESSAGE, "draft": "好"}, "/draft"),
        ({**MESSAGE, "channel": "fax"}, "/channel"),
    ],
)
async def test_a_wrong_body_is_named(client: Client, body: dict[str, Any], pointer: str) -> None:
    """400 with a pointer to the mistake."""
    answer = await client.post("/suggest", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_body")
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


async def test_an_unknown_scenario_is_pointed_at() -> None:
    """It stands beside the message."""
    async with AsyncTestClient(Bench(FakeCoach(fails=UnknownScenario("Known are a."))).app) as client:
        answer = await client.post("/suggest", json={**MESSAGE, "scenario": "b"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_scenario")
    assert answer.json()["errors"][0]["pointer"] == "/scenario"


async def test_as_events_each_comes_alone_and_then_all(client: Client) -> None:
    """A chat tool shows the first reply before the last is made."""
    answer = await client.post("/suggest", json=MESSAGE, headers={"accept": "text/event-stream"})
    events = read_events(answer.text)
    assert [event.name for event in events] == ["suggestion", "done"]
    assert events[0].data == events[1].data["suggestions"][0]


async def test_feedback_is_counted_and_kept_nowhere(client: Client, bench: Bench) -> None:
    """The figure goes up, and the agent's words stand in no log line."""
    for action, sent in (("accepted", "rw_01"), ("edited", "sg_02"), ("edited", "sg_03")):
        answer = await client.post("/feedback", json={"id": sent, "action": action, "text": "不知道密码7788"})
        assert (answer.status_code, answer.json()) == (200, {"id": sent, "action": action})
    metrics = (await client.get("/metrics")).text
    assert 'coach_feedback_total{action="edited",of="suggestion"} 2.0' in metrics
    assert 'coach_feedback_total{action="accepted",of="rewrite"} 1.0' in metrics
    assert "7788" not in bench.stream.getvalue().decode()


@pytest.mark.parametrize(
    "body",
    [
        {"id": "rw_1"},
        {"id": "job_1", "action": "edited"},
        {"id": "rw_1", "action": "liked"},
        {"id": "rw_1", "action": "edited", "text": 7},
    ],
)
async def test_feedback_that_says_nothing_is_refused(client: Client, body: dict[str, Any]) -> None:
    """400, as for every body."""
    assert (
        await client.post("/feedback", content=json.dumps(body), headers={"content-type": "application/json"})
    ).status_code == 400
