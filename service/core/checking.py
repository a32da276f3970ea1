"""What the policy says of a draft: findings on words that are there, `missing` for words that are not."""

from collections.abc import Sequence

from service.core.compiling import CompiledRule, Policy
from service.core.reading import Reading, ReadText
from service.core.respelling import INNOCENT, SPELT
from service.core.results import Finding, Missing, Report, Severity, Source, Verdict
from service.core.scope import Gap, Hit
from service.core.text import Span, han_share

_WEIGHT = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.INFO: 0}
_NOT_CHINESE = "language.hardly-any-han"


def check(policy: Policy, reading: Reading, *, yields: bool = True) -> Report:
    """The report on the reading's draft. The same input gives the same report; linear in the draft.

    Without `yields` no rule gives way: what it finds in a reply that sounds warm is told as well.
    """
    text = reading.draft
    woken = policy.woken(text)
    spelt = policy.spellings.read(text, woken.pop(SPELT, ()), woken.pop(INNOCENT, ()), policy.automaton)
    findings: list[Finding] = []
    gaps: list[Missing] = []
    rules = policy.rules
    for number, hits in woken.items():
        _ask(rules[number], reading, hits, findings, gaps)
    if spelt is not None:
        _ask_again(policy, reading.with_draft(spelt), findings)
    for number in policy.unprompted(reading):
        _ask(rules[number], reading, (), findings, gaps)
    if not _objects(findings) and not _objects(gaps):
        for number in policy.last:
            _ask(rules[number], reading, (), findings, gaps)
    elif yields and _gives_way(policy, text, findings, gaps):
        findings = [one for one in findings if one.severity is Severity.INFO]
        gaps = [one for one in gaps if one.severity is Severity.INFO]
    if not findings and not woken and han_share(text.plain) < policy.files.head.switches.min_han_share:
        return Report(Verdict.PASS, policy.files.head.score.base, (_not_chinese(reading),), ())
    if not findings and not gaps:
        return Report(Verdict.PASS, _score(policy, text, (), ()), (), ())
    kept = _outermost(findings)
    absent = tuple(sorted(gaps, key=lambda item: (item.insert_at, item.rule)))
    return Report(_verdict(kept, absent), _score(policy, text, kept, absent), kept, absent)


def _ask_again(policy: Policy, reading: Reading, findings: list[Finding]) -> None:
    """Put what the rules find in a draft written out into the list; what it lacks has been said of the draft itself."""
    for number, hits in policy.woken(reading.draft).items():
        if number >= 0:
            _ask(policy.rules[number], reading, hits, findings, [])


def _objects(found: Sequence[Finding] | Sequence[Missing]) -> bool:
    """Whether any of it weighs."""
    return any(one.severity is not Severity.INFO for one in found)


def _gives_way(policy: Policy, text: ReadText, findings: Sequence[Finding], gaps: Sequence[Missing]) -> bool:
    """Whether all that was found is taken for a mistake, for the reply is a warm one."""
    told = [(one.rule, one.span) for one in findings if one.severity is not Severity.INFO]
    asked = [(one.rule, one.because) for one in gaps if one.severity is not Severity.INFO]
    places = [span.start for _, span in (*told, *asked) if span is not None]
    return policy.gives_way(text, [rule for rule, _ in (*told, *asked)], places)


def _ask(
    compiled: CompiledRule,
    reading: Reading,
    hits: Sequence[Hit],
    findings: list[Finding],
    gaps: list[Missing],
) -> None:
    """Put what one rule finds into the lists."""
    severity = compiled.severity
    if compiled.by_channel:
        here = compiled.by_channel.get(reading.channel, severity)
        if here is None:
            return
        severity = here
    if compiled.applies is not None and not compiled.applies.holds(reading):
        return
    text = reading.draft
    for place in compiled.check.find(text, hits):
        if isinstance(place, Gap):
            gaps.append(missing(compiled, severity, text.raw, place))
        elif (span := text.back(place)) is not None:
            findings.append(finding(compiled, severity, text.sent, span))


