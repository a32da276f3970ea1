"""What came of a job's rows, folded one at a time into a bounded report: counts, rules, scores, who must look, cost."""

from bisect import insort
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.core.excerpts import around, beginning
from service.core.jobs import Cost, Counts, RowResult, RowStatus, Seen
from service.core.results import Severity, Verdict

BANDS = 10
"""Scores are told in so many bands of ten points; 100 belongs to the last."""
EXAMPLES = 3
SHOWN = 200
"""So many rows of each kind that need a person are listed; the counts tell how many there are."""
DRAFT_CHARS = 300
_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(slots=True)
class _Rule:
    """One rule over all rows."""

    severity: Severity
    rows: int = 0
    left: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class _Side:
    """The texts of a file before or after: verdicts and scores."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    bands: list[int] = field(default_factory=lambda: [0] * BANDS)
    rows: int = 0
    points: int = 0

    def add(self, seen: Seen) -> None:
        self.verdicts[seen.verdict] += 1
        self.bands[min(seen.score // 10, BANDS - 1)] += 1
        self.rows += 1
        self.points += seen.score


class BulkReport:
    """The fold; rows in another order make the same report.

    Memory does not grow with the rows: rules are those of a policy, lists have an end.
    """

    def __init__(self, total: int = 0) -> None:
        self._total = total
        self._statuses: Counter[RowStatus] = Counter()
        self._blank = 0
        self._engines: Counter[str] = Counter()
        self._before, self._after = _Side(), _Side()
        self._rules: dict[str, _Rule] = {}
        self._review: dict[RowStatus, list[dict[str, Any]]] = {"needs_review": [], "failed": []}
        self._versions: Counter[str] = Counter()
        self._cost = Counter[str]()

    def add(self, result: RowResult) -> None:
        """Count one row in; rows come in any order, each once."""
        self._statuses[result.status] += 1
        self._engines[result.engine] += 1
        self._cost.update(
            calls=result.calls, input_tokens=result.input_tokens, output_tokens=result.output_tokens,
            hits=result.cache == "hit", repeats=result.repeat,
        )  # fmt: skip
        if result.policy_version is not None:
            self._versions[result.policy_version] += 1
        listed = self._review.get(result.status)
        if listed is not None and (len(listed) < SHOWN or result.index < listed[-1]["index"]):
            insort(listed, _for_a_person(result), key=lambda row: int(row["index"]))
            del listed[SHOWN:]
        if result.before is None:
            self._blank += result.status == "unchanged"
            return
        self._before.add(result.before)
        # What was not rewritten goes back as it came.
        self._after.add(result.after or result.before)
        still = {rule for rule, _, _ in (result.after or result.before).rules}
        for rule, severity, words in result.before.rules:
            self._add_rule(rule, severity, words, result, stays=rule in still)

    def _add_rule(self, name: str, severity: Severity, words: str, result: RowResult, *, stays: bool) -> None:
        rule = self._rules.setdefault(name, _Rule(severity))
        rule.severity = min(rule.severity, severity, key=_WEIGHT.__getitem__)
        rule.rows += 1
        rule.left += stays
        rank = (result.text is None, result.index)
        if len(rule.examples) == EXAMPLES and rank > _rank(rule.examples[-1]):
            return
        before = around(result.draft, words)
        # The same words are shown once, where they come first.
        for known in rule.examples:
            if known["before"] == before:
                if _rank(known) < rank:
                    return
                rule.examples.remove(known)
                break
        example = {
            "index": result.index, "title": result.title, "words": words, "before": before,
            "after": None if result.text is None else beginning(result.text.strip(), DRAFT_CHARS),
        }  # fmt: skip
        insort(rule.examples, example, key=_rank)
        del rule.examples[EXAMPLES:]

    @property
    def counts(self) -> Counts:
        """How many rows came of which kind; `total` is at least those counted in."""
        by = self._statuses
        done = by.total()
        return Counts(
            max(self._total, done), done, by["unchanged"], by["rewritten"], by["needs_review"], by["failed"]
        )

    @property
    def cost(self) -> Cost:
        """What the rows took."""
        return Cost(**{name: self._cost[name] for name in Cost._fields})

    def told(self, titles: Mapping[str, str]) -> dict[str, Any]:
        """The report as plain data; `titles` are those of the policy's rules, by id."""
        counts = self.counts
        review = [*self._review["needs_review"], *self._review["failed"]]
        return {
            "partial": counts.done < counts.total,
            "counts": counts._asdict(),
            "blank": self._blank,
            "review": {"total": counts.needs_review + counts.failed, "rows": review},
            "verdicts": {"before": _verdicts(self._before), "after": _verdicts(self._after)},
            "scores": {"before": _scores(self._before), "after": _scores(self._after)},
            "rules": [
                {
                    "rule": name, "title": titles.get(name), "severity": rule.severity.value, "rows": rule.rows,
                    "left": rule.left, "examples": list(rule.examples),
                }
                for name, rule in sorted(
                    self._rules.items(),
                    key=lambda item: (item[1].severity is Severity.INFO, -item[1].rows, item[0]),
                )
            ],
            "engines": {name: self._engines[name] for name in ("model", "phrasebook", "none")},
            "cost": self.cost._asdict(),
            "policy_versions": [
                {"version": version, "rows": rows}
                for version, rows in sorted(self._versions.items(), key=lambda item: (-item[1], item[0]))
            ],
        }  # fmt: skip


def _rank(example: Mapping[str, Any]) -> tuple[bool, int]:
    """First those that show better words: they say more than one that a person has yet to find them for."""
    return example["after"] is None, example["index"]


def _for_a_person(result: RowResult) -> dict[str, Any]:
    seen = result.before
    return {
        "index": result.index,
        "custom_id": result.custom_id,
        "title": result.title,
        "status": result.status,
        "draft": beginning(result.draft, DRAFT_CHARS),
        "reasons": list(result.reasons),
        "score": None if seen is None else seen.score,
        "verdict": None if seen is None else seen.verdict.value,
        "rules": [] if seen is None else [rule for rule, weight, _ in seen.rules if weight != Severity.INFO],
    }


def _verdicts(side: _Side) -> dict[str, int]:
    return {
        verdict.value: side.verdicts[verdict] for verdict in (Verdict.PASS, Verdict.REVISE, Verdict.BLOCK)
    }


def _scores(side: _Side) -> dict[str, Any]:
    """Average (null without any row), and how many rows stand in each band of ten points."""
    return {
        "mean": round(side.points / side.rows, 1) if side.rows else None,
        "bands": [
            {"from": 10 * at, "to": 100 if at == BANDS - 1 else 10 * at + 9, "rows": rows}
            for at, rows in enumerate(side.bands)
        ],
    }
