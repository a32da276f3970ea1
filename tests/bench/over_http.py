"""`/check`, and `/rewrite` answered from the cache, beside a bare echo of the same bodies."""

import asyncio
import statistics
from collections.abc import Iterator

import uvloop

from tests.bench import drafts
from tests.bench.load import Load, ask, request
from tests.bench.rows import Row
from tests.bench.servers import Servers

CONNECTIONS = 32
SECONDS = 1.0
ROUNDS = 5


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
    legs = {name: [request("/check", {"draft": text}) for text in texts] for name, texts in sorts.items()}
    rates = _interleaved(
        {"echo": (servers.echo, legs["mixed"])}
        | {name: (servers.service, requests) for name, requests in legs.items()}
    )
    for name, wanted in (("mixed", bar), ("good", None), ("offending", None)):
        title = f"/check, {size} characters" + ("" if wanted else f", {name} drafts only")
        yield _row(title, rates, name, wanted)


def _hit(servers: Servers, size: int, bar: float, texts: tuple[str, ...]) -> Row:
    requests = [request("/rewrite", {"draft": text}) for text in texts]
    asyncio.run(ask(servers.service, requests))
    states = [answer["cache"] for answer in asyncio.run(ask(servers.service, requests))]
    kept = [one for one, state in zip(requests, states, strict=True) if state == "hit"]
    if len(kept) * 2 < len(requests):
        raise RuntimeError(f"of {len(requests)} rewrites only {len(kept)} are answered from the cache")
    rates = _interleaved({"echo": (servers.echo, kept), "hit": (servers.service, kept)})
    return _row(f"/rewrite from the cache, {size} characters ({len(kept)} drafts)", rates, "hit", bar)


def _interleaved(legs: dict[str, tuple[int, list[bytes]]]) -> dict[str, list[float]]:
    """Answers a second of each leg in each round; the legs take turns, so that a noisy moment hits all alike."""
    rates: dict[str, list[float]] = {name: [] for name in legs}
    for _ in range(ROUNDS):
        for name, (port, requests) in legs.items():
            rates[name].append(uvloop.run(Load(requests).run(port, CONNECTIONS, SECONDS)))
    return rates


def _row(title: str, rates: dict[str, list[float]], name: str, bar: float | None) -> Row:
    ratio = statistics.median(ours / echo for ours, echo in zip(rates[name], rates["echo"], strict=True))
    ours, echo = statistics.median(rates[name]), statistics.median(rates["echo"])
    return Row(title, ratio, "of echo", bar, "at least", f"{ours:,.0f}/s, echo {echo:,.0f}/s")
