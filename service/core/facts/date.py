"""Days: dates in digits, days of the week, and days counted from today."""

import re
from collections.abc import Iterable

from service.core.folding import fold
from service.core.kinds import always as accept
from service.core.kinds import spans
from service.core.numerals import TO, values
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "date"
HIDE: Hide = "none"
WORD = ""
STARTS = frozenset({"digit", "han"})
_SYNONYMS = (
    ("今日", "今天"), ("明日", "明天"), ("昨日", "昨天"), ("当日", "当天"), ("隔天", "次日"), ("星期", "周"), ("礼拜", "周"), ("个", ""),
    ("这", "本"),
)  # fmt: skip


def _parts(text: str) -> tuple[int, ...] | str:
    text = "".join(fold(text).split())
    figures = (
        values(text.replace("-", " ").replace("/", " ").replace(".", " "))
        if text[0] not in "今明后大昨前当次隔本这上下每周星礼月年节"
        else ()
    )
    if figures:
        return tuple(int(figure) for figure in figures)
    for word, plain in _SYNONYMS:
        text = text.replace(word, plain)
    return text


PATTERN = (
    r"(?:\d{4}\s?年\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?[日号])?|\d{4}-\d{1,2}-\d{1,2}(?![\d-])|\d{4}/\d{1,2}/\d{1,2}(?![\d/])|\d{4}\.\d{1,2}\.\d{1,2}(?![\d.])|\d{4}\s?年(?!以|之|内)"
    rf"|\d{{1,2}}\s?月\s?\d{{1,2}}(?:\s?[日号])?(?:{TO}(?:\d{{1,2}}\s?月\s?)?\d{{1,2}}\s?[日号])?|\d{{1,2}}\s?月(?:份|底|初|中旬|上旬|下旬)?|[一二三四五六七八九十]{{1,2}}月(?:[一二三四五六七八九十]{{1,3}}[日号]|份|底|初))(?:[之以]?[前后](?![天往]))?"
    r"|\d{1,2}/\d{1,2}(?![\d/])|\d{1,2}\s?[日号](?=之?前|以前|[后到至起晚早]|上午|下午|发|开)"
    r"|今天|今日|明天|明日|后天|大后天|昨天|昨日|前天|当天|当日|次日|隔天|今晚|明晚|明早|今早|昨晚|(?:本|这|上|下)个?月(?:底|初|末)?|(?:今|明|去)年|月底|月初|年底|年初"
    r"|(?:本|这|上|下|每)?个?(?:周|星期|礼拜)[一二三四五六日末](?!一)|(?:本|这|上|下)个?(?:周(?!边|到|全|转|围|期)|星期|礼拜)|节后|年后"
)
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each day."""
    return spans(_RE, text)


def same(a: str, b: str) -> bool:
    """The same day, as far as both name year, month and day (2024-07-20 and 7月20日 are one)."""
    first, second = _parts(a), _parts(b)
    if not first or not second or isinstance(first, str) or isinstance(second, str):
        return first == second
    shorter = min(len(first), len(second))
    return first[-shorter:] == second[-shorter:]


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
