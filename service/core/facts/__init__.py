"""The table of the kinds of fact, and `extract`, which finds the facts of a text in one pass.

The order of `TABLE` is the order of precedence where two kinds could claim the same characters.
"""

import re
from bisect import bisect_left, bisect_right
from operator import attrgetter

from service.core.facts import (
    account_id,
    address,
    bank_card,
    clock_time,
    count,
    date,
    duration,
    email,
    employee_number,
    html,
    id_number,
    limit,
    markdown_link,
    model_name,
    money,
    negation,
    number,
    order_number,
    percentage,
    person_name,
    phone,
    placeholder,
    plate,
    size,
    title,
    tracking_number,
    url,
    word,
)
from service.core.kinds import FactKind, Written
from service.core.results import Fact
from service.core.text import Normalized, Span

WRITTEN: tuple[Written, ...] = (
    html, markdown_link, url, email, id_number, bank_card, phone, placeholder, plate, account_id, tracking_number,
    employee_number, title, date, clock_time, order_number, money, percentage, duration, size, count, model_name, number, word,
)  # fmt: skip
"""Kinds that one pattern describes: found together, the first that matches at a position wins."""
SPOKEN: tuple[FactKind, ...] = (address, person_name, limit, negation)
"""Kinds that are looked for on their own; the earlier one keeps characters that two claim."""
TABLE: tuple[FactKind, ...] = (*WRITTEN, *SPOKEN)
KINDS: dict[str, FactKind] = {kind.KIND: kind for kind in TABLE}

_NUMERALS = "零〇一二两三四五六七八九十百千万半幺第壹贰叁肆伍陆柒捌玖"
# What each sort of beginning looks like. Looking for it first spares most positions the alternation; a Han
# character begins a fact only in a certain company.
_BEGINNINGS = {
    "digit": r"\d",
    "letter": "[A-Za-z]",
    "symbol": r"[<\[［【{%$#*_《¥￥+(（&!@×]",
    "han": (
        f"[{_NUMERALS}]|[今明后昨前当次隔去][天日晚早年]|大后|[本这上下每]个?[周星礼月]|周[{_NUMERALS}日末]|[星礼][期拜]|[月年][底初后]|节后"
        "|[上中下]午|[早晚]上|凌晨|傍晚|夜里|早晨|晚间|午后|微信|支付|旺旺|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][^一-鿿]?[A-Za-z]"
    ),
}
_FIRST = rf"(?=[\dA-Za-z<\[［【{{%$#*_《¥￥+(（&!@×{_NUMERALS}今明后昨前当次隔去大本这上下每周星礼月年节中早晚凌傍夜午微支旺京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼])"
_GROUPS = [
    (start, index) for start in _BEGINNINGS for index, kind in enumerate(WRITTEN) if start in kind.STARTS
]
_OF_GROUP = (-1, *(index for _, index in _GROUPS))


def _alternation(start: str) -> str:
    """The kinds that begin in one way, each in a group of its own."""
    patterns = "|".join(f"({WRITTEN[index].PATTERN})" for begins, index in _GROUPS if begins == start)
    return f"(?={_BEGINNINGS[start]})(?:{patterns})"


_ALL = re.compile(_FIRST + "(?:" + "|".join(map(_alternation, _BEGINNINGS)) + ")")
_EACH = tuple(re.compile(kind.PATTERN) for kind in WRITTEN)
_span = attrgetter("span")
_FIGURES = frozenset({"number", "money", "count", "size", "employee_number"})


def _written(text: Normalized) -> list[Fact]:
    """The written facts, in order; none overlaps another."""
    plain, raw = text.plain, text.raw
    found: list[Fact] = []
    match = _ALL.search(plain)
    while match is not None:
        start, end = match.span()
        index = _OF_GROUP[match.lastindex or 0]
        if not WRITTEN[index].accept(plain[start:end]):
            index, end = _next(plain, start, index)
        kind = WRITTEN[index]
        found.append(Fact(kind.KIND, raw[start:end], Span(start, end), kind.HIDE))
        match = _ALL.search(plain, end)
    return found


def _next(plain: str, start: int, refused: int) -> tuple[int, int]:
    """The kind after a refused one that takes the same position, and where it ends there."""
    for index in range(refused + 1, len(WRITTEN)):
        match = _EACH[index].match(plain, start)
        if match is not None and WRITTEN[index].accept(match.group()):
            return index, match.end()
    return len(WRITTEN) - 1, start + 1


def extract(text: Normalized) -> tuple[Fact, ...]:
    """The facts of a text, sorted and without overlap; spans and texts are of the text as sent."""
    found = _written(text)
    spoken = [(kind, span) for kind in SPOKEN for span in kind.find(text)]
    if not spoken:
        return tuple(found)
    starts = [fact.span.start for fact in found]
    raw = text.raw
    gone: set[int] = set()
    taken: list[Fact] = []
    begins: list[int] = []
    for kind, (start, end) in spoken:
        first = bisect_right(starts, start)
        if first and found[first - 1].span.end > start:
            first -= 1
        last = bisect_left(starts, end, first)
        if (first < last and kind.HIDE == "none") or _overlaps(taken, begins, start, end):
            continue
        if first < last:
            # What is hidden hides all that it touches, to the last character.
            start, end = min(start, starts[first]), max(end, found[last - 1].span.end)  # noqa: PLW2901
            gone.update(range(first, last))
        place = bisect_right(begins, start)
        taken.insert(place, Fact(kind.KIND, raw[start:end], Span(start, end), kind.HIDE))
        begins.insert(place, start)
    if not taken:
        return tuple(found)
    kept = [fact for index, fact in enumerate(found) if index not in gone] if gone else found
    return tuple(sorted(kept + taken, key=_span))


def _overlaps(facts: list[Fact], begins: list[int], start: int, end: int) -> bool:
    """Whether a range overlaps any of these facts, which are in order and begin there."""
    at = bisect_left(begins, end)
    return at > 0 and facts[at - 1].span.end > start


def same(a: Fact, b: Fact) -> bool:
    """Whether two facts say the same: equal for their kind, or a bare figure equal to one with a unit."""
    if a.kind == b.kind:
        return KINDS[a.kind].same(a.text, b.text)
    if "number" in (a.kind, b.kind) and a.kind in _FIGURES and b.kind in _FIGURES:
        return number.same(a.text, b.text)
    return False
