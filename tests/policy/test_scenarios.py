"""The scenarios' cues against messages of customers: a scenario is shown when the words are sure, else none is."""

import json
from pathlib import Path

import pytest

from service.core import scenarios, suggesting
from service.core.checking import check
from service.core.phrasing import Scenario
from service.core.reading import read
from service.core.results import Channel, Draft, ScenarioMatch, Verdict
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
TONES = (
    "你们到底管不管！气死我了，马上给我解决！",
    "请问一下",
    "麻烦您帮我看看好吗，谢谢您",
)
CHANNELS: tuple[Channel, ...] = ("chat", "phone")


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
    ("corpus", "recall"), [("customers.jsonl", 0.95), ("customers_held_out.jsonl", 0.85)]
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


def test_each_scenario_is_measured_with_enough_messages() -> None:
    """A figure for a scenario rests on ten messages at least, a third of them set aside."""
    at_hand = [scenario for _, scenario in _messages("customers.jsonl")]
    aside = [scenario for _, scenario in _messages("customers_held_out.jsonl")]
    for one in {scenario for scenario in at_hand if scenario is not None}:
        number = at_hand.count(one) + aside.count(one)
        assert number >= 10, one
        assert 3 * aside.count(one) >= number, one


def _kinds(scenario: Scenario, channel: Channel) -> set[str]:
    draft = Draft(text="", scenario=scenario.id, channel=channel)
    given = [ScenarioMatch(scenario.id, "given", 1.0)]
    return {one.does for one in suggesting.proposals(default_policy(), draft, None, given)}


def test_suggestions_do_different_things() -> None:
    """With nothing known of company and agent, an agent may choose between ways on in each scenario, mostly three."""
    found = default_policy().files.scenarios
    kinds = {
        (one.id, channel): len(_kinds(one, channel))
        for one in found
        for channel in CHANNELS
        if not one.channel or channel in one.channel
    }
    assert min(kinds.values()) >= 2
    assert [where for where, number in kinds.items() if number < 3] == [("asks-employee-number", "phone")]


@pytest.mark.parametrize("message", TONES)
def test_a_reply_passes_whatever_the_tone_of_the_customer(message: str) -> None:
    """A reply of the manual may be sent to an angry, a plain and a polite customer alike, in a chat and by telephone."""
    policy = default_policy()
    failed = []
    for scenario in policy.files.scenarios:
        given = ScenarioMatch(scenario.id, "given", 1.0)
        for channel in scenario.channel or CHANNELS:
            for stage in (None, *scenario.stage):
                for reply in scenario.replies:
                    if "${" in reply.text or (reply.channel and channel not in reply.channel):
                        continue
                    draft = Draft(reply.text, customer_message=message, channel=channel, stage=stage)
                    if check(policy, read(draft, given, policy.company_known)).verdict is not Verdict.PASS:
                        failed.append((scenario.id, channel, stage, reply.text))
    assert failed == []
