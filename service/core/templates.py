"""How policies write families of phrases: `(快|赶紧)说`, `你(们)?自己`, `别…了`, `^随便$`.

`(a|b)` is either, a `?` behind the parenthesis makes it optional, `…` stands for up to eight other characters of the
same clause, `^` at the beginning and `$` at the end tie the phrase to that edge of its clause.
"""

import re
from functools import lru_cache
from itertools import product
from typing import NamedTuple

GAP = 8
"""So many characters may stand where a template has `…`."""
MOST = 5000
"""A template that stands for more phrases is a mistake."""
_SIGN = re.compile(r"\(|\)\??|\||[^()|]+", re.DOTALL)


class Template(NamedTuple):
    """The phrases that a template stands for."""

    parts: tuple[tuple[str, ...], ...]
    """Each part with all the ways to write it; between two parts there may be a gap."""
    at_start: bool
    at_end: bool


@lru_cache(maxsize=8192)
def template(text: str) -> Template:
    """What a template stands for. Raises ValueError for one that does not close what it opens, or says too much."""
    inner = text.strip()
    at_start, at_end = inner.startswith("^"), inner.endswith("$")
    inner = inner[at_start : len(inner) - at_end]
    parts = tuple(tuple(dict.fromkeys(_expanded(part))) for part in inner.split("…"))
    for part in parts:
        if "" in part:
            raise ValueError(f"'{text}' also stands for nothing at all")
    return Template(parts, at_start, at_end)


def _expanded(text: str) -> list[str]:
    signs = _SIGN.findall(text)
    found, at = _alternatives(signs, 0, text)
    if at < len(signs):
        raise ValueError(f"'{text}' closes a parenthesis that it never opened")
    return found


def _alternatives(signs: list[str], at: int, text: str) -> tuple[list[str], int]:
    """The phrases from a position up to the parenthesis that closes them (not taken), or to the end."""
    found: list[str] = []
    phrases = [""]
    while at < len(signs) and not signs[at].startswith(")"):
        sign = signs[at]
        at += 1
        if sign == "|":
            found += phrases
            phrases = [""]
            continue
        following = [sign]
        if sign == "(":
            following, at = _alternatives(signs, at, text)
            if at == len(signs):
                raise ValueError(f"'{text}' does not close a parenthesis")
            if signs[at] == ")?":
                following.append("")
            at += 1
        if len(phrases) * len(following) > MOST:
            raise ValueError(f"'{text}' stands for more than {MOST} phrases")
        phrases = [a + b for a, b in product(phrases, following)]
    return found + phrases, at
