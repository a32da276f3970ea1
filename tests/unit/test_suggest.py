"""Replies to a customer's message: which are offered, that each is proven, and when nothing is said."""

from typing import Any

import pytest

from service.core import scenarios, suggesting
from service.core.checking import check
from service.core.reading import read
from service.core.results import Draft, ScenarioMatch, Suggestion, Suggestions, Turn, Verdict
from service.errors import ModelUnavailable, UnknownScenario
from tests.kit.default_policy import default_policy
from tests.kit.memory_service import MemoryService

RUDE_AGENT = "你们客服态度太差了，我要投诉"


def _service(**how: Any) -> MemoryService:
    return MemoryService(policy=default_policy(), **how)


def replies(events: list[Suggestion | Suggestions]) -> list[Suggestion]:
    """Those that came alone."""
    return [event for event in events if isinstance(event, Suggestion)]


def whole(events: list[Suggestion | Suggestions]) -> Suggestions:
    """The whole answer, which comes last."""
    last = events[-1]
    assert isinstance(last, Suggestions)
    return last


async def test_without_a_model_the_scenario_answers() -> None:
    """A complaint gets the manual's own reply, with the scenario and its place in the manual."""
    answer = whole(await _service(models=()).suggest(RUDE_AGENT, channel="chat"))
    assert answer.scenario is not None
    assert answer.scenario.id == "complaint-agent-attitude"
    assert answer.suggestions
    assert answer.reason is None
    first = answer.suggestions[0]
    assert (first.engine, first.scenario) == ("phrasebook", "complaint-agent-attitude")
    assert first.source.document


async def test_no_two_do_the_same_and_none_is_worse_than_the_next() -> None:
    """An agent is offered choices, not wordings; the best comes first."""
    for scenario in default_policy().files.scenarios:
        answer = whole(await _service(models=()).suggest(None, scenario=scenario.id))
        acts = [one.does for one in answer.suggestions]
        scores = [one.score for one in answer.suggestions]
        assert len(acts) == len(set(acts)) <= 3
        assert scores == sorted(scores, reverse=True)


async def test_every_suggestion_passes_the_policy_in_its_context() -> None:
    """What is suggested could be sent as it stands, on every channel, in every scenario."""
    policy = default_policy()
    for scenario in policy.files.scenarios:
        for channel in ("chat", "phone"):
            context = Draft("", customer_message="请问一下", scenario=scenario.id, channel=channel)
            given = ScenarioMatch(scenario.id, "given", 1.0)
            for one in suggesting.proposals(policy, context, "请问一下", [given]):
                draft = Draft(one.text, customer_message="请问一下", scenario=scenario.id, channel=channel)
                report = check(policy, read(draft, scenarios.match(policy, draft, "请问一下")))
                assert report.verdict is Verdict.PASS, (
                    scenario.id,
                    one.text,
                    report.findings,
                    report.missing,
                )


@pytest.mark.parametrize("message", ["今天天气不错", "？？？", "12345", "嗯"])
async def test_silence_where_nothing_is_sure(message: str) -> None:
    """An empty list and its reason are better than a wrong script."""
    answer = whole(await _service(models=()).suggest(message))
    assert (answer.suggestions, answer.reason, answer.scenario) == ((), "low_confidence", None)


async def test_a_model_fits_the_reply_and_is_proven() -> None:
    """A model's version is taken when it keeps the promise, the scenario's own when it does not."""
    said = "张先生，您好，很抱歉我们的服务让您不愉快，请您原谅。请您说说具体情况，我会如实记录并反馈。"
    known = {"surname": "张", "title": "先生", "channel": "chat"}
    fitted = whole(
        await _service(says=(said.replace("张先生", "[SURNAME_1]先生"),)).suggest(RUDE_AGENT, 1, **known)
    )
    lied = whole(await _service(says=("您好，我们保证今天赔您300元。",)).suggest(RUDE_AGENT, 1, **known))
    gone = whole(await _service(says=(ModelUnavailable(code="connection"),)).suggest(RUDE_AGENT, 1, **known))
    assert (fitted.suggestions[0].engine, fitted.suggestions[0].text) == ("model", said)
    assert [one.engine for one in (*lied.suggestions, *gone.suggestions)] == ["phrasebook", "phrasebook"]
    assert "300" not in lied.suggestions[0].text
    assert {attempt.outcome for attempt in gone.attempts} >= {"failed"}


async def test_what_the_customer_demands_is_never_promised() -> None:
    """The message is no source: neither its sum nor its day stands in a reply."""
    events = await _service(models=()).suggest("今天必须赔我300元，不然我投诉你们客服态度")
    assert not any("300" in one.text or "今天" in one.text for one in replies(events))


async def test_traditional_in_traditional_out() -> None:
    """A customer who writes Traditional is answered so."""
    answer = whole(await _service(models=()).suggest("你們客服態度太差了，我要投訴"))
    assert answer.suggestions
    assert (
        "們" in answer.suggestions[0].text
        or "麼" in answer.suggestions[0].text
        or "並" in answer.suggestions[0].text
    )


async def test_a_message_in_the_field_of_a_name_is_no_name() -> None:
    """Whoever writes a promise into `surname` does not get it said."""
    answer = whole(
        await _service(models=()).suggest(
            None, scenario="opening-greeting", surname="赔您300元", title="先生"
        )
    )
    assert not any("300" in one.text for one in answer.suggestions)


async def test_the_last_turn_of_the_customer_stands_in() -> None:
    """Without a message the history has it."""
    turns = (Turn("customer", RUDE_AGENT),)
    assert whole(await _service(models=()).suggest(None, history=turns)).suggestions


async def test_an_unknown_scenario_is_a_mistake() -> None:
    """As everywhere."""
    with pytest.raises(UnknownScenario):
        await _service(models=()).suggest("你好", scenario="nowhere")
