"""Markdown links and images, text and target as one."""

import re
from collections.abc import Iterable

from service.core.kinds import always as accept
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "markdown_link"
HIDE: Hide = "opaque"
WORD = "LINK"
STARTS = frozenset({"symbol"})
PATTERN = r"!?\[[^\[\]\n]{0,100}\]\([^()\s]{1,300}\)"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each link."""
    return spans(_RE, text)


def same(a: str, b: str) -> bool:
    """The same only to the character."""
    return a == b


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
