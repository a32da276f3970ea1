"""One reading for all ways to write a character: Traditional and Simplified, full width, circled, styled."""

import re
import unicodedata

import opencc

# Ranges whose characters stand for one plain character each (compatibility forms a rude word can hide in).
# Full-width punctuation stays: it is the norm in Chinese, not a disguise.
_COMPATIBLE = (
    (0x2070, 0x209C), (0x2100, 0x214F), (0x2160, 0x2188), (0x2460, 0x24FF), (0x2E80, 0x2FDF), (0x3220, 0x3247),
    (0x3280, 0x32B0), (0xF900, 0xFAFF), (0xFF05, 0xFF06), (0xFF0A, 0xFF0B), (0xFF0D, 0xFF0D), (0xFF0F, 0xFF19),
    (0xFF1D, 0xFF1D), (0xFF20, 0xFF3A), (0xFF3C, 0xFF3C), (0xFF3F, 0xFF3F), (0xFF41, 0xFF5A), (0xFF10, 0xFF19),
    (0x2C7C, 0x2C7D), (0x1D400, 0x1D7FF), (0x1F130, 0x1F189), (0x1F210, 0x1F23B), (0x2F800, 0x2FA1D),
)  # fmt: skip
# Letters by category, invisible on the screen.
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"
# Letters of pinyin with their tones, each behind the letter it is read as.
_TONES = {"a": "āáǎà", "e": "ēéěèê", "i": "īíǐì", "o": "ōóǒò", "u": "ūúǔùǖǘǚǜü"}
# Pictures that stand for a word of abuse; beside other words they are harmless, as those words are.
_PICTURES = {
    "💩": "屎", "🐷": "猪", "🐖": "猪", "🐽": "猪", "🐶": "狗", "🐕": "狗", "🧠": "脑", "🐴": "马", "🐎": "马",
    "🐔": "鸡", "🐓": "鸡", "🥬": "菜", "🥚": "蛋", "🐢": "龟", "🐂": "牛", "🐮": "牛", "🍺": "啤", "👴": "爷", "👻": "鬼",
    "👂": "耳", "👀": "眼", "🔪": "刀", "💰": "钱",
}  # fmt: skip
# Letters of other scripts that look like Latin ones, each under the one it looks like.
_LOOK_ALIKE = {
    "A": "АΑ", "B": "ВΒ", "C": "С", "E": "ЕΕ", "H": "НΗ", "I": "ІΙ", "J": "Ј", "K": "КΚ", "M": "МΜ", "N": "Ν", "O": "ОΟ",
    "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "X": "ХΧ", "Y": "ҮΥ", "Z": "Ζ", "a": "аɑα", "b": "ЬЪьƄ", "c": "сϲ", "d": "ԁ", "e": "еҽ",
    "g": "ɡ", "h": "һ", "i": "іıɪ", "j": "ј", "m": "ｍⅿ", "n": "ոɴ", "o": "оοɔ", "p": "рρ", "s": "ѕꜱ", "t": "ｔᴛ", "u": "υսᴜ",
    "v": "νᴠ", "w": "ԝᴡ", "x": "хᕁ", "y": "уүγ", "z": "ᴢ",
}  # fmt: skip

# The phonetic signs of Taiwan, each as the letter that its pinyin begins with.
_ZHUYIN = "ㄅㄆㄇㄈㄉㄊㄋㄌㄍㄎㄏㄐㄑㄒㄓㄔㄕㄖㄗㄘㄙㄚㄛㄜㄧㄨㄩ"


def _fold_table() -> dict[int, str]:
    """Code point -> the one character it is read as: Simplified for Traditional, plain for compatibility forms."""
    table: dict[int, str] = {}
    converter = opencc.OpenCC("t2s")
    han = [chr(i) for i in range(0x3400, 0xA000)]
    for char, simplified in zip(han, converter.convert("\n".join(han)).split("\n"), strict=True):
        if char != simplified and len(simplified) == 1:
            table[ord(char)] = simplified
    for first, last in _COMPATIBLE:
        for point in range(first, last + 1):
            folded = unicodedata.normalize("NFKC", chr(point)).strip("()")
            if len(folded) == 1 and folded != chr(point):
                table[point] = table.get(ord(folded), folded)
    # 你 and 您 must stay two words; 妳 is the same word as 你. 著 is a word of its own in both scripts.
    table[ord("妳")] = "你"
    table[ord("甚")] = "甚"
    table.pop(ord("著"), None)
    for letter, toned in _TONES.items():
        table |= dict.fromkeys(map(ord, toned), letter) | dict.fromkeys(
            map(ord, toned.upper()), letter.upper()
        )
    for letter, others in _LOOK_ALIKE.items():
        table |= dict.fromkeys(map(ord, others), letter)
    table |= {ord(sign): letter for sign, letter in zip(_ZHUYIN, "bpmfdtnlgkhjqxzcsrzcsaoeiuv", strict=True)}
    # The letters that make flags.
    table |= {0x1F1E6 + number: chr(ord("a") + number) for number in range(26)}
    table |= {ord(picture): word for picture, word in _PICTURES.items()}
    for char in _BLANK_LETTERS:
        table[ord(char)] = "\u200b"
    return table


def _char_class(points: list[int]) -> str:
    """A regular expression class of code points, as ranges."""
    parts: list[str] = []
    start = previous = points[0]
    for point in [*points[1:], -1]:
        if point == previous + 1:
            previous = point
            continue
        parts.append(f"{re.escape(chr(start))}-{re.escape(chr(previous))}")
        start = previous = point
    return "[" + "".join(parts) + "]"


# Made at import, so that no request pays for it. Only the basic plane stands in the class: with one character
# beyond it `re` falls back from a table look-up to comparing ranges, six times slower.
_FOLD = _fold_table()
_FOLDABLE = re.compile(_char_class([point for point in sorted(_FOLD) if point < 0x10000]))
ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def beyond_basic_plane(text: str) -> bool:
    """Whether any character lies beyond the basic plane; in UTF-16 it takes two units, and that is quick to tell."""
    return len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text)


def fold(text: str) -> str:
    """The text in Simplified script and plain letters, character for character: the length stays."""
    if text.isascii() or (_FOLDABLE.search(text) is None and not beyond_basic_plane(text)):
        return text
    return text.translate(_FOLD)
