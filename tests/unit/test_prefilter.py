"""What the pass before the expressions lets through, and what it refuses to be made of."""

import re

import pytest

from service.core.prefilter import Prefilter


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"无法(?=处理)", "无法处理"),
        (r"(?<![A-Za-z])ai(?!r)", "我是ai"),
        (r"^\s{2}回复", "\u3000\u3000回复"),
        (r"共\d{2}件", "共１２件"),
        (r"[\s\u200b]编号", "\u200b编号"),
        (r"(?>退款|退)到", "退款到"),
        (r"(?P<who>您){1,2}+好", "您您好"),
        (r"完$", "说完\n"),
        (r"(?i)as an ai", "AS AN AI"),
        (r"\w好", "您好"),
        (r"\b您", "您好"),
        (r"[^\d\]]元", "几元"),
    ],
)
def test_what_matches_is_let_through(pattern: str, text: str) -> None:
    """A reply that an expression would reject is never waved past it, whatever the expression is written with."""
    expression = re.compile(pattern)
    assert expression.search(text)
    assert Prefilter(expression).may_match(text)


def test_flags_of_an_expression_count() -> None:
    """Each expression is read with its own flags, side by side with others."""
    lines = re.compile(r"^-", re.MULTILINE)
    both = Prefilter(re.compile("^#"), lines)
    assert both.may_match("您好\n- 一")
    assert not both.may_match("您好\n# 一")


def test_what_cannot_match_is_told_apart() -> None:
    """The pass is worth its time: a text without any of the words is not let through."""
    assert not Prefilter(re.compile("无法(?=处理)"), re.compile(r"\d{3}")).may_match("您好，请稍等12分钟。")


def test_a_lone_surrogate_is_let_through() -> None:
    """A text that is no Unicode is left to the expressions themselves, and is no error."""
    assert Prefilter(re.compile("您")).may_match("\ud800")


@pytest.mark.parametrize("pattern", [r"(?P<a>.)不(?P=a)", r"[^\W_]+", r"[^\S\n]"])
def test_what_cannot_be_widened_does_not_load(pattern: str) -> None:
    """An expression for which the pass could be too narrow is a mistake at start, not a hole later."""
    with pytest.raises(ValueError, match="cannot be widened"):
        Prefilter(re.compile(pattern))
