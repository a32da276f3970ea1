"""Checks that count or measure: how much of something is too much, and in how short a draft something is asked for."""

import pytest
from pydantic import ValidationError

from service.core.checks.limit import Limit
from service.core.checks.require import Require
from service.core.reading import ReadText
from service.core.said import Said
from service.core.scope import Gap, Hit
from service.core.text import Span


def _require(text: str, **fields: object) -> list[Span] | list[Gap]:
    because_of = Said.model_validate({"any": ["不能退"]})
    rule = Require.model_validate({"kind": "require", "any": ["可以"], "because_of": because_of, **fields})
    read = ReadText(text)
    at = read.squeezed.find("不能退")
    return rule.find(read, [Hit(at, at + 3, 0)])


def test_a_run_of_marks_is_one_finding() -> None:
    """Three exclamation marks in a row are shown as one place, however many follow; two are nobody's business."""
    rule = Limit.model_validate({"kind": "limit", "marks": "!！?？", "most": 2})
    assert rule.find(ReadText("快点！！！！好吗？好的！！"), ()) == [Span(2, 6)]


def test_a_clause_is_measured_by_its_words() -> None:
    """A sentence is too long for what it says, not for its spaces; only the clause that is too long is shown."""
    rule = Limit.model_validate({"kind": "limit", "characters": True, "most": 4})
    assert rule.find(ReadText("您 好 呀，请稍等一下。好的"), ()) == [Span(6, 11)]


@pytest.mark.parametrize("fields", [{}, {"any": ["了"], "marks": "!"}, {"marks": "!", "characters": True}])
def test_a_limit_counts_one_thing(fields: dict[str, object]) -> None:
    """A limit that says nothing to count, or two things, is a mistake in the policy file."""
    with pytest.raises(ValidationError, match="one thing"):
        Limit.model_validate({"kind": "limit", "most": 1, **fields})


def test_longer_words_do_not_meet_a_requirement() -> None:
    """“不可以” offers no way out, although it holds “可以”; a real “可以” beside it does."""
    assert _require("不能退，换也不可以。", unless=["不可以"])
    assert not _require("不能退，换也不可以，但维修可以。", unless=["不可以"])
    assert not _require("不能退，换也不可以。")


def test_long_drafts_are_not_asked() -> None:
    """What a bare refusal lacks is not missed in an answer long enough to say more than no."""
    assert _require("很抱歉，不能退。", at_most=6)
    assert not _require("很抱歉，不能退呢。", at_most=6)


def test_what_ought_to_be_said_may_be_a_family() -> None:
    """A requirement names families of phrases as other rules do, without gaps and edges."""
    assert not _require("不能退，能换。", any=["(能|可)换"])
    with pytest.raises(ValidationError, match="anywhere"):
        _require("不能退", any=["能…换"])
