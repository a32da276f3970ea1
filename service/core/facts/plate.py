"""Licence plates of mainland China, new-energy ones included."""

import re
from collections.abc import Iterable

from service.core.kinds import always as accept
from service.core.kinds import by_characters as same
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "plate"
HIDE: Hide = "personal"
WORD = "PLATE"
STARTS = frozenset({"han"})
PATTERN = (
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Za-hj-np-z][·•\-\s]?"
    r"(?=[A-Za-z]{0,5}\d)[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳](?![A-Za-z0-9])"
)
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each plate."""
    return spans(_RE, text)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
