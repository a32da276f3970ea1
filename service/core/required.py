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

_MOST = 1024
"""A set of more words costs memory and tells little more."""
_CLASS = 16
"""A class of more characters says nothing."""
_COPIES = 3
_WIDEST = 12
"""So many stretches side by side are tried as one word."""
# The characters that agents write most: a word of these alone would wake its pattern on every other draft.
_LIKELY = {**dict.fromkeys("的您了我是请不", 0.03), **dict.fromkeys("好有在们这一个到会可以后帮为发时没订单款下货联系来说看要就那什么能去天", 0.01)}  # fmt: skip
_UNLIKELY = 0.002
_PER_WORD = 1e-6
_CLAUSE = 12
"""Characters in a clause."""
_WORTH = 0.3
"""A second look that more clauses than this share would pass is not worth its time."""
_TOKEN = re.compile(
    r"(?P<open>\((?:\?(?:P<\w+>|:|[a-z]+:))?)|(?P<close>\))|(?P<or>\|)|(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])"
    r"|(?P<times>(?:[*+?]|\{\d*,?\d*\})\??)|(?P<edge>[\^$]|\\[bBAz])"
    r"|(?P<escape>\\(?:x\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{2}|[pP]\{\w+\}|.))|(?P<any>\.)|(?P<char>.)",
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
def required(pattern: str, *, joint: str = "", known: tuple[str, ...] = ()) -> Needs:
    """Words of which each match of a pattern holds one, and with each word those of which it holds one besides.

    Empty when there are no such words. `joint` is a character that the pattern's text has and the text to be
    searched has not: it counts as nothing. `known` are words that somebody took for such; those that prove right
    stand for all longer ones.
    """
    reader = _Reader(list(_tokens(pattern)), joint, known)
    needed = reader.needs(_sequence(reader.alternatives(), reader)) or {}
    return {word: needed[word] for word in sorted(needed, key=lambda word: (len(word), word))}


def unanchored(pattern: str, joint: str) -> str:
    """The pattern for a text that has the joint on both sides of every part that the pattern itself is made for."""
    return "".join(joint if (kind, sign) in _EDGES else sign for kind, sign in _tokens(pattern))


def _tokens(pattern: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(pattern):
        yield match.lastgroup or "", match.group()


class _Reader:
    """One pass over the tokens of an expression."""

    def __init__(self, tokens: list[tuple[str, str]], joint: str, known: tuple[str, ...]) -> None:
        self._tokens = tokens
        self._joint = joint
        self._known = known
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
                parts = self._repeated(_sequence(parts, self), self._tokens[self._at][1])
                self._at += 1
            branches[-1] += parts
        return branches[0] if len(branches) == 1 else [self._either(branches)]

    def _single(self, kind: str, token: str) -> _Part:
        if kind == "edge" or token == self._joint:
            return _EMPTY
        if kind == "char":
            return _Part(frozenset({token}))
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

    def _either(self, branches: list[list[_Part]]) -> _Part:
        parts = [_sequence(branch, self) for branch in branches]
        exact = _union([part.exact for part in parts])
        needed = [self.needs(part) for part in parts]
        return _Part(exact if exact is not None and len(exact) <= _MOST else None, _any_of(needed))

    def needs(self, part: _Part) -> Needs | None:
        """The words that a stretch cannot do without."""
        return self.better(part.needed, self.usable(part.exact))

    def usable(self, words: Words | None) -> Needs | None:
        """The texts of a stretch as words to look for: none when the empty text is among them."""
        if not words or "" in words:
            return None
        return dict.fromkeys(
            _fewest(frozenset(self._stands_for(word) for word in words) if self._known else words)
        )

    def _stands_for(self, word: str) -> str:
        return next((known for known in self._known if known in word), word)

    def better(self, a: Needs | None, b: Needs | None) -> Needs | None:
        """The one of two that fewer texts fulfil."""
        if a is None or b is None:
            return a if b is None else b
        return a if self.cost(a) <= self.cost(b) else b

    def weight(self, words: Words) -> float:
        """How many texts hold one of some words, roughly."""
        if self._known:
            words = frozenset(word for word in words if not any(known in word for known in self._known))
        return sum(map(_likely, words)) + _PER_WORD * len(words)

    def cost(self, needs: Needs) -> float:
        """How many of the texts fulfil them, roughly."""
        return sum(
            (0.0 if word in self._known else _likely(word) + _PER_WORD)
            * (1.0 if guard is None else _likely_among(guard))
            for word, guard in needs.items()
        )


@lru_cache(maxsize=65536)
def _likely(word: str) -> float:
    found = 1.0
    for char in word:
        found *= _LIKELY.get(char, _UNLIKELY)
    return found


@lru_cache(maxsize=16384)
def _likely_among(guard: Words) -> float:
    """How many clauses hold one of some words."""
    return min(1.0, _CLAUSE * sum(map(_likely, guard)))


def _sequence(parts: list[_Part], reader: _Reader) -> _Part:
    """Stretches one after the other: the best words they make side by side, or that one needs, and the next best."""
    if len(parts) == 1:
        return parts[0]
    whole = _side_by_side(parts) if parts else _NO_WORD
    windows = list(_windows(parts, reader))
    if not windows:
        return _Part(whole)
    start, end, needed = min(windows, key=lambda window: reader.cost(window[2]))
    others = [frozenset(window[2]) for window in windows if window[0] >= end or window[1] <= start]
    if others:
        guard = min(others, key=_likely_among)
        if _likely_among(guard) < _WORTH:
            needed = {word: guard if beside is None else beside for word, beside in needed.items()}
    return _Part(whole, needed)


def _windows(parts: list[_Part], reader: _Reader) -> Iterator[tuple[int, int, Needs]]:
    """What stretches need by themselves, and the best words that begin with each: (first part, behind the last, words)."""
    for start, part in enumerate(parts):
        if part.needed is not None:
            yield start, start + 1, part.needed
        words: Words = _NO_WORD
        best: tuple[float, int, Words] | None = None
        for end in range(start, min(len(parts), start + _WIDEST)):
            following = parts[end].exact
            if following is None or len(words) * len(following) > _MOST:
                break
            words = frozenset(a + b for a, b in product(words, following))
            if "" not in words and (best is None or reader.weight(words) < best[0]):
                best = (reader.weight(words), end + 1, words)
        usable = reader.usable(best[2]) if best is not None else None
        if best is not None and usable is not None:
            yield start, best[1], usable


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
    return _shortest(found)


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
