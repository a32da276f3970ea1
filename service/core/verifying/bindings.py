"""Whether each figure and each person still stands beside the words it belongs to: two that changed places tell another story."""

from collections.abc import Iterator

from service.core.facts import same
from service.core.masking import TOKEN_LIKE
from service.core.results import Fact, Reason
from service.core.text import Normalized, Span, normalize
from service.core.verifying.sources import Sources

_REACH = 8
_SKIPPED = frozenset({"negation", "limit", "word", "html"})


def _group(kind: str) -> str:
    """Kinds whose values could take each other's place."""
    return "figure" if kind in ("number", "money", "count", "size") else kind


def _neighbours(text: Normalized, fact: Fact, others: list[Fact]) -> tuple[set[str], set[str]]:
    """The single characters and the pairs around a fact, within its clause and up to the next fact of its group."""
    clause = text.clause_at(fact.span.end - 1)
    start, end = max(clause.start, fact.span.start - _REACH), min(max(clause.end, fact.span.end), fact.span.end + _REACH)
    for other in others:
        if other.span.end <= fact.span.start:
            start = max(start, other.span.end)
        elif other.span.start >= fact.span.end:
            end = min(end, other.span.start)
    singles: set[str] = set()
    pairs: set[str] = set()
    for part in (text.plain[start : fact.span.start], text.plain[fact.span.end : end]):
        words = [char for char in part if char.isalnum()]
        singles.update(words)
        pairs.update(a + b for a, b in zip(words, words[1:], strict=False))
    return singles, pairs


def _likeness(a: tuple[set[str], set[str]], b: tuple[set[str], set[str]]) -> int:
    return len(a[0] & b[0]) + 2 * len(a[1] & b[1])


def _tokens(text: Normalized, kinds: dict[str, str]) -> list[Fact]:
    """The tokens of a masked text as facts, under the kind of what they hide."""
    return [
        Fact(kinds[match.group()], match.group(), Span(*match.span()), "opaque")
        for match in TOKEN_LIKE.finditer(text.raw)
        if match.group() in kinds
    ]


def swapped(sources: Sources, text: Normalized, facts: tuple[Fact, ...]) -> Iterator[Reason]:
    """One reason for each two facts of a sort that stand in each other's place."""
    masked = sources.masked
    kinds = {token.name: token.kind for token in masked.tokens}
    if len(masked.facts) + len(masked.hidden) < 2:  # noqa: PLR2004 - it takes two
        return
    # Over the masked draft, so that both sides show the same tokens.
    draft = normalize(masked.draft) if masked.hidden else sources.reading.draft
    old = [*masked.facts] if not masked.hidden else [*_shifted(masked.facts, masked.hidden, masked.by_text), *_tokens(draft, kinds)]
    new = [*facts, *_tokens(text, kinds)]
    for group in sorted({_group(fact.kind) for fact in old if fact.kind not in _SKIPPED}):
        was = [fact for fact in old if _group(fact.kind) == group]
        now = [fact for fact in new if _group(fact.kind) == group]
        if len(was) > 1 and len(now) > 1:
            yield from _exchanged(draft, text, was, now)


def _shifted(facts: tuple[Fact, ...], hidden: tuple[Fact, ...], by_text: dict) -> list[Fact]:  # type: ignore[type-arg]
    """Facts of the draft with their spans moved to the masked draft."""
    moved: list[Fact] = []
    shift, rest = 0, list(hidden)
    for fact in facts:
        while rest and rest[0].span.start < fact.span.start:
            gone = rest.pop(0)
            shift += len(by_text[gone.text].name) - len(gone.text)
        moved.append(Fact(fact.kind, fact.text, Span(fact.span.start + shift, fact.span.end + shift), fact.hide))
    return moved


def _exchanged(draft: Normalized, text: Normalized, was: list[Fact], now: list[Fact]) -> Iterator[Reason]:
    for i, a in enumerate(was):
        for b in was[i + 1 :]:
            if same(a, b):
                continue
            a_now = [fact for fact in now if same(a, fact)]
            b_now = [fact for fact in now if same(b, fact)]
            # A value that the draft or the text says twice has no one place.
            if len(a_now) != 1 or len(b_now) != 1 or _count(a, was) > 1 or _count(b, was) > 1:
                continue
            old_a, old_b = _neighbours(draft, a, was), _neighbours(draft, b, was)
            new_a, new_b = _neighbours(text, a_now[0], now), _neighbours(text, b_now[0], now)
            straight = _likeness(old_a, new_a) + _likeness(old_b, new_b)
            crossed = _likeness(old_a, new_b) + _likeness(old_b, new_a)
            turned = _one_clause(draft, a, b) and _one_clause(text, a_now[0], b_now[0]) and (
                a_now[0].span.start > b_now[0].span.start
            )
            if crossed > straight or (crossed == straight and turned):
                yield Reason("fact_changed", f"“{a.text}”与“{b.text}”对调了")
                return


def _count(fact: Fact, facts: list[Fact]) -> int:
    return sum(same(fact, other) for other in facts)


def _one_clause(text: Normalized, a: Fact, b: Fact) -> bool:
    return text.clause_index(a.span.end - 1) == text.clause_index(b.span.end - 1)
