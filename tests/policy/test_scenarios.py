"""The scenarios' cues against messages of customers: a scenario is shown when the words are sure, else none is."""

import json
from pathlib import Path

import pytest

from service.core import scenarios
from service.core.phrasing import Scenario
from service.core.results import Draft
from tests.kit.default_policy import default_policy

CORPORA = Path(__file__).parents[1] / "corpora"
# What a call brings about on the agent's side, which no message of the customer tells.
CHOSEN_BY_ID = {
    "caller-audible-no-answer",
    "hold-request",
    "hold-return",
    "not-heard-ask-repeat",
    "silent-call",
    "transfer-brief-colleague",
    "wrong-department-internal-routing",
}
ENOUGH = 3


def _messages(name: str) -> list[tuple[str, str | None]]:
    """The messages of a corpus, each with its scenario or None."""
    lines = (CORPORA / name).read_text(encoding="utf-8").splitlines()
    return [(row["text"], row["scenario"]) for row in map(json.loads, lines)]


def _shown(message: str) -> str | None:
    found = scenarios.match(default_policy(), Draft(text="好的。"), message)
    return found.id if found else None


def _has_enough(scenario: Scenario) -> bool:
    return min(len(scenario.examples.match), len(scenario.examples.no_match)) >= ENOUGH


def test_each_scenario_has_its_own_messages() -> None:
    """Whoever edits a scenario's cues sees at once which messages must show it and which must not."""
    found = default_policy().files.scenarios
    assert {one.id for one in found if not one.cues} == CHOSEN_BY_ID
    assert [one.id for one in found if one.cues and not _has_enough(one)] == []


@pytest.mark.parametrize(
    ("corpus", "recall"), [("customers.jsonl", 0.95), ("customers_held_out.jsonl", 0.65)]
)
def test_a_scenario_that_is_shown_is_the_right_one(corpus: str, recall: float) -> None:
    """A reply for the wrong situation is worse than none: of the scenarios shown, nineteen in twenty are right."""
    pairs = [(_shown(message), scenario) for message, scenario in _messages(corpus)]
    shown = [right for found, right in pairs if found is not None]
    right = [found for found, right in pairs if found is not None and found == right]
    there = [right for _, right in pairs if right is not None]
    assert len(right) / len(shown) >= 0.95
    assert len(right) / len(there) >= recall


def test_each_scenario_that_a_message_can_show_is_in_the_corpus() -> None:
    """The figures speak of every situation that customers' words can show."""
    named = {scenario for _, scenario in _messages("customers.jsonl")}
    assert {one.id for one in default_policy().files.scenarios} - named == CHOSEN_BY_ID
