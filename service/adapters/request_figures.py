"""Counts and times of requests, kept in plain dictionaries: the library's own take a lock for each figure."""

from bisect import bisect_left
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BUCKETS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 8.0, 10.0, 30.0)


class RequestFigures(Collector):
    """All requests by method, route and status, their times by route, and the verdicts of checks.

    Written from the event loop alone and read from anywhere.
    """

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, int], int] = {}
        self._times: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}
        self._verdicts: dict[str, int] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        key = (method, route, status)
        self._requests[key] = self._requests.get(key, 0) + 1
        times = self._times.get(route)
        if times is None:
            times = self._times[route] = [0] * (len(BUCKETS_S) + 1)
            self._sums[route] = 0.0
        times[bisect_left(BUCKETS_S, seconds)] += 1
        self._sums[route] += seconds

    def count_verdict(self, verdict: str) -> None:
        """Count a check by what it said."""
        self._verdicts[verdict] = self._verdicts.get(verdict, 0) + 1

    def collect(self) -> Iterator[Metric]:
        """The figures as Prometheus wants them."""
        requests = CounterMetricFamily(
            "coach_requests", "Requests answered.", labels=("method", "route", "status")
        )
        for (method, route, status), number in list(self._requests.items()):
            requests.add_metric((method, route, str(status)), number)
        yield requests
        seconds = HistogramMetricFamily("coach_request_seconds", "Time to the answer.", labels=("route",))
        for route, times in list(self._times.items()):
            seconds.add_metric((route,), _cumulative(times), self._sums[route])
        yield seconds
        checks = CounterMetricFamily("coach_checks", "Drafts checked.", labels=("verdict",))
        for verdict, number in list(self._verdicts.items()):
            checks.add_metric((str(verdict),), number)
        yield checks


def _cumulative(times: list[int]) -> list[tuple[str, float]]:
    total = 0
    found: list[tuple[str, float]] = []
    for bound, number in zip((*map(str, BUCKETS_S), "+Inf"), times, strict=True):
        total += number
        found.append((bound, total))
    return found
