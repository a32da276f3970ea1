"""How many of something, or which one: 5件, 3号桌, 第二步."""

import re
from collections.abc import Iterable

from service.core.folding import fold
from service.core.kinds import always as accept
from service.core.kinds import spans
from service.core.numerals import CHINESE, SCALED, TO, bare, values
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "count"
HIDE: Hide = "none"
WORD = ""
STARTS = frozenset({"digit", "han"})
_NUMERALS = "零〇一二两三四五六七八九十百千万"
_CLASSIFIER = (
    r"个(?!人|别|性)|件|台|位(?!置)|次|条|张|份|款(?!项)|只|部(?!分|门)|本|套|双|瓶|盒|箱|包|袋|名|人|楼|层|栋|幢|座(?!席)|单元|室|户|级"
    r"|期|倍|步|项|笔|单|页|章|节|杯|盘|支|枚|组|批|轮|种|积分|码|号"
)
PATTERN = (
    rf"第?\s?{SCALED}(?:{TO}{SCALED})?\s?(?:号(?:桌|楼|门岗|门|店|线|窗口|柜台|床|厅|库|仓|机|房|馆|包厢|院)|{_CLASSIFIER})"
    rf"|第{CHINESE}(?:号|{_CLASSIFIER})|(?:[两二三四五六七八九十百千万][{_NUMERALS}]{{0,12}}|一[{_NUMERALS}]{{1,12}}|一(?=倍))(?:{_CLASSIFIER})"
)
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each count."""
    return spans(_RE, text)


def same(a: str, b: str) -> bool:
    """The same figure with the same classifier."""
    a, b = fold(a), fold(b)
    return values(a) == values(b) and bare(a) == bare(b)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
