"""Retry, fallback, breaker and budget, on a clock that the test moves."""

import asyncio
import random
from collections.abc import Callable
from contextlib import aclosing
from itertools import pairwise

import pytest

from service.core.messages import Message
from service.core.results import Attempt
from service.errors import (
    ModelError,
    ModelMisconfigured,
    ModelRateLimited,
    ModelReplyInvalid,
    ModelTimeout,
    ModelUnavailable,
)
from service.flow.attempts import LEAST_CALL_S, RESERVE_S, Attempts, Budget
from service.flow.breaker import LONGEST_REST_S
from service.ports import ModelCall, ModelDelta, ModelReply
from tests.kit.asking import ask
from tests.kit.fake_clock import FakeClock
from tests.kit.scripted_model import Outcome, ScriptedModel

MESSAGES = (Message("user", "不知道"),)
DEADLINE_S = 8.0
Play = Callable[[ModelCall, int], Outcome]


def always(outcome: Outcome) -> Play:
    """The same outcome for every call."""
    return lambda _call, _index: outcome


def in_turn(*outcomes: Outcome) -> Play:
    """One outcome a call; the last one for ever."""
    return lambda _call, index: outcomes[min(index, len(outcomes) - 1)]


def by_model(**outcomes: Outcome) -> Play:
    """One outcome for each model."""
    return lambda call, _index: outcomes[call.model]


class Bench:
    """Attempts over a scripted model, with shorthands."""

    def __init__(self, play: Play, *models: str, takes_s: float = 0.0) -> None:
        self.clock = FakeClock()
        self.model = ScriptedModel(play, self.clock, takes_s)
        self.attempts = Attempts(self.model, models or ("a",), self.clock)

    def budget(self, deadline_s: float = DEADLINE_S) -> Budget:
        """A request's budget that begins now."""
        return Budget(self.clock.now + deadline_s)

    async def ask(self, budget: Budget | None = None) -> tuple[str | None, list[str]]:
        """The text, and the codes of the failed attempts in order."""
        reply, failed = await ask(self.attempts, MESSAGES, 0.3, 100, budget or self.budget())
        assert all(attempt.outcome == "failed" and attempt.engine == "model" for attempt in failed)
        return reply.text if reply else None, [attempt.reasons[0].code for attempt in failed]

    @property
    def called(self) -> list[str]:
        """The models called, in order."""
        return [call.model for call in self.model.calls]


async def test_one_call_when_all_is_well() -> None:
    """A good model is called once, with what was asked and all the time there is but the phrasebook's share."""
    bench = Bench(always("您好"))
    assert await bench.ask() == ("您好", [])
    (call,) = bench.model.calls
    assert (call.model, call.messages, call.temperature, call.max_tokens) == ("a", MESSAGES, 0.3, 100)
    assert call.timeout_s == pytest.approx(DEADLINE_S - RESERVE_S)
    assert bench.attempts.state == "up"


async def test_no_model() -> None:
    """Without a model there is no reply, no attempt and no delay; the state says none."""
    attempts = Attempts(None, ("a",), FakeClock())
    assert await ask(attempts, MESSAGES, 0.3, 100, Budget(1008.0)) == (None, ())
    assert attempts.state == "none"


@pytest.mark.parametrize(
    "failure",
    [
        ModelUnavailable(), ModelUnavailable(code="connection"), ModelReplyInvalid(code="malformed"),
        ModelRateLimited(),
    ],
)  # fmt: skip
async def test_a_blip_is_retried_once(failure: ModelError) -> None:
    """One passing failure costs the caller a short pause and nothing else."""
    bench = Bench(in_turn(failure, "您好"))
    assert await bench.ask() == ("您好", [failure.code])
    assert len(bench.clock.sleeps) == 1
    assert 0.03 <= bench.clock.sleeps[0] <= 0.15
    assert bench.attempts.counters.retries == 1


