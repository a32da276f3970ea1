"""The order of the steps: what is asked of whom, what may leave, and what the answer says of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from service.core.results import Attempt, Caller, Checked, Draft, Rewrite
from service.errors import ModelError, ModelMisconfigured, ModelUnavailable, NoModel, UnknownScenario
from service.flow.rewrite import Done, steps
from service.ports import CachedText, Landed
from tests.kit.memory_ports import MemoryFlights
from tests.kit.memory_service import CALLER, GOOD, PROMPTS, RUDE, MemoryService
from tests.kit.policies import POLICY


def outcomes(answer: Rewrite) -> list[tuple[str, str, tuple[str, ...]]]:
    """Engine, outcome and reason codes of each attempt."""
    return [(a.engine, a.outcome, tuple(reason.code for reason in a.reasons)) for a in answer.attempts]


async def test_a_good_reply_is_delivered_kept_and_told() -> None:
    """The model's reply leaves unmasked, with the report on it, the facts kept, and the cache filled."""
    bench = MemoryService()
    answer = await bench.rewrite()
    assert answer.text == "您好，订单SF1234567890还没到，请您留意，我帮您查询。"
    assert (answer.status, answer.engine, answer.cache, answer.model) == ("rewritten", "model", "miss", "m1")
    assert outcomes(answer) == [("model", "accepted", ())]
    assert answer.after is not None
    assert answer.after.verdict == "pass"
    assert [(fact.text, fact.kept) for fact in answer.facts if fact.kind == "tracking_number"] == [
        ("SF1234567890", True)
    ]
    assert len(bench.cache.puts) == 1
    assert bench.flights.leads[0].landed == [CachedText(GOOD, "m1")]


async def test_nothing_personal_goes_to_the_model_or_the_cache() -> None:
    """What the mask hides stands in no message and in no stored value."""
    bench = MemoryService(says=("您好，订单[TRACKING_1]我帮您查询，电话[PHONE_1]我已记录。",))
    answer = await bench.rewrite(
        Draft("别催，订单SF1234567890，电话13812345678已记录，自己看。", customer_message="我是13998765432")
    )
    sent = "".join(message.content for call in bench.model.calls for message in call.messages)
    kept = "".join(value.text for value in bench.cache.values.values())
    for secret in ("SF1234567890", "13812345678", "13998765432"):
        assert secret not in sent
        assert secret not in kept
    assert answer.text is not None
    assert "13998765432" not in answer.text


async def test_a_hit_is_verified_and_asks_nobody() -> None:
    """The second time the text comes from the cache: no call, no attempts, no tokens."""
    bench = MemoryService()
    first = await bench.rewrite()
    second = await bench.rewrite()
    assert (second.text, second.cache, second.engine, second.model) == (first.text, "hit", "model", "m1")
    assert (second.attempts, second.usage.input_tokens, len(bench.model.calls)) == ((), 0, 1)


@pytest.mark.parametrize(
    "kept",
    [
        "您好，保证今天到，订单[TRACKING_1]。",
        "您好，我帮您查询。",
        "你催什么催，[TRACKING_1]",
        "[TRACKING_2]",
    ],
)
async def test_a_cached_text_that_fails_verification_is_a_miss(kept: str) -> None:
    """A cached text that no longer keeps the promise never leaves."""
    bench = MemoryService()
    await bench.rewrite()
    key = bench.cache.puts[0]
    bench.cache.values[key] = CachedText(kept, "m1")
    answer = await bench.rewrite()
    assert (answer.cache, answer.status) == ("miss", "rewritten")
    assert len(bench.model.calls) == 2


async def test_a_bad_reply_is_repaired_with_its_reasons() -> None:
    """The reasons of a rejection go back to the model; the second reply is delivered."""
    bench = MemoryService(says=("您好，我们保证今天送到，订单[TRACKING_1]。", GOOD))
    answer = await bench.rewrite()
    assert [outcome for _, outcome, _ in outcomes(answer)] == ["rejected", "accepted"]
    assert "commitment_invented" in outcomes(answer)[0][2]
    repair = bench.model.calls[1].messages
    assert [message.role for message in repair] == ["system", "user"]
    assert "保证今天送到" in repair[-1].content
    assert answer.text is not None
    assert "保证" not in answer.text


