"""The arithmetic of the tables: shares with their 95 % interval, the separation of two groups, quartiles."""

import math
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_Z95 = 1.959963984540054


class Share(NamedTuple):
    """So many of so many."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """0.0-1.0; of none it is 0.0."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval, 0.0-1.0; of none it is everything."""
        if not self.of:
            return 0.0, 1.0
        z2 = _Z95**2 / self.of
        middle = (self.value + z2 / 2) / (1 + z2)
        half = _Z95 / (1 + z2) * math.sqrt(self.value * (1 - self.value) / self.of + z2 / (4 * self.of))
        return max(0.0, middle - half), min(1.0, middle + half)


def share(told: Iterable[bool]) -> Share:
    """How many of them are true."""
    values = list(told)
    return Share(sum(values), len(values))


def auc(low: Sequence[float], high: Sequence[float]) -> float | None:
    """How often one of `high` is above one of `low`, ties counting half: 0.0-1.0, None when either is empty."""
    if not low or not high:
        return None
    ordered = sorted(low)
    above = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in high)
    return above / (2 * len(low) * len(high))


def quartiles(values: Sequence[float]) -> tuple[float, float, float] | None:
    """The first quartile, the median and the third quartile; None for no values."""
    if not values:
        return None
    if len(values) == 1:
        return values[0], values[0], values[0]
    first, median, third = statistics.quantiles(values, n=4, method="inclusive")
    return first, median, third
