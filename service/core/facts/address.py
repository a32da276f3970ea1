"""Postal addresses down to the house or the room."""

import re
from collections.abc import Iterable

from service.core.digits import INVISIBLE
from service.core.kinds import by_characters, literally
from service.core.prefilter import Prefilter
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "address"
HIDE: Hide = "personal"
WORD = "ADDRESS"
_GAP = rf"[\s{INVISIBLE}]{{0,2}}"
_NUMERAL = r"(?:\d{1,5}(?:-\d{1,4})?|[一二三四五六七八九十百零〇]{1,5})"
_ROOM = r"(?:[A-Za-z]?\d{2,4}|[一二三四五六七八九零〇]{3,4})"
_ROAD = r"(?:路|街|大道|巷|胡同|弄|村|屯|庄|寨|(?<![这那哪公家屋手心店夜])里)(?:[东西南北中]段)?"
_ESTATE = (
    r"(?:小区|社区|花园|公寓|广场|家园|新村|[苑园城府湾庭邸墅里]|大厦|大楼|写字楼|[中财]心|宿舍|校区|大学|学院|工业区|开发区|[厂院])"
    r"(?:[一二三四五六七八九\d]期|[A-Za-z东南西北]{1,2}区)?"
)
_HOUSE = r"(?:号(?:院|(?:宿舍|教学|办公|公寓|居民)?楼|厂房|车间|仓库)?|栋|幢|座)(?![线口桌窗柜机厅库台店])"
_BUILDING = r"(?:号(?:院|(?:宿舍|教学|办公|公寓|居民)?楼|厂房|车间|仓库)|栋|幢|座)"
_INSIDE = (
    rf"(?:{_GAP}(?:{_NUMERAL}{_GAP}(?:号(?:院|(?:宿舍|教学|办公|公寓|居民)?楼|厂房|车间)?|弄|巷|组|栋|幢|座|楼|层|单元|门|室|房|户)"
    rf"|[一-鿿]{{2,6}}(?:大厦|大楼|中心|广场|花园|公寓|小区)|[A-Za-z]座|[A-Za-z东南西北]区|{_ROOM}(?![\d元块件天年月])(?:室|房)?|-))"
)
_AHEAD = rf"[一-鿿][一-鿿\s{INVISIBLE}]{{0,24}}?"
_RE = re.compile(
    rf"{_AHEAD}{_ROAD}{_GAP}{_NUMERAL}{_GAP}(?:弄|巷|组|{_HOUSE}){_INSIDE}{{0,8}}"
    rf"|{_AHEAD}{_ESTATE}{_GAP}(?:{_NUMERAL}{_GAP}{_BUILDING}|[A-Za-z]座|\d{{1,3}}-\d{{1,2}}-\d{{2,4}}){_INSIDE}{{0,8}}"
    rf"|{_NUMERAL}{_GAP}(?:号楼|栋|幢|座){_GAP}(?:{_NUMERAL}{_GAP}(?:单元|门))?{_GAP}(?:{_NUMERAL}{_GAP}[楼层])?{_GAP}{_ROOM}{_GAP}(?:室|房|号|户)?(?!\d)"
    r"|(?:(?:Room|Rm\.?|Unit|Apt\.?|Flat|Building|Bldg\.?|Floor)\s?[A-Za-z]?\d{1,5}\s?,?\s?){0,4}(?:No\.\s?)?\d{1,5},?\s(?:[A-Z][a-z]{1,15}\s){1,3}(?:Road|Rd|Street|St|Avenue|Ave|Lane|Boulevard|Blvd)(?![a-z])"
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
