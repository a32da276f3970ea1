"""Times of day and ranges of them: 18:00, 下午三点, 9:00-18:00."""

import re
from collections.abc import Iterable

from service.core.folding import fold
from service.core.kinds import always as accept
from service.core.kinds import spans
from service.core.numerals import CHINESE, TO, value
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "time"
HIDE: Hide = "none"
WORD = ""
STARTS = frozenset({"digit", "han"})
_PART = r"(?:上午|下午|中午|早上|晚上|凌晨|傍晚|夜里|早晨|晚间|午后)"
_SPELLED = r"(?:二十[一二三四]?|十[一二三四五六七八九]?|[零一二两三四五六七八九])"
_TIME = (
    rf"(?:{_PART}\s?)?(?:[01]?\d|2[0-4])(?:[:：][0-5]\d){{1,2}}(?!\d)"
    rf"|(?:{_PART}\s?)?(?:[01]?\d|2[0-4])\s?(?:点(?!击|评|单|餐|赞|心|[一-鿿]?个)|时(?!候|间|长|段|常|效|代))(?:半|一刻|三刻|整|钟|[0-5]?\d分?)?"
    rf"|(?:{_PART}\s?{_SPELLED}|(?!一点|两点|三点|零点){_SPELLED}|(?:[两三零]|一(?=点(?:半|整|钟)))(?=点(?:半|整|钟|前|后|到|左右|之)|时))\s?(?:点(?!击|评|单|餐|赞)|时(?!候|间|长|段|常|效|代))(?:半|一刻|三刻|整|钟|{CHINESE}分)?"
)
_TIME = f"(?:{_TIME})"
_READ = re.compile(
    rf"({_PART})?\s?(\d{{1,2}}|{CHINESE})\s?(?:[:：](\d{{2}})|[点时](半|一刻|三刻|\d{{1,2}}|{CHINESE})?)"
)
_MINUTES = {"半": 30, "一刻": 15, "三刻": 45}
_LATE = ("下午", "晚上", "傍晚", "晚间", "午后", "夜里")


def _minutes(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for part, hours, minutes, spelled in _READ.findall(text):
        hour = int(value(hours) or 0)
        late = part in _LATE and hour < 12
        more = minutes or spelled
        found.append((hour + 12 * late) * 60 + (_MINUTES.get(more) or int(value(more) or 0) if more else 0))
    return tuple(found)


PATTERN = rf"{_TIME}(?:{TO}{_TIME}|{TO}(?=次日|第二天)(?:次日|第二天){_TIME})?"
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each time."""
    return spans(_RE, text)


def same(a: str, b: str) -> bool:
    """The same minutes of the day (18:00 and 下午6点 are one)."""
    return _minutes(fold(a)) == _minutes(fold(b))


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
