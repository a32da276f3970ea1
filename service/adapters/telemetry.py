"""One log line and the metrics of each request, made from finished values by an allow-list of their fields."""

import time
from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    disable_created_metrics,
    generate_latest,
)

from service.adapters.log_lines import LogLines
from service.adapters.request_figures import RequestFigures
from service.adapters.trace_lines import describe
from service.core.jobs import Job
from service.core.results import Attempt, Checked, Report, Rewrite, Suggestions

MAX_LINE_BYTES = 2000
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
# A second series for each one, of no use to anybody here.
disable_created_metrics()  # type: ignore[no-untyped-call]
_encode = msgspec.json.Encoder().encode


Answer = Checked | Rewrite | Suggestions


@dataclass(slots=True)
class Served:
    """A request and how it was answered; `route` is the template, never the path as sent."""

    request_id: str
    method: str
    route: str = "(none)"
    tenant: str | None = None
    status: int = 500
    elapsed_ms: float = 0.0
    answer: Answer | None = None


class Telemetry:
    """Writes lines and keeps the metrics of one process, in a registry of its own."""

    def __init__(self, lines: LogLines, level: str = "info", now: Callable[[], float] = time.time) -> None:
        self.lines = lines
        self.registry = registry = CollectorRegistry()
        self._floor = LEVELS[level]
        self._now = now
        self._figures = RequestFigures()
        registry.register(self._figures)
        self._errors = Counter("coach_errors", "Exceptions that nobody expected.", registry=registry)
        dropped = Gauge("coach_log_lines_dropped", "Log lines that could not be written.", registry=registry)
        dropped.set_function(lambda: lines.dropped)
        self._stamp: tuple[int, str] = (0, "")

    def record(self, served: Served) -> None:
        """Count a request that has been answered, and write its line."""
        self._figures.count(served.method, served.route, served.status, served.elapsed_ms / 1000)
        answer = served.answer
        if isinstance(answer, Checked):
            self._figures.count_verdict(answer.report.verdict)
            self._figures.count_rules(answer.policy.name, _fired(answer.report))
        elif isinstance(answer, Rewrite):
            self._figures.count_rewrite(answer.status, answer.engine, answer.cache)
            self._figures.count_rules(answer.policy.name, _fired(answer.before))
            self._count_work(answer)
        elif answer is not None:
            self._figures.count_suggestions(len(answer.suggestions), answer.reason or "")
            self._count_work(answer)
        level = "error" if served.status >= 500 and served.status != 503 else "info"
        if LEVELS[level] < self._floor:
            return
        fields: dict[str, Any] = {
            "time": self._time(),
            "level": level,
            "event": "request",
            "request_id": served.request_id,
            "tenant": served.tenant,
            "method": served.method,
            "route": served.route,
            "status": served.status,
            "elapsed_ms": round(served.elapsed_ms, 3),
        }
        if answer is not None:
            fields |= _told(answer)
        self.lines.write(_line(fields))

    def error(self, request_id: str, error: BaseException) -> None:
        """Count an exception that nobody expected, and write where it came from, without what it said."""
        self._errors.inc()
        kind, places = describe(error)
        self.event("error", "exception", request_id=request_id, exception=kind, stack=places)

    def event(self, level: str, event: str, **fields: Any) -> None:
        """Write a line about the service itself; the caller vouches that no field holds a caller's text."""
        if LEVELS[level] >= self._floor:
            self.lines.write(_line({"time": self._time(), "level": level, "event": event, **fields}))

    def job(self, act: str, job: Job, **fields: str) -> None:
        """Write a line about what was done to a job or came of it, in numbers: no text, no name of a file.

        The reason of one that failed may quote its file, and stays with the job.
        """
        self.event(
            "warning" if act == "failed" else "info", "job", act=act, job=job.id, tenant=job.tenant, status=job.status,
            format=job.order.format, dry_run=job.order.dry_run, policy=job.order.policy, **job.counts._asdict(),
            **job.cost._asdict(), elapsed_s=round(max(0.0, (job.finished_at or self._now()) - job.created_at), 3),
            **fields,
        )  # fmt: skip

    def count_feedback(self, of: str, action: str) -> None:
        """Count what an agent did with a `rewrite` or a `suggestion`."""
        self._figures.count_feedback(of, action)

    def render(self) -> bytes:
        """The metrics in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _count_work(self, answer: Rewrite | Suggestions) -> None:
        figures = self._figures
        figures.count_tokens(answer.usage.input_tokens, answer.usage.output_tokens)
        for attempt in answer.attempts:
            for code in _codes(attempt) or [""]:
                figures.count_attempt(attempt.engine, attempt.outcome, code)

    def _time(self) -> str:
        now = self._now()
        second = int(now)
        if self._stamp[0] != second:
            self._stamp = (second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)))
        return f"{self._stamp[1]}.{int((now - second) * 1000):03d}Z"


def _told(answer: Answer) -> dict[str, Any]:
    if isinstance(answer, Checked):
        return _of_check(answer)
    return _of_rewrite(answer) if isinstance(answer, Rewrite) else _of_suggestions(answer)


def _of_suggestions(answer: Suggestions) -> dict[str, Any]:
    return {
        "suggest": answer.id,
        "scenario": answer.scenario.id if answer.scenario else None,
        "suggestions": len(answer.suggestions),
        "reason": answer.reason,
        "attempts": [[attempt.engine, attempt.outcome, *_codes(attempt)] for attempt in answer.attempts],
        "policy": answer.policy.name,
        "policy_version": answer.policy.version,
        "prompt_version": answer.prompt_version,
    }


def _of_check(checked: Checked) -> dict[str, Any]:
    report = checked.report
    return {
        "verdict": report.verdict,
        "findings": len(report.findings),
        "missing": len(report.missing),
        "policy": checked.policy.name,
        "policy_version": checked.policy.version,
    }


def _of_rewrite(rewrite: Rewrite) -> dict[str, Any]:
    return {
        "rewrite": rewrite.id,
        "outcome": rewrite.status,
        "engine": rewrite.engine,
        "cache": rewrite.cache,
        "attempts": [[attempt.engine, attempt.outcome, *_codes(attempt)] for attempt in rewrite.attempts],
        "findings": dict(Tally(finding.severity.value for finding in rewrite.before.findings)),
        "missing": len(rewrite.before.missing),
        "policy": rewrite.policy.name,
        "policy_version": rewrite.policy.version,
        "prompt_version": rewrite.prompt_version,
    }


def _fired(report: Report) -> set[str]:
    """The rules that fired, each once: a rule that a draft breaks ten times is still one draft's."""
    rules = {finding.rule for finding in report.findings}
    rules.update(missing.rule for missing in report.missing)
    return rules


def _codes(attempt: Attempt) -> list[str]:
    return sorted({reason.code for reason in attempt.reasons})


def _line(fields: dict[str, Any]) -> bytes:
    """One JSON object and a newline; JSON escapes every control character, so no value can forge a line."""
    line = _encode(fields)
    while len(line) >= MAX_LINE_BYTES:
        longest = max(fields, key=lambda name: len(_encode(fields[name])))
        value = fields[longest]
        # The deepest places of a stack come last and say the most.
        fields[longest] = value[len(value) // 2 + 1 :] if isinstance(value, list) else "…"
        line = _encode(fields)
    return line + b"\n"
