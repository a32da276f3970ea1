"""Lengths of time: 48小时, 三天, 1-3个工作日."""

import re
from collections.abc import Iterable

from service.core.folding import fold
from service.core.kinds import always as accept
from service.core.kinds import spans
from service.core.numerals import ARABIC, CHINESE, TO, bare, values
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "duration"
HIDE: Hide = "none"
WORD = ""
STARTS = frozenset({"digit", "han"})
_UNIT = (
    r"(?:\s?个?(?:工作日|自然日|工作天|交易日|小时|钟头|星期|礼拜|季度)|个(?:多)?月|分钟|秒钟?|天|周(?!边|全|转|围|期|年)"
    r"|年(?!级|纪|龄|底|初|前|货|化|费|轻|度)|[Hh](?:ours?)?(?![A-Za-z])|min(?![A-Za-z]))"
)
_SYNONYMS = {
    "钟头": "小时",
    "h": "小时",
    "星期": "周",
    "礼拜": "周",
    "工作天": "工作日",
    "秒钟": "秒",
    "日": "天",
    "min": "分钟",
}


def _unit(text: str) -> str:
    unit = re.sub(r"^(?:[-~～–—至到])?个?", "", bare(text)).lower()
    return _SYNONYMS.get(unit, unit)


PATTERN = (
    rf"{ARABIC}(?:{TO}{ARABIC})?\s?{_UNIT}|(?:{CHINESE}{TO})?(?!半天|一天到晚){CHINESE}{_UNIT}"
    rf"|{ARABIC}\s?日(?=之?内|以内|后|有效)|[一二两三四五六七八九十]{{1,3}}日(?=之?内|以内|后)"
)
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each length of time."""
    return spans(_RE, text)


def same(a: str, b: str) -> bool:
    """The same figures in the same unit (三天 and 3天 are one; 1天 and 24小时 are two)."""
    a, b = fold(a), fold(b)
    return values(a) == values(b) and _unit(a) == _unit(b)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
