"""Percentages and discounts."""

import re
from collections.abc import Iterable

from service.core.folding import fold
from service.core.kinds import always as accept
from service.core.kinds import spans
from service.core.numerals import ARABIC, CHINESE, TO, bare, values
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "percentage"
HIDE: Hide = "none"
WORD = ""
STARTS = frozenset({"digit", "han"})


def _plain(text: str) -> str:
    text = fold(text).replace("％", "%")
    return text[3:] + "%" if text.startswith("百分之") else text


PATTERN = (
    rf"{ARABIC}(?:\s?%?{TO}{ARABIC})?\s?[%％‰]|百分之{CHINESE}(?:点{CHINESE})?|{ARABIC}\s?(?:个百分点|折(?!叠))"
    r"|[一二三四五六七八九]{1,2}折(?![叠腾磨返旧现])"
)
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each percentage."""
    return spans(_RE, text)


def same(a: str, b: str) -> bool:
    """The same figure of the same sort (5% and 百分之五 are one)."""
    a, b = _plain(a), _plain(b)
    return values(a) == values(b) and bare(a) == bare(b)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
