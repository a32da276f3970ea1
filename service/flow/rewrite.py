"""The order of the steps from a draft to a rewrite that is proven, or to none.

`steps` yields what happens as it happens and ends with `Done`; `rewrite` is its fold. JSON, streaming, command
line and bulk all come through here.
"""

from asyncio import gather
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from service.core import masking, payloads
from service.core.checking import check
from service.core.compiling import Policy
from service.core.masking import Masked
from service.core.prompting import PromptBook
from service.core.reading import Reading
from service.core.results import (
    Attempt,
    CacheState,
    Caller,
    Checked,
    Draft,
    Reason,
    Rewrite,
    Segment,
    Verdict,
)
from service.core.text import han_share
from service.core.verifying import all_kept
from service.errors import NoModel
from service.flow.aside import aside
from service.flow.attempts import Budget
from service.flow.engines import ask_model, ask_phrasebook
from service.flow.examining import examine_again
from service.flow.recall import Recall
from service.flow.work import Delivery, Ports, Work
from service.ports import CachedText, Landed, Lead


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer."""

    rewrite: Rewrite


MAX_REWRITTEN = 5_000
"""A draft of more characters is checked and not rewritten: no reply is so long, and no model would give it back whole."""
_TOO_LONG = Attempt(
    "phrasebook",
    None,
    "rejected",
    (Reason("too_long", f"超过 {MAX_REWRITTEN} 个字符的草稿只检查，不改写"),),
    0.0,
)

Event = Checked | Segment | Attempt | Done
"""The report on the draft, then each attempt as it ends (its sentences before it), then the answer."""


async def steps(
    draft: Draft,
    caller: Caller,
    policy: Policy,
    prompts: PromptBook,
    ports: Ports,
    deadline_s: float,
    *,
    streams: bool = False,
) -> AsyncGenerator[Event]:
    """What happens to a draft, as it happens; the last event is `Done`. Use `aclosing`, so that leaving early hangs up.

    With `streams` the sentences of a model's reply come as they are verified; an attempt that is not accepted
    withdraws its own.

    Raises `UnknownScenario`, and `NoModel` when the caller insists on a model and none is configured.
    """
    started = ports.clock.monotonic()
    if draft.engine == "model" and not ports.attempts.models:
        raise NoModel("No model is configured; use engine auto or phrasebook")
    reading, before = await aside(draft, examine_again, draft, policy, caller.tenant, ports.recall)
    yield Checked(before, reading.scenario, policy.stamp)
    said = before
    # What is no part of a reply is seen by no engine, and what it says is a source for none.
    reading = payloads.clean(reading, before)
    if reading.draft.raw != draft.text:
        before = await aside(draft, check, policy, reading)
    masked = await aside(draft, _masked, reading, caller.tenant, ports.recall)
    asks_model = draft.engine != "phrasebook" and bool(ports.attempts.models)
    work = Work(
        draft, caller, policy, prompts, ports, started, reading, before, said, masked, asks_model, streams
    )
    found: Delivery | None = None
    state: CacheState = "bypass"
    if _stays(work):
        work.asks_model = False
        found = Delivery(draft.text, masked.draft, before, "none", facts=all_kept(masked))
    elif len(draft.text) > MAX_REWRITTEN:
        work.asks_model = False
        work.attempts.append(_TOO_LONG)
        yield _TOO_LONG
        yield Done(work.end(None, state))
        return
    elif asks_model:
        state = "bypass" if draft.cache == "bypass" else "miss"
        async with aclosing(_from_model(work, Budget(started + deadline_s))) as events:
            async for event in events:
                if isinstance(event, Attempt):
                    work.attempts.append(event)
                    yield event
                elif isinstance(event, Segment):
                    yield event
                else:
                    found, state = event
    if found is None:
        found, attempt = await aside(draft, ask_phrasebook, work)
        work.attempts.append(attempt)
        yield attempt
    yield Done(work.end(found, state))


async def rewrite(
    draft: Draft, caller: Caller, policy: Policy, prompts: PromptBook, ports: Ports, deadline_s: float
) -> Rewrite:
    """The answer to a draft: `steps` to the end. Raises what `steps` raises."""
    answer: Rewrite | None = None
    async with aclosing(steps(draft, caller, policy, prompts, ports, deadline_s)) as events:
        async for event in events:
            if isinstance(event, Done):
                answer = event.rewrite
    if answer is None:
        raise AssertionError("steps ended without an answer")
    return answer


def _masked(reading: Reading, tenant: str, recall: Recall) -> Masked:
    return masking.mask(reading, recall.facts(tenant, reading.draft))


def _stays(work: Work) -> bool:
    """Whether the draft stays as it is without asking anybody: it passes, and there is nothing to polish or to judge."""
    if work.said.verdict is not Verdict.PASS:
        return False
    if len(work.draft.text) > MAX_REWRITTEN:
        return True
    share = work.policy.files.head.switches.min_han_share
    return work.draft.mode == "minimal" or han_share(work.reading.draft.plain) < share


async def _from_model(
    work: Work, budget: Budget
) -> AsyncGenerator[Attempt | Segment | tuple[Delivery, CacheState]]:
    """Steps 4 to 9: cache, flight, model. A delivery with the state of the cache, if there is one, comes last."""
    ports, key = work.ports, work.key
    if work.draft.cache != "use":
        async with aclosing(ask_model(work, budget)) as events:
            async for event in events:
                if isinstance(event, Attempt | Segment):
                    yield event
                elif work.draft.cache == "bypass":
                    yield event, "bypass"
                else:
                    await ports.cache.put(key, _kept(event))
                    yield event, "miss"
        return
    if (hit := _hit(work, await ports.cache.get(key))) is not None:
        yield hit, "hit"
        return
    begun = ports.clock.monotonic()
    joined = await ports.flights.join(key, budget.left(ports.clock))
    if isinstance(joined, Landed):
        # Somebody else's call, not the cache's: a store that is away is always a miss.
        shared = _hit(work, joined.value)
        yield _shared(shared, (ports.clock.monotonic() - begun) * 1000)
        if shared is not None:
            yield shared, "miss"
        return
    async with aclosing(_lead(work, budget, joined)) as events:
        async for item in events:
            yield item


async def _lead(
    work: Work, budget: Budget, lead: Lead
) -> AsyncGenerator[Attempt | Segment | tuple[Delivery, CacheState]]:
    """The one call for all who ask the same; the followers hear how it ended, or take over when it is given up."""
    ports, key = work.ports, work.key
    try:
        found: Delivery | None = None
        async with aclosing(ask_model(work, budget)) as events:
            async for event in events:
                if isinstance(event, Attempt | Segment):
                    yield event
                else:
                    found = event
        if found is None:
            await lead.land(None)
            return
        # Together: the caller waits for one round trip to the store, not for two.
        await gather(ports.cache.put(key, _kept(found)), lead.land(_kept(found)))
        yield found, "miss"
    finally:
        await lead.release()


def _kept(delivery: Delivery) -> CachedText:
    return CachedText(delivery.masked_text, delivery.model or "")


def _hit(work: Work, cached: CachedText | None) -> Delivery | None:
    """A text from the cache or from another's flight, verified like a reply; one that fails is a miss."""
    if cached is None:
        return None
    judged = work.judge_again(cached.text, cached.model)
    return judged if isinstance(judged, Delivery) else None


def _shared(delivery: Delivery | None, elapsed_ms: float) -> Attempt:
    """What a follower knows of the call that it shared with equal requests."""
    if delivery is not None:
        return Attempt("model", delivery.model, "accepted", (), elapsed_ms)
    reason = Reason("unavailable", "the call shared with equal requests brought no text")
    return Attempt("model", None, "failed", (reason,), elapsed_ms)
