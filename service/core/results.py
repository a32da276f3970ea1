"""The values that the core and the flow hand on: made once, never changed, holding all there is to say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from service.core.text import Span

Channel = Literal["phone", "chat", "email", "ticket"]
Stage = Literal["opening", "middle", "closing"]
Mode = Literal["polish", "minimal"]
EngineChoice = Literal["auto", "model", "phrasebook"]
CacheChoice = Literal["use", "refresh", "bypass"]
Engine = Literal["model", "phrasebook", "none"]
CacheState = Literal["hit", "miss", "bypass"]
Status = Literal["unchanged", "rewritten", "needs_review"]
Outcome = Literal["accepted", "rejected", "failed"]
Hide = Literal["none", "personal", "opaque"]
Act = Literal["solve", "ask", "take-over", "refuse", "greet", "close"]
"""What a reply does."""
Silence = Literal["low_confidence", "none_verified"]
"""Why nothing is suggested."""

RejectionCode = Literal[
    "policy_breach", "fact_missing", "fact_changed", "fact_invented", "commitment_invented", "token_misused",
    "refusal", "wrong_language", "script_changed", "echo", "preamble", "markup", "too_long", "empty",
]  # fmt: skip
FailureCode = Literal[
    "timeout", "rate_limited", "unavailable", "connection", "malformed", "truncated", "too_large",
    "misconfigured", "breaker_open",
]  # fmt: skip


MAX_DRAFT_CHARS = 50_000
MAX_TEXT_CHARS = 10_000
"""The longest draft, and the longest of all other texts, that a caller may send."""


class Severity(StrEnum):
    """How much a finding weighs: `error` blocks, `warning` asks for a revision, `info` only tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(StrEnum):
    """What a report says of the whole draft."""

    BLOCK = "block"
    REVISE = "revise"
    PASS = "pass"  # noqa: S105 - a verdict, not a password


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the conversation before the draft."""

    role: Literal["customer", "agent"]
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a caller asks about: the agent's words and all that is known around them."""

    text: str
    customer_message: str | None = None
    history: tuple[Turn, ...] = ()
    scenario: str | None = None
    channel: Channel | None = None
    stage: Stage | None = None
    surname: str | None = None
    title: str | None = None
    agent_id: str | None = None
    policy: str = "default"
    mode: Mode = "polish"
    engine: EngineChoice = "auto"
    cache: CacheChoice = "use"
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the tenant, the policies granted, and the secret that keeps its cache apart."""

    tenant: str
    policies: frozenset[str]
    secret: bytes
    per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where in the manual a rule comes from."""

    document: str
    section: str = ""
    item: str = ""
    manual_id: str = ""


@dataclass(frozen=True, slots=True)
class Replacement:
    """Other words for a finding or for what is missing; `safe` when no person need look first."""

    text: str
    safe: bool = True


class Finding(NamedTuple):
    """A rule fired on words that are there; `span` is in code points of the draft as sent."""

    rule: str
    severity: Severity
    trial: bool
    category: str
    message: str
    why: str
    span: Span
    text: str
    replacements: tuple[Replacement, ...]
    source: Source


class Missing(NamedTuple):
    """A rule asks for words that are not there; `because` names the words that call for them, if any do."""

    rule: str
    severity: Severity
    trial: bool
    category: str
    message: str
    why: str
    because: Span | None
    insert_at: int
    replacements: tuple[Replacement, ...]
    source: Source


class Report(NamedTuple):
    """All that the policy says of one text; `score` is politeness, 0-100."""

    verdict: Verdict
    score: int
    findings: tuple[Finding, ...]
    missing: tuple[Missing, ...]


class ScenarioMatch(NamedTuple):
    """The situation, given by the caller or matched by cues; `score` is 0-1."""

    id: str
    how: Literal["given", "matched"]
    score: float
    cues: tuple[str, ...] = ()


class Fact(NamedTuple):
    """What must survive a rewrite; `span` is in code points of the text it was found in."""

    kind: str
    text: str
    span: Span
    hide: Hide = "none"


class FactFate(NamedTuple):
    """What became of a fact of the draft: kept, or dropped because `rule` forbids saying it."""

    kind: str
    text: str
    kept: bool
    rule: str | None = None


class Reason(NamedTuple):
    """Why an attempt did not count: a code from a closed list, and a sentence without the caller's personal data."""

    code: RejectionCode | FailureCode
    detail: str = ""


class Attempt(NamedTuple):
    """One try to get a rewrite, and what came of it."""

    engine: Engine
    model: str | None
    outcome: Outcome
    reasons: tuple[Reason, ...]
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence of a reply that is still being written, verified together with all before it."""

    attempt: int
    """The place that its attempt will have among the attempts, from 0."""
    index: int
    """Its place among the segments of that attempt, from 0; put together they are the beginning of the text."""
    text: str


class Change(NamedTuple):
    """One edit from draft to text; `span` is in code points of the draft; no rules means style."""

    op: Literal["replace", "insert", "delete"]
    span: Span
    before: str
    after: str
    rules: tuple[str, ...]


class Usage(NamedTuple):
    """Tokens that the model's server counted for this request."""

    input_tokens: int = 0
    output_tokens: int = 0


class Suggestion(NamedTuple):
    """A reply that a scenario offers, verified like a rewrite."""

    id: str
    text: str
    engine: Engine
    model: str | None
    scenario: str
    score: float
    """How well it fits, 0-1: the scenario's score, less a little for each reply before it."""
    does: Act
    source: Source


class PolicyStamp(NamedTuple):
    """Which policy spoke: its name and the version of the snapshot."""

    name: str
    version: str


class Checked(NamedTuple):
    """The answer to a check."""

    report: Report
    scenario: ScenarioMatch | None
    policy: PolicyStamp


class Suggestions(NamedTuple):
    """The answer to a customer's message: replies, best first, or the reason why there is none."""

    id: str
    scenario: ScenarioMatch | None
    candidates: tuple[ScenarioMatch, ...]
    """The scenarios that the message could show, best first, sure enough or not."""
    suggestions: tuple[Suggestion, ...]
    reason: Silence | None
    policy: PolicyStamp
    attempts: tuple[Attempt, ...]
    prompt_version: str | None
    usage: Usage
    elapsed_ms: float


class Rewrite(NamedTuple):
    """The answer to a rewrite, with everything that there is to say about how it came to be."""

    id: str
    status: Status
    text: str | None
    engine: Engine
    draft: Draft
    before: Report
    after: Report | None
    changes: tuple[Change, ...]
    facts: tuple[FactFate, ...]
    attempts: tuple[Attempt, ...]
    scenario: ScenarioMatch | None
    cache: CacheState
    policy: PolicyStamp
    prompt_version: str | None
    model: str | None
    usage: Usage
    elapsed_ms: float
