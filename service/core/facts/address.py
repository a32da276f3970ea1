"""Postal addresses down to the house or the room."""

import re
from collections.abc import Iterable

from service.core.kinds import by_characters, literally
from service.core.prefilter import Prefilter
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "address"
HIDE: Hide = "personal"
WORD = "ADDRESS"
_NUMERAL = r"(?:\d{1,5}|[一二三四五六七八九十百]{1,4})"
_ROAD = r"(?:路|街|大道|巷|胡同|弄|村|小区|花园|公寓|广场|家园|苑)(?:[东西南北中]段)?"
_INSIDE = rf"(?:{_NUMERAL}\s?(?:号楼|号院|弄|号|栋|幢|座|楼|层|单元|室|房|户)|[A-Za-z]座|[A-Za-z]?\d{{3,4}}(?!\d)(?:室|房)?|-|\s)"
_RE = re.compile(
    rf"[一-鿿]{{1,20}}?{_ROAD}\s?{_NUMERAL}\s?(?:号|弄|栋|幢|座)(?!线){_INSIDE}{{0,8}}"
    rf"|{_NUMERAL}\s?(?:号楼|栋|幢|座)\s?(?:{_NUMERAL}\s?单元)?\s?(?:{_NUMERAL}\s?[楼层])?\s?\d{{2,4}}\s?(?:室|房|号|户)?(?!\d)"
)
_MAY = Prefilter(_RE)
# The words that lead up to an address and are no part of it.
_LEADS = re.compile(
    r".*(?:地址|寄到|送到|寄往|发往|送往|位于|住在|家在|请到|前往|[到在至是为于寄址住往看给])"
)


def find(text: Normalized) -> Iterable[Span]:
    """Each address, without the words that lead up to it."""
    plain = text.plain
    if not _MAY.may_match(plain):
        return
    for match in _RE.finditer(plain):
        start, end = match.span()
        lead = _LEADS.match(plain, start, end)
        if lead is not None and lead.end() < end - 3:
            start = lead.end()
        while plain[end - 1] in "- ":
            end -= 1
        yield Span(start, end)


def same(a: str, b: str) -> bool:
    """The same figures and words, however they are spaced."""
    return literally(a, b) and by_characters(a, b)


__all__ = ["HIDE", "KIND", "WORD", "find", "same"]
