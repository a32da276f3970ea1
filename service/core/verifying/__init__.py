"""Whether a candidate may leave: every promise about its facts, commitments and shape, then the policy itself."""

from service.core.checking import check
from service.core.compiling import Policy
from service.core.facts import extract, negation
from service.core.kinds import squeeze
from service.core.masking import Masked, unmask
from service.core.reading import Reading
from service.core.results import FactFate, Finding, Missing, Reason, Report, Severity, Verdict
from service.core.text import normalize
from service.core.verifying import bindings, claims, commitments, denials, limits, shape, tokens
from service.core.verifying.sources import Offences, Sources, stands_in


def verify(
    policy: Policy,
    masked: Masked,
    candidate: str,
    reading: Reading,
    before: Report,
    *,
    canaries: tuple[str, ...] = (),
) -> tuple[Reason, ...]:
    """Why a masked candidate may not leave, each reason once; empty when it may.

    `reading` and `before` are of the draft; `canaries` are lines of the prompts that no answer may hold.
    The policy is asked last, about the unmasked text, and only when nothing else stands against it.
    """
    sources = Sources(policy, masked, reading, before)
    text = normalize(candidate)
    reasons = list(shape.unlike_a_reply(sources, text, canaries))
    if reasons and reasons[0].code == "empty":
        return tuple(reasons)
    reasons += tokens.misused(sources, candidate)
    facts = claims.candidate_facts(sources, text)
    reasons += claims.lost_and_invented(sources, text, facts)
    reasons += denials.turned(sources, text, facts)
    reasons += limits.unbounded(sources, text, facts)
    reasons += bindings.swapped(sources, text, facts)
    reasons += commitments.added(sources, text)
    if not reasons:
        reasons += _breaches(policy, reading, unmask(candidate, masked))
    return tuple(dict.fromkeys(reasons))


def _breaches(policy: Policy, reading: Reading, text: str) -> list[Reason]:
    """What the policy holds against a text that is to leave."""
    report = check(policy, reading.with_draft(text))
    if report.verdict is Verdict.PASS:
        return []
    offences: tuple[Finding | Missing, ...] = (*report.findings, *report.missing)
    return [
        Reason("policy_breach", f"{offence.rule}：{offence.message}")
        for offence in offences
        if offence.severity is not Severity.INFO
    ] or [Reason("policy_breach", report.verdict.value)]


def fates(masked: Masked, candidate: str, before: Report) -> tuple[FactFate, ...]:
    """What became of each fact of the draft in a masked candidate that passed, in the draft's order.

    A denial or limit is kept when its sense is. What is gone names the rule that forbids it or its clause.
    """
    offences = Offences(normalize(unmask(masked.draft, masked)), before)
    text = normalize(unmask(candidate, masked))
    squeezed = squeeze(text.plain)
    found = denials.denials(text, extract(text))
    result: list[FactFate] = []
    for fact in sorted((*masked.facts, *masked.hidden), key=lambda one: one.span.start):
        rule = None
        if not stands_in(fact.text, squeezed) and not (
            fact.kind == negation.KIND and denials.kept(fact, found)
        ):
            rule = offences.forbid(fact) or offences.beside(fact)
        result.append(FactFate(fact.kind, fact.text, rule is None, rule))
    return tuple(result)


__all__ = ["fates", "verify"]
