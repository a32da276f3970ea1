"""Which words a regular expression cannot match without: what wakes a pattern, worked out from the pattern itself.

Reads the syntax that RE2 and Python share. Of each stretch of an expression it knows the finite set of texts that the
stretch matches (`exact`; None when there is no end of them, or too many) and the best words of which every match holds
one (`needed`), each with the words of which one must stand beside it. Cf. Cox, "Regular Expression Matching with a
Trigram Index" (2012), and the prefilter of RE2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from operator import attrgetter
from typing import NamedTuple

from service.core.usual import ALONE, likely

_MOST = 64
"""A set of more words costs memory and tells little more."""
_CLASS = 16
"""A class of more characters says nothing."""
_COPIES = 3
_WIDEST = 12
"""So many stretches side by side are tried as one word."""
_PER_WORD = 1e-6
_CLAUSE = 8
"""Characters in a clause."""
_WORTH = 0.6
"""A second look that more clauses than this share would pass is not worth its time."""
_TOKEN = re.compile(
    r"(?P<open>\((?:\?(?:P<\w+>|:|[a-z]+:))?)|(?P<close>\))|(?P<or>\|)|(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])"
    r"|(?P<times>(?:[*+?]|\{\d*,?\d*\})\??)|(?P<edge>[\^$]|\\[bBAz])"
    r"|(?P<escape>\\(?:x\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{2}|[pP]\{\w+\}|.))|(?P<any>\.)"
    r"|(?P<char>(?:[^()|\[\]*+?{}^$\\.](?![*+?{]))+|.)",
    re.DOTALL,
)
_IN_CLASS = re.compile(r"(\\?.)-(\\?.)|(\\?.)", re.DOTALL)

_EDGES = {("edge", "^"), ("edge", "$")}

Words = frozenset[str]
Needs = dict[str, Words | None]
"""Words of which one is there, each with words of which one is there as well (None: nothing is known of others)."""
_NO_WORD: Words = frozenset({""})


@dataclass(frozen=True, slots=True)
class _Part:
    """What is known of one stretch; see the module."""

    exact: Words | None
    needed: Needs | None = None


_ANYTHING = _Part(None)
_EMPTY = _Part(_NO_WORD)


@lru_cache(maxsize=4096)
def required(pattern: str, *, joint: str = "") -> Needs:
    """Words of which each match of a pattern holds one, and with each word those of which it holds one besides.

    Empty when there are no such words. `joint` is a character that the pattern's text has and the text to be
    searched has not: it counts as nothing.
    """
    reader = _Reader(list(_tokens(pattern)), joint)
    needed = _shortest(_needs(_sequence(reader.alternatives())) or {})
    return {word: needed[word] for word in sorted(needed, key=lambda word: (len(word), word))}


def unanchored(pattern: str, joint: str) -> str:
    """The pattern for a text that has the joint on both sides of every part that the pattern itself is made for."""
    return "".join(joint if (kind, sign) in _EDGES else sign for kind, sign in _tokens(pattern))


def _tokens(pattern: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(pattern):
        yield match.lastgroup or "", match.group()


class _Reader:
    """One pass over the tokens of an expression."""

    def __init__(self, tokens: list[tuple[str, str]], joint: str) -> None:
        self._tokens = tokens
        self._joint = joint
        self._at = 0

    def alternatives(self) -> list[_Part]:
        """The stretches up to the parenthesis that closes them, or to the end; alternatives are one stretch."""
        branches: list[list[_Part]] = [[]]
        while self._at < len(self._tokens):
            kind, token = self._tokens[self._at]
            self._at += 1
            if kind == "close":
                break
            if kind == "or":
                branches.append([])
                continue
            parts = self.alternatives() if kind == "open" else [self._single(kind, token)]
            if self._at < len(self._tokens) and self._tokens[self._at][0] == "times":
                parts = self._repeated(_sequence(parts), self._tokens[self._at][1])
                self._at += 1
            branches[-1] += parts
        return branches[0] if len(branches) == 1 else [_either(branches)]

    def _single(self, kind: str, token: str) -> _Part:
        if kind == "edge":
            return _EMPTY
        if kind == "char":
            return _Part(frozenset({token.replace(self._joint, "")}))
        if kind == "escape":
            return _ANYTHING if token[1].isalnum() else _Part(frozenset({token[1]}))
        if kind == "class" and not token.startswith("[^"):
            return _Part(_characters(token[1:-1], self._joint))
        return _ANYTHING

    def _repeated(self, part: _Part, times: str) -> list[_Part]:
        if times[0] == "?" or times.startswith("{0,1}"):
            return [_Part(None if part.exact is None else part.exact | _NO_WORD)]
        least = (
            1 if times[0] == "+" else int(times.strip("{}?").partition(",")[0] or 0) if times[0] == "{" else 0
        )
        if least == 0:
            return [_ANYTHING]
        copies = [part] * min(least, _COPIES)
        if times[0] == "{" and "," not in times and least <= _COPIES:
            return copies
        # The first copies stand beside what is ahead of them, the last beside what follows; they may be the same.
        return [*copies, _ANYTHING, *copies]


def _either(branches: list[list[_Part]]) -> _Part:
    """Alternatives as one stretch."""
    parts = [_sequence(branch) for branch in branches]
    exact = _union([part.exact for part in parts])
    needed = _any_of([_needs(part) for part in parts])
    return _Part(exact if exact is not None and len(exact) <= _MOST else None, needed)


def _needs(part: _Part) -> Needs | None:
    """The words that a stretch cannot do without: those worked out for it, or the texts that it is."""
    if part.exact is None or "" in part.exact:
        return part.needed
    if part.needed is not None and _cost(part.needed) <= _cost(dict.fromkeys(part.exact)):
        return part.needed
    return dict.fromkeys(part.exact)


def _cost(needs: Needs) -> float:
    """How many of the texts fulfil them, roughly."""
    return sum(
        ((ALONE if len(word) == 1 else likely(word)) + _PER_WORD)
        * (1.0 if guard is None else _likely_among(guard))
        for word, guard in needs.items()
    )


@lru_cache(maxsize=16384)
def _likely_among(guard: Words) -> float:
    """How many clauses hold one of some words."""
    return min(1.0, _CLAUSE * sum(map(likely, guard)))


class _Window(NamedTuple):
    """Stretches side by side, or one that needs words by itself: from one place up to another, and what it costs."""

    cost: float
    start: int
    end: int
    needed: Needs | None


_by_cost = attrgetter("cost")


def _sequence(parts: list[_Part]) -> _Part:
    """Stretches one after the other: the best words they make side by side, or that one needs, and the next best."""
    if len(parts) == 1:
        return parts[0]
    whole = _side_by_side(parts) if parts else _NO_WORD
    windows = list(_windows(parts))
    if not windows:
        return _Part(whole)
    best = min(windows, key=_by_cost)
    needed = _words_of(best, parts)
    others = [window for window in windows if window.start >= best.end or window.end <= best.start]
    if others:
        guard = frozenset(_words_of(min(others, key=_by_cost), parts))
        if _likely_among(guard) < _WORTH:
            needed = {word: guard if beside is None else beside for word, beside in needed.items()}
    return _Part(whole, needed)


def _windows(parts: list[_Part]) -> Iterator[_Window]:
    """What stretches need by themselves, and the best words that begin with each."""
    for start, part in enumerate(parts):
        if part.needed is not None:
            yield _Window(_cost(part.needed), start, start + 1, part.needed)
        # The words of a window are all that its stretches make together, so their likelihoods multiply.
        chance, count, shortest = 1.0, 1, 0
        best: _Window | None = None
        for end in range(start, min(len(parts), start + _WIDEST)):
            following = parts[end].exact
            if following is None or count * len(following) > _MOST:
                break
            chance *= sum(map(likely, following))
            count *= len(following)
            shortest += min(map(len, following))
            cost = chance + _PER_WORD * count + (ALONE if shortest == 1 else 0.0)
            if shortest and (best is None or cost < best.cost):
                best = _Window(cost, start, end + 1, None)
        if best is not None:
            yield best


def _words_of(window: _Window, parts: list[_Part]) -> Needs:
    if window.needed is not None:
        return window.needed
    return dict.fromkeys(_side_by_side(parts[window.start : window.end]) or ())


def _side_by_side(parts: list[_Part]) -> Words | None:
    """All that the stretches match together; None when there is no end of it, or too much."""
    words: Words = _NO_WORD
    for part in parts:
        if part.exact is None or len(words) * len(part.exact) > _MOST:
            return None
        words = frozenset(a + b for a, b in product(words, part.exact))
    return words


def _any_of(needs: list[Needs | None]) -> Needs | None:
    """What alternatives need; a word that two of them need asks for what either asks for."""
    found: Needs = {}
    for some in needs:
        if some is None:
            return None
        for word, guard in some.items():
            known = found.get(word, _NO_WORD)
            found[word] = (
                guard if known is _NO_WORD else None if known is None or guard is None else known | guard
            )
    return found


def _shortest(needs: Needs) -> Needs:
    """Without the words that hold another of them that asks for nothing more."""
    free = _fewest(frozenset(word for word, guard in needs.items() if guard is None))
    return {
        word: guard
        for word, guard in needs.items()
        if (guard is None and word in free)
        or (guard is not None and not any(short in word for short in free))
    }


def _characters(inside: str, joint: str) -> Words | None:
    """The characters of a class, or None for too many."""
    found: list[str] = []
    for first, last, single in _IN_CLASS.findall(inside):
        if any(part[0] == "\\" and part[1:].isalnum() for part in (first, last, single) if part):
            return None
        found += [single[-1]] if single else map(chr, range(ord(first[-1]), ord(last[-1]) + 1))
        if len(found) > _CLASS:
            return None
    return frozenset("" if char == joint else char for char in found)


def _union(sets: list[Words | None]) -> Words | None:
    """All the words of several sets; None when one of them is unknown."""
    found: set[str] = set()
    for words in sets:
        if words is None:
            return None
        found |= words
    return frozenset(found)


def _fewest(words: Words) -> Words:
    """Without the words that hold another of them."""
    kept: set[str] = set()
    lengths: list[int] = []
    for word in sorted(words, key=len):
        if not any(
            word[at : at + length] in kept for length in lengths for at in range(len(word) - length + 1)
        ):
            kept.add(word)
            if not lengths or lengths[-1] < len(word):
                lengths.append(len(word))
    return frozenset(kept)
