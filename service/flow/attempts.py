"""Gets one reply out of the models, within a request's budget: retry, fallback models, breakers, deadline.

Every call that fails becomes an `Attempt`; whether a reply is any good is for the caller to find out.
"""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal, cast

from tenacity import AsyncRetrying, RetryCallState, retry_if_result, wait_random

from service.core.messages import Message
from service.core.results import Attempt, FailureCode, Reason
from service.errors import ModelError, ModelMisconfigured
from service.flow.breaker import Breaker, RetryBudget
from service.flow.model_items import items_of
from service.ports import ChatModel, Clock, ModelCall, ModelDelta, ModelReply

MAX_CALLS = 4
MAX_SPARES = 1
# What the phrasebook needs of the deadline when no model answers.
RESERVE_S = 0.05
# A call with less time than this would be paid for and lost.
LEAST_CALL_S = 0.25
# After these the same model may well answer; the others come out the same, or have used up the time.
_WORTH_A_RETRY = frozenset({"unavailable", "connection", "malformed", "rate_limited"})
_BACKOFF = wait_random(0.03, 0.15)


@dataclass(slots=True)
class Budget:
    """What one request may still spend; `deadline` is an instant of the monotonic clock."""

    deadline: float
    calls_left: int = MAX_CALLS
    spares_left: int = MAX_SPARES
    """Calls beyond the first after a failure: retries and fallbacks together."""
    failed: set[str] = field(default_factory=set)
    """Models that failed in this request and have not answered since; the others come first."""

    def left(self, clock: Clock) -> float:
        """Seconds that models may still take, 0.0 when none: the phrasebook's reserve is not theirs."""
        return max(self.deadline - RESERVE_S - clock.monotonic(), 0.0)


@dataclass(slots=True)
class Counters:
    """Plain counts since the start, for the telemetry."""

    calls: int = 0
    retries: int = 0
    """Of the calls, those made because another had failed, to the same model or the next."""
    failures: Counter[FailureCode] = field(default_factory=Counter)


class Attempts:
    """The models in order of preference; one for the process, shared by all requests.

    After a failure the next model takes over; where there is none, the same one is asked again if that can help,
    never before its `Retry-After`, and only if a call still fits behind the wait.
    """

    def __init__(self, model: ChatModel | None, models: tuple[str, ...], clock: Clock) -> None:
        self.models = models if model is not None else ()
        self.breakers = {name: Breaker() for name in self.models}
        self.counters = Counters()
        self.retries = RetryBudget()
        self.clock = clock
        self._model = model

    @property
    def state(self) -> Literal["up", "down", "none", "open"]:
        """For readiness: `open` when every breaker is, `down` when no model that may be called answered last."""
        if not self.models:
            return "none"
        closed = [breaker for breaker in self.breakers.values() if not breaker.is_open]
        if not closed:
            return "open"
        return "down" if all(breaker.failures for breaker in closed) else "up"

    @property
    def breaker_openings(self) -> int:
        """How often a breaker has opened."""
        return sum(breaker.openings for breaker in self.breakers.values())

    async def run(
        self,
        messages: tuple[Message, ...],
        temperature: float,
        max_tokens: int,
        budget: Budget,
        *,
        stream: bool,
    ) -> AsyncGenerator[ModelDelta | Attempt | ModelReply]:
        """One failed attempt for each call that came to nothing, then a whole reply, if there is one.

        With every breaker open that is one attempt, `breaker_open`, at once; with no model, or nothing left of the
        budget, there is neither. With `stream` the pieces of a reply come before it; an `Attempt` withdraws those of
        its call. Use `aclosing`, so that leaving early hangs up.
        """
        course = _Course(self, budget)
        retrying = AsyncRetrying(
            sleep=self.clock.sleep,
            retry=retry_if_result(course.may_go_on),
            wait=course.wait,
            stop=course.stop,
            # Out of means is an expected end: the attempts have said why.
            retry_error_callback=lambda _: None,
        )
        async for attempt in retrying:
            name, left = course.pick(), budget.left(self.clock)
            call = ModelCall(name or "", messages, temperature, max_tokens, left)
            failure: ModelError | None = None
            if name is None:
                if course.resting:
                    self.counters.failures["breaker_open"] += 1
                    yield _failed(self.models[0], "breaker_open", "The model is given a rest.", 0.0)
            else:
                begun = self.clock.monotonic()
                self._begin(name, budget, begun, first=course.name is None)
                course.name = name
                try:
                    async with aclosing(self._items(call, stream=stream)) as items:
                        async for item in items:
                            if isinstance(item, ModelReply):
                                self.breakers[name].succeed()
                                budget.failed.discard(name)
                            yield item
                except ModelError as error:
                    failure = error
                if failure is not None:
                    now = self.clock.monotonic()
                    code = self._note(name, failure, now)
                    budget.failed.add(name)
                    yield _failed(name, code, failure.detail, (now - begun) * 1000.0)
            attempt.retry_state.set_result(failure)

    async def _items(self, call: ModelCall, *, stream: bool) -> AsyncGenerator[ModelDelta | ModelReply]:
        """One call, either way."""
        if self._model is None:
            return
        if not stream:
            yield await self._model.complete(call)
            return
        async with aclosing(items_of(self._model, call)) as items:
            async for item in items:
                yield item

    def _begin(self, name: str, budget: Budget, now: float, *, first: bool) -> None:
        budget.calls_left -= 1
        self.breakers[name].begin(now)
        self.counters.calls += 1
        if first:
            self.retries.count(now)
        else:
            budget.spares_left -= 1
            self.counters.retries += 1

    def _note(self, name: str, failure: ModelError, now: float) -> FailureCode:
        """Count a failure; what comes back is its code."""
        # Nothing but somebody's hand mends a wrong key, address or name.
        at_once = isinstance(failure, ModelMisconfigured)
        self.breakers[name].fail(now, at_once=at_once, rest_s=failure.retry_after_s or 0.0)
        code = cast("FailureCode", failure.code)
        self.counters.failures[code] += 1
        return code


