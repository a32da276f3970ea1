"""Core values as the bytes of answers: every field present, spans in code points and in UTF-16 code units."""

import json
from typing import Any

import msgspec

from service.core.results import (
    Attempt,
    Change,
    Checked,
    Finding,
    Missing,
    PolicyStamp,
    Replacement,
    Report,
    Rewrite,
    ScenarioMatch,
    Segment,
    Source,
    Suggestion,
    Suggestions,
    Usage,
)
from service.core.text import Span, Utf16

_encode = msgspec.json.Encoder().encode


def checked_bytes(checked: Checked, text: str) -> bytes:
    """The JSON of a check of `text`."""
    wire = _report(checked.report, Utf16(text))
    wire["scenario"] = _scenario(checked.scenario)
    wire["policy"] = _policy(checked.policy)
    return _encode(wire)


def rewrite_bytes(rewrite: Rewrite) -> bytes:
    """The JSON of a rewrite. Metadata is encoded like what was sent: whole numbers of any size included."""
    draft = Utf16(rewrite.draft.text)
    after = None
    if rewrite.after is not None and rewrite.text is not None:
        after = _report(rewrite.after, Utf16(rewrite.text))
    metadata = rewrite.draft.metadata
    return _encode(
        {
            "id": rewrite.id,
            "status": rewrite.status,
            "text": rewrite.text,
            "engine": rewrite.engine,
            "before": _report(rewrite.before, draft),
            "after": after,
            "changes": [_change(change, draft) for change in rewrite.changes],
            "facts": [
                {"kind": fact.kind, "text": fact.text, "kept": fact.kept, "rule": fact.rule}
                for fact in rewrite.facts
            ],
            "attempts": [_attempt(attempt) for attempt in rewrite.attempts],
            "scenario": _scenario(rewrite.scenario),
            "cache": rewrite.cache,
            "policy": _policy(rewrite.policy),
            "prompt_version": rewrite.prompt_version,
            "model": rewrite.model,
            "usage": _usage(rewrite.usage),
            "elapsed_ms": round(rewrite.elapsed_ms, 3),
            "metadata": msgspec.Raw(json.dumps(metadata, ensure_ascii=False)) if metadata else {},
        }
    )


def suggestions_bytes(answer: Suggestions) -> bytes:
    """The JSON of all suggestions for one message."""
    return _encode(
        {
            "id": answer.id,
            "scenario": _scenario(answer.scenario),
            "candidates": [{"id": one.id, "score": one.score, "cues": one.cues} for one in answer.candidates],
            "suggestions": [_suggestion(one) for one in answer.suggestions],
            "reason": answer.reason,
            "attempts": [_attempt(attempt) for attempt in answer.attempts],
            "policy": _policy(answer.policy),
            "prompt_version": answer.prompt_version,
            "usage": _usage(answer.usage),
            "elapsed_ms": round(answer.elapsed_ms, 3),
        }
    )


def suggestion_bytes(suggestion: Suggestion) -> bytes:
    """The JSON of one suggestion."""
    return _encode(_suggestion(suggestion))


def _suggestion(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "id": suggestion.id,
        "text": suggestion.text,
        "engine": suggestion.engine,
        "model": suggestion.model,
        "scenario": suggestion.scenario,
        "score": suggestion.score,
        "does": suggestion.does,
        "source": _source(suggestion.source),
    }


def _usage(usage: Usage) -> dict[str, int]:
    return {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}


def attempt_bytes(attempt: Attempt) -> bytes:
    """The JSON of an attempt."""
    return _encode(_attempt(attempt))


def segment_bytes(segment: Segment) -> bytes:
    """The JSON of a segment."""
    return _encode({"attempt": segment.attempt, "index": segment.index, "text": segment.text})


def _report(report: Report, units: Utf16) -> dict[str, Any]:
    return {
        "verdict": report.verdict,
        "score": report.score,
        "findings": [_finding(finding, units) for finding in report.findings],
        "missing": [_missing(missing, units) for missing in report.missing],
    }


def _finding(finding: Finding, units: Utf16) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "trial": finding.trial,
        "category": finding.category,
        "message": finding.message,
        "why": finding.why,
        "span": _span(finding.span),
        "span_utf16": _span_utf16(finding.span, units),
        "text": finding.text,
        "replacements": _replacements(finding.replacements),
        "source": _source(finding.source),
    }


def _missing(missing: Missing, units: Utf16) -> dict[str, Any]:
    because = missing.because
    return {
        "rule": missing.rule,
        "severity": missing.severity,
        "trial": missing.trial,
        "category": missing.category,
        "message": missing.message,
        "why": missing.why,
        "because": None if because is None else _span(because),
        "because_utf16": None if because is None else _span_utf16(because, units),
        "insert_at": {"code_points": missing.insert_at, "utf16": units.offset(missing.insert_at)},
        "replacements": _replacements(missing.replacements),
        "source": _source(missing.source),
    }


def _change(change: Change, units: Utf16) -> dict[str, Any]:
    return {
        "op": change.op,
        "span": _span(change.span),
        "span_utf16": _span_utf16(change.span, units),
        "before": change.before,
        "after": change.after,
        "rules": change.rules,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "engine": attempt.engine,
        "model": attempt.model,
        "outcome": attempt.outcome,
        "reasons": [{"code": reason.code, "detail": reason.detail} for reason in attempt.reasons],
        "elapsed_ms": round(attempt.elapsed_ms, 3),
    }


def _span(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


def _span_utf16(span: Span, units: Utf16) -> dict[str, int]:
    return {"start": units.offset(span.start), "end": units.offset(span.end)}


def _replacements(replacements: tuple[Replacement, ...]) -> list[dict[str, Any]]:
    return [{"text": replacement.text, "safe": replacement.safe} for replacement in replacements]


def _source(source: Source) -> dict[str, str]:
    return {
        "document": source.document,
        "section": source.section,
        "item": source.item,
        "manual_id": source.manual_id,
    }


def _scenario(match: ScenarioMatch | None) -> dict[str, Any] | None:
    return None if match is None else {"id": match.id, "how": match.how, "score": match.score}


def _policy(stamp: PolicyStamp) -> dict[str, str]:
    return {"name": stamp.name, "version": stamp.version}