async def test_at_most_two_repairs_then_the_phrasebook() -> None:
    """A model that never obeys is asked three times; then the phrasebook answers or a person must."""
    bench = MemoryService(says=("不知道，[TRACKING_1]",))
    answer = await bench.rewrite()
    assert len(bench.model.calls) == 3
    assert [engine for engine, _, _ in outcomes(answer)] == ["model", "model", "model", "phrasebook"]
    assert answer.engine != "model"
    assert bench.cache.puts == []
    assert bench.flights.leads[0].landed == [None]


@pytest.mark.parametrize("failure", [ModelUnavailable(), ModelMisconfigured("wrong key")])
async def test_a_failing_model_is_never_the_callers_error(failure: ModelError) -> None:
    """When the model fails, the phrasebook answers and the attempts say why."""
    bench = MemoryService(says=(failure,))
    answer = await bench.rewrite()
    assert outcomes(answer)[0] == ("model", "failed", (failure.code,))
    assert outcomes(answer)[-1][0] == "phrasebook"
    assert answer.status in {"rewritten", "needs_review"}
    assert bench.cache.puts == []


async def test_the_deadline_holds_repairs_included() -> None:
    """Slow replies eat the budget: no call begins that could not end within the deadline."""
    bench = MemoryService(says=("不知道，[TRACKING_1]",), takes_s=3.5)
    begun = bench.clock.now
    await bench.rewrite()
    assert bench.clock.now - begun <= 8.0
    assert len(bench.model.calls) <= 3


async def test_where_no_engine_keeps_the_promise_a_person_must_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any text that may leave, there is none: the findings are there to act on."""
    monkeypatch.setattr("service.core.phrasebook.candidates", lambda *_: iter(["保证明天到"]))
    answer = await MemoryService(models=()).rewrite()
    assert (answer.status, answer.text, answer.after, answer.engine) == ("needs_review", None, None, "none")
    assert answer.before.findings
    assert outcomes(answer)[0][:2] == ("phrasebook", "rejected")


async def test_a_plainer_text_of_the_phrasebook_takes_the_place_of_one_that_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second candidate leaves when the first may not; it is one attempt, and the fourth is never looked at."""
    offered: list[str] = []

    def candidates(*_: object) -> Iterator[str]:
        for text in ("保证明天到", "保证后天到", GOOD, "保证下周到"):
            offered.append(text)
            yield text

    monkeypatch.setattr("service.core.phrasebook.candidates", candidates)
    answer = await MemoryService(models=()).rewrite()
    assert (answer.text, answer.engine) == (GOOD.replace("[TRACKING_1]", "SF1234567890"), "phrasebook")
    assert [attempt.outcome for attempt in answer.attempts] == ["accepted"]
    assert offered == ["保证明天到", "保证后天到", GOOD]


async def test_without_a_model_the_phrasebook_works_alone() -> None:
    """No model configured: no cache, no flight, no prompt; the phrasebook answers."""
    bench = MemoryService(models=())
    answer = await bench.rewrite()
    assert (answer.cache, answer.model, answer.prompt_version) == ("bypass", None, None)
    assert bench.cache.gets == []
    assert bench.flights.leads == []


async def test_insisting_on_a_model_that_is_not_there_is_the_callers_mistake() -> None:
    """`engine: model` without a model raises NoModel."""
    with pytest.raises(NoModel):
        await MemoryService(models=()).rewrite(engine="model")


async def test_an_unknown_scenario_lists_the_known_ones() -> None:
    """A scenario that the policy does not hold raises UnknownScenario."""
    with pytest.raises(UnknownScenario):
        await MemoryService().rewrite(scenario="no-such-thing")


async def test_minimal_leaves_a_passing_draft_alone() -> None:
    """A draft that passes is not touched in minimal mode, and nobody is asked."""
    bench = MemoryService()
    answer = await bench.rewrite(Draft("您好，我帮您查询一下。"), mode="minimal")
    assert (answer.status, answer.engine, answer.text) == ("unchanged", "none", "您好，我帮您查询一下。")
    assert answer.after == answer.before
    assert (answer.changes, answer.attempts, bench.model.calls) == ((), (), [])


async def test_a_draft_that_is_not_chinese_is_left_alone() -> None:
    """What the policy cannot judge is not rewritten."""
    bench = MemoryService()
    answer = await bench.rewrite(Draft("Your parcel is on its way."))
    assert (answer.status, bench.model.calls) == ("unchanged", [])


