"""Parcel numbers of the carriers."""

import re
from collections.abc import Iterable

from service.core.kinds import always as accept
from service.core.kinds import by_characters as same
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "tracking_number"
HIDE: Hide = "opaque"
WORD = "TRACKING"
STARTS = frozenset({"letter"})
PATTERN = r"(?:SF|YT|JD|JT|DPK|DB|EMS|ZTO|STO|YTO|UC|ZJS|TT|AN)[A-Z]{0,3}\d{8,20}[A-Z]{0,2}(?![A-Za-z0-9])"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each number."""
    return spans(_RE, text)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
