"""The manual over HTTP: what a policy owner reads of the policy in force."""

from collections.abc import AsyncIterator

import pytest
from litestar.testing import AsyncTestClient

from service.web import manual_answers as shapes
from service.web.answers import Answer
from service.web.app import CoachApp
from tests.kit.app import STAMP, Bench

Client = AsyncTestClient[CoachApp]
STAMPED = {"name": STAMP.name, "version": STAMP.version}


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A client of the application on fakes."""
    async with AsyncTestClient(Bench().app) as made:
        yield made


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/policy", shapes.ManualOut),
        ("/policy/rules", shapes.RuleListOut),
        ("/policy/rules/forbidden.not-knowing", shapes.RuleOut),
        ("/policy/scenarios", shapes.ScenarioListOut),
        ("/policy/scenarios/cannot-answer-now", shapes.ScenarioDetailOut),
    ],
)
@pytest.mark.parametrize("query", ["", "?policy=default"])
async def test_the_manual_is_shown_as_documented(
    client: Client, path: str, shape: type[Answer], query: str
) -> None:
    """Each page of the manual has exactly the fields of the contract."""
    answer = await client.get(path + query)
    assert answer.status_code == 200
    assert shape.model_validate(answer.json()).model_dump(mode="json") == answer.json()
    assert answer.headers["cache-control"] == "no-store"


async def test_lists_say_which_policy_they_show(client: Client) -> None:
    """Rules and scenarios come with the version that they belong to, and with their sources."""
    rules = (await client.get("/policy/rules")).json()
    scenarios = (await client.get("/policy/scenarios")).json()
    assert rules["policy"] == scenarios["policy"] == STAMPED
    assert rules["rules"][0]["source"]["manual_id"] == "F024"


async def test_a_rule_shows_all_that_its_file_says(client: Client) -> None:
    """What a rule looks for and its own examples can be read without the files."""
    rule = (await client.get("/policy/rules/forbidden.not-knowing")).json()
    assert rule["check"] == {"kind": "phrase", "any": ["不知道"]}
    assert rule["examples"]["match"] == [{"text": "<<不知道>>。", "context": {}}]


@pytest.mark.parametrize("path", ["/policy/rules/13800138017", "/policy/scenarios/13800138017"])
async def test_an_unknown_id_is_not_repeated(client: Client, path: str) -> None:
    """404, without what was asked for: it may be anything."""
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "138" not in answer.text


async def test_an_unknown_policy_is_422(client: Client) -> None:
    """The known ones are listed; a pointer has no place where there is no body."""
    answer = await client.get("/policy/rules?policy=none")
    assert (answer.status_code, answer.json()["code"], answer.json()["errors"]) == (422, "unknown_policy", [])
