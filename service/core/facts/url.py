"""Web addresses, with or without a scheme."""

import re
from collections.abc import Iterable

from service.core.folding import fold
from service.core.kinds import always as accept
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "url"
HIDE: Hide = "opaque"
WORD = "LINK"
STARTS = frozenset({"digit", "letter"})
_CHAR = r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%{}]"
_LAST = r"[A-Za-z0-9\-_~/#=%&}]"
_TOP = "com|cn|net|org|top|io|cc|me|gov|edu|shop|xyz|vip|tw|hk|app|link|info"
PATTERN = (
    rf"[A-Za-z][A-Za-z0-9+]{{1,12}}://{_CHAR}*{_LAST}|www\.{_CHAR}*{_LAST}"
    rf"|(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,62}})\.){{1,4}}(?:{_TOP})(?![A-Za-z0-9])(?:/{_CHAR}*{_LAST}|/)?"
)
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each address, without the punctuation that ends its sentence."""
    return spans(_RE, text)


def same(a: str, b: str) -> bool:
    """The same address, the case of its letters aside."""
    return fold(a).lower() == fold(b).lower()


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