@pytest.mark.parametrize(
    "failure",
    [
        ModelMisconfigured(), ModelTimeout(), ModelReplyInvalid(code="truncated"),
        ModelReplyInvalid(code="too_large"),
    ],
)  # fmt: skip
async def test_what_a_retry_cannot_help_is_not_retried(failure: ModelError) -> None:
    """A wrong key, a spent deadline and an answer that will come out the same are asked for once."""
    bench = Bench(always(failure))
    assert await bench.ask() == (None, [failure.code])
    assert len(bench.model.calls) == 1
    assert bench.clock.sleeps == []


async def test_two_calls_at_most_for_a_request_that_fails() -> None:
    """A request whose calls all fail makes two of them, whatever its budget and however often it asks (R17)."""
    bench = Bench(always(ModelUnavailable()))
    budget = bench.budget()
    assert await bench.ask(budget) == (None, ["unavailable", "unavailable"])
    assert await bench.ask(budget) == (None, ["unavailable"])
    assert budget.spares_left == 0


async def test_four_calls_at_most_for_a_request() -> None:
    """One call, one retry and two repairs: a fifth call is never made."""
    bench = Bench(in_turn(ModelUnavailable(), "您好"))
    budget = bench.budget()
    for _ in range(6):
        await bench.ask(budget)
    assert len(bench.model.calls) == 4
    assert await bench.ask(budget) == (None, [])


@pytest.mark.parametrize("asked_s", [0.0, 1.0, 5.0])
async def test_retry_after_is_obeyed(asked_s: float) -> None:
    """The second call never comes before the server wants it, and comes if it fits in the deadline (R16)."""
    bench = Bench(in_turn(ModelRateLimited(retry_after_s=asked_s), "您好"))
    assert await bench.ask() == ("您好", ["rate_limited"])
    first, second = bench.model.begun
    assert asked_s <= second - first <= asked_s + 0.2


@pytest.mark.parametrize("asked_s", [7.8, 100.0, 9999.0, 1e12])
async def test_retry_after_beyond_the_deadline_is_the_phrasebook_at_once(asked_s: float) -> None:
    """A server that asks for more time than there is costs no wait at all (R16)."""
    bench = Bench(always(ModelRateLimited(retry_after_s=asked_s)))
    begun = bench.clock.now
    assert await bench.ask() == (None, ["rate_limited"])
    assert bench.clock.now == begun


async def test_retry_after_of_a_busy_server_counts_too() -> None:
    """A 503 with `Retry-After` is obeyed like a 429."""
    bench = Bench(in_turn(ModelUnavailable(retry_after_s=2.0), "您好"))
    await bench.ask()
    assert bench.model.begun[1] - bench.model.begun[0] >= 2.0


@pytest.mark.parametrize(
    "failure",
    [ModelUnavailable(), ModelRateLimited(retry_after_s=100.0), ModelMisconfigured(), ModelReplyInvalid()],
)
async def test_the_next_model_takes_over(failure: ModelError) -> None:
    """With a second model configured, whatever ails the first costs no wait."""
    bench = Bench(by_model(a=failure, b="您好"), "a", "b")
    assert await bench.ask() == ("您好", [failure.code])
    assert bench.called == ["a", "b"]
    assert sum(bench.clock.sleeps) == 0.0


async def test_a_repair_goes_to_the_model_that_answered() -> None:
    """A model that failed in this request is not asked again while another answers."""
    bench = Bench(by_model(a=ModelUnavailable(), b="您好"), "a", "b")
    budget = bench.budget()
    await bench.ask(budget)
    assert await bench.ask(budget) == ("您好", [])
    assert bench.called == ["a", "b", "b"]


async def test_the_breaker_opens_at_five_failures_in_a_row() -> None:
    """After five failures in a row requests are answered at once, with `breaker_open` as the reason (R1)."""
    bench = Bench(always(ModelTimeout()))
    for _ in range(5):
        assert await bench.ask() == (None, ["timeout"])
    begun = bench.clock.now
    for _ in range(1000):
        assert await bench.ask() == (None, ["breaker_open"])
    assert len(bench.model.calls) == 5
    assert bench.clock.now == begun
    assert (bench.attempts.state, bench.attempts.breaker_openings) == ("open", 1)
    assert bench.attempts.counters.failures == {"timeout": 5, "breaker_open": 1000}


