"""The core alone, without HTTP: the checker, the automaton over its rules, and the phrasebook."""

import gc
from collections.abc import Iterator

from service.core import phrasebook
from service.core.checking import check
from service.core.compiling import Policy
from service.core.reading import ReadText
from service.core.results import Draft
from service.core.warming import warm
from service.flow.examining import examine
from tests.bench import drafts
from tests.bench.rows import Row
from tests.bench.timing import json_trip, microseconds
from tests.kit.default_policy import default_policy, read_masked


def measured() -> Iterator[Row]:
    """The rows, one as soon as it is known."""
    policy = default_policy()
    warm(policy)
    gc.collect()
    gc.freeze()
    for size, bar, texts, rewrites in (
        (40, None, drafts.GOOD_40 + drafts.OFFENDING_40, drafts.REWRITES_40),
        (200, 60.0, drafts.GOOD_200 + drafts.OFFENDING_200, drafts.REWRITES_200),
    ):
        yield from _rows(policy, size, bar, texts, rewrites)


def checked(policy: Policy, text: str) -> None:
    """A draft read and checked, as `/check` does it."""
    examine(Draft(text), policy)


def _rows(
    policy: Policy, size: int, bar: float | None, texts: tuple[str, ...], rewrites: tuple[str, ...]
) -> Iterator[Row]:
    calls = [(policy, text) for text in texts]
    took = microseconds(
        {
            "checker": (checked, calls),
            "matching": (_matched, [(policy, ReadText(text)) for text in texts]),
            "phrasebook": (_rewritten, [(policy, text) for text in rewrites]),
            "baseline": (json_trip, [(text,) for text in texts]),
        }
    )
    base = took["baseline"]
    for name, title, wanted in (
        ("checker", "checker alone", bar),
        ("matching", "of it, matching the rules' words", None),
        ("phrasebook", "phrasebook rewrite", None),
    ):
        seen = f"{took[name] / base:.1f} x a JSON round trip ({base:.1f} us)"
        yield Row(f"{title}, {size} characters", took[name], "us", wanted, "at most", seen)


def _matched(policy: Policy, text: ReadText) -> None:
    policy.woken(text)


def _rewritten(policy: Policy, text: str) -> None:
    reading, masked = read_masked(Draft(text))
    check(policy, reading)
    phrasebook.rewrite(policy, masked, reading)
