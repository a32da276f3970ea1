"""Telephone numbers: mobiles, landlines and hotlines, however they are spaced, dashed or spelled."""

import re
from collections.abc import Iterable

from service.core.digits import DIGIT, GAP, INVISIBLE, UNSEEN, digits_of, one_of
from service.core.folding import fold
from service.core.kinds import always as accept
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "phone"
HIDE: Hide = "personal"
WORD = "PHONE"
STARTS = frozenset({"digit", "han", "symbol"})
# Between groups of three, four and four anything passes for a gap; elsewhere 1500*1200*800 is a size.
_BAR = r"\s?(?:[/*xX×~|,，、\\+]|横?杠|空格?)\s?"
_JOINT = rf"[\s\-—–_{INVISIBLE}]{{0,3}}"
_ABROAD = rf"[(（]?(?:\+|00)?\s?86[)）]?{GAP}"
_AREA = rf"[0零〇]{UNSEEN}{one_of('123456789')}(?:{UNSEEN}{DIGIT}){{1,2}}"
_LOCAL = rf"{DIGIT}(?:{UNSEEN}{DIGIT}){{2,3}}{_JOINT}{DIGIT}(?:{UNSEEN}{DIGIT}){{3}}"


def _digits(text: str) -> str:
    if _STARRED.search(text):
        return "".join(char for char in fold(text).upper() if char.isdecimal() or char in "*X")
    digits = digits_of(text).replace("X", "").removeprefix("00")
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


PATTERN = (
    rf"(?:{_ABROAD})?{one_of('1')}{GAP}{one_of('3456789')}(?:{GAP}{DIGIT}){{9}}(?!{DIGIT})|1[3-9]\d[*xX]{{3,}}\d{{2,4}}"
    rf"|(?:{_ABROAD})?[(（\[【]?1[3-9]\d(?:[)）\]】]{_JOINT}|{_BAR})\d{{4}}(?:{_BAR}|{_JOINT})\d{{4}}(?!\d)"
    rf"|\+\d{{1,3}}(?:{GAP}\d){{7,12}}(?!\d)|[(（\[【]{_AREA}[)）\]】]{_JOINT}{_LOCAL}(?:\s?[-转]\s?\d{{1,5}})?(?!\d)"
    rf"|{_AREA}(?:{_JOINT}|\.){_LOCAL}(?:\s?[-转]\s?\d{{1,5}})?(?!\d)|0[1-9]\d{{8,10}}(?!\d)|0(?:\s\d){{9,11}}(?!\d)"
    rf"|[48]00[-\s]\d{{3,4}}[-\s]?\d{{3,4}}(?!\d)|[48]00\d{{7}}(?!\d)|0[89]\d{{2}}-\d{{3}}-\d{{3}}(?!\d)|0[1-9]\d{{1,2}}-\d{{2,4}}[*xX]{{3,}}"
    r"|95\d{3}(?:\d{1,3})?(?![\d.,])(?!\s?[元块件个次条点名位])|(?:100(?:86|10|00)|123(?:45|15|06|78|48)|12320)(?![\d.,])(?!\s?[元块件个次条点名位])"
)
_RE = re.compile(PATTERN)
_STARRED = re.compile(r"[*xX]{3}")


def find(text: Normalized) -> Iterable[Span]:
    """Each number."""
    return spans(_RE, text)


def same(a: str, b: str) -> bool:
    """The same digits, the country code and Chinese spelling aside."""
    return _digits(a) == _digits(b)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
