"""The shapes of answers, as they are documented; `wire.py` writes them and a test holds the two together."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.core.results import (
    Act,
    CacheState,
    Engine,
    FailureCode,
    Outcome,
    RejectionCode,
    Severity,
    Silence,
    Status,
    Verdict,
)


class Answer(BaseModel):
    """A part of an answer: every field is always present; fields may be added, never changed."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class SpanOut(Answer):
    """A half-open range."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)


class PlaceOut(Answer):
    """A place between two characters, in both units."""

    code_points: int = Field(ge=0)
    utf16: int = Field(ge=0)


class ReplacementOut(Answer):
    """Other words."""

    text: str
    safe: bool
    """Whether it may be put in without a person looking."""


class SourceOut(Answer):
    """Where in the manual the rule comes from."""

    document: str
    section: str
    item: str
    manual_id: str


class FindingOut(Answer):
    """A rule fired on words that are there."""

    rule: str
    severity: Severity
    trial: bool
    """The rule is on trial: it is reported as `info` and changes no verdict."""
    category: str
    message: str
    why: str
    span: SpanOut
    """In code points."""
    span_utf16: SpanOut
    """In UTF-16 code units."""
    text: str
    replacements: list[ReplacementOut]
    source: SourceOut


class MissingOut(Answer):
    """A rule asks for words that are not there."""

    rule: str
    severity: Severity
    trial: bool
    category: str
    message: str
    why: str
    because: SpanOut | None
    """The words that call for them, in code points; null when the situation alone does."""
    because_utf16: SpanOut | None
    insert_at: PlaceOut
    replacements: list[ReplacementOut]
    source: SourceOut


class ReportOut(Answer):
    """All that the policy says of one text."""

    verdict: Verdict
    """`block` when any item is an error, `revise` when any is a warning, else `pass`."""
    score: int = Field(ge=0, le=100)
    """Politeness, as the policy defines it."""
    findings: list[FindingOut]
    missing: list[MissingOut]


class ScenarioOut(Answer):
    """The situation that counted."""

    id: str
    how: Literal["given", "matched"]
    score: float = Field(ge=0, le=1)


class PolicyOut(Answer):
    """Which policy spoke."""

    name: str
    version: str


class CheckOut(ReportOut):
    """The answer to a check."""

    scenario: ScenarioOut | None
    """Null when none is given and none matches well enough."""
    policy: PolicyOut


class CandidateOut(Answer):
    """A scenario that the message could show."""

    id: str
    score: float = Field(ge=0, le=1)
    cues: list[str]
    """The words that decided."""


class SuggestionOut(Answer):
    """A reply, verified like a rewrite."""

    id: str
    text: str
    engine: Literal["model", "phrasebook"]
    model: str | None
    scenario: str
    score: float = Field(ge=0, le=1)
    """How well it fits: the scenario's score, less a little for each reply before it."""
    does: Act
    source: SourceOut


class ChangeOut(Answer):
    """One edit from draft to text; without rules it is style."""

    op: Literal["replace", "insert", "delete"]
    span: SpanOut
    span_utf16: SpanOut
    before: str
    after: str
    rules: list[str]


class FactOut(Answer):
    """What became of a fact of the draft."""

    kind: str
    text: str
    kept: bool
    rule: str | None
    """The rule that forbids saying it, when it was not kept."""


class ReasonOut(Answer):
    """Why an attempt did not count."""

    code: RejectionCode | FailureCode
    detail: str


class AttemptOut(Answer):
    """One try to get a rewrite."""

    engine: Engine
    model: str | None
    outcome: Outcome
    reasons: list[ReasonOut]
    elapsed_ms: float = Field(ge=0)


class UsageOut(Answer):
    """Tokens that the model's server counted."""

    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(ge=0)


class RewriteOut(Answer):
    """The answer to a rewrite."""

    id: str = Field(pattern="^rw_")
    status: Status
    """`unchanged` exactly when `text` equals the draft; `needs_review` when no engine can keep the promise."""
    text: str | None
    engine: Engine
    before: ReportOut
    """Over the draft."""
    after: ReportOut | None
    """Over `text`."""
    changes: list[ChangeOut]
    facts: list[FactOut]
    attempts: list[AttemptOut]
    scenario: ScenarioOut | None
    cache: CacheState
    policy: PolicyOut
    prompt_version: str | None
    model: str | None
    usage: UsageOut
    elapsed_ms: float = Field(ge=0)
    metadata: dict[str, Any]
    """As sent."""


class SuggestOut(Answer):
    """The answer to a customer's message."""

    id: str
    scenario: ScenarioOut | None
    """The situation that counts; null when none is sure enough."""
    candidates: list[CandidateOut]
    """The situations that the message could show, best first."""
    suggestions: list[SuggestionOut]
    reason: Silence | None
    """Why the list is empty: no situation is sure enough, or no reply could be verified."""
    attempts: list[AttemptOut]
    policy: PolicyOut
    prompt_version: str | None
    usage: UsageOut
    elapsed_ms: float
