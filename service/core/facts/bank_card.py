"""Bank card numbers: 16 to 19 digits that begin as cards do and whose Luhn sum is right."""

import re
from collections.abc import Iterable

from service.core.digits import DIGIT, GAP, digits_of
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "bank_card"
HIDE: Hide = "personal"
WORD = "CARD"
STARTS = frozenset({"digit", "han"})
# One order number in ten has the right sum: behind such a label it is no card.
_LABELS = (
    "订单",
    "单号",
    "编号",
    "水号",
    "单号是",
    "编号是",
    "水号是",
    "单号为",
    "编号为",
    "水号为",
    "订单是",
)
_NO_LABEL = "".join(rf"(?<!{label}{mark})" for label in _LABELS for mark in ("", "[:： ]"))
# The networks whose cards have sixteen digits only, and those of the banks here, which may have more.
_SIXTEEN = re.compile(r"(?:4|5[1-5]|35|6[02589]|8[1-9]|9[0-68])\d*")
_LONGER = re.compile(r"(?:6[02589]|8[1-9]|9[0-68])\d*")
PATTERN = rf"{_NO_LABEL}{DIGIT}(?:{GAP}{DIGIT}){{15,18}}(?!\d)"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each number that is one."""
    return (span for span in spans(_RE, text) if accept(text.plain[span.start : span.end]))


def accept(text: str) -> bool:
    """Whether it begins as a card does and the Luhn sum is right."""
    digits = digits_of(text)
    if (_SIXTEEN if len(digits) == 16 else _LONGER).match(digits) is None:
        return False
    total = 0
    for index, digit in enumerate(reversed([int(char) for char in digits if char != "X"])):
        doubled = digit * 2 if index % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def same(a: str, b: str) -> bool:
    """The same digits, however they are written."""
    return digits_of(a) == digits_of(b)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
