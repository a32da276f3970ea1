"""Results of bulk rows for tests: what came of a row in one line."""

from typing import Any

from service.core.jobs import RowResult, Seen
from service.core.results import Severity, Verdict

RULE = "forbidden.ignorance-as-answer"
WORDS = "不知道"
DRAFT = "不知道，你找领导去。"
TEXT = "很抱歉，我帮您核实一下。"


def seen(score: int, *rules: tuple[str, str, str]) -> Seen:
    """A report in short; its verdict follows from the rules."""
    weights = {severity for _, severity, _ in rules}
    verdict = (
        Verdict.BLOCK if "error" in weights else Verdict.REVISE if "warning" in weights else Verdict.PASS
    )
    return Seen(verdict, score, tuple((rule, Severity(severity), words) for rule, severity, words in rules))


def rewritten(index: int, **more: Any) -> RowResult:
    """A rude row, put right by a model."""
    usual: dict[str, Any] = {
        "custom_id": f"m{index}", "title": "催单", "draft": DRAFT, "status": "rewritten", "text": TEXT,
        "engine": "model", "cache": "miss", "before": seen(20, (RULE, "error", WORDS)), "after": seen(90),
        "policy_version": "1.0", "calls": 1, "input_tokens": 100, "output_tokens": 10,
    }  # fmt: skip
    return RowResult(index=index, **usual | more)


def unchanged(index: int, **more: Any) -> RowResult:
    """A row that passes."""
    usual: dict[str, Any] = {
        "custom_id": None, "title": None, "draft": "您好，请稍等。", "status": "unchanged", "text": None,
        "before": seen(85), "policy_version": "1.0",
    }  # fmt: skip
    return RowResult(index=index, **usual | more)


def for_a_person(index: int, **more: Any) -> RowResult:
    """A rude row for which no engine found words."""
    usual: dict[str, Any] = {
        "status": "needs_review", "text": None, "after": None, "engine": "none", "reasons": ("policy_breach",),
    }  # fmt: skip
    return rewritten(index, **usual | more)


def crashed(index: int) -> RowResult:
    """A row that took its workers down."""
    return RowResult(index, f"m{index}", None, DRAFT, "failed", None, ("crashed",))
