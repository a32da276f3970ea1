"""The number under which an agent may be known: stays readable, the label is not part of it."""

import re
from collections.abc import Iterable

from service.core.kinds import always as accept
from service.core.kinds import by_characters as same
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "employee_number"
HIDE: Hide = "none"
WORD = ""
STARTS = frozenset({"digit", "letter"})
PATTERN = r"(?:(?<=工号)|(?<=工号是)|(?<=工号为)|(?<=工号[:： ])|(?<=工号[是为:：] )|(?<=坐席)|(?<=座席)|(?<=坐席号)|(?<=座席号))[A-Za-z]{0,3}\d{2,8}(?![A-Za-z0-9])"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each number."""
    return spans(_RE, text)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
