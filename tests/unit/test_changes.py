"""Changes that a person can read."""

import pytest

from service.core.changes import applied
from service.core.results import Missing, Report, Source, Verdict
from tests.kit.differences import diff
from tests.kit.policies import prepared

_NOTHING = Report(Verdict.PASS, 80, (), ())
_DRAFT = "订单WX-518不支持换收件人，自己联系网点去。"
_TEXT = "很抱歉，订单WX-518不支持换收件人，您可以联系快递处理。"


def test_equal_texts_have_no_changes() -> None:
    """An unchanged draft shows no edits."""
    assert diff(_DRAFT, _DRAFT, _NOTHING) == ()


def test_an_order_number_is_one_piece() -> None:
    """A figure is shown as kept or replaced whole, never digit by digit."""
    (change,) = diff("金额128元", "金额129元", _NOTHING)
    assert (change.before, change.after) == ("128", "129")


def test_a_change_names_the_rules_it_mends() -> None:
    """The edit over a rude phrase carries the rule that found it; an opening apology carries none."""
    _, _, before = prepared(_DRAFT)
    changes = diff(_DRAFT, _TEXT, before)
    assert changes[0].op == "insert"
    assert changes[0].rules == ()
    assert any("forbidden.brush-off" in change.rules for change in changes[1:])


def test_words_put_in_where_some_were_missing_name_that_rule() -> None:
    """An apology put where the policy missed one is no matter of style."""
    missing = Missing("politeness.apology", prepared(_DRAFT)[2].findings[0].severity, trial=False, category="", message="", why="",
                      because=None, insert_at=0, replacements=(), source=Source("手册"))  # fmt: skip
    report = _NOTHING._replace(missing=(missing,))
    assert diff("不能退。", "很抱歉，不能退。", report)[0].rules == ("politeness.apology",)


def test_small_gaps_do_not_shred_a_sentence() -> None:
    """Two edits with a character or two between them are read as one."""
    changes = diff("你找他去吧", "请您找我们吧", _NOTHING)
    assert len(changes) == 1


@pytest.mark.parametrize("piece", ["哈", "你好，", "a ", "1，"])
def test_a_long_text_is_compared_in_bounded_work(piece: str) -> None:
    """The longest draft allowed is compared too: where there are too many pieces, as one edit."""
    draft = (piece * 50_000)[:50_000]
    text = "您好，" + draft[: len(draft) // 2] + "！" + draft[len(draft) // 2 + 7 :]
    assert applied(draft, diff(draft, text, _NOTHING)) == text
