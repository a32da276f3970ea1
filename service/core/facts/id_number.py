"""Resident identity numbers: seventeen digits and a check character that must be right."""

import re
from collections.abc import Iterable

from service.core.kinds import by_characters as same
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "id_number"
HIDE: Hide = "personal"
WORD = "ID"
STARTS = frozenset({"digit"})
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
PATTERN = r"\d(?:[\s\-\u200b-\u200f\u2060\ufeff]?\d){16}[\s\-\u200b-\u200f\u2060\ufeff]?[\dXx](?![0-9A-Za-z])"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each number whose check character is right."""
    return (span for span in spans(_RE, text) if accept(text.plain[span.start : span.end]))


def accept(text: str) -> bool:
    """Whether the check character is right."""
    digits = [char for char in text.upper() if char.isdecimal() or char == "X"]
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return _CHECK[total % 11] == digits[-1]


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
