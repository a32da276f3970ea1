"""Refusals that are told to the letter, and words that a draft denies without meaning the matter."""

import pytest

from tests.kit.policies import codes, reasons

_LETTER = ["不支持", "不赔", "不参加", "不包邮", "不适用", "不生效", "不含", "不包含", "不参与", "不保修"]


@pytest.mark.parametrize("refusal", _LETTER)
def test_what_a_company_refuses_is_refused_in_the_same_words(refusal: str) -> None:
    """A customer may hold us to 不支持 and 不赔: no softer word takes their place, and the words themselves may stay."""
    draft = f"这个{refusal}，等着吧"
    said = {r.detail for r in reasons(draft, f"您好，这个无法{refusal[1:]}，请您稍等")}
    assert f"原文的“{refusal}”没有原样保留" in said
    assert reasons(draft, f"您好，这个{refusal}，请您稍等") == ()


@pytest.mark.parametrize(
    "verb", ["知道", "清楚", "明白", "满意", "着急", "客气", "理解", "看见", "看到", "听见", "告诉", "够", "懂"]
)  # fmt: skip
def test_what_a_person_does_not_know_or_feel_may_be_told_otherwise(verb: str) -> None:
    """Who writes 我不清楚 may come to say 请您说清楚: nothing about the matter was turned round."""
    said = {r.detail for r in reasons(f"这边不{verb}，等着吧", f"您好，这边{verb}了，请您稍等")}
    assert f"原文的“不{verb}”变成了肯定" not in said


@pytest.mark.parametrize(
    "words",
    [
        "不能承诺结果", "不能保证时间", "请您不用担心", "请您不要着急", "不会影响您", "不打扰您", "不让您为难", "没有给您添乱", "不会怠慢您", "不会辜负您", "不会遗漏", "不会耽误您", "不便确定时间",
        "无法确认时间", "不断改进", "不胜感激",
    ],
)  # fmt: skip
def test_a_denial_that_comforts_or_keeps_from_promising_is_no_new_one(words: str) -> None:
    """To calm a customer, and to say that nothing is promised, changes no fact."""
    assert "fact_changed" not in codes("在修", f"您好，在修，{words}")


@pytest.mark.parametrize(
    "draft",
    [
        "没用", "不归我", "不关我事", "不管", "没空", "没辙", "不伺候", "没人管", "没看", "不信", "没必要", "不想说", "没完", "没商量", "没门", "不懂", "不说了", "没办法", "不清楚", "不知道", "没义务",
    ],
)  # fmt: skip
def test_a_brush_off_is_left_out(draft: str) -> None:
    """What only brushes the customer off says nothing that a rewrite has to keep."""
    assert "fact_missing" not in codes(f"{draft}，在修", "您好，在修")


@pytest.mark.parametrize(
    "draft", ["可以退", "能修", "有货", "包邮", "支持换货"]
)  # fmt: skip
@pytest.mark.parametrize("denier", ["不能", "无法", "没有办法", "未能", "不予", "暂不"])
def test_what_the_draft_grants_is_not_refused(draft: str, denier: str) -> None:
    """A refusal that nobody wrote sends customers away for nothing."""
    assert "fact_changed" in codes(draft, f"您好，{denier}{draft.lstrip('可以能有')}")


@pytest.mark.parametrize(
    "draft",
    [
        "这个黄了", "申请被驳回", "被拒了", "失败了", "取消了", "停了", "已下架", "已售罄", "卖完了", "缺货", "甭想", "没门", "免谈", "超额了", "过期了", "坏了", "漏了", "晚了", "难办", "只有这个", "错了",
        "休息了", "关闭了", "结束了",
    ],
)  # fmt: skip
def test_a_refusal_in_other_words_may_be_told_as_one(draft: str) -> None:
    """黄了 and 过期了 mean that it cannot be done: courteous words may say so."""
    assert "fact_changed" not in codes(draft, f"您好，{draft}，暂时无法办理")


@pytest.mark.parametrize("verb", ["行", "可以", "能", "会", "成", "允许", "弄", "搞", "整"])
def test_a_bare_no_may_be_told_in_any_words_that_deny(verb: str) -> None:
    """不行 denies nothing in particular: 暂时无法办理 says the same."""
    said = [r.detail for r in reasons(f"这个不{verb}，在修", "您好，在修，暂时无法办理")]
    assert [detail for detail in said if "不见了" in detail] == []
