"""The order of the steps from a draft to a rewrite that is proven, or to none.

`steps` yields what happens as it happens and ends with `Done`; `rewrite` is its fold. JSON, streaming, command
line and bulk all come through here.
"""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from service.core import masking, phrasebook, scenarios
from service.core.cache_key import CacheKey, cache_key
from service.core.changes import diff
from service.core.checking import check
from service.core.compiling import Policy
from service.core.facts import extract
from service.core.masking import Masked
from service.core.prompting import PromptBook, repair_messages, rewrite_messages
from service.core.reading import Reading, context_of, read
from service.core.results import (
    Attempt,
    CacheState,
    Caller,
    Checked,
    Draft,
    Engine,
    Finding,
    Missing,
    Reason,
    Report,
    Rewrite,
    Status,
    Usage,
    Verdict,
)
from service.core.text import han_share
from service.core.verifying import fates, verify
from service.errors import NoModel, UnknownScenario
from service.flow.attempts import Attempts, Budget
from service.ports import Cache, CachedText, Clock, Flights, Landed, Lead, ModelReply

MAX_REPAIRS = 2


@dataclass(frozen=True, slots=True)
class Ports:
    """What the flow needs of the outside."""

    attempts: Attempts
    cache: Cache
    flights: Flights
    clock: Clock


@dataclass(frozen=True, slots=True)
class CheckedEvent:
    """The report on the draft is there."""

    checked: Checked


@dataclass(frozen=True, slots=True)
class AttemptEvent:
    """An attempt has ended."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer."""

    rewrite: Rewrite


Event = CheckedEvent | AttemptEvent | Done


