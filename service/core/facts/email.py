"""E-mail addresses."""

import re
from collections.abc import Iterable

from service.core.digits import INVISIBLE, UNSEEN
from service.core.kinds import always as accept
from service.core.kinds import literally as same
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "email"
HIDE: Hide = "personal"
WORD = "EMAIL"
STARTS = frozenset({"digit", "letter", "han"})
_LOCAL = rf"[A-Za-z0-9一二三四五六七八九零][A-Za-z0-9._%+\-．一二三四五六七八九零{INVISIBLE}]{{0,63}}"
_HOST = rf"[A-Za-z0-9\-{INVISIBLE}]{{1,63}}"
_SPELLED_AT = r"(?:[\[(（【]\s?(?:at|AT|@|艾特)\s?[\])）】]|艾特|圈[aA]|#)"
_SPELLED_DOT = r"\s?(?:[.．。]|点|[\[(（【]\s?(?:dot|DOT|点|\.)\s?[\])）】])\s?"
_TOP = r"(?i:com|cn|net|org|edu|gov|io|me|cc|hk|tw|info|vip|top)" + UNSEEN + "(?![A-Za-z0-9])"
# " at " is an English word as well: only before the name of a well-known mail service is it a sign.
_SERVICES = (
    r"(?i:qq|163|126|gmail|outlook|hotmail|foxmail|sina|sohu|yeah|139|189|icloud|yahoo|aliyun|live|msn)"
)
PATTERN = (
    rf"{_LOCAL}\s{{0,2}}@\s{{0,2}}{_HOST}(?:{_SPELLED_DOT}{_TOP}|[.．]{_HOST})+"
    rf"|{_LOCAL}\s{{0,2}}{_SPELLED_AT}\s{{0,2}}{_HOST}(?:[.．]{_HOST})*?{_SPELLED_DOT}{_TOP}(?:{_SPELLED_DOT}{_TOP})?"
    rf"|{_LOCAL}\s(?:at|AT)\s{_SERVICES}{_SPELLED_DOT}{_TOP}(?:{_SPELLED_DOT}{_TOP})?"
)
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each address."""
    return spans(_RE, text)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
