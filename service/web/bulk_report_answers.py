"""The shape of a job's report as JSON, as it is documented; `report/` fills it."""

from typing import Literal

from pydantic import Field

from service.core.jobs import JobStatus
from service.core.results import EngineChoice, Mode, Severity, Verdict
from service.web.answers import Answer
from service.web.bulk_answers import CostOut, CountsOut


class BandOut(Answer):
    """Rows whose score lies within a band."""

    from_: int = Field(ge=0, le=90, alias="from")
    to: int = Field(ge=9, le=100)
    rows: int = Field(ge=0)


class ScoresOut(Answer):
    """Scores of all texts."""

    mean: float | None
    bands: list[BandOut]


class ExampleOut(Answer):
    """A place where a rule fired."""

    index: int
    title: str | None
    words: str
    before: str
    after: str | None


class RuleCountOut(Answer):
    """One rule over all rows."""

    rule: str
    title: str | None
    severity: Severity
    rows: int
    left: int
    """Rows that still break it afterwards."""
    examples: list[ExampleOut]


class ReviewRowOut(Answer):
    """A row that a person has to look at."""

    index: int
    custom_id: str | None
    title: str | None
    status: Literal["needs_review", "failed"]
    draft: str
    reasons: list[str]
    score: int | None
    verdict: Verdict | None
    rules: list[str]


class ReviewOut(Answer):
    """The rows that a person has to look at; at most 200 of a kind are listed."""

    total: int
    rows: list[ReviewRowOut]


class VerdictsOut(Answer):
    """How many texts pass, ought to be revised, and must not be sent."""

    pass_: int = Field(alias="pass")
    revise: int
    block: int


class VerdictsBothOut(Answer):
    """Before and after; what was not rewritten counts as it came."""

    before: VerdictsOut
    after: VerdictsOut


class ScoresBothOut(Answer):
    """Before and after; what was not rewritten counts as it came."""

    before: ScoresOut
    after: ScoresOut


class EnginesOut(Answer):
    """How many rows each engine wrote."""

    model: int
    phrasebook: int
    none: int


class VersionOut(Answer):
    """A version of the policy, and how many rows saw it."""

    version: str
    rows: int


class BulkReportOut(Answer):
    """The report on a job."""

    id: str | None
    status: JobStatus
    filename: str
    format: str
    policy: str
    mode: Mode
    engine: EngineChoice
    dry_run: bool
    created_at: str | None
    finished_at: str | None
    partial: bool
    """Whether rows are still to come."""
    counts: CountsOut
    blank: int
    review: ReviewOut
    verdicts: VerdictsBothOut
    scores: ScoresBothOut
    rules: list[RuleCountOut]
    """Those that weigh first, the most broken first."""
    engines: EnginesOut
    cost: CostOut
    policy_versions: list[VersionOut]
