"""How long small pieces of work take in this process, beside a baseline that takes turns with them."""

import json
import statistics
import time
from collections.abc import Callable, Sequence

ROUNDS = 7
ROUND_S = 0.12


def json_trip(text: str) -> None:
    """The baseline: a text out as JSON and back in, by the standard library."""
    json.loads(json.dumps({"draft": text}, ensure_ascii=False))


def microseconds(
    works: dict[str, tuple[Callable[..., object], Sequence[tuple[object, ...]]]],
) -> dict[str, float]:
    """The median of the rounds for each work, in microseconds a call; all works have a turn in each round."""
    loops = {name: _loops(work, calls) for name, (work, calls) in works.items()}
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, (work, calls) in works.items():
            found[name].append(_once(work, calls, loops[name]) * 1e6)
    return {name: statistics.median(times) for name, times in found.items()}


def _loops(work: Callable[..., object], calls: Sequence[tuple[object, ...]]) -> int:
    _once(work, calls, 3)
    return max(1, round(ROUND_S / (_once(work, calls, 3) * len(calls))))


def _once(work: Callable[..., object], calls: Sequence[tuple[object, ...]], loops: int) -> float:
    # Time of this process alone: what else the core does is no part of the work.
    started = time.process_time()
    for _ in range(loops):
        for call in calls:
            work(*call)
    return (time.process_time() - started) / (loops * len(calls))
