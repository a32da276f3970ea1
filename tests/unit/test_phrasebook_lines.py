"""Macros that are laid out in lines: somebody has set them in order, and nothing is touched but what is found."""

import pytest

from tests.kit.default_policy import rewritten

BEAN = "咖啡豆保存建议：\n☕ 开封后密封，放在阴凉处\n📦 {}\n• 一个月内喝完风味最好"


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        # What is mended in place: its line keeps colon, exclamation mark and picture.
        ("💌 你的豆子：已经烘好！🚚\n明天寄给你！", "💌 您的豆子：已经烘好！🚚\n明天寄给您！"),
        # Who was called 兄弟 is greeted; no closing is added to what needs none.
        ("兄弟，新豆到了！\n🎁 下单送滤纸～", "您好，新豆到了！\n🎁 下单送滤纸～"),
        # A promise is softened where it stands, and its label keeps what it announces.
        (
            "亲，收到坏豆请这样做：\n• 拍照：发给客服\n• 其他问题：一定解决",
            "亲，收到坏豆请这样做：\n• 拍照：发给客服\n• 其他问题：会尽力为您解决",
        ),
        # A line that may not be told goes with its line break.
        (
            "您好，保健说明：\n• 每天一杯\n• 没有副作用\n• 睡前不喝",
            "您好，保健说明：\n• 每天一杯\n• 睡前不喝",
        ),
        (
            "您好，保健说明：\n• 每天一杯\n• 睡前不喝\n没有副作用！",
            "您好，保健说明：\n• 每天一杯\n• 睡前不喝",
        ),
    ],
)
def test_a_laid_out_macro_changes_only_where_something_is_found(draft: str, said: str) -> None:
    """Lines, bullets, pictures, marks and the rest of the words come back as they were."""
    assert rewritten(draft) == said


@pytest.mark.parametrize("line", ["特别提醒：豆子会排气", "玩完后记得放进收纳盒", "很多老客户都说好喝"])
def test_a_laid_out_macro_that_passes_comes_back_as_it_is(line: str) -> None:
    """Nothing found, nothing changed: 特别提醒 is no 别提."""
    draft = "亲，" + BEAN.format(line)
    assert rewritten(draft) == draft


def test_what_is_added_to_lines_is_a_line_of_its_own() -> None:
    """A closing does not run on behind the last entry of a list."""
    said = rewritten("材料清单：\n1. 身份证\n2. 银行卡\n缺一样都不办，自己对照。")
    assert said is not None
    *_, entry, refusal, added = said.splitlines()
    assert entry == "2. 银行卡"
    assert "缺一样" in refusal
    assert "您" in added
    assert "自己对照" not in said


def test_rude_lines_are_no_order_to_keep() -> None:
    """With an offence in it a draft in lines is rewritten like any other."""
    said = rewritten("你有完没完！\n退款3天内到，等着吧。")
    assert said is not None
    assert "有完没完" not in said
    assert "等着吧" not in said
    assert "3天内" in said
