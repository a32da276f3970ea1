"""Whether each figure and each person still stands beside the words it belongs to: two that changed places lie."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from service.core.kinds import squeeze
from service.core.masking import TOKEN_LIKE, Masked
from service.core.results import Fact, Reason
from service.core.text import Normalized, Span, fold, normalize
from service.core.verifying.sources import Sources

_REACH = 8
"""So many characters on either side tell what a fact belongs to."""
_AMONG = 30
"""A fact is compared with so many that follow it: those further on are another matter."""
_SKIPPED = frozenset({"negation", "limit", "word", "html"})
_FIGURES = frozenset({"number", "money", "count", "size"})


class _Place(NamedTuple):
    """A value that a text says once: where, in which clause, and what stands around it."""

    fact: Fact
    clause: int
    singles: frozenset[str]
    pairs: frozenset[str]


def swapped(sources: Sources, text: Normalized, facts: tuple[Fact, ...]) -> Iterator[Reason]:
    """One reason for each sort of fact of which two stand in each other's place."""
    masked = sources.masked
    if len(masked.facts) + len(masked.hidden) < 2:
        return
    kinds = {token.name: token.kind for token in masked.tokens}
    # Over the masked draft, so that both sides show the same tokens.
    draft = normalize(masked.draft) if masked.hidden else sources.reading.draft
    old = _by_group([*_shifted(masked), *_tokens(draft, kinds)])
    new = _by_group([*facts, *_tokens(text, kinds)])
    for group, was in old.items():
        now = new.get(group, [])
        if len(was) > 1 and len(now) > 1 and (pair := _exchanged(_places(draft, was), _places(text, now))):
            yield Reason("fact_changed", f"“{pair[0].text}”与“{pair[1].text}”对调了")


def _by_group(facts: list[Fact]) -> dict[str, list[Fact]]:
    """Facts whose values could take each other's place, together and in order."""
    found: dict[str, list[Fact]] = {}
    for fact in sorted(facts, key=lambda one: one.span.start):
        if fact.kind not in _SKIPPED:
            found.setdefault("figure" if fact.kind in _FIGURES else fact.kind, []).append(fact)
    return found


def _tokens(text: Normalized, kinds: dict[str, str]) -> list[Fact]:
    """The tokens of a masked text as facts, under the kind of what they hide."""
    if not kinds:
        return []
    return [
        Fact(kinds[match.group()], match.group(), Span(*match.span()), "opaque")
        for match in TOKEN_LIKE.finditer(text.raw)
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
        sides = [
            [char for char in side if char.isalnum()]
            for side in (text.plain[start : fact.span.start], text.plain[fact.span.end : end])
        ]
        singles = frozenset(char for side in sides for char in side)
        pairs = frozenset(a + b for side in sides for a, b in pairwise(side))
        found[value] = _Place(fact, number, singles, pairs)
    return {value: place for value, place in found.items() if value not in twice}


def _exchanged(was: dict[str, _Place], now: dict[str, _Place]) -> tuple[Fact, Fact] | None:
    """Two facts that took each other's place, or None."""
    values = [value for value in was if value in now]
    for index, value in enumerate(values):
        for other in values[index + 1 : index + 1 + _AMONG]:
            a, b, new_a, new_b = was[value], was[other], now[value], now[other]
            straight = _likeness(a, new_a) + _likeness(b, new_b)
            crossed = _likeness(a, new_b) + _likeness(b, new_a)
            turned = (
                a.clause == b.clause
                and new_a.clause == new_b.clause
                and new_a.fact.span.start > new_b.fact.span.start
            )
            if crossed > straight or (crossed == straight and turned):
                return a.fact, b.fact
    return None


def _likeness(a: _Place, b: _Place) -> int:
    return len(a.singles & b.singles) + 2 * len(a.pairs & b.pairs)
