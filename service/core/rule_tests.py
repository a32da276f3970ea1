"""A rule on its own examples: what it must find, what it must not, and what its replacements bring about."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from service.core import scenarios
from service.core.checking import check
from service.core.compiling import Policy, compile_policy
from service.core.policy import ExampleContext, PolicyFiles, Rule
from service.core.prompting import SLOT
from service.core.reading import Reading, context_of, read
from service.core.results import Draft, Report, Severity, Turn
from service.core.text import Span

MISSING = "missing words"
_MARKS = re.compile(r"<<|>>|\^")


class Marked(NamedTuple):
    """An example without its marks: the text, the spans marked, and where `^` stood."""

    text: str
    spans: tuple[Span, ...]
    caret: int | None


def unmark(text: str, *, carets: bool) -> Marked:
    """The example as a draft; `^` is a mark only with `carets`. Raises ValueError for marks that do not pair up."""
    parts: list[str] = []
    spans: list[Span] = []
    length, at, start, caret = 0, 0, -1, None
    for mark in _MARKS.finditer(text):
        if mark.group() == "^" and not carets:
            continue
        parts.append(text[at : mark.start()])
        length += mark.start() - at
        at = mark.end()
        if mark.group() == "^":
            caret = length
        elif (mark.group() == "<<") is (start >= 0):
            raise ValueError("<< and >> do not pair up")
        elif mark.group() == "<<":
            start = length
        else:
            spans.append(Span(start, length))
            start = -1
    if start >= 0:
        raise ValueError("<< and >> do not pair up")
    return Marked("".join(parts) + text[at:], tuple(spans), caret)


def reading_of(policy: Policy, text: str, context: ExampleContext) -> Reading:
    """The reading of a text in the context of an example, its scenario matched as for any draft."""
    draft = Draft(
        text=text,
        customer_message=context.customer_message,
        history=(Turn("agent", context.agent_said),) if context.agent_said else (),
        scenario=context.scenario,
        channel=context.channel,
        stage=context.stage,
        surname=context.surname,
        title=context.title,
        agent_id=context.agent_id,
    )
    message, _ = context_of(draft)
    return read(draft, scenarios.match(policy, draft, message), policy.company_known)


def rule_failures(rule: Rule, files: PolicyFiles, policy: Policy) -> Iterator[str]:
    """Where a rule does not do what its own examples say."""
    for name in _unknown_scenarios(rule, policy):
        yield f"{rule.id}: no scenario is called '{name}'"
    if rule.status == "retired":
        return
    # Alone, for in the whole policy a longer finding of another rule may stand for one of this rule.
    # With the company's decisions for which it is made.
    switches = files.head.switches.model_copy(update={str(name): on for name, on in rule.switches.items()})
    head = files.head.model_copy(update={"switches": switches})
    alone = compile_policy(files.model_copy(update={"rules": (rule,), "head": head}))
    gap = rule.check.kind in ("require", "order")
    if gap and rule.severity is not Severity.INFO and not any(entry.safe for entry in rule.replacements):
        yield f"{rule.id}: a {rule.severity} that asks for words has a safe replacement that meets it"
    for number, entry in enumerate(rule.examples.match, 1):
        where = f"{rule.id}: match {number} “{entry.text}”"
        try:
            marked = unmark(entry.text, carets=gap)
        except ValueError as mistake:
            yield f"{where}: {mistake}"
            continue
        reading = reading_of(policy, marked.text, entry.context)
        wrong = (_gap if gap else _spans)(check(alone, reading), marked)
        if wrong:
            yield f"{where}: {wrong}"
        else:
            yield from _replaced(rule, policy, reading, marked, where)
    for number, entry in enumerate(rule.examples.no_match, 1):
        report = check(alone, reading_of(policy, entry.text, entry.context))
        if report.findings or report.missing:
            said = "、".join(f"“{finding.text}”" for finding in report.findings) or MISSING
            yield f"{rule.id}: no_match {number} “{entry.text}”: fires on {said}"


def _unknown_scenarios(rule: Rule, policy: Policy) -> list[str]:
    named = [*rule.when.scenario, *(rule.when.unless.scenario if rule.when.unless else ())]
    named += [
        e.context.scenario for e in (*rule.examples.match, *rule.examples.no_match) if e.context.scenario
    ]
    return sorted({name for name in named if name not in policy.scenarios})


def _spans(report: Report, marked: Marked) -> str | None:
    """What is wrong with the findings of an example, if anything."""
    found = tuple(finding.span for finding in report.findings)
    if not marked.spans:
        return "no words are marked with << and >>"
    return None if found == marked.spans else f"found {_show(marked.text, found)}"


def _gap(report: Report, marked: Marked) -> str | None:
    """What is wrong with the missing words of an example, if anything."""
    if len(marked.spans) > 1:
        return "a gap has one trigger at most"
    if len(report.missing) != 1:
        return f"{len(report.missing) or 'no'} gaps found"
    because, insert_at = report.missing[0].because, report.missing[0].insert_at
    if because != (marked.spans[0] if marked.spans else None):
        return f"the trigger found is {_show(marked.text, (because,) if because else ())}"
    if marked.caret not in (None, insert_at):
        return f"the words are missing at “{marked.text[:insert_at]}^{marked.text[insert_at:]}”"
    return None


def _show(text: str, spans: Iterable[Span]) -> str:
    """The text with spans marked as in examples, or `nothing`."""
    ordered = sorted(spans, reverse=True)
    for start, end in ordered:
        text = f"{text[:start]}<<{text[start:end]}>>{text[end:]}"
    return f"“{text}”" if ordered else "nothing"


def _replaced(rule: Rule, policy: Policy, reading: Reading, marked: Marked, where: str) -> Iterator[str]:
    """Whether each safe replacement, put in place, silences the rule and offends no other."""
    spans: tuple[Span, ...] = marked.spans
    if rule.check.kind in ("require", "order"):
        gaps = [item for item in check(policy, reading).missing if item.rule == rule.id]
        spans = tuple(Span(gap.insert_at, gap.insert_at) for gap in gaps)
    for entry in rule.replacements:
        if not entry.safe:
            continue
        text, put_in = _put_in(marked.text, spans, filled(entry.text, policy))
        report = check(policy, reading.with_draft(text))
        shown = f"{where}: with “{entry.text}” put in"
        if rule.id in rules_in(report):
            yield f"{shown} the rule still fires"
        for finding in report.findings:
            new = any(finding.span.start < end and start < finding.span.end for start, end in put_in)
            if new and finding.severity is not Severity.INFO and finding.rule != rule.id:
                yield f"{shown} {finding.rule} fires on “{finding.text}”"


def _put_in(text: str, spans: tuple[Span, ...], words: str) -> tuple[str, list[Span]]:
    """The text with words in place of each span, and where they then stand."""
    parts: list[str] = []
    placed: list[Span] = []
    at = length = 0
    for start, end in spans:
        length += start - at + len(words)
        parts += [text[at:start], words]
        placed.append(Span(length - len(words), length))
        at = end
    return "".join(parts) + text[at:], placed


def rules_in(report: Report) -> set[str]:
    """The ids of the rules that fired or miss words."""
    return {finding.rule for finding in report.findings} | {item.rule for item in report.missing}


def offences(report: Report) -> Iterator[tuple[str, str]]:
    """Each error and warning: the rule, and the words it found, quoted, or `MISSING`."""
    for finding in report.findings:
        if finding.severity is not Severity.INFO:
            yield finding.rule, f"“{finding.text}”"
    for item in report.missing:
        if item.severity is not Severity.INFO:
            yield item.rule, MISSING


def filled(text: str, policy: Policy) -> str:
    """A text with its slots filled, by the company's data where there are any; an unknown slot stays."""
    company = policy.files.head.company
    values = {
        "customer": "张先生",
        "company": company.name or "晨光家居",
        "hotline": company.hotline or "4000-123-123",
        "hours": company.hours or "9:00-18:00",
        "agent_id": "1024",
    }
    return SLOT.sub(lambda slot: values.get(slot.group(1), slot.group()), text)
