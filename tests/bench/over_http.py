"""`/check`, and `/rewrite` answered from the cache, beside a bare echo of the same bodies."""

import asyncio
import statistics
from collections.abc import Iterator

import uvloop

from service.flow.recall import MOST
from tests.bench import drafts
from tests.bench.load import Load, ask, request
from tests.bench.rows import Row
from tests.bench.servers import Server, Servers

CONNECTIONS = 32
SECONDS = 1.0
ROUNDS = 5
FRESH = 3 * MOST


def measured(servers: Servers) -> Iterator[Row]:
    """The rows, one as soon as it is known."""
    for size, bar, good, offending in (
        (40, 0.7, drafts.GOOD_40, drafts.OFFENDING_40),
        (200, 0.5, drafts.GOOD_200, drafts.OFFENDING_200),
    ):
        yield from _check(servers, size, bar, good, offending)
    for size, bar, texts in ((40, 0.30, drafts.REWRITES_40), (200, 0.22, drafts.REWRITES_200)):
        yield _hit(servers, size, bar, texts)


def _check(
    servers: Servers, size: int, bar: float, good: tuple[str, ...], offending: tuple[str, ...]
) -> Iterator[Row]:
    sorts = {"mixed": good + offending, "good": good, "offending": offending}
    sent = {name: list(_fresh(texts)) for name, texts in sorts.items()}
    sent["again"] = [request("/check", {"draft": text}) for text in sorts["mixed"]]
    legs = _interleaved(
        {"echo": _Leg(servers.echo, sent["mixed"])}
        | {name: _Leg(servers.service, requests) for name, requests in sent.items()}
    )
    for name, title, wanted in (
        ("mixed", "drafts never seen before", bar),
        ("good", "of these, good ones", None),
        ("offending", "of these, with offences", None),
        ("again", "drafts that come again", bar),
    ):
        yield _row(f"/check, {size} characters, {title}", legs, name, wanted)


def _fresh(texts: tuple[str, ...]) -> Iterator[bytes]:
    """Requests for so many drafts that none is still remembered when it comes round again."""
    for number in range(FRESH):
        # An id in front: another draft with the same clauses behind it.
        text = texts[number % len(texts)]
        yield request("/check", {"draft": f"{number:06}，{text[7:]}"})


def _hit(servers: Servers, size: int, bar: float, texts: tuple[str, ...]) -> Row:
    requests = [request("/rewrite", {"draft": text}) for text in texts]
    asyncio.run(ask(servers.service.port, requests))
    states = [answer["cache"] for answer in asyncio.run(ask(servers.service.port, requests))]
    kept = [one for one, state in zip(requests, states, strict=True) if state == "hit"]
    if len(kept) * 2 < len(requests):
        raise RuntimeError(f"of {len(requests)} rewrites only {len(kept)} are answered from the cache")
    legs = _interleaved({"echo": _Leg(servers.echo, kept), "hit": _Leg(servers.service, kept)})
    return _row(f"/rewrite from the cache, {size} characters ({len(kept)} drafts)", legs, "hit", bar)


class _Leg:
    """What one leg came to, round by round: answers a second, and microseconds of the server's core for each."""

    def __init__(self, server: Server, requests: list[bytes]) -> None:
        self.server = server
        self.requests = requests
        self.rates: list[float] = []
        self.costs: list[float] = []

    def run(self) -> None:
        """One round."""
        load = Load(self.requests)
        before = self.server.cpu_s
        self.rates.append(uvloop.run(load.run(self.server.port, CONNECTIONS, SECONDS)))
        self.costs.append((self.server.cpu_s - before) / load.answered * 1e6)


def _interleaved(legs: dict[str, _Leg]) -> dict[str, _Leg]:
    """The legs after their rounds; they take turns, so that a noisy moment hits all alike."""
    for _ in range(ROUNDS):
        for leg in legs.values():
            leg.run()
    return legs


def _row(title: str, legs: dict[str, _Leg], name: str, bar: float | None) -> Row:
    ours, echo = legs[name], legs["echo"]
    ratio = statistics.median(mine / theirs for mine, theirs in zip(ours.rates, echo.rates, strict=True))
    rates = f"{statistics.median(ours.rates):,.0f}/s of {statistics.median(echo.rates):,.0f}/s"
    costs = (
        f"{statistics.median(ours.costs):.0f} us of the core against {statistics.median(echo.costs):.0f} us"
    )
    return Row(title, ratio, "of echo", bar, "at least", f"{rates}; {costs}")
