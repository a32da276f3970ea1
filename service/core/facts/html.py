"""HTML tags and entities: they must come back exactly, or the page breaks."""

import re
from collections.abc import Iterable

from service.core.kinds import always as accept
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "html"
HIDE: Hide = "opaque"
WORD = "TAG"
STARTS = frozenset({"symbol"})
PATTERN = r"</?[A-Za-z][^<>\n]{0,2000}>|<!--[^<>]{0,2000}-->|&(?:[a-z]{2,8}|#\d{1,6});"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each tag."""
    return spans(_RE, text)


def same(a: str, b: str) -> bool:
    """Tags are the same only to the character."""
    return a == b


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
