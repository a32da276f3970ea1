"""A bulk job and its rows as values: what was ordered, how far it is, what came of each row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from service.core.results import CacheState, Engine, EngineChoice, Mode, Severity, Verdict

JobStatus = Literal["queued", "running", "paused", "completed", "failed", "cancelled"]
RowStatus = Literal["unchanged", "rewritten", "needs_review", "failed"]
ENDED: frozenset[JobStatus] = frozenset({"completed", "failed", "cancelled"})
"""From these no job comes back."""
OPEN: tuple[JobStatus, ...] = ("queued", "running", "paused")
"""The other ones."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the caller asks to be done with a file of macros."""

    format: str
    filename: str
    policy: str = "default"
    mode: Mode = "polish"
    engine: EngineChoice = "auto"
    dry_run: bool = False
    """Only check: nothing is rewritten, no model is called."""
    text_field: str | None = None
    context_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One text of a file. `index` counts the file's texts from 0; `text` may be blank.

    `context` has the shape of the `context` of a check; `title` is for people: the macro's name or short code.
    """

    index: int
    text: str
    custom_id: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    title: str | None = None


class Counts(NamedTuple):
    """How many rows there are, how many are through, and as what; `done` is the sum of the last four."""

    total: int = 0
    done: int = 0
    unchanged: int = 0
    rewritten: int = 0
    needs_review: int = 0
    failed: int = 0


class Cost(NamedTuple):
    """What the rows took: calls of models, tokens as their servers counted them, and rows that cost nothing."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    hits: int = 0
    """Rows answered from the cache."""
    repeats: int = 0
    """Rows with the words and the context of another row of the job, whose answer they share."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job; instants are seconds since 1970 by the store's clock."""

    id: str
    tenant: str
    order: Order
    status: JobStatus
    counts: Counts
    cost: Cost
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    reason: str | None = None
    """Why it failed, in one sentence for people."""
    rate: float | None = None
    """Rows a second of late; None before there is anything to tell from."""


class BulkFigures(NamedTuple):
    """All tenants' bulk work at one moment, as an operator sees it."""

    workers: int
    """Worker processes that were heard of in the last ten seconds."""
    jobs: Mapping[JobStatus, int]
    """Jobs that have not ended, by each status of `OPEN`."""
    rows: Mapping[JobStatus, int]
    """Their rows that are not done, in the same way."""
    chunks_out: int
    """Chunks of rows that are with the workers, or on the way to them."""
    calls: int | None
    """Calls of the model that rows have under way; None when the store does not say."""
    calls_limit: int | None
    """How many they may have just now: fewer after a 429, none while it is waited out."""


class Seen(NamedTuple):
    """What the policy said of a text, in short; `rules` are those that fired or miss something, each once."""

    verdict: Verdict
    score: int
    rules: tuple[tuple[str, Severity, str], ...]
    """(rule, severity, the words it fired on; empty where something is missing)."""


@dataclass(frozen=True, slots=True)
class RowResult:
    """What came of one row."""

    index: int
    custom_id: str | None
    title: str | None
    draft: str
    status: RowStatus
    text: str | None
    """The new text; None where the draft stays: unchanged, for a person to look at, or failed."""
    reasons: tuple[str, ...] = ()
    """Why it needs a person or failed: rejection codes of the last attempt, `crashed` or `internal`."""
    engine: Engine = "none"
    cache: CacheState = "bypass"
    scenario: str | None = None
    before: Seen | None = None
    """None for blank and failed rows."""
    after: Seen | None = None
    """None where nothing was rewritten."""
    policy_version: str | None = None
    """The version that this row was checked with."""
    repeat: bool = False
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    elapsed_ms: float = 0.0
