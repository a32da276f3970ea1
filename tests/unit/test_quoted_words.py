"""Words that a draft quotes, names or reports are not the agent's own; a disguised word is one word to a pattern."""

import pytest

from service.core.checks.pattern import Pattern
from service.core.checks.phrase import Phrase
from service.core.reading import ReadText
from service.core.scope import Hit
from service.core.text import Span


def _said(check: Phrase | Pattern, words: str, text: str) -> list[str]:
    read = ReadText(text)
    at = read.squeezed.find(words)
    hits = [Hit(at, at + len(words), 0)] if at >= 0 else []
    found = check.find(read, hits)
    return [text[place.start : place.end] for place in found if isinstance(place, Span)]


@pytest.mark.parametrize(
    "text",
    [
        "您说的“不知道”我记下了。",
        "页面提示“不知道”是正常的。",
        "“不知道”咖啡店在三楼。",
        "《不知道》这本书有货。",
    ],
)
def test_quoted_words_are_not_the_agents(text: str) -> None:
    """A customer's words repeated, a message on a screen and a name raise nothing."""
    phrase = Phrase.model_validate({"kind": "phrase", "any": ["不知道"]})
    assert _said(phrase, "不知道", text) == []


@pytest.mark.parametrize("text", ["“不知道”", "我只能回您“不知道”了。", "不知道，“好的”是谁说的"])
def test_quotation_marks_alone_excuse_nothing(text: str) -> None:
    """Quotation marks around an agent's own answer hide it only where they repeat somebody or give a name."""
    phrase = Phrase.model_validate({"kind": "phrase", "any": ["不知道"], "quoted": text.startswith("我")})
    assert _said(phrase, "不知道", text) == ["不知道"]


def test_a_rule_may_look_into_quotations() -> None:
    """A rule about what must not be sent at all looks into quotations as well."""
    phrase = Phrase.model_validate({"kind": "phrase", "any": ["不知道"], "quoted": True})
    assert _said(phrase, "不知道", "您说的“不知道”我记下了。") == ["不知道"]


def test_a_report_is_known_as_one() -> None:
    """A clause that tells what the customer has reported is told apart from the agent's own words."""
    assert "report" in ReadText("您反映快递员态度差").kinds_at(0)
    assert "report" not in ReadText("快递员态度差").kinds_at(0)


def test_a_pattern_sees_through_cuts_between_single_characters() -> None:
    """Full stops between the characters of a word hide it from a pattern no better than from a phrase."""
    pattern = Pattern.model_validate({"kind": "pattern", "pattern": "不(?:知道|清楚)$"})
    assert _said(pattern, "不知道", "不.知.道") == ["不.知.道"]


def test_a_pattern_is_not_woken_by_two_clauses_that_meet() -> None:
    """The end of one clause and the start of the next are no word of a pattern."""
    pattern = Pattern.model_validate({"kind": "pattern", "pattern": "不知道"})
    assert _said(pattern, "不知道", "可以不。知道了") == []