async def test_one_probe_every_five_seconds() -> None:
    """An open breaker lets at most one call through in any five seconds, until one is answered (R1)."""
    bench = Bench(always(ModelTimeout()))
    for _ in range(600):
        await bench.ask()
        bench.clock.now += 0.1
    probes = bench.model.begun[5:]
    assert 10 <= len(probes) <= 12
    assert all(later - earlier >= 5.0 for earlier, later in pairwise(probes))
    bench.model.play = always("您好")
    bench.clock.now += 5.0
    assert await bench.ask() == ("您好", [])
    assert await bench.ask() == ("您好", [])
    assert bench.attempts.state == "up"


async def test_many_at_once_make_one_probe() -> None:
    """However many requests arrive when a probe is due, one of them makes it."""
    bench = Bench(always(ModelTimeout()))
    for _ in range(5):
        await bench.ask()
    bench.clock.now += 5.0
    await asyncio.gather(*(bench.ask() for _ in range(200)))
    assert len(bench.model.calls) == 6


async def test_a_success_between_keeps_the_breaker_closed() -> None:
    """Four failures, one success, again and again: never five in a row, so nobody is turned away."""
    bench = Bench(lambda _call, index: "您好" if index % 5 == 4 else ModelTimeout())
    for _ in range(50):
        await bench.ask()
    assert len(bench.model.calls) == 50
    assert bench.attempts.breaker_openings == 0


async def test_the_breaker_rests_as_long_as_the_server_asks() -> None:
    """While open, no probe comes before `Retry-After`; hours are cut to five minutes."""
    bench = Bench(always(ModelRateLimited(retry_after_s=9999.0)))
    for _ in range(5):
        await bench.ask()
    bench.clock.now += LONGEST_REST_S - 1.0
    assert await bench.ask() == (None, ["breaker_open"])
    bench.clock.now += 1.0
    assert await bench.ask() == (None, ["rate_limited"])


async def test_misconfigured_closes_that_model_only() -> None:
    """A wrong model name costs one call, then the next model is asked first; the other breaker stays closed (R25)."""
    bench = Bench(by_model(a=ModelMisconfigured(), b="您好"), "a", "b")
    assert await bench.ask() == ("您好", ["misconfigured"])
    for _ in range(100):
        assert await bench.ask() == ("您好", [])
    assert bench.called == ["a"] + ["b"] * 101
    assert bench.attempts.state == "up"
    assert not bench.attempts.breakers["b"].is_open


async def test_a_cancelled_call_counts_for_nothing() -> None:
    """Callers who leave do not open the breaker, and a probe that is cancelled is simply made again later."""
    bench = Bench(always(ModelTimeout()))
    forever = asyncio.Event()

    async def hang(_call: ModelCall) -> ModelReply:
        await forever.wait()
        raise AssertionError

    bench.model.instead = hang
    for _ in range(10):
        task = asyncio.create_task(bench.ask())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert not bench.attempts.breakers["a"].is_open
    bench.model.instead = None
    assert await bench.ask() == (None, ["timeout"])


async def test_total_failure_costs_a_tenth_more() -> None:
    """With every call failing at once, 1000 requests make at most 1100 calls (R17)."""
    bench = Bench(always("您好"))

    async def fail_later(_call: ModelCall) -> ModelReply:
        await asyncio.sleep(0.001)
        raise ModelUnavailable

    bench.model.instead = fail_later
    # All calls are in flight before the first fails: the breaker alone would not help.
    bench.attempts.breakers["a"].fail = lambda *_, **__: None  # type: ignore[method-assign]
    await asyncio.gather(*(bench.ask() for _ in range(1000)))
    assert 1000 < len(bench.model.calls) <= 1100