def finding(compiled: CompiledRule, severity: Severity, raw: str, span: Span) -> Finding:
    """What a rule says of the words in a span."""
    rule = compiled.rule
    words = raw[span.start : span.end]
    return Finding(
        rule.id, severity, compiled.trial, rule.category, rule.message.replace("{text}", words), rule.why,
        span, words, compiled.replacements, compiled.source,
    )  # fmt: skip


def missing(compiled: CompiledRule, severity: Severity, raw: str, gap: Gap) -> Missing:
    """What a rule says of words that are not there."""
    rule = compiled.rule
    words = raw[gap.because.start : gap.because.end] if gap.because else ""
    return Missing(
        rule.id, severity, compiled.trial, rule.category, rule.message.replace("{text}", words), rule.why,
        gap.because, gap.insert_at, compiled.replacements, compiled.source,
    )  # fmt: skip


def _outermost(findings: list[Finding]) -> tuple[Finding, ...]:
    """Findings in order of place; one nested in another that weighs as much is left to the longer one."""
    ordered = sorted(findings, key=lambda f: (f.span.start, -f.span.end, -_WEIGHT[f.severity], f.rule))
    kept: list[Finding] = []
    # How far the findings kept so far reach, of at least each weight: they all begin no later than the next.
    reach = [-1, -1, -1]
    for found in ordered:
        weight, end = _WEIGHT[found.severity], found.span.end
        if reach[weight] < end:
            kept.append(found)
            for lighter in range(weight + 1):
                reach[lighter] = max(reach[lighter], end)
    return tuple(kept)


def _verdict(findings: tuple[Finding, ...], missing: tuple[Missing, ...]) -> Verdict:
    weights = [_WEIGHT[finding.severity] for finding in findings] + [
        _WEIGHT[item.severity] for item in missing
    ]
    worst = max(weights, default=0)
    return (Verdict.PASS, Verdict.REVISE, Verdict.BLOCK)[worst]


def _score(
    policy: Policy, text: ReadText, findings: tuple[Finding, ...], missing: tuple[Missing, ...]
) -> int:
    """Politeness, 0-100, as the policy's `score` defines it; taking an offence away never lowers it."""
    score = policy.files.head.score
    said = _outside(text, findings)
    won = sum([points for points, says in policy.courtesies if says(said)])
    if not findings and not missing:
        return max(0, min(100, score.base + won))
    penalty = {Severity.ERROR: score.error, Severity.WARNING: score.warning, Severity.INFO: 0}
    lost = sum(penalty[finding.severity] for finding in findings)
    for item in missing:
        because = item.because
        covered = because is not None and any(
            finding.span.start < because.end and because.start < finding.span.end
            and _WEIGHT[finding.severity] >= _WEIGHT[item.severity]
            for finding in findings
        )  # fmt: skip
        if not covered:
            lost += penalty[item.severity]
    return max(0, min(100, score.base + won - lost))


def _outside(text: ReadText, findings: tuple[Finding, ...]) -> str:
    """The words that no offence covers: courtesy inside an offence is none, so that dropping it costs nothing."""
    parts: list[str] = []
    at = 0
    for finding in findings:
        if finding.severity is not Severity.INFO and finding.span.end > at:
            parts.append(text.plain[at : finding.span.start])
            at = finding.span.end
    return "，".join((*parts, text.plain[at:])) if parts else text.squeezed


def _not_chinese(reading: Reading) -> Finding:
    """The one remark on a draft that this policy cannot judge."""
    return Finding(
        _NOT_CHINESE, Severity.INFO, False, "语种", "这段文字几乎没有汉字，未按规范检查。",
        "规范针对中文服务用语，外文内容请人工复核。", Span(0, len(reading.draft.raw)), reading.draft.raw, (),
        Source("话术教练", "语种", "", ""),
    )  # fmt: skip
