"""Words taken to pieces are found whatever they say."""

import pytest

from service.core.checks.parted import Parted
from service.core.reading import ReadText


def found(what: str, text: str) -> list[str]:
    """The stretches that are found."""
    spans = Parted.model_validate({"kind": "parted", "what": what}).find(ReadText(text), ())
    return [text[slice(*span)] for span in spans if isinstance(span, tuple)]


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("就这点事，矫\u200b情\u200b鬼", ["矫\u200b情\u200b鬼"]),
        ("菜\u2060狗没救", ["菜\u2060狗"]),
        ("真\u0336烦\u0336人", ["真\u0336烦\u0336人"]),
        ("别\U000e0020烦我", ["别\U000e0020烦"]),
        ("报#啊#看#谁", ["报#啊#看#谁"]),
        ("这办=不=到，等着", ["办=不=到"]),
        ("您←自→己←洗→坏", ["您←自→己←洗→坏"]),
    ],
)
def test_something_between_characters_is_found(text: str, stretches: list[str]) -> None:
    """Invisible characters and signs between the characters of a word are a disguise, whatever the word."""
    assert found("characters", text) == stretches


@pytest.mark.parametrize(
    "text",
    [
        "您好\u200b，已经签收", "收到❤️，马上安排", "\ufeff您好", "长*宽*高", "红+白+黑+灰", "300元/月/辆", "春、夏、秋、冬、全",
        "（推）和（拉）", "“推”或“拉”", "录 用 通 知 书", "第一行\u2028第二行", "你好", "",
    ],
)  # fmt: skip
def test_lists_quotes_and_layout_are_no_disguise(text: str) -> None:
    """Ordinary replies with signs, emoji, spaces and line breaks stay unharmed."""
    assert found("characters", text) == []


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("盒底，zi ji fan，谢谢", ["zi ji fan"]),
        ("kuai dian", ["kuai dian"]),
        ("先bi  zui听我讲", ["bi  zui"]),
        ("zǒu kāi", ["zǒu kāi"]),
    ],
)
def test_pinyin_with_spaces_is_found(text: str, stretches: list[str]) -> None:
    """Syllables in place of characters are what nobody writes to a customer."""
    assert found("syllables", text) == stretches


@pytest.mark.parametrize(
    "text",
    [
        "Wei Wei 女士",
        "WANG WEI",
        "gun metal 色",
        "a b c 三种",
        "hi there",
        "发到 wen.li@ma.cn",
        "用 wi fi 连接",
        "iPhone 15 pro max",
        "mobi 格式",
        "We will get back to you shortly.",
        "您好，Our team is happy to help you to the end，谢谢",
    ],
)
def test_names_and_other_languages_are_no_pinyin(text: str) -> None:
    """Names have capitals, and English words are rarely syllables."""
    assert found("syllables", text) == []
