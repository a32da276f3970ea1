"""Resident identity numbers: region, day of birth, and a check character that must be right."""

import re
from collections.abc import Iterable

from service.core.digits import DIGIT, GAP, digits_of, one_of
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "id_number"
HIDE: Hide = "personal"
WORD = "ID"
STARTS = frozenset({"digit", "han"})
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
# Region, then the year, month and day of birth: order numbers of as many digits seldom have them.
_SHAPE = re.compile(r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]")
PATTERN = rf"{one_of('123456789')}(?:{GAP}{DIGIT}){{16}}{GAP}(?:{DIGIT}|[Xx])(?![0-9A-Za-z])"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each number whose day and check character are right."""
    return (span for span in spans(_RE, text) if accept(text.plain[span.start : span.end]))


def accept(text: str) -> bool:
    """Whether it holds a day of birth, and the check character is right."""
    digits = digits_of(text)
    if _SHAPE.fullmatch(digits) is None:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return _CHECK[total % 11] == digits[-1]


def same(a: str, b: str) -> bool:
    """The same digits, however they are written."""
    return digits_of(a) == digits_of(b)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
