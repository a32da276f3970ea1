"""Licence plates of mainland China, new-energy ones included."""

import re
from collections.abc import Iterable

from service.core.digits import INVISIBLE, UNSEEN
from service.core.kinds import by_characters as same
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "plate"
HIDE: Hide = "personal"
WORD = "PLATE"
STARTS = frozenset({"han"})
_SIGN = "[A-HJ-NP-Za-hj-np-z0-9]"
_LAST = "[A-HJ-NP-Za-hj-np-z0-9挂学警港澳]"
PATTERN = (
    rf"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][\s{INVISIBLE}]?[A-HJ-NP-Za-hj-np-z]"
    rf"(?:[·•・.．\-\s{INVISIBLE}]{{0,3}}{_SIGN}(?:{UNSEEN}{_SIGN}){{3,4}}{UNSEEN}{_LAST}|(?:\s{_SIGN}){{4,5}}\s{_LAST})(?![A-Za-z0-9])"
)
# New iPads and Mate60s are no cars: of the last signs two are letters at most.
_SHAPE = re.compile(
    r".[A-Z](?:(?=(?:[A-Z]*\d){3})[A-Z0-9]{5}|(?=(?:[A-Z]*\d){2})[A-Z0-9]{4}[挂学警港澳]|[A-HJK][A-Z0-9]\d{4}|\d{5}[A-HJK])"
)
_RE = re.compile(PATTERN)
_BETWEEN = re.compile(rf"[·•・.．\-\s{INVISIBLE}]")


def accept(text: str) -> bool:
    """Whether letters and digits stand as they do on a plate."""
    return _SHAPE.fullmatch(_BETWEEN.sub("", text).upper()) is not None


def find(text: Normalized) -> Iterable[Span]:
    """Each plate."""
    return (span for span in spans(_RE, text) if accept(text.plain[span.start : span.end]))


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