@pytest.mark.parametrize(
    ("cache", "state", "gets", "puts"), [("bypass", "bypass", 0, 0), ("refresh", "miss", 0, 1)]
)
async def test_bypass_and_refresh_never_join(cache: Any, state: str, gets: int, puts: int) -> None:
    """Bypass leaves the cache alone, refresh only writes; neither joins another's flight."""
    bench = MemoryService()
    answer = await bench.rewrite(cache=cache)
    assert (answer.cache, len(bench.cache.gets), len(bench.cache.puts)) == (state, gets, puts)
    assert bench.flights.leads == []


async def test_a_follower_takes_the_outcome_of_the_flight() -> None:
    """A follower delivers the leader's text without a call of its own."""
    bench = MemoryService(flights=MemoryFlights(Landed(CachedText(GOOD, "m1"))))
    answer = await bench.rewrite()
    assert (answer.cache, answer.engine, len(bench.model.calls)) == ("miss", "model", 0)
    assert (outcomes(answer), answer.usage.input_tokens) == ([("model", "accepted", ())], 0)


async def test_a_follower_of_a_flight_without_text_uses_the_phrasebook() -> None:
    """When the shared call brought nothing, a follower does not call again."""
    bench = MemoryService(flights=MemoryFlights(Landed(None)))
    answer = await bench.rewrite()
    assert outcomes(answer)[0] == ("model", "failed", ("unavailable",))
    assert (answer.engine, len(bench.model.calls)) != ("model", 1)


async def test_a_lead_is_given_up_when_the_request_is_abandoned() -> None:
    """Leaving in the midst of a call releases the lead, so that a follower takes over."""
    bench = MemoryService(says=("不知道，[TRACKING_1]",))
    events = steps(RUDE, CALLER, POLICY, PROMPTS, bench.ports, 8.0)
    seen = [await anext(events), await anext(events)]
    assert [type(event) for event in seen] == [Checked, Attempt]
    await events.aclose()
    lead = bench.flights.leads[0]
    assert (lead.landed, lead.released) == ([], 1)


async def test_events_come_in_order_and_end_with_done() -> None:
    """The report comes first, each attempt as it ends, the answer last."""
    bench = MemoryService(says=("保证今天到，[TRACKING_1]", GOOD))
    kinds = [type(event) async for event in steps(RUDE, CALLER, POLICY, PROMPTS, bench.ports, 8.0)]
    assert kinds == [Checked, Attempt, Attempt, Done]


CHANGES: dict[str, Callable[[], tuple[Draft, Caller]]] = {
    "tenant": lambda: (RUDE, replace(CALLER, tenant="other")),
    "secret": lambda: (RUDE, replace(CALLER, secret=b"another")),
    "draft": lambda: (replace(RUDE, text=RUDE.text + "吧"), CALLER),
    "script": lambda: (replace(RUDE, text=RUDE.text.replace("订单", "訂單")), CALLER),
    "customer": lambda: (replace(RUDE, customer_message="快点"), CALLER),
    "channel": lambda: (replace(RUDE, channel="email"), CALLER),
    "stage": lambda: (replace(RUDE, stage="closing"), CALLER),
    "mode": lambda: (replace(RUDE, mode="minimal"), CALLER),
    "title": lambda: (replace(RUDE, title="女士"), CALLER),
    "surname known": lambda: (replace(RUDE, surname="张"), CALLER),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_whatever_could_change_the_answer_is_in_the_key(what: str) -> None:
    """Requests that differ in anything that counts never share a cached text."""
    bench = MemoryService()
    await bench.rewrite()
    draft, caller = CHANGES[what]()
    await bench.rewrite(draft, caller)
    assert bench.cache.gets[0] != bench.cache.gets[-1]


async def test_what_is_masked_is_not_in_the_key() -> None:
    """The same draft about another parcel is the same question to the model."""
    bench = MemoryService()
    await bench.rewrite()
    other = await bench.rewrite(replace(RUDE, text=RUDE.text.replace("SF1234567890", "SF9876543210")))
    assert (other.cache, other.text) == ("hit", "您好，订单SF9876543210还没到，请您留意，我帮您查询。")
