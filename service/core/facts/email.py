"""E-mail addresses."""

import re
from collections.abc import Iterable

from service.core.kinds import always as accept
from service.core.kinds import literally as same
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "email"
HIDE: Hide = "personal"
WORD = "EMAIL"
STARTS = frozenset({"digit", "letter"})
PATTERN = r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each address."""
    return spans(_RE, text)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
