"""Plain figures."""

import re
from collections.abc import Iterable

from service.core.folding import fold
from service.core.kinds import always as accept
from service.core.kinds import spans
from service.core.numerals import SCALED, TO, values
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "number"
HIDE: Hide = "none"
WORD = ""
STARTS = frozenset({"digit"})
PATTERN = rf"{SCALED}(?:{TO}{SCALED})?"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each figure."""
    return spans(_RE, text)


def same(a: str, b: str) -> bool:
    """The same figures."""
    return values(fold(a)) == values(fold(b))


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
