"""The shapes in which the manual is shown, and the step from policy files to them."""

from typing import Any, Literal

from pydantic import Field

from service.core.compiling import Policy
from service.core.phrasing import Scenario
from service.core.policy import Rule
from service.core.results import Channel, Severity, Stage
from service.core.shapes import SourceEntry
from service.web.answers import Answer, PolicyOut, SourceOut


class CompanyOut(Answer):
    """The company's own data, which every reply may state; empty where nothing is set."""

    name: str
    hotline: str
    hours: str


class CountsOut(Answer):
    """How much the policy holds."""

    rules: int = Field(ge=0)
    scenarios: int = Field(ge=0)


class ManualOut(Answer):
    """A policy as loaded."""

    name: str
    version: str
    title: str
    company: CompanyOut
    offers: list[str]
    """Efforts of the agent's own that a reply may always promise."""
    counts: CountsOut


class RuleLineOut(Answer):
    """A rule in a list."""

    id: str
    title: str
    status: Literal["trial", "stable", "retired"]
    severity: Severity
    category: str
    message: str
    why: str
    source: SourceOut


class RuleListOut(Answer):
    """All rules, in the order of the files."""

    policy: PolicyOut
    rules: list[RuleLineOut]


class ExampleOut(Answer):
    """A text of a rule's own test; `match` marks each span `<<so>>`."""

    text: str
    context: dict[str, Any]
    """The context that the example needs; empty when it needs none."""


class ExamplesOut(Answer):
    """A rule's own test."""

    match: list[ExampleOut]
    no_match: list[ExampleOut]


class RuleReplacementOut(Answer):
    """Other words."""

    text: str
    safe: bool


class RuleOut(RuleLineOut):
    """One rule, with everything that its file says."""

    severity_by_channel: dict[str, str]
    gives_way: bool
    """Silent in a reply that sounds warm, the sentence at hand included."""
    also: list[SourceOut]
    when: dict[str, Any]
    """Where it applies, as in the policy file; empty: everywhere."""
    check: dict[str, Any]
    """What it looks for, as in the policy file."""
    replacements: list[RuleReplacementOut]
    examples: ExamplesOut


class ScenarioLineOut(Answer):
    """A scenario in a list."""

    id: str
    title: str
    stage: list[Stage]
    channel: list[Channel]
    source: SourceOut


class ScenarioListOut(Answer):
    """All scenarios, in the order of the files."""

    policy: PolicyOut
    scenarios: list[ScenarioLineOut]


class CueOut(Answer):
    """Words by which a customer's message shows the scenario."""

    any: list[str]
    weight: float
    within: int
    """It counts in a message of at most so many letters, digits and Han."""


class MessagesOut(Answer):
    """What customers write in a scenario, and what only sounds like it."""

    match: list[str]
    no_match: list[str]


class ReplyOut(Answer):
    """A reply that passes the policy, with slots such as `${customer}`."""

    text: str
    does: str
    channel: list[Channel]


class ScenarioDetailOut(ScenarioLineOut):
    """One scenario, with everything that its file says."""

    also: list[SourceOut]
    cues: list[CueOut]
    unless: list[str]
    """Words that rule the scenario out."""
    examples: MessagesOut
    requires: list[str]
    """What a reply conveys, in order."""
    avoid: list[str]
    replies: list[ReplyOut]


def manual(policy: Policy) -> dict[str, Any]:
    """The policy at a glance."""
    files = policy.files
    return {
        "name": policy.stamp.name,
        "version": policy.stamp.version,
        "title": files.head.title,
        "company": {
            "name": files.head.company.name,
            "hotline": files.head.company.hotline,
            "hours": files.head.company.hours,
        },
        "offers": files.head.offers,
        "counts": {"rules": len(files.rules), "scenarios": len(files.scenarios)},
    }


def stamp(policy: Policy) -> dict[str, str]:
    """Which snapshot was read."""
    return {"name": policy.stamp.name, "version": policy.stamp.version}


def rule_line(rule: Rule) -> dict[str, Any]:
    """A rule in a list."""
    return {
        "id": rule.id,
        "title": rule.title,
        "status": rule.status,
        "severity": rule.severity.value,
        "category": rule.category,
        "message": rule.message,
        "why": rule.why,
        "source": _source(rule.source),
    }


def rule_detail(rule: Rule) -> dict[str, Any]:
    """A rule with everything that its file says."""
    examples = rule.examples
    return rule_line(rule) | {
        "severity_by_channel": {name: str(severity) for name, severity in rule.severity_by_channel.items()},
        "gives_way": rule.gives_way,
        "also": [_source(source) for source in rule.also],
        "when": rule.when.model_dump(mode="json", exclude_defaults=True),
        "check": {"kind": rule.check.kind} | rule.check.model_dump(mode="json", exclude_defaults=True),
        "replacements": [{"text": one.text, "safe": one.safe} for one in rule.replacements],
        "examples": {
            "match": [_example(one) for one in examples.match],
            "no_match": [_example(one) for one in examples.no_match],
        },
    }


def scenario_line(scenario: Scenario) -> dict[str, Any]:
    """A scenario in a list."""
    return {
        "id": scenario.id,
        "title": scenario.title,
        "stage": scenario.stage,
        "channel": scenario.channel,
        "source": _source(scenario.source),
    }


def scenario_detail(scenario: Scenario) -> dict[str, Any]:
    """A scenario with everything that its file says."""
    return scenario_line(scenario) | {
        "also": [_source(source) for source in scenario.also],
        "cues": [{"any": cue.any, "weight": cue.weight, "within": cue.within} for cue in scenario.cues],
        "unless": scenario.unless,
        "examples": {"match": scenario.examples.match, "no_match": scenario.examples.no_match},
        "requires": scenario.requires,
        "avoid": scenario.avoid,
        "replies": [
            {"text": reply.text, "does": reply.does, "channel": reply.channel} for reply in scenario.replies
        ],
    }


def _example(example: Any) -> dict[str, Any]:
    return {
        "text": example.text,
        "context": example.context.model_dump(mode="json", exclude_defaults=True),
    }


def _source(source: SourceEntry) -> dict[str, str]:
    return {
        "document": source.document,
        "section": source.section,
        "item": source.item,
        "manual_id": source.manual_id,
    }
