"""Numerals, Arabic and Chinese, as one canonical value: what makes 三天 and 3天 the same figure."""

import re
from decimal import Decimal, InvalidOperation

ARABIC = r"(?>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?)"
"""A figure in digits, with or without thousands separators."""
CHINESE = r"[零〇一二两三四五六七八九十百千万亿半]{1,16}+"
"""A figure in Chinese numerals (or something that looks like one); bounded, so that no text is read over and over."""
SCALED = ARABIC + r"(?:\s?[百千万亿]{1,2})?"
"""A figure in digits that may end in 万 or its like."""
TO = r"\s?(?:-{1,2}|[~～–—至到])\s?"
"""What stands between the ends of a range."""

_DIGITS = {
    **dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)),
    "幺": 1,
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
_SCALES = {**_UNITS, **_MYRIADS}
_SCALED = re.compile(rf"({ARABIC})\s?([百千万亿]{{0,2}})")
_FIGURES = re.compile(rf"{ARABIC}(?:\s?[百千万亿]{{1,2}})?|{CHINESE}")


def _chinese(text: str) -> Decimal | None:
    """The value of Chinese numerals; digits in a row (二零二四) are read one by one."""
    if text == "半":
        return Decimal("0.5")
    if "半" in text:
        return None
    if not any(char in _SCALES for char in text):
        return Decimal("".join(str(_DIGITS[char]) for char in text))
    total, section, digit, last_unit = 0, 0, 0, 1
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
            last_unit = 10 if char in "零〇" else last_unit
        elif char in _UNITS:
            section += (digit or 1) * _UNITS[char]
            digit, last_unit = 0, _UNITS[char]
        else:
            total = (total + section + digit or 1) * _MYRIADS[char]
            section, digit, last_unit = 0, 0, _MYRIADS[char]
    # 三百五 is 350, 三百零五 is 305.
    return Decimal(total + section + digit * (last_unit // 10 if last_unit > 10 else 1))


def value(text: str) -> Decimal | None:
    """The value of one numeral (plain reading, no unit), or None for what is none."""
    text = text.strip()
    if not text:
        return None
    if all(char in _DIGITS or char in _SCALES or char == "半" for char in text):
        return _chinese(text)
    match = _SCALED.fullmatch(text)
    if match is None:
        return None
    try:
        number = Decimal(match[1].replace(",", ""))
    except InvalidOperation:  # pragma: no cover - the pattern admits nothing else
        return None
    for char in match[2]:
        number *= _SCALES[char]
    return number.normalize()


def values(text: str) -> tuple[Decimal, ...]:
    """The values of all numerals in a text (plain reading), in order."""
    found = (value(figure) for figure in _FIGURES.findall(text))
    return tuple(one.normalize() for one in found if one is not None)


def bare(text: str) -> str:
    """The text without its numerals and white space: what is left is the unit."""
    return "".join(_FIGURES.sub("", text).split())
