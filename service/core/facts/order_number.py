"""Order, ticket and contract numbers: letters, digits and dashes that mean nothing to a reader."""

import re
from collections.abc import Iterable

from service.core.kinds import always as accept
from service.core.kinds import by_characters as same
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "order_number"
HIDE: Hide = "opaque"
WORD = "ORDER"
STARTS = frozenset({"digit", "letter"})
PATTERN = (
    r"(?:(?<=订单)|(?<=工单)|(?<=单号)|(?<=单号[:：])|(?<=订单号)|(?<=编号)|(?<=编号[:：]))\d{4,}(?:-\d+)*(?![\d.,:%年月日号元个天])"
    r"|(?=(?:[A-Za-z_-]{0,20}\d){6})(?!\d{1,7}(?![A-Za-z0-9_-])|\d+\s?[元块%.,])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*(?![A-Za-z0-9])"
    # Groups as on cards and identity papers whose sum is wrong: a slip of the pen is no reason to show them.
    r"|\d{4}(?:[\s-]\d{4}){3}(?:[\s-]?\d{1,3})?(?!\d)|\d{6}[\s-]\d{8}[\s-]\d{3}[\dXx](?![0-9A-Za-z])"
    r"|[A-Z]{1,6}-(?=\d[A-Za-z-]*\d)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?![A-Za-z0-9])"
)
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each number."""
    return spans(_RE, text)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
