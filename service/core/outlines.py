"""A report without the draft's words: what a process may remember of a draft after its request has ended."""

from typing import NamedTuple

from service.core.checking import finding, missing
from service.core.compiling import Policy
from service.core.results import Report, Severity, Verdict
from service.core.scope import Gap
from service.core.text import Span

_Found = tuple[str, Severity, int, int]
_Missed = tuple[str, Severity, int, Span | None]


class Outline(NamedTuple):
    """Where each rule found something; with the policy and the draft it is the report again."""

    verdict: Verdict
    score: int
    findings: tuple[_Found, ...]
    """Rule, severity, begin and end of the span."""
    missing: tuple[_Missed, ...]
    """Rule, severity, where the words belong, and the span that calls for them."""


def outlined(policy: Policy, report: Report) -> Outline | None:
    """The outline of a report; None for one that no rule of the policy made."""
    rules = policy.by_id
    if not all(one.rule in rules for one in report.findings):
        return None
    return Outline(
        report.verdict,
        report.score,
        tuple([(one.rule, one.severity, *one.span) for one in report.findings]),
        tuple([(one.rule, one.severity, one.insert_at, one.because) for one in report.missing]),
    )


def restored(policy: Policy, raw: str, outline: Outline) -> Report:
    """The report whose outline this is, for the same draft and policy."""
    rules = policy.by_id
    return Report(
        outline.verdict,
        outline.score,
        tuple(
            [
                finding(rules[rule], severity, raw, Span(start, end))
                for rule, severity, start, end in outline.findings
            ]
        ),
        tuple(
            [
                missing(rules[rule], severity, raw, Gap(insert_at, because))
                for rule, severity, insert_at, because in outline.missing
            ]
        ),
    )
