"""The text layer: readings, clauses, sentences and offsets."""

import pytest

from service.core.folding import fold
from service.core.text import Utf16, han_share, normalize


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("請您稍候", "请您稍候"),
        ("ＡＢＣ１２３", "ABC123"),
        ("不知道，好吗？", "不知道，好吗？"),
        ("⼈⽣", "人生"),
        ("𝐒𝐁", "SB"),
        ("⑤元", "5元"),
        ("妳等一下", "你等一下"),
    ],
)
def test_fold_reads_other_forms_as_the_plain_one(raw: str, plain: str) -> None:
    """Traditional, full-width and look-alike characters read as the plain character; Chinese punctuation stays."""
    assert fold(raw) == plain


def test_fold_keeps_the_length() -> None:
    """Every character folds to exactly one, so a span over the reading is a span over the draft."""
    every = "".join(chr(point) for point in range(0x20, 0x20000) if not 0xD800 <= point < 0xE000)
    assert len(fold(every)) == len(every)


def test_squeezed_drops_what_is_put_between_characters() -> None:
    """Spaces, symbols, emoji and invisible characters inside a word disappear from the squeezed reading."""
    text = normalize("你 找*领😀导\u200b去ㅤ!")
    assert text.squeezed == "你找领导去"
    at = text.squeezed.index("领导")
    assert text.raw[slice(*text.origin(at, at + 2))] == "领😀导"


def test_origin_of_every_character_is_that_character() -> None:
    """Each position of the squeezed reading maps back to the character that it came from."""
    text = normalize("  您好，𠮷先生\r\n！Ｏ(∩_∩)Ｏ 3.5元 é")
    for index, char in enumerate(text.squeezed):
        start, end = text.origin(index, index + 1)
        assert fold(text.raw[start:end]).lower() == char


def test_squeezed_range_is_the_inverse_of_origin() -> None:
    """A span over the draft maps to the words it holds."""
    text = normalize("您好，请 稍 候。谢谢")
    start, end = text.squeezed_range(3, 8)
    assert text.squeezed[start:end] == "请稍候"


@pytest.mark.parametrize(
    ("raw", "clauses"),
    [
        ("您好，我查一下。请稍等！", ["您好", "我查一下", "请稍等"]),
        ("共3.5元，18:00前到，编号a.b-1", ["共3.5元", "18:00前到", "编号a.b-1"]),
        ("1,200元", ["1,200元"]),
        ("好的……明白", ["好的", "明白"]),
        ("第一行\n第二行", ["第一行", "第二行"]),
        ("？？？", []),
        ("", []),
    ],
)
def test_clauses_end_at_punctuation_and_not_within_numbers(raw: str, clauses: list[str]) -> None:
    """A clause ends where a person pauses; decimals, times and thousands stay whole."""
    assert [clause.text for clause in normalize(raw).clauses] == clauses


def test_sentences_hold_their_clauses_and_know_their_mark() -> None:
    """A sentence runs over its clauses to the mark that ends it."""
    text = normalize("您好，请问是哪一单？我来查。")
    first, second = text.sentence_at(0), text.sentence_at(len(text.raw))
    assert (text.raw[first.start : first.end], first.mark) == ("您好，请问是哪一单", "?")
    assert (text.raw[second.start : second.end], second.mark) == ("我来查", "。")
    assert text.sentence_before(second.start) == first
    assert text.sentence_before(first.start) is None


def test_utf16_counts_characters_beyond_the_basic_plane_twice() -> None:
    """JavaScript's offsets: 😀 and 𠮷 are two units, all else one."""
    text = "a😀b𠮷c"
    offsets = Utf16(text)
    assert [offsets.offset(i) for i in range(len(text) + 1)] == [
        len(text[:i].encode("utf-16-le")) // 2 for i in range(len(text) + 1)
    ]


def test_han_share_counts_words_only() -> None:
    """Punctuation and spaces neither make nor hide a Chinese text."""
    assert han_share("您好！！！") == 1.0
    assert han_share("hello") == 0.0
    assert han_share("…") == 0.0
