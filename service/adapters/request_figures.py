"""Counts and times of requests, kept in plain dictionaries: the library's own take a lock for each figure."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BUCKETS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 8.0, 10.0, 30.0)


class RequestFigures(Collector):
    """Requests by method, route and status, their times by route, and what came of them.

    That is: verdicts of checks, rules that fired, what rewrites and suggestions came to, and feedback.
    Written from the event loop alone and read from anywhere.
    """

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, int], int] = {}
        self._times: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}
        self._verdicts: dict[str, int] = {}
        self._rules: dict[tuple[str, str], int] = {}
        self._rewrites: dict[tuple[str, str, str], int] = {}
        self._suggestions: dict[tuple[int, str], int] = {}
        self._feedback: dict[tuple[str, str], int] = {}
        self._attempts: dict[tuple[str, str, str], int] = {}
        self._tokens = {"input": 0, "output": 0}

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

    def count_rules(self, policy: str, rules: Iterable[str]) -> None:
        """Count a draft under each rule that fired in it."""
        counts = self._rules
        for rule in rules:
            key = (policy, rule)
            counts[key] = counts.get(key, 0) + 1

    def count_rewrite(self, status: str, engine: str, cache: str) -> None:
        """Count a rewrite that was answered."""
        key = (status, engine, cache)
        self._rewrites[key] = self._rewrites.get(key, 0) + 1

    def count_suggestions(self, number: int, reason: str) -> None:
        """Count an answer to a customer's message by how many replies it held, and why there were none."""
        key = (number, reason)
        self._suggestions[key] = self._suggestions.get(key, 0) + 1

    def count_feedback(self, of: str, action: str) -> None:
        """Count what an agent did with a rewrite or a suggestion."""
        key = (of, action)
        self._feedback[key] = self._feedback.get(key, 0) + 1

    def count_attempt(self, engine: str, outcome: str, code: str) -> None:
        """Count an attempt at a rewrite under one of its reasons, '' for none."""
        key = (engine, outcome, code)
        self._attempts[key] = self._attempts.get(key, 0) + 1

    def count_tokens(self, input_tokens: int, output_tokens: int) -> None:
        """Count what a model's server counted."""
        self._tokens["input"] += input_tokens
        self._tokens["output"] += output_tokens

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
        rules = CounterMetricFamily(
            "coach_findings", "Drafts in which a rule fired.", labels=("policy", "rule")
        )
        for fired, number in list(self._rules.items()):
            rules.add_metric(fired, number)
        yield rules
        rewrites = CounterMetricFamily(
            "coach_rewrites", "Rewrites answered.", labels=("status", "engine", "cache")
        )
        for labels, number in list(self._rewrites.items()):
            rewrites.add_metric(labels, number)
        yield rewrites
        suggested = CounterMetricFamily(
            "coach_suggestions", "Messages of customers answered.", labels=("suggestions", "reason")
        )
        for (held, reason), number in list(self._suggestions.items()):
            suggested.add_metric((str(held), reason), number)
        yield suggested
        feedback = CounterMetricFamily(
            "coach_feedback", "What agents did with what they were given.", labels=("of", "action")
        )
        for pair, number in list(self._feedback.items()):
            feedback.add_metric(pair, number)
        yield feedback
        attempts = CounterMetricFamily(
            "coach_attempts", "Attempts at a rewrite.", labels=("engine", "outcome", "code")
        )
        for labels, number in list(self._attempts.items()):
            attempts.add_metric(labels, number)
        yield attempts
        tokens = CounterMetricFamily("coach_model_tokens", "Tokens of the model.", labels=("direction",))
        for direction, number in self._tokens.items():
            tokens.add_metric((direction,), number)
        yield tokens


def _cumulative(times: list[int]) -> list[tuple[str, float]]:
    total = 0
    found: list[tuple[str, float]] = []
    for bound, number in zip((*map(str, BUCKETS_S), "+Inf"), times, strict=True):
        total += number
        found.append((bound, total))
    return found
