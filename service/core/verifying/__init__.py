"""Whether a candidate may leave: every promise about its facts, commitments and shape, then the policy itself."""

from collections.abc import Iterable
from typing import NamedTuple

from service.core.checking import check
from service.core.compiling import Policy
from service.core.facts import negation
from service.core.kinds import squeeze
from service.core.masking import Masked, unmask
from service.core.reading import Reading, ReadText
from service.core.results import Fact, FactFate, Finding, Missing, Reason, Report, Severity, Verdict
from service.core.text import Normalized
from service.core.verifying import (
    alone,
    bindings,
    claims,
    commitments,
    denials,
    limits,
    parroted,
    shape,
    tokens,
)
from service.core.verifying import matter as matters
from service.core.verifying.shape import room
from service.core.verifying.sources import Sources, stands_in

_BEYOND = 4
"""A candidate that is so many times too long is not read any further."""


class Judgement(NamedTuple):
    """Why a candidate may not leave, or all that is to be said of one that may.

    `text` is the unmasked text and `after` the policy's report on it; None where something stood against the
    candidate before the policy was asked.
    """

    reasons: tuple[Reason, ...]
    text: str = ""
    after: Report | None = None
    facts: tuple[FactFate, ...] = ()
    """What became of each fact of the draft, in its order; empty when there are reasons."""


def judge(
    policy: Policy,
    masked: Masked,
    candidate: str,
    reading: Reading,
    before: Report,
    *,
    canaries: tuple[str, ...] = (),
    matter: str | None = None,
) -> Judgement:
    """Whether a masked candidate may leave: each reason against it once, or none and what it leaves as.

    `reading` and `before` are of the draft; `canaries` are lines of the prompts that no answer may hold; `matter` is
    a masked text that keeps to the draft's matter, where there is one to compare with.
    The policy is asked last, about the unmasked text, and only when nothing else stands against it.
    """
    sources = Sources(policy, masked, reading, before)
    text = ReadText(candidate)
    reasons = list(shape.unlike_a_reply(sources, text, canaries))
    if reasons and (reasons[0].code == "empty" or len(candidate) > _BEYOND * room(masked)):
        # Nothing else that could be said of it would help to repair it.
        return Judgement(tuple(reasons))
    facts = claims.candidate_facts(sources, text)
    reasons += tokens.misused(sources, candidate)
    reasons += _against(sources, text, facts)
    if matter is not None:
        reasons += matters.against(sources, text, matter)
    if reasons:
        return Judgement(tuple(dict.fromkeys(reasons)))
    shown = unmask(candidate, masked)
    final = reading.with_draft(text if shown == candidate else shown)
    judged = _asked(shown, check(policy, final))
    if judged.reasons:
        return judged
    if offences := [*alone.offensive(sources, final), *alone.left_over(sources, final)]:
        return Judgement(tuple(dict.fromkeys(_held_against(offences))))
    return judged._replace(facts=_fates(sources, text, facts, squeeze(final.draft.plain)))


def part_may_show(
    policy: Policy,
    masked: Masked,
    part: str,
    reading: Reading,
    before: Report,
    *,
    canaries: tuple[str, ...] = (),
) -> str | None:
    """The unmasked beginning of a candidate when nothing stands against it but that more must come; else None.

    `part` ends with a sentence. What it lacks (facts, an apology, a way forward) may still follow it.
    """
    sources = Sources(policy, masked, reading, before)
    text = ReadText(part)
    facts = claims.candidate_facts(sources, text)
    against = [
        *shape.unlike_a_reply(sources, text, canaries, whole=False),
        *tokens.misused(sources, part, whole=False),
        *[reason for reason in _against(sources, text, facts) if reason.code != "fact_missing"],
    ]
    if against:
        return None
    shown = unmask(part, masked)
    final = reading.with_draft(shown)
    faults = [one for one in check(policy, final).findings if one.severity is not Severity.INFO]
    return None if faults or alone.offensive(sources, final) else shown


def _against(sources: Sources, text: Normalized, facts: tuple[Fact, ...]) -> list[Reason]:
    """What the draft and its context hold against what a candidate says."""
    return [
        *claims.lost_and_invented(sources, text, facts),
        *denials.turned(sources, text, facts),
        *limits.unbounded(sources, text, facts),
        *bindings.swapped(sources, text, facts),
        *commitments.added(sources, text),
        *parroted.repeated(sources, text),
    ]


def judge_again(masked: Masked, text: str, after: Report, rules: tuple[str | None, ...]) -> Judgement:
    """The judgement on a text of which everything but the policy is proved.

    `text` is unmasked, `after` the policy's report on it; `rules` are those of the fates that the proof came with.
    """
    judged = _asked(text, after)
    if judged.reasons:
        return judged
    fates = zip(in_order(masked), rules, strict=True)
    return judged._replace(
        facts=tuple([FactFate(fact.kind, fact.text, rule is None, rule) for fact, rule in fates])
    )


def _asked(text: str, after: Report) -> Judgement:
    """The judgement on a text by the policy's report on it."""
    reasons = () if after.verdict is Verdict.PASS else tuple(dict.fromkeys(_breaches(after)))
    return Judgement(reasons, text, after)


def _breaches(report: Report) -> list[Reason]:
    """What the policy holds against a text that is to leave."""
    offences: tuple[Finding | Missing, ...] = (*report.findings, *report.missing)
    return _held_against(offences) or [Reason("policy_breach", report.verdict.value)]


def _held_against(offences: Iterable[Finding | Missing]) -> list[Reason]:
    return [
        Reason("policy_breach", f"{offence.rule}：{offence.message}")
        for offence in offences
        if offence.severity is not Severity.INFO
    ]


def _fates(
    sources: Sources, text: Normalized, facts: tuple[Fact, ...], squeezed: str
) -> tuple[FactFate, ...]:
    """What became of each fact of the draft in a candidate that passed; `squeezed` is what it leaves as.

    A denial or limit is kept when its sense is. What is gone names the rule that forbids it or its clause.
    """
    offences = sources.offences
    result: list[FactFate] = []
    # A text of thousands of equal figures is searched for each of them once.
    here: dict[str, bool] = {}
    for fact in in_order(sources.masked):
        rule = None
        if fact.text not in here:
            here[fact.text] = stands_in(fact.text, squeezed)
        if not here[fact.text] and not (
            fact.kind == negation.KIND and denials.kept(fact, denials.denials(text, facts))
        ):
            rule = offences.forbid(fact) or offences.beside(fact) or offences.near(fact)
        result.append(FactFate(fact.kind, fact.text, rule is None, rule))
    return tuple(result)


def all_kept(masked: Masked) -> tuple[FactFate, ...]:
    """The fate of each fact of a draft that stays as it is, in its order."""
    return tuple([FactFate(fact.kind, fact.text, True) for fact in in_order(masked)])


def in_order(masked: Masked) -> list[Fact]:
    """Every fact of the draft, in the draft's order."""
    return sorted((*masked.facts, *masked.hidden), key=lambda one: one.span)


__all__ = ["Judgement", "all_kept", "judge", "judge_again", "part_may_show", "room"]
