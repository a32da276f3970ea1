"""Telephone numbers: mobiles, landlines and hotlines, however they are spaced, dashed or spelled."""

import re
from collections.abc import Iterable

from service.core.folding import fold
from service.core.kinds import always as accept
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "phone"
HIDE: Hide = "personal"
WORD = "PHONE"
STARTS = frozenset({"digit", "han", "symbol"})
# What people (and evaders) put between digits: blanks, dashes, dots, invisible characters.
_GAP = r"[\s\-.—–·\u00ad\u200b-\u200f\u2060\ufeff]{0,2}"
_SPELLED = str.maketrans("零〇一幺二三四五六七八九", "001123456789")


def _digits(text: str) -> str:
    digits = "".join(char for char in fold(text).translate(_SPELLED) if char.isdecimal() or char in "*xX")
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


PATTERN = (
    rf"(?:\+?86{_GAP})?1[3-9](?:{_GAP}\d){{9}}(?!\d)|1[3-9]\d[*xX]{{3,}}\d{{2,4}}"
    rf"|\+\d{{1,3}}(?:{_GAP}\d){{7,12}}(?!\d)|[(（]0\d{{2,3}}[)）]{_GAP}\d{{3,4}}{_GAP}\d{{4}}(?!\d)"
    rf"|0[1-9]\d{{1,2}}[-\s]\d{{3,4}}[-\s]?\d{{4}}(?:[-转]\d{{1,5}})?(?!\d)|0[1-9]\d{{8,10}}(?!\d)"
    rf"|[48]00[-\s]\d{{3,4}}[-\s]?\d{{3,4}}(?!\d)|[48]00\d{{7}}(?!\d)|0[89]\d{{2}}-\d{{3}}-\d{{3}}(?!\d)|0[1-9]\d{{1,2}}-\d{{2,4}}[*xX]{{3,}}"
    r"|95\d{3}(?:\d{1,3})?(?![\d.,])(?!\s?[元块件个次条点名位])|(?:100(?:86|10|00)|123(?:45|15|06|78|48)|12320)(?![\d.,])(?!\s?[元块件个次条点名位])"
    r"|[一幺][三四五六七八九][零〇一二三四五六七八九幺]{9}(?![零〇一二三四五六七八九幺])"
)
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each number."""
    return spans(_RE, text)


def same(a: str, b: str) -> bool:
    """The same digits, the country code and Chinese spelling aside."""
    return _digits(a) == _digits(b)


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
