"""A logistic regression over runs of characters, learnt in plain Python: the same replies give the same weights.

A run counts the more the rarer it is (Sparck Jones 1972), and in a long reply each counts for less; the optimum is
found by dual coordinate descent (Yu, Huang and Lin 2011).
"""

import math
import random
from collections import Counter
from collections.abc import Sequence

from service.core.tone import CONSTANT, SHORTEST_REPLY
from tests.tone.replies import Heard

COST = 0.3
"""How much a reply may pull; more follows the rows more closely."""
AT_LEAST = 2
"""Runs that stand in fewer replies are left out."""
RARITY = 1.5
"""The power to which rarity counts."""
SCALE = 0.83
ROUNDS = 30
_FREE = 100.0
"""The constant learns freely."""


def learn(replies: Sequence[Heard]) -> dict[str, float]:
    """What each run weighs, to be divided by the root of a reply's length; `CONSTANT` is what every reply weighs."""
    seen = Counter(run for reply in replies for run in reply.runs)
    known = sorted(run for run, times in seen.items() if times >= AT_LEAST)
    if not known:
        return {CONSTANT: 0.0}
    number = {run: place for place, run in enumerate(known, 1)}
    rows = [[number[run] for run in reply.runs if run in number] for reply in replies]
    rates = [_FREE, *[_rate(seen[run], len(replies)) for run in known]]
    scales = [1 / math.sqrt(max(reply.length, SHORTEST_REPLY)) for reply in replies]
    weights = _descend(rows, scales, [1.0 if reply.cold else -1.0 for reply in replies], rates)
    return {CONSTANT: weights[0], **{run: weights[place] for run, place in number.items()}}


def _rate(times: int, replies: int) -> float:
    """How quickly the weight of a run moves: the square of what the run counts."""
    counts: float = SCALE * (math.log((1 + replies) / (1 + times)) + 1) ** RARITY
    return counts * counts


def _descend(
    rows: list[list[int]], scales: list[float], signs: list[float], rates: list[float]
) -> list[float]:
    constant = rates[0]
    squares = [
        constant + scale * scale * sum([rates[place] for place in row])
        for row, scale in zip(rows, scales, strict=True)
    ]
    pulls = [0.0] * len(rows)
    weights = [0.0] * len(rates)
    order = list(range(len(rows)))
    dice = random.Random(1)
    for _ in range(ROUNDS):
        dice.shuffle(order)
        for one in order:
            row, scale, sign = rows[one], scales[one], signs[one]
            margin = sign * (weights[0] + scale * sum([weights[place] for place in row]))
            pull = _pull(pulls[one], squares[one], margin)
            step = sign * (pull - pulls[one])
            pulls[one] = pull
            weights[0] += step * constant
            step *= scale
            for place in row:
                weights[place] += step * rates[place]
    return weights


def _pull(now: float, square: float, margin: float) -> float:
    """How hard a reply should pull, 0-COST, while the others stay as they are."""
    low, high = -margin - square * COST, -margin + square * COST
    for _ in range(30):
        middle = (low + high) / 2
        pull = COST / (1 + math.exp(-middle)) if middle > -500 else 0.0
        if middle + margin + square * (pull - now) > 0:
            high = middle
        else:
            low = middle
    return pull
