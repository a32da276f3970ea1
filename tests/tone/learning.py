"""A logistic regression over runs of characters, learnt in plain Python: the same clauses give the same weights.

Each run learns at a rate that grows with how unevenly it stands in cold and in other clauses (Wang and Manning 2012);
the optimum is found by dual coordinate descent (Yu, Huang and Lin 2011).
"""

import math
import random
from collections import Counter
from collections.abc import Sequence

from service.core.tone import EDGE
from tests.tone.clauses import Heard

COST = 0.05
"""How much a clause may pull; more follows the rows more closely."""
AT_LEAST = 2
"""Runs that stand in fewer clauses are left out."""
ROUNDS = 25
SMOOTHING = 1.0
SLOWEST = 0.05


def learn(clauses: Sequence[Heard]) -> dict[str, float]:
    """What each run weighs, in logits; `EDGE` carries what every clause weighs."""
    seen = Counter(run for clause in clauses for run in clause.runs)
    known = sorted(run for run, times in seen.items() if times >= AT_LEAST and run != EDGE)
    if not known:
        return {EDGE: 0.0}
    number = {run: place for place, run in enumerate([EDGE, *known])}
    rows = [[0, *(number[run] for run in clause.runs if run != EDGE and run in number)] for clause in clauses]
    cold = [clause.cold for clause in clauses]
    weights = _descend(rows, cold, _rates(rows, cold, len(number)))
    return {run: weights[place] for run, place in number.items()}


def _rates(rows: list[list[int]], cold: list[bool], size: int) -> list[float]:
    """The square of each run's log ratio between cold clauses and others; the constant's is 1."""
    counts = ([SMOOTHING] * size, [SMOOTHING] * size)
    for row, is_cold in zip(rows, cold, strict=True):
        kind = counts[is_cold]
        for place in row:
            kind[place] += 1
    # The constant stands in every clause: it says nothing about runs.
    other, those = sum(counts[False][1:]), sum(counts[True][1:])
    ratios = [
        abs(math.log((a / those) / (b / other))) + SLOWEST
        for a, b in zip(counts[True], counts[False], strict=True)
    ]
    return [1.0, *(ratio * ratio for ratio in ratios[1:])]


def _descend(rows: list[list[int]], cold: list[bool], rates: list[float]) -> list[float]:
    signs = [1.0 if is_cold else -1.0 for is_cold in cold]
    squares = [sum([rates[place] for place in row]) for row in rows]
    pulls = [COST / 1000] * len(rows)
    weights = [0.0] * len(rates)
    for row, sign in zip(rows, signs, strict=True):
        for place in row:
            weights[place] += sign * COST / 1000 * rates[place]
    order = list(range(len(rows)))
    dice = random.Random(1)
    for _ in range(ROUNDS):
        dice.shuffle(order)
        for one in order:
            row, sign = rows[one], signs[one]
            margin = sign * sum([weights[place] for place in row])
            pull = _pull(pulls[one], squares[one], margin)
            step = sign * (pull - pulls[one])
            pulls[one] = pull
            for place in row:
                weights[place] += step * rates[place]
    return weights


def _pull(now: float, square: float, margin: float) -> float:
    """How hard a clause should pull, 0-COST, while the others stay as they are."""
    low, high = -margin - square * COST, -margin + square * COST
    for _ in range(30):
        middle = (low + high) / 2
        pull = COST / (1 + math.exp(-middle)) if middle > -500 else 0.0
        if middle + margin + square * (pull - now) > 0:
            high = middle
        else:
            low = middle
    return pull
