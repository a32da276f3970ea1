"""Sizes and measures with a Latin or technical unit: 10MB, 55kg, 12寸."""

import re
from collections.abc import Iterable

from service.core.folding import fold
from service.core.kinds import always as accept
from service.core.kinds import spans
from service.core.numerals import ARABIC, TO, bare, values
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "size"
HIDE: Hide = "none"
WORD = ""
STARTS = frozenset({"digit"})
PATTERN = (
    rf"{ARABIC}(?:{TO}{ARABIC})?\s?(?:[KMGTkmgt][Bb]|Mbps|mbps|kg|KG|Kg|mg|g|cm|CM|mm|km|KM|m|ml|ML|L|kWh|kW|W|V|A|Hz|mAh|px|℃|°C|G|M|K)(?![A-Za-z0-9])"
    rf"|{ARABIC}(?:{TO}{ARABIC})?\s?(?:英寸|寸|吋|平方米|平米|㎡|公里|公斤|千克|厘米|毫米|毫升|毫安|兆|千瓦|瓦|度|米|升|克|斤|吨)"
)
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each size."""
    return spans(_RE, text)


def same(a: str, b: str) -> bool:
    """The same figures in the same unit."""
    a, b = fold(a), fold(b)
    return values(a) == values(b) and bare(a).lower() == bare(b).lower()


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
