"""From a customer's message to replies that are proven: the scenario's own, fitted to the message by a model if there is one.

`suggestions` yields each reply as it is verified and ends with all of them, best first.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from service.core import scenarios
from service.core.compiling import Policy
from service.core.prompting import PromptBook
from service.core.reading import context_of
from service.core.results import (
    Attempt,
    Caller,
    Draft,
    Engine,
    Rewrite,
    ScenarioMatch,
    Suggestion,
    Suggestions,
    Usage,
)
from service.core.scope import squeeze
from service.core.suggesting import CANDIDATES, Proposal, proposals
from service.flow.examining import known_scenario
from service.flow.rewrite import rewrite
from service.flow.work import Ports


class _Made(NamedTuple):
    """What came of one proposal: the answers to it, and the reply that may leave, if any."""

    answers: tuple[Rewrite, ...]
    suggestion: Suggestion | None


async def suggestions(
    draft: Draft,
    count: int,
    caller: Caller,
    policy: Policy,
    prompts: PromptBook,
    ports: Ports,
    deadline_s: float,
) -> AsyncGenerator[Suggestion | Suggestions]:
    """At most `count` replies to the customer; `draft` is the context, its text is empty. `Suggestions` comes last.

    Raises `UnknownScenario`. Use `aclosing`, so that leaving early hangs up.
    """
    started = ports.clock.monotonic()
    known_scenario(draft, policy)
    message, _ = context_of(draft)
    ranked = scenarios.rank(policy, message, draft.channel, draft.stage) if message else ()
    match = scenarios.match(policy, draft, message)
    book = replace(prompts, rewrite=prompts.suggest)
    waiting = proposals(policy, draft, message, _sure(policy, match, ranked)) if match else []
    made: list[_Made] = []
    said: set[str] = set()

    async def make(proposal: Proposal) -> _Made:
        return await _make(
            proposal, replace(draft, scenario=proposal.scenario), caller, policy, book, ports, deadline_s
        )

    while waiting and len(said) < count:
        batch, waiting = waiting[: count - len(said)], waiting[count - len(said) :]
        tasks = [asyncio.ensure_future(make(one)) for one in batch]
        try:
            for task in asyncio.as_completed(tasks):
                done = await task
                made.append(done)
                if done.suggestion is not None and (words := squeeze(done.suggestion.text)) not in said:
                    said.add(words)
                    yield done.suggestion
        finally:
            await _stop(tasks)
    yield _told(match, ranked, made, policy, book, ports, started)


def _sure(
    policy: Policy, match: ScenarioMatch, ranked: tuple[ScenarioMatch, ...]
) -> tuple[ScenarioMatch, ...]:
    """The scenario that counts, and behind it those that are sure enough as well."""
    threshold = policy.files.head.switches.scenario_threshold
    return (match, *(one for one in ranked if one.id != match.id and one.score >= threshold))


async def _make(
    proposal: Proposal,
    draft: Draft,
    caller: Caller,
    policy: Policy,
    prompts: PromptBook,
    ports: Ports,
    deadline_s: float,
) -> _Made:
    """A proposal verified as a draft of its own; the model's version of it, or as it stands."""
    said = replace(draft, text=proposal.text)
    answers: list[Rewrite] = []
    if ports.attempts.models:
        answers.append(await rewrite(said, caller, policy, prompts, ports, deadline_s))
    if not answers or answers[0].engine != "model":
        plain = replace(said, engine="phrasebook", mode="minimal")
        answers.append(await rewrite(plain, caller, policy, prompts, ports, deadline_s))
    last = answers[-1]
    if last.text is None:
        return _Made(tuple(answers), None)
    engine: Engine = "model" if last.engine == "model" else "phrasebook"
    suggestion = Suggestion(
        "sg_" + secrets.token_hex(12), last.text, engine, last.model, proposal.scenario, proposal.score,
        proposal.does, proposal.source,
    )  # fmt: skip
    return _Made(tuple(answers), suggestion)


def _told(
    match: ScenarioMatch | None,
    ranked: tuple[ScenarioMatch, ...],
    made: list[_Made],
    policy: Policy,
    prompts: PromptBook,
    ports: Ports,
    started: float,
) -> Suggestions:
    best_first = sorted((one.suggestion for one in made if one.suggestion), key=lambda one: -one.score)
    once = {squeeze(one.text): one for one in reversed(best_first)}
    answers = [answer for one in made for answer in one.answers]
    attempts: tuple[Attempt, ...] = tuple(attempt for answer in answers for attempt in answer.attempts)
    asked = bool(ports.attempts.models) and match is not None
    return Suggestions(
        id="sg_" + secrets.token_hex(12),
        scenario=match,
        candidates=ranked[:CANDIDATES],
        suggestions=tuple(one for one in best_first if once[squeeze(one.text)] is one),
        reason="low_confidence" if match is None else None if best_first else "none_verified",
        policy=policy.stamp,
        attempts=attempts,
        prompt_version=prompts.rewrite.version if asked else None,
        usage=Usage(
            sum(answer.usage.input_tokens for answer in answers),
            sum(answer.usage.output_tokens for answer in answers),
        ),
        elapsed_ms=(ports.clock.monotonic() - started) * 1000,
    )


async def _stop(tasks: Sequence[asyncio.Future[_Made]]) -> None:
    """Nobody waits for them any more."""
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError, Exception):
            await task
