"""Amounts of money."""

import re
from collections.abc import Iterable

from service.core.folding import fold
from service.core.kinds import always as accept
from service.core.kinds import spans
from service.core.numerals import CHINESE, SCALED, TO, values
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "money"
HIDE: Hide = "none"
WORD = ""
STARTS = frozenset({"digit", "han", "letter", "symbol"})
_UNIT = r"(?:元整?|块钱?(?!地|头)|圆(?!满|通)|人民币|RMB|美元|美金|港币|港元|欧元|新台币|台币|日元|英镑|角钱?|毛钱|分钱)"
_FOREIGN = re.compile(r"NT\$|US\$|HK\$|美元|美金|港币|港元|欧元|新台币|台币|日元|英镑|角|毛|分")


def _currency(text: str) -> str:
    found = _FOREIGN.search(text)
    return found.group() if found else "元"


PATTERN = (
    rf"(?:NT\$|US\$|HK\$|[¥￥$])\s?{SCALED}(?:{TO}{SCALED})?(?:\s?元)?|{SCALED}(?:{TO}{SCALED})?\s?{_UNIT}"
    rf"|(?!一块(?!钱)){CHINESE}\s?{_UNIT}"
)
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each amount."""
    return spans(_RE, text)


def same(a: str, b: str) -> bool:
    """The same figure in the same currency (¥30, 30元 and 三十块 are one)."""
    a, b = fold(a), fold(b)
    return values(a) == values(b) and _currency(a) == _currency(b)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
