"""Simplified and Traditional."""

import pytest

from service.core.script import script_of, to_traditional


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("您的证书扫描件请重新上传", "simplified"),
        ("您的證書掃描件請重新上傳", "traditional"),
        ("您好", None),
        ("", None),
        ("OK 123", None),
        ("很抱歉让您久等了", "simplified"),
        ("很抱歉讓您久等了", "traditional"),
        ("后台里面只有一台", None),
    ],
)
def test_the_script_is_told_by_what_only_one_of_them_writes(text: str, script: str | None) -> None:
    """A text in characters that both scripts share has no script."""
    assert script_of(text) == script


@pytest.mark.parametrize(
    "words",
    [
        "很抱歉给您带来不便",
        "我们会尽快为您核实处理",
        "感谢您的理解与支持，祝您生活愉快",
        "请问还有什么可以帮您",
    ],
)
def test_our_words_in_traditional_are_traditional(words: str) -> None:
    """What the service adds to a Traditional draft is read as Traditional, with no Simplified character left."""
    assert script_of(to_traditional(words)) == "traditional"