async def test_retries_are_a_tenth_of_the_calls_of_any_minute() -> None:
    """Whatever fails when, retries stay within a tenth of the last minute's first calls, or three (R17)."""
    dice = random.Random(7)
    bench = Bench(lambda _call, _index: ModelUnavailable() if dice.random() < 0.4 else "您好")
    seconds: list[tuple[float, bool]] = []
    for _ in range(3000):
        budget = bench.budget()
        before = len(bench.model.calls)
        await bench.ask(budget)
        seconds += [(at, i > 0) for i, at in enumerate(bench.model.begun[before:])]
        bench.clock.now += dice.random() * 0.4
    granted = [at for at, retry in seconds if retry]
    assert len(granted) > 100
    for at in granted[:: len(granted) // 100]:
        # A retry is granted just before its pause: the window may hold one from before its edge.
        window = [retry for when, retry in seconds if at - 60.0 < when <= at]
        assert sum(window) <= max(3, 0.1 * window.count(False)) + 1


@pytest.mark.parametrize("takes_s", [0.1, 2.0, 3.0, 7.9, 60.0])
async def test_the_deadline_is_never_overrun(takes_s: float) -> None:
    """However long calls take and whatever they end in, the request's time is not exceeded (R18)."""
    for failure in (ModelUnavailable(), ModelRateLimited(retry_after_s=3.0), ModelTimeout()):
        bench = Bench(always(failure), "a", "b", takes_s=takes_s)
        budget = bench.budget()
        for _ in range(4):
            await bench.ask(budget)
        assert bench.clock.now <= budget.deadline - RESERVE_S + 1e-6
        assert all(call.timeout_s >= LEAST_CALL_S for call in bench.model.calls)


async def test_no_call_without_time() -> None:
    """With the deadline gone no call is made and no reason is made up."""
    bench = Bench(always("您好"))
    assert await bench.ask(bench.budget(LEAST_CALL_S)) == (None, [])
    assert bench.model.calls == []


async def test_a_failed_attempt_tells_how_long_it_took() -> None:
    """An attempt carries the model, the code and the milliseconds of its call."""
    bench = Bench(always(ModelTimeout("late")), takes_s=2.0)
    _, (attempt,) = await ask(bench.attempts, MESSAGES, 0.3, 100, bench.budget())
    assert (attempt.model, attempt.reasons[0].code, attempt.reasons[0].detail) == ("a", "timeout", "late")
    assert attempt.elapsed_ms == pytest.approx(2000.0)


async def test_a_stream_that_breaks_is_withdrawn_and_begun_anew() -> None:
    """In a stream the failed attempt comes after its pieces, then the new reply's pieces, then the reply."""
    bench = Bench(in_turn(ModelUnavailable(code="connection"), "您好"))
    async with aclosing(bench.attempts.run(MESSAGES, 0.3, 100, bench.budget(), stream=True)) as items:
        kinds = [type(item) async for item in items]
    assert kinds == [ModelDelta, Attempt, ModelDelta, ModelDelta, ModelReply]


async def test_leaving_a_stream_hangs_up() -> None:
    """A listener who leaves in the midst of a stream ends the call behind it (R27)."""
    bench = Bench(always("您好"))
    async with aclosing(bench.attempts.run(MESSAGES, 0.3, 100, bench.budget(), stream=True)) as items:
        async for _ in items:
            break
    assert bench.model.closed_early == 1


async def test_state_is_down_after_a_failure_and_up_after_a_success() -> None:
    """Readiness tells `down` as soon as the only model's last call failed, before the breaker opens."""
    bench = Bench(in_turn(ModelTimeout(), "您好"))
    states = []
    for _ in range(2):
        await bench.ask()
        states.append(bench.attempts.state)
    assert states == ["down", "up"]


async def test_a_mistake_in_our_code_is_not_an_attempt() -> None:
    """What is no `ModelError` is a defect and comes out as it is."""
    bench = Bench(always("您好"))

    async def defect(_call: ModelCall) -> ModelReply:
        raise ZeroDivisionError

    bench.model.instead = defect
    with pytest.raises(ZeroDivisionError):
        await bench.ask()