class _Course:
    """One run through the models: which comes next, after how long, and when it is over."""

    def __init__(self, attempts: Attempts, budget: Budget) -> None:
        self.name: str | None = None
        """The model called last in this run."""
        self._attempts = attempts
        self._budget = budget
        self._clock = attempts.clock

    @property
    def resting(self) -> bool:
        """Whether, with no model to pick, open breakers are all the reason."""
        return self.name is None and bool(self._attempts.models) and self._affordable(0.0)

    def pick(self) -> str | None:
        """The model to call now, those that failed in this request last; None when no call may be made."""
        if not self._affordable(0.0):
            return None
        ready = self._ready()
        return ready[0] if ready else None

    def may_go_on(self, failure: ModelError | None) -> bool:
        """Whether another call could help after a failure."""
        if failure is None or self.name is None:
            return False
        return self._another() or (failure.code in _WORTH_A_RETRY and self.name in self._ready())

    def wait(self, state: RetryCallState) -> float:
        """Seconds before the next call: none for another model, for the same one what its server asked for."""
        if self._another():
            return 0.0
        failure = state.outcome.result() if state.outcome else None
        asked = failure.retry_after_s if isinstance(failure, ModelError) else None
        return (asked or 0.0) + _BACKOFF(state)

    def stop(self, state: RetryCallState) -> bool:
        """Whether the means of the request or of the process do not allow the next call."""
        if not self._budget.spares_left or not self._affordable(state.upcoming_sleep):
            return True
        return not self._attempts.retries.take(self._clock.monotonic())

    def _affordable(self, wait_s: float) -> bool:
        return self._budget.calls_left > 0 and self._budget.left(self._clock) >= wait_s + LEAST_CALL_S

    def _another(self) -> bool:
        """Whether a model that has not failed in this request may be called."""
        return any(name not in self._budget.failed for name in self._ready())

    def _ready(self) -> list[str]:
        """The models whose breakers let a call through, those that failed in this request last."""
        now, breakers = self._clock.monotonic(), self._attempts.breakers
        ready = [name for name in self._attempts.models if breakers[name].ready(now)]
        return sorted(ready, key=lambda name: name in self._budget.failed)


def _failed(name: str, code: FailureCode, detail: str, elapsed_ms: float) -> Attempt:
    return Attempt("model", name, "failed", (Reason(code, detail),), elapsed_ms)
