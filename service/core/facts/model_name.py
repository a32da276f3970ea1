"""Versions and models: letters and digits in one word (P2, iPhone15, 4G, v2.1)."""

import re
from collections.abc import Iterable

from service.core.kinds import always as accept
from service.core.kinds import literally as same
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "model_name"
HIDE: Hide = "none"
WORD = ""
STARTS = frozenset({"digit", "letter"})
PATTERN = r"[A-Za-z]+-?\d+(?:\.\d+)*[A-Za-z0-9]*(?:-[A-Za-z0-9]+)*|\d+[A-Za-z][A-Za-z0-9]*"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each name."""
    return spans(_RE, text)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
