"""Titles in 《》."""

import re
from collections.abc import Iterable

from service.core.kinds import always as accept
from service.core.kinds import literally as same
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "title"
HIDE: Hide = "none"
WORD = ""
STARTS = frozenset({"symbol"})
PATTERN = r"《[^《》\n{}\[\]<>%$]{1,60}》"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each title."""
    return spans(_RE, text)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
