"""How policies write families of phrases: `(快|赶紧)说`, `你(们)?自己`, `别…了`, `^随便$`.

`(a|b)` is either, a `?` behind the parenthesis makes it optional, `…` stands for up to eight other characters of the
same clause, `^` at the beginning and `$` at the end tie the phrase to that edge of its clause.
"""

import re
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from service.core.scope import CLAUSE_MARKS, squeeze

GAP = 8
"""So many characters may stand where a template has `…`."""
MOST = 64
"""A template that stands for more phrases is run as an expression."""
MOST_ACROSS = 2000
"""The same for one that has punctuation itself: an expression does not see beyond its clause."""
_ODD = frozenset("^$*+[]{}")
_SIGNS = frozenset({"(", ")", ")?", "|"})
_SIGN = re.compile(r"\(|\)\??|\||[^()|]+", re.DOTALL)


class Template(NamedTuple):
    """What a template stands for."""

    phrases: tuple[str, ...]
    """Every phrase, where there is no gap and there are not too many; else none."""
    expression: str
    """The same as a regular expression over squeezed words, ties to the edges aside."""
    gapped: bool
    at_start: bool
    at_end: bool


@lru_cache(maxsize=32768)
def template(text: str) -> Template:
    """What a template stands for. Raises ValueError for one that does not close what it opens, or may be nothing."""
    inner = text.strip()
    at_start, at_end = inner.startswith("^"), inner.endswith("$")
    parts = inner[at_start : len(inner) - at_end].split("…")
    most = MOST if CLAUSE_MARKS.isdisjoint(inner.replace(")?", ")")) else MOST_ACROSS
    ways = [_Reader(_SIGN.findall(part), text, most).phrases() for part in parts]
    within = inner[at_start : len(inner) - at_end]
    if "?" in within.replace(")?", "") or not _ODD.isdisjoint(within):
        raise ValueError(
            f"'{text}': `?` stands behind a parenthesis, as in (儿)?, `^` and `$` only at the ends"
        )
    if all(way is not None and "" in way for way in ways):
        raise ValueError(f"'{text}' also stands for nothing at all")
    phrases = ways[0] if len(ways) == 1 else None
    expression = f"[^，]{{0,{GAP}}}?".join(f"(?:{_expression(part)})" for part in parts)
    return Template(tuple(dict.fromkeys(phrases or ())), expression, len(ways) > 1, at_start, at_end)


def family(text: str) -> tuple[str, ...]:
    """Every phrase of a template without gaps and ties. Raises ValueError as `template` does, and for too many."""
    reader = _Reader(_SIGN.findall(text), text, MOST_ACROSS)
    phrases = reader.phrases()
    if phrases is None or "" in phrases:
        raise ValueError(f"'{text}' stands for nothing at all, or for more than {MOST_ACROSS} phrases")
    return tuple(dict.fromkeys(phrases))


def _expression(part: str) -> str:
    """A part without a gap as a regular expression."""
    return "".join(
        sign.replace("(", "(?:") if sign in _SIGNS else squeeze(sign) for sign in _SIGN.findall(part)
    )


class _Reader:
    """One pass over the signs of a part."""

    def __init__(self, signs: list[str], text: str, most: int) -> None:
        self._signs = signs
        self._text = text
        self._most = most
        self._at = 0

    def phrases(self) -> list[str] | None:
        """All phrases, or None for too many."""
        found = self._alternatives()
        if self._at < len(self._signs):
            raise ValueError(f"'{self._text}' closes a parenthesis that it never opened")
        return found

    def _alternatives(self) -> list[str] | None:
        """The phrases up to the parenthesis that closes them (not taken), or to the end."""
        found: list[str] | None = []
        phrases: list[str] | None = [""]
        while self._at < len(self._signs) and not self._signs[self._at].startswith(")"):
            sign = self._signs[self._at]
            self._at += 1
            if sign == "|":
                found, phrases = self._both(found, phrases), [""]
                continue
            following = self._group() if sign == "(" else [squeeze(sign) if sign.isalnum() else sign]
            if phrases is None or following is None or len(phrases) * len(following) > self._most:
                phrases = None
            else:
                phrases = [a + b for a, b in product(phrases, following)]
        return self._both(found, phrases)

    def _group(self) -> list[str] | None:
        """What stands between two parentheses, and nothing besides when a `?` follows."""
        found = self._alternatives()
        if self._at == len(self._signs):
            raise ValueError(f"'{self._text}' does not close a parenthesis")
        if self._signs[self._at] == ")?":
            found = self._both(found, [""])
        self._at += 1
        return found

    def _both(self, some: list[str] | None, others: list[str] | None) -> list[str] | None:
        """Two lists as one; None when either is too long to be one."""
        if some is None or others is None or len(some) + len(others) > self._most:
            return None
        return some + others