def examine(draft: Draft, policy: Policy) -> tuple[Reading, Report]:
    """Steps 1 and 2: the reading, and what the policy says of the draft. Raises `UnknownScenario`."""
    if draft.scenario is not None and draft.scenario not in policy.scenarios:
        known = ", ".join(sorted(policy.scenarios))
        raise UnknownScenario(f"Unknown scenario. Known: {known}")
    message, _ = context_of(draft)
    reading = read(draft, scenarios.match(policy, draft, message), policy.company_known)
    return reading, check(policy, reading)


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A text that passed every check, and the report on it."""

    text: str
    masked_text: str
    after: Report
    engine: Engine
    model: str | None


@dataclass(slots=True)
class _Work:
    """One request under way; mutable, and never leaves this module."""

    draft: Draft
    caller: Caller
    policy: Policy
    prompts: PromptBook
    ports: Ports
    started: float
    reading: Reading
    before: Report
    masked: Masked
    attempts: list[Attempt] = field(default_factory=list)
    input_tokens: int = 0
    output_tokens: int = 0
    used_model: bool = False

    def judge(self, candidate: str, engine: Engine, model: str | None) -> _Delivery | tuple[Reason, ...]:
        """Steps 8, 10 and 11: a delivery, or the reasons why the candidate must not leave."""
        reasons = verify(self.policy, self.masked, candidate, self.reading, self.before)
        if reasons:
            return reasons
        text = masking.unmask(candidate, self.masked)
        after = check(self.policy, self.reading.with_draft(text))
        if after.verdict is not Verdict.PASS:
            return _breaches(after)
        return _Delivery(text, candidate, after, engine, model)

    def note(self, attempt: Attempt) -> AttemptEvent:
        """Keep an attempt for the answer."""
        self.attempts.append(attempt)
        return AttemptEvent(attempt)

    def key(self, models: tuple[str, ...]) -> CacheKey:
        """What makes this request the same as another."""
        masked, reading = self.masked, self.reading
        history = "\x00".join(f"{turn.role}:{turn.text}" for turn in masked.history)
        rewrite_prompt, repair_prompt = self.prompts.rewrite, self.prompts.repair
        fields = (
            masked.draft, masked.customer, history, reading.scenario.id if reading.scenario else None,
            reading.channel, reading.stage, ",".join(sorted(reading.known)), reading.title, self.draft.mode,
            self.policy.stamp.name, self.policy.stamp.version, rewrite_prompt.version, repair_prompt.version,
            "\x00".join(models), f"{rewrite_prompt.temperature} {rewrite_prompt.max_tokens}",
        )  # fmt: skip
        return cache_key(self.caller.tenant, self.caller.secret, fields)


def _breaches(after: Report) -> tuple[Reason, ...]:
    """The rules that a candidate breaks, as reasons."""
    items: tuple[Finding | Missing, ...] = (*after.findings, *after.missing)
    return tuple(Reason("policy_breach", f"{item.rule}: {item.message}") for item in items if item.severity != "info")


async def steps(
    draft: Draft, caller: Caller, policy: Policy, prompts: PromptBook, ports: Ports, deadline_s: float
) -> AsyncIterator[Event]:
    """What happens to a draft, as it happens; the last event is `Done`.

    Raises `UnknownScenario`, and `NoModel` when the caller insists on a model and none is configured.
    """
    started = ports.clock.monotonic()
    if draft.engine == "model" and not ports.attempts.models:
        raise NoModel("No model is configured; use engine auto or phrasebook")
    reading, before = examine(draft, policy)
    yield CheckedEvent(Checked(before, reading.scenario, policy.stamp))
    masked = masking.mask(reading, extract(reading.draft))
    work = _Work(draft, caller, policy, prompts, ports, started, reading, before, masked)
    if _nothing_to_do(work):
        delivery = _Delivery(draft.text, masked.draft, before, "none", None)
        yield Done(_finish(work, delivery, "bypass"))
        return
    work.used_model = draft.engine != "phrasebook" and bool(ports.attempts.models)
    if work.used_model:
        budget = Budget(started + deadline_s)
        key = work.key(ports.attempts.models)
        found: _Delivery | None = None
        state: CacheState = "bypass" if draft.cache == "bypass" else "miss"
        lead: Lead | None = None
        try:
            if draft.cache == "use":
                found = _hit(work, await ports.cache.get(key))
                if found is None:
                    joined = await ports.flights.join(key, budget.left(ports.clock))
                    if isinstance(joined, Landed):
                        found = _hit(work, joined.value)
                        if found is None:
                            yield work.note(_shared_failure())
                    else:
                        lead = joined
                        # Whoever led before may have landed between the look-up and the join.
                        found = _hit(work, await ports.cache.get(key))
                if found is not None:
                    state = "hit"
            if found is None and (lead is not None or draft.cache != "use"):
                async for event in _ask_model(work, budget):
                    if isinstance(event, _Delivery):
                        found = event
                    else:
                        yield event
                if found is not None and draft.cache != "bypass":
                    await ports.cache.put(key, CachedText(found.masked_text, found.model or ""))
            if lead is not None:
                await lead.land(CachedText(found.masked_text, found.model or "") if found else None)
        finally:
            if lead is not None:
                await lead.release()
        if found is not None:
            yield Done(_finish(work, found, state))
            return
        yield_state: CacheState = state
    else:
        yield_state = "bypass"
    spoken = _phrasebook(work)
    yield work.note(spoken[1])
    yield Done(_finish(work, spoken[0], yield_state))


async def rewrite(
    draft: Draft, caller: Caller, policy: Policy, prompts: PromptBook, ports: Ports, deadline_s: float
) -> Rewrite:
    """The answer to a draft: `steps` to the end. Raises what `steps` raises."""
    answer: Rewrite | None = None
    async for event in steps(draft, caller, policy, prompts, ports, deadline_s):
        if isinstance(event, Done):
            answer = event.rewrite
    if answer is None:
        raise AssertionError("steps ended without an answer")
    return answer


def _nothing_to_do(work: _Work) -> bool:
    """Whether the draft stays as it is without asking anybody: it passes and only offences were to change."""
    if work.before.verdict is not Verdict.PASS:
        return False
    share = work.policy.files.head.switches.min_han_share
    return work.draft.mode == "minimal" or han_share(work.reading.draft.plain) < share


def _hit(work: _Work, cached: CachedText | None) -> _Delivery | None:
    """A cached text, verified like a reply; one that fails is a miss."""
    if cached is None:
        return None
    judged = work.judge(cached.text, "model", cached.model)
    return judged if isinstance(judged, _Delivery) else None


def _shared_failure() -> Attempt:
    """What a follower knows of a flight that landed without a text."""
    reason = Reason("unavailable", "the call shared with equal requests brought no text")
    return Attempt("model", None, "failed", (reason,), 0.0)


async def _ask_model(work: _Work, budget: Budget) -> AsyncIterator[AttemptEvent | _Delivery]:
    """Steps 6 to 8: ask, verify, repair at most twice; ends with a delivery or without one."""
    clock, prompt = work.ports.clock, work.prompts.rewrite
    messages = rewrite_messages(prompt, work.policy, work.masked, work.reading, work.before, work.draft.mode)
    for repairs in range(MAX_REPAIRS + 1):
        begun = clock.monotonic()
        reply, failures = await work.ports.attempts.next(messages, prompt.temperature, prompt.max_tokens, budget)
        for failure in failures:
            yield work.note(failure)
        if reply is None:
            return
        work.input_tokens += reply.input_tokens
        work.output_tokens += reply.output_tokens
        elapsed_ms = (clock.monotonic() - begun) * 1000 - sum(failure.elapsed_ms for failure in failures)
        judged = _judge_reply(work, reply)
        if isinstance(judged, _Delivery):
            yield work.note(Attempt("model", reply.model, "accepted", (), elapsed_ms))
            yield judged
            return
        yield work.note(Attempt("model", reply.model, "rejected", judged, elapsed_ms))
        if repairs < MAX_REPAIRS:
            messages = repair_messages(work.prompts.repair, messages, reply.text, judged, work.masked)
            prompt = work.prompts.repair


def _judge_reply(work: _Work, reply: ModelReply) -> _Delivery | tuple[Reason, ...]:
    if reply.refused:
        return (Reason("refusal", "the model's server filtered the answer"),)
    return work.judge(reply.text.strip(), "model", reply.model)


def _phrasebook(work: _Work) -> tuple[_Delivery | None, Attempt]:
    """The deterministic engine's answer, verified like a model's, and the attempt that tells of it."""
    clock = work.ports.clock
    begun = clock.monotonic()
    candidate = phrasebook.rewrite(work.policy, work.masked, work.reading)
    judged: _Delivery | tuple[Reason, ...] = (Reason("empty", "the phrasebook has nothing to say"),)
    if candidate is not None:
        judged = work.judge(candidate, "phrasebook", None)
    elapsed_ms = (clock.monotonic() - begun) * 1000
    if isinstance(judged, _Delivery):
        return judged, Attempt("phrasebook", None, "accepted", (), elapsed_ms)
    return None, Attempt("phrasebook", None, "rejected", judged, elapsed_ms)


def _finish(work: _Work, delivery: _Delivery | None, state: CacheState) -> Rewrite:
    """The whole answer as one value."""
    draft, before = work.draft, work.before
    status: Status = "needs_review"
    if delivery is not None:
        status = "unchanged" if delivery.text == draft.text else "rewritten"
    hit = state == "hit"
    return Rewrite(
        id="rw_" + secrets.token_hex(12),
        status=status,
        text=delivery.text if delivery else None,
        engine=delivery.engine if delivery else "none",
        draft=draft,
        before=before,
        after=delivery.after if delivery else None,
        changes=diff(draft.text, delivery.text, before) if delivery else (),
        facts=fates(work.masked, delivery.masked_text if delivery else work.masked.draft, before),
        attempts=() if hit else tuple(work.attempts),
        scenario=work.reading.scenario,
        cache=state,
        policy=work.policy.stamp,
        prompt_version=work.prompts.rewrite.version if work.used_model else None,
        model=delivery.model if delivery else None,
        usage=Usage() if hit else Usage(work.input_tokens, work.output_tokens),
        elapsed_ms=(work.ports.clock.monotonic() - work.started) * 1000,
    )


