"""A policy of a few rules, made in memory, for tests of the checker."""

from typing import Any

from service.core.compiling import Policy, compile_policy
from service.core.phrasing import PhrasebookEntry, Scenario
from service.core.policy import PolicyFiles, PolicyHead, Rule
from service.core.spelling import Spelling

SCORE = {
    "base": 70,
    "error": 40,
    "warning": 12,
    "courtesies": [{"id": "you", "any": ["您"], "points": 8}, {"id": "please", "any": ["请"], "points": 6}],
}
NO_LINES: dict[str, Any] = {
    name: [] for name in ("openings", "apologies", "empathy", "thanks", "offers", "closings", "turns")
}


def rule(rule_id: str, check: dict[str, Any], severity: str = "error", **more: Any) -> Rule:
    """A rule with everything that is not under test filled in."""
    return Rule.model_validate(
        {
            "id": rule_id,
            "title": "标题",
            "severity": severity,
            "category": "类别",
            "message": "“{text}”不合规范",
            "why": "原因",
            "source": {"document": "手册", "manual_id": "F000"},
            "examples": {"match": ["例"], "no_match": ["例"]},
            "check": check,
            **more,
        }
    )


def policy_of(
    *rules: Rule,
    scenarios: tuple[Scenario, ...] = (),
    spellings: dict[str, list[str]] | None = None,
    **head: Any,
) -> Policy:
    """A compiled policy of these rules."""
    fields: dict[str, Any] = {
        "name": "default",
        "title": "测试",
        "version": "1",
        "score": SCORE,
        "offers": ["核实"],
        "commitments": [],
        **head,
    }
    return compile_policy(
        PolicyFiles(
            head=PolicyHead.model_validate(fields),
            rules=rules,
            scenarios=scenarios,
            phrasebook=PhrasebookEntry.model_validate(NO_LINES),
            spellings=tuple(Spelling(of=of, also=tuple(also)) for of, also in (spellings or {}).items()),
            version=f"{fields['version']}+test",
        )
    )
