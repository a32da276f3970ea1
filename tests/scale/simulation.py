"""A bulk job on many workers, ten chunks a step: who waits for a core, for the model, or for Redis."""

import heapq
from dataclasses import dataclass
from functools import cache
from typing import Literal

from service.flow.bulk_files import CHUNK_ROWS
from service.flow.bulk_rounds import CHUNKS_A_WORKER
from tests.scale.figures import Figures

ROWS = 10_000_000
REDIS_SHARE = 0.6
"""The part of a Redis core that jobs may use: live requests and the journal want the rest."""
CALLS = 1.1
"""Calls of a row that asks the model: some answers are repaired."""
# Taken together, so that ten million rows are simulated in a blink.
_STEP_ROWS = 10 * CHUNK_ROWS

Bound = Literal["workers", "model", "Redis"]


@dataclass(frozen=True)
class Plan:
    """What ten million rows meet. `slots` is what the model's server takes at once, 0 without a model."""

    workers: int
    slots: int = 0
    latency_s: float = 1.0
    distinct: float = 0.2
    """The share of rows whose words no row before them had."""
    in_flight: int = 16
    shards: int = 1
    rows: int = ROWS

    @property
    def places(self) -> int:
        """Calls of bulk rows at once that the model's server takes: live requests keep a quarter."""
        return max(1, self.slots - -(-self.slots // 4))


@dataclass(frozen=True)
class Course:
    """How it went: hours in all, rows a second, calls made, and what was busiest, with the share of its time."""

    hours: float
    rows_a_second: float
    calls: int
    bound: Bound
    busy: float


@cache
def simulate(plan: Plan, costs: Figures) -> Course:
    """The job from its first row to its last. Each resource serves the chunks as they ask, one after another."""
    answered_ms = costs.hit_cpu_ms if plan.slots else costs.phrasebook_cpu_ms
    asking_ms = costs.call_cpu_ms if plan.slots else costs.phrasebook_cpu_ms
    answered_us = costs.redis_hit_us if plan.slots else costs.redis_phrasebook_us
    asking_us = costs.redis_call_us if plan.slots else costs.redis_phrasebook_us
    hands = [(0.0, worker) for worker in range(plan.workers) for _ in range(CHUNKS_A_WORKER)]
    cores, places = [0.0] * plan.workers, [0.0] * plan.workers
    model, redis, end = 0.0, 0.0, 0.0
    left, done, owed, calls = plan.rows, 0, 0.0, 0.0
    used = {"workers": 0.0, "model": 0.0, "Redis": 0.0}
    while left:
        at, worker = heapq.heappop(hands)
        rows = min(_STEP_ROWS, left)
        owed += _new_words(plan, done) * rows
        asking = int(owed)
        owed -= asking
        called = asking * CALLS if plan.slots else 0.0
        work_s = (asking * asking_ms + (rows - asking) * answered_ms) / 1000
        cores[worker] = max(cores[worker], at) + work_s
        ends = max(cores[worker], at)
        redis_s = (asking * asking_us + (rows - asking) * answered_us) / 1e6 / REDIS_SHARE / plan.shards
        redis = max(redis, at) + redis_s
        if called:
            places[worker] = max(places[worker], at) + called * plan.latency_s / plan.in_flight
            model = max(model, at) + called * plan.latency_s / plan.places
            ends = max(ends, places[worker], model, at + plan.latency_s)
            used["model"] += called * plan.latency_s / plan.places
        used["workers"] += max(work_s, called * plan.latency_s / plan.in_flight) / plan.workers
        used["Redis"] += redis_s
        ends = max(ends, redis)
        heapq.heappush(hands, (ends, worker))
        end = max(end, ends)
        left, done, calls = left - rows, done + rows, calls + called
    name, seconds = max(used.items(), key=lambda item: item[1])
    bound: Bound = "model" if name == "model" else "Redis" if name == "Redis" else "workers"
    return Course(end / 3600, plan.rows / end, round(calls), bound, seconds / end)


def _new_words(plan: Plan, done: int) -> float:
    """The share of the next rows whose words are new, when the rows stand in no order."""
    if plan.distinct >= 1.0:
        return 1.0
    return (1 - 1 / _kinds(plan.distinct, plan.rows)) ** done


@cache
def _kinds(distinct: float, rows: int) -> float:
    """Of how many texts each row takes one by chance, when so large a share of the rows is the first with its text."""
    low, high = distinct * rows, rows * 100.0
    for _ in range(60):
        middle = (low + high) / 2
        met = middle * (1 - (1 - 1 / middle) ** rows)
        low, high = (middle, high) if met < distinct * rows else (low, middle)
    return high
