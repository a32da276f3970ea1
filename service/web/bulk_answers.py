"""A bulk job and its rows as answers: their shapes as they are documented, and the values in them."""

import json
from datetime import UTC, datetime
from math import ceil
from typing import Any

import msgspec
from pydantic import Field

from service.core.jobs import ENDED, Job, JobStatus, RowResult, RowStatus, Seen
from service.core.results import CacheState, Engine, EngineChoice, Mode, Severity, Verdict
from service.web.answers import Answer, UsageOut

_encode = msgspec.json.Encoder().encode


class CountsOut(Answer):
    """How many rows there are, how many are through, and as what."""

    total: int = Field(ge=0)
    done: int = Field(ge=0)
    unchanged: int = Field(ge=0)
    rewritten: int = Field(ge=0)
    needs_review: int = Field(ge=0)
    failed: int = Field(ge=0)


class CostOut(Answer):
    """What the rows took."""

    calls: int = Field(ge=0)
    """Calls of models."""
    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(ge=0)
    hits: int = Field(ge=0)
    """Rows answered from the cache."""
    repeats: int = Field(ge=0)
    """Rows that share the answer of an equal row."""


class LinksOut(Answer):
    """Where the rest stands."""

    self: str
    items: str
    output: str | None
    """Null until the job is completed."""
    report: str
    events: str


class JobOut(Answer):
    """One job."""

    id: str = Field(pattern="^job_")
    status: JobStatus
    counts: CountsOut
    created_at: str = Field(json_schema_extra={"format": "date-time"})
    started_at: str | None = Field(json_schema_extra={"format": "date-time"})
    finished_at: str | None = Field(json_schema_extra={"format": "date-time"})
    eta_seconds: int | None
    """Seconds until the last row at the pace of the latest ones; null while nothing is known, 0 at the end."""
    policy: str
    """The name; each row says which version it saw."""
    links: LinksOut
    filename: str
    format: str
    mode: Mode
    engine: EngineChoice
    dry_run: bool
    cost: CostOut
    reason: str | None
    """Why it failed, in one sentence."""


class JobListOut(Answer):
    """Jobs, the newest first."""

    jobs: list[JobOut]
    cursor: str | None
    """For the next page; null at the end."""


class FiredOut(Answer):
    """A rule that fired on words, or misses some; each rule once."""

    rule: str
    severity: Severity
    text: str
    """The words; empty where something is missing."""


class SeenOut(Answer):
    """A report in short."""

    verdict: Verdict
    score: int = Field(ge=0, le=100)
    rules: list[FiredOut]


class RowOut(Answer):
    """What came of one row."""

    index: int = Field(ge=0)
    """Its place among the texts of the file, from 0."""
    custom_id: str | None
    title: str | None
    draft: str
    status: RowStatus
    text: str | None
    """The text as it comes out; null when a person has to write it."""
    reasons: list[str]
    """Why it needs review or failed: codes of the last attempt; `crashed` when three processes died of the row, `internal` after an unexpected error."""
    engine: Engine
    cache: CacheState
    scenario: str | None
    before: SeenOut | None
    """Null for blank and failed rows."""
    after: SeenOut | None
    """Null where nothing was rewritten."""
    policy_version: str | None
    """The version that this row was checked with."""
    repeat: bool
    """Whether it shares the answer of an equal row."""
    calls: int = Field(ge=0)
    usage: UsageOut
    elapsed_ms: float = Field(ge=0)


class RowListOut(Answer):
    """Rows that are done, in the order of the file."""

    items: list[RowOut]
    cursor: str | None
    """For the next page, which may be short when a filter is set; null at the end."""


class PreviewRowOut(Answer):
    """One of the first rows."""

    index: int = Field(ge=0)
    text: str
    custom_id: str | None
    title: str | None
    context: dict[str, Any]


class PreviewOut(Answer):
    """What can be said of a file before a job is made of it."""

    format: str
    columns: list[str]
    text_field: str | None
    """The column named or found; null when one of `candidates` has to be named."""
    candidates: list[str]
    rows: int | None
    """Null when they were not counted."""
    samples: list[PreviewRowOut]
    encoding: str | None


def encoded(value: Any) -> bytes:
    """The JSON of an answer; half a character, which no UTF-8 can hold, is told as U+FFFD."""
    try:
        return _encode(value)
    except UnicodeEncodeError:
        text = json.dumps(value, ensure_ascii=False)
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def instant(seconds: float | None) -> str | None:
    """Seconds since 1970 as RFC 3339 in UTC."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def job_told(job: Job) -> dict[str, Any]:
    """A job as a `JobOut`."""
    here = f"/bulk/{job.id}"
    order = job.order
    return {
        "id": job.id,
        "status": job.status,
        "counts": job.counts._asdict(),
        "created_at": instant(job.created_at),
        "started_at": instant(job.started_at),
        "finished_at": instant(job.finished_at),
        "eta_seconds": _eta(job),
        "policy": order.policy,
        "links": {
            "self": here,
            "items": f"{here}/items",
            "output": f"{here}/output" if job.status == "completed" else None,
            "report": f"{here}/report",
            "events": f"{here}/events",
        },
        "filename": order.filename,
        "format": order.format,
        "mode": order.mode,
        "engine": order.engine,
        "dry_run": order.dry_run,
        "cost": job.cost._asdict(),
        "reason": job.reason,
    }


def _eta(job: Job) -> int | None:
    if job.status in ENDED:
        return 0
    if job.status != "running" or not job.rate:
        return None
    return ceil((job.counts.total - job.counts.done) / job.rate)


def row_told(row: RowResult) -> dict[str, Any]:
    """A row as a `RowOut`."""
    return {
        "index": row.index,
        "custom_id": row.custom_id,
        "title": row.title,
        "draft": row.draft,
        "status": row.status,
        "text": row.draft if row.status == "unchanged" else row.text,
        "reasons": row.reasons,
        "engine": row.engine,
        "cache": row.cache,
        "scenario": row.scenario,
        "before": _seen(row.before),
        "after": _seen(row.after),
        "policy_version": row.policy_version,
        "repeat": row.repeat,
        "calls": row.calls,
        "usage": {"input_tokens": row.input_tokens, "output_tokens": row.output_tokens},
        "elapsed_ms": round(row.elapsed_ms, 3),
    }


def _seen(seen: Seen | None) -> dict[str, Any] | None:
    if seen is None:
        return None
    rules = [{"rule": rule, "severity": severity, "text": words} for rule, severity, words in seen.rules]
    return {"verdict": seen.verdict, "score": seen.score, "rules": rules}
