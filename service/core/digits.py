"""Digits as people write and disguise them: Arabic, Chinese, upper-case Chinese, with blanks or invisible characters between."""

from service.core.folding import fold

INVISIBLE = r"\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
"""The inside of a character class: characters that nobody sees."""
UNSEEN = rf"[{INVISIBLE}]{{0,4}}"
"""Invisible characters, if any."""
GAP = rf"[\s\-.—–·•_{INVISIBLE}]{{0,4}}"
"""What may stand between two digits of one number."""
_SPELLED = "零〇一幺二三四五六七八九壹贰叁肆伍陆柒捌玖"
DIGIT = rf"[\d{_SPELLED}]"
"""One digit, spelled or not."""
_VALUES = str.maketrans(_SPELLED, "00112345678912345678" + "9")


def one_of(digits: str) -> str:
    """A character class of these digits, spelled ones included."""
    return "[" + digits + "".join(char for char in _SPELLED if char.translate(_VALUES) in digits) + "]"


def digits_of(text: str) -> str:
    """The digits of a text in order as plain ones; an X, which may end an identity number, is kept in upper case."""
    return "".join(char for char in fold(text).translate(_VALUES).upper() if char in "0123456789X")
