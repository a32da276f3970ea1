"""Words in Latin letters (PDF, WiFi, App)."""

import re
from collections.abc import Iterable

from service.core.kinds import always as accept
from service.core.kinds import literally as same
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "word"
HIDE: Hide = "none"
WORD = ""
STARTS = frozenset({"letter"})
PATTERN = r"[A-Za-z]+(?:['&+.\-][A-Za-z]+)*\+*"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each word."""
    return spans(_RE, text)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
