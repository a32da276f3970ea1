"""Whether the figures of a candidate are bounded as the draft bounds them, and nothing is excluded that it does not exclude."""

import re
from collections.abc import Iterator

from service.core.facts import limit
from service.core.kinds import squeeze
from service.core.results import Fact, Reason
from service.core.text import Normalized
from service.core.verifying.sources import Sources

_FIGURES = frozenset({"money", "duration", "count", "size", "percentage", "number", "date", "time"})
_BEHIND = re.compile(
    r"\s?(?:(?P<within>以内|之内|内)|(?P<least>及?以上|起(?!来|见))|(?P<under>以下)|(?P<after>之后|以后|后)|(?P<before>之前|以前|前))"
)
_REACHES = re.compile(r"(?:满|达到?|够)[^\d一-鿿]{0,2}$")
_KEEPS_TO = re.compile(r"(?<!不)[仅只]|(?<![上下期时权])限(?![为额制])|唯一|剩")
_LEAVES_OUT = re.compile(r"除|不含|不包[括含]|以外|之外")
_MAY_BOUND = frozenset("仅只限才单唯独剩不除")


def _bound(text: Normalized, fact: Fact) -> str:
    """How a figure is bounded where it stands: most, least, over, under, after, before; '' for not at all."""
    clause = text.clause_at(fact.span.end - 1)
    ahead = text.plain[max(clause.start, fact.span.start - 8) : fact.span.start]
    found = ""
    for span in limit.find(Normalized(ahead)) if ahead else ():
        sense = limit.sense(ahead[span.start : span.end])
        if sense not in ("only", "except"):
            found = sense
    if not found and _REACHES.search(ahead):
        found = "least"
    if found:
        return found
    behind = _BEHIND.match(text.plain, fact.span.end)
    return "most" if behind and behind.lastgroup == "within" else str(behind.lastgroup) if behind else ""


def unbounded(sources: Sources, text: Normalized, facts: tuple[Fact, ...]) -> Iterator[Reason]:
    """One reason for each limit that was dropped, turned round or added."""
    old = _by_spelling(sources.masked.facts)
    new = _by_spelling(facts)
    for spelling, befores in old.items():
        afters = new.get(spelling)
        if afters is None:
            continue
        was = {_bound(sources.reading.draft, fact) for fact in befores}
        now = {_bound(text, fact) for fact in afters}
        # 三天 may become 三天内; nothing else may be bounded anew, and no bound may go.
        if now <= was or (now <= was | {"most"} and "" in was and _within(text, afters)):
            continue
        if now - {""} or not any(sources.offences.beside(fact) for fact in befores):
            yield Reason("fact_changed", f"“{befores[0].text}”的限定与原文不同")
    yield from _exclusive(sources, text, facts)


def _by_spelling(facts: tuple[Fact, ...]) -> dict[str, list[Fact]]:
    """The figures among facts, under their spelling (which has to come back)."""
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.kind in _FIGURES:
            found.setdefault(squeeze(fact.text), []).append(fact)
    return found


def _within(text: Normalized, figures: list[Fact]) -> bool:
    """Whether every bound of a length of time is a mere 内 behind it."""
    return all(
        fact.kind == "duration"
        and (behind := _BEHIND.match(text.plain, fact.span.end)) is not None
        and behind.lastgroup == "within"
        for fact in figures
        if _bound(text, fact)
    )


def _exclusive(sources: Sources, text: Normalized, facts: tuple[Fact, ...]) -> Iterator[Reason]:
    """仅限 and 除外 of the draft have to be said; a new 仅限 may not."""
    plain, draft = text.plain, sources.reading.draft.plain
    for fact in sources.masked.facts:
        if fact.kind != limit.KIND or sources.offences.overlap(fact) or sources.offences.beside(fact):
            continue
        sense = limit.sense(fact.text)
        keeps = _KEEPS_TO if sense == "only" else _LEAVES_OUT if sense == "except" else None
        if keeps is not None and keeps.search(plain) is None:
            yield Reason("fact_missing", f"原文的“{fact.text}”不见了")
    if _MAY_BOUND.isdisjoint(draft):
        for fact in facts:
            if fact.kind == limit.KIND and limit.sense(fact.text) in ("only", "except"):
                yield Reason("fact_changed", f"“{fact.text}”在原文中没有依据")
