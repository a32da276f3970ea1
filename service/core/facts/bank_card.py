"""Bank card numbers: 16 to 19 digits whose Luhn sum is right."""

import re
from collections.abc import Iterable

from service.core.kinds import by_characters as same
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "bank_card"
HIDE: Hide = "personal"
WORD = "CARD"
STARTS = frozenset({"digit"})
PATTERN = r"\d(?:[\s\-\u200b-\u200f\u2060\ufeff]?\d){15,18}(?!\d)"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each number whose Luhn sum is right."""
    return (span for span in spans(_RE, text) if accept(text.plain[span.start : span.end]))


def accept(text: str) -> bool:
    """Whether the Luhn sum is right."""
    total = 0
    for index, digit in enumerate(reversed([int(char) for char in text if char.isdecimal()])):
        doubled = digit * 2 if index % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
