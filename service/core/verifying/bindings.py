"""Whether each figure and each person still stands beside the words it belongs to: two that changed places lie."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from service.core.folding import fold
from service.core.kinds import squeeze
from service.core.masking import TOKEN_LIKE, Masked
from service.core.results import Fact, Reason
from service.core.text import Normalized, Span, normalize
from service.core.verifying.sources import Sources

_REACH = 8
"""So many characters on either side tell what a fact belongs to."""
_AMONG = 30
"""A fact is compared with so many that follow it: those further on are another matter."""
_SKIPPED = frozenset({"negation", "limit", "word", "html"})
_MAKER_AHEAD = re.compile(r"[A-Za-z]+[\s-]?$")
_MAKER_BEHIND = re.compile(r"^[\s-]?[A-Za-z]+")
_FIGURES = frozenset({"number", "money", "count", "size"})


_Neighbours = tuple[frozenset[str], frozenset[str]]


class _Place(NamedTuple):
    """A value that a text says once: where, in which clause, and what stands on either side of it."""

    fact: Fact
    clause: int
    ahead: str
    behind: str


def swapped(sources: Sources, text: Normalized, facts: tuple[Fact, ...]) -> Iterator[Reason]:
    """One reason for each sort of fact of which two stand in each other's place."""
    masked = sources.masked
    if len(masked.facts) + len(masked.hidden) < 2:
        return
    kinds = {token.name: token.kind for token in masked.tokens}
    # Over the masked draft, so that both sides show the same tokens.
    old = _by_group([*_shifted(masked), *_tokens(masked.draft, kinds)])
    if not old:
        return
    new = _by_group([*facts, *_tokens(text.raw, kinds)])
    draft = normalize(masked.draft) if masked.hidden else sources.reading.draft
    for group, was in old.items():
        now = new.get(group)
        if now and (pair := _exchanged(_places(draft, was), _places(text, now))):
            yield Reason("fact_changed", f"“{pair[0].text}”与“{pair[1].text}”对调了")


def _by_group(facts: list[Fact]) -> dict[str, list[Fact]]:
    """Facts whose values could take each other's place, together and in order; none that stands alone."""
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.kind not in _SKIPPED:
            found.setdefault("figure" if fact.kind in _FIGURES else fact.kind, []).append(fact)
    return {group: sorted(some, key=_start) for group, some in found.items() if len(some) > 1}


def _start(fact: Fact) -> int:
    return fact.span.start


def _tokens(text: str, kinds: dict[str, str]) -> list[Fact]:
    """The tokens of a masked text as facts, under the kind of what they hide."""
    if not kinds:
        return []
    return [
        Fact(kinds[match.group()], match.group(), Span(*match.span()), "opaque")
        for match in TOKEN_LIKE.finditer(text)
        if match.group() in kinds
    ]


def _shifted(masked: Masked) -> list[Fact]:
    """The readable facts of the draft with their spans moved to the masked draft."""
    if not masked.hidden:
        return list(masked.facts)
    moved: list[Fact] = []
    shift, gone, names = 0, 0, masked.by_text
    for fact in masked.facts:
        while gone < len(masked.hidden) and masked.hidden[gone].span.start < fact.span.start:
            text = masked.hidden[gone].text
            shift += len(names[text].name) - len(text)
            gone += 1
        moved.append(
            Fact(fact.kind, fact.text, Span(fact.span.start + shift, fact.span.end + shift), fact.hide)
        )
    return moved


def _places(text: Normalized, facts: list[Fact]) -> dict[str, _Place]:
    """Each value that is said once, with its neighbours within its clause and up to the next fact of its sort."""
    found: dict[str, _Place] = {}
    twice: set[str] = set()
    for index, fact in enumerate(facts):
        value = squeeze(fold(fact.text))
        if value in found:
            twice.add(value)
        number = text.clause_index(fact.span.end - 1)
        clause = text.clauses[number] if text.clauses else None
        start = max(
            clause.start if clause else 0, fact.span.start - _REACH, facts[index - 1].span.end if index else 0
        )
        end = min(
            max(clause.end if clause else 0, fact.span.end),
            fact.span.end + _REACH,
            facts[index + 1].span.start if index + 1 < len(facts) else len(text.plain),
        )
        # A draft's 你 is a rewrite's 您: the same neighbour.
        ahead = text.plain[start : fact.span.start].replace("你", "您")
        behind = text.plain[fact.span.end : end].replace("你", "您")
        if fact.kind == "model_name":
            # The maker's name goes where the model goes.
            ahead, behind = _MAKER_AHEAD.sub("", ahead), _MAKER_BEHIND.sub("", behind)
        found[value] = _Place(fact, number, ahead, behind)
    return {value: place for value, place in found.items() if value not in twice}


def _exchanged(was: dict[str, _Place], now: dict[str, _Place]) -> tuple[Fact, Fact] | None:
    """Two facts that took each other's place, or None."""
    values = [value for value in was if value in now]
    # What has kept its neighbours has kept its place, among those that have and stand in the same order.
    kept = {value for value in values if _settled(was[value], now[value])}
    around: dict[tuple[str, str], _Neighbours] = {}
    for index, value in enumerate(values):
        for other in values[index + 1 : index + 1 + _AMONG]:
            a, b, new_a, new_b = was[value], was[other], now[value], now[other]
            in_order = new_a.fact.span.start < new_b.fact.span.start
            if in_order and value in kept and other in kept:
                continue
            straight = _likeness(a, new_a, around) + _likeness(b, new_b, around)
            crossed = _likeness(a, new_b, around) + _likeness(b, new_a, around)
            turned = a.clause == b.clause and new_a.clause == new_b.clause and not in_order
            if crossed > straight or (crossed == straight and turned):
                return a.fact, b.fact
    return None


def _settled(was: _Place, now: _Place) -> bool:
    """Whether the same words stand on both sides."""
    return was.ahead == now.ahead and was.behind == now.behind


def _likeness(a: _Place, b: _Place, around: dict[tuple[str, str], _Neighbours]) -> int:
    """How alike the words around two values are; `around` keeps what was worked out for a place."""
    singles, pairs = _neighbours(a, around)
    other_singles, other_pairs = _neighbours(b, around)
    return len(singles & other_singles) + 2 * len(pairs & other_pairs)


def _neighbours(place: _Place, around: dict[tuple[str, str], _Neighbours]) -> _Neighbours:
    """The characters around a value, and the pairs of them."""
    words = place.ahead, place.behind
    found = around.get(words)
    if found is None:
        sides = [[char for char in side if char.isalnum()] for side in words]
        found = around[words] = (
            frozenset(sides[0] + sides[1]),
            frozenset(a + b for side in sides for a, b in pairwise(side)),
        )
    return found
