"""Weights tried on an author whose replies they were not learnt from: the only figures worth having."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from service.core.compiling import Policy, compile_policy
from service.core.policy import PolicyFiles, Rule
from service.core.reading import ReadText
from service.core.tone import CONSTANT
from tests.eval.rows import Placed
from tests.tone.learning import learn
from tests.tone.replies import author_of, replies

GOOD_SHARE = 0.018
EVERYDAY_SHARE = 0.034
"""So many of the good and of the everyday replies of other authors may sound cold."""
FOLDS = 6
"""So many times is learnt, each time without the authors of one fold."""
LIGHTEST = 80
"""Runs that weigh less, in hundredths of a logit, are left out: the file stays small and loses nothing."""

_RULE = Rule.model_validate(
    {
        "id": "tone.cold", "title": "-", "severity": "warning", "category": "-", "message": "-", "why": "-",
        "source": {"document": "-"}, "check": {"kind": "tone"}, "examples": {"match": ["-"], "no_match": ["-"]},
    }
)  # fmt: skip


class Crossed(NamedTuple):
    """A reply, and how cold it is to weights that have not seen its author."""

    row: Placed
    weight: float


def rounded(weights: dict[str, float]) -> dict[str, int]:
    """The weights as the file holds them: hundredths, without those that hardly count."""
    whole = {run: round(weight * 100) for run, weight in weights.items()}
    return {run: weight for run, weight in whole.items() if run == CONSTANT or abs(weight) >= LIGHTEST}


def listening(files: PolicyFiles, weights: dict[str, int]) -> Policy:
    """A policy whose only rule is the model of tone: it hears what it would hear in service."""
    return compile_policy(files.model_copy(update={"rules": (_RULE,), "tone": weights}))


def coldness(policy: Policy, text: str) -> float:
    """The weight of a text."""
    check = policy.rules[0].check
    assert check.kind == "tone"
    return check.weight(ReadText(text))


def crossed(files: PolicyFiles, rows: Sequence[Placed], learners: Sequence[Placed]) -> list[Crossed]:
    """Every row, weighed by what the rows of other authors among the learners teach."""
    fold = {author: number % FOLDS for number, author in enumerate(sorted({author_of(row) for row in rows}))}
    weights: dict[Placed, float] = {}
    for number in sorted(set(fold.values())):
        taught = rounded(learn(replies(row for row in learners if fold.get(author_of(row)) != number)))
        policy = listening(files, taught)
        for row in rows:
            if fold[author_of(row)] == number:
                weights[row] = coldness(policy, row.row.text)
    return [Crossed(row, weights[row]) for row in rows]


def limit(found: Sequence[Crossed]) -> float:
    """The weight above which no more good and everyday replies lie than are allowed."""
    return max(
        _limit([one.weight for one in found if one.row.row.label == label], allowed)
        for label, allowed in (("good", GOOD_SHARE), ("everyday", EVERYDAY_SHARE))
    )


def _limit(weights: list[float], allowed: float) -> float:
    ordered = sorted(weights, reverse=True)
    return ordered[int(allowed * len(ordered))] if ordered else -math.inf
