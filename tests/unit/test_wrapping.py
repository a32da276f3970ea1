"""The reply alone: what a model says about its answer, or puts around it, is never part of it."""

import pytest

from service.core.results import Draft, Turn
from tests.kit.policies import codes

_DRAFT = "您的订单WX-518已经到站点了，请留意电话"
_REPLY = "您好，您的订单WX-518已经到站点了，请您留意电话，谢谢"

_AHEAD = [
    "回复：", "答：", "答复：", "客服回复：", "话术：", "改写：", "草稿改写：", "正文：", "（以下为回复）", "输出：", "结果：", "修改版：", "新版本：", "最终版：", "优化后：",
    "您可以这样回复：", "可以这样说：", "建议回复：", "参考话术：", "系统：", "user: ", "assistant：", "助手：", "机器人：", "坐席：", "好的。", "没问题！", "明白了，", "当然。",
    "思考：", "让我想想，", "首先分析：", "或：", "版本一：", "方案二：", "以下是改写后的版本：", "好的，这是润色后的回复：", "Sure, here it is: ", "<|im_start|>", "[INST]", "<think>",
]  # fmt: skip
_BEHIND = [
    "（以上为改写）", "（改写完毕）", "——改写完成", "\n\n修改说明：语气更温和", "\n注：已按要求改写", "\n备注：已去掉不礼貌的措辞", "（共30字）", "\n需要更正式的版本吗？", "\n希望这个版本对您有帮助",
    "\n如需进一步修改请告诉我", "\n如有其他草稿请继续发给我", "\n版本二：您好", "\n或者：您好", "\n客户：好的谢谢", "\n顾客：我要退款", "（改写理由：语气生硬）", "（说明：语气更礼貌了）", "，这样改写更礼貌",
    "，以上内容由AI生成", "，本回复由智能客服生成", "（微笑）", "……（省略）", "\n修改要点：删除了原文的措辞", "\n改动说明：保留了事实，改为敬语", "\n解释：原文生硬", "\n分析：草稿缺少敬语",
]  # fmt: skip
_SIGNS = [
    '{{"回复": "{}', '["{}"]', "<回复>{}", "<p>{}</p>", "```\n{}\n```", "**{}", "~~{}~~", "# {}", "#{}",
    "> {}", "* {}", "+ {}", "- {}", "1. {}", "1、{}", "①{}", "{}\n---", "{}\n===", "| {} |",
    "`{}`", "{}]", "{}}}", "_{}_", "\\{}", "^{}", "__{}__",
]  # fmt: skip
_QUOTES = [
    "“{}”",
    "「{}」",
    "『{}』",
    '"{}"',
    "'{}'",
    "“{}",
    "{}”",
    '"{}',
    '{}"',
    "'{}",
    "‘{}",
    "「{}",
    "{}」",
    "『{}",
]


@pytest.mark.parametrize("ahead", _AHEAD)
def test_no_word_about_the_answer_comes_first(ahead: str) -> None:
    """Labels, roles and announcements are the model's talk to us, not the agent's to the customer."""
    assert "preamble" in codes(_DRAFT, ahead + _REPLY)
    assert "preamble" not in codes(_DRAFT, _REPLY)


@pytest.mark.parametrize("behind", _BEHIND)
def test_no_word_about_the_answer_comes_last(behind: str) -> None:
    """Notes, reasons, offers of other versions and the customer's invented answer end no reply."""
    assert "preamble" in codes(_DRAFT, _REPLY + behind)


@pytest.mark.parametrize("page", _SIGNS)
def test_no_mark_of_a_program_or_a_page_is_added(page: str) -> None:
    """Half a JSON object, a tag, a list or a heading that the draft has not is not put before a customer."""
    assert codes(_DRAFT, page.format(_REPLY)) & {"markup", "token_misused"}


@pytest.mark.parametrize("page", _QUOTES)
def test_no_quotation_marks_stand_around_an_answer(page: str) -> None:
    """An answer in quotation marks, or with one that is never closed, is a citation of an answer."""
    assert "preamble" in codes(_DRAFT, page.format(_REPLY))


@pytest.mark.parametrize(
    ("draft", "candidate"),
    [
        ("点“我的订单”看", "您好，请您点击“我的订单”查看"),
        ("“七天无理由”不含生鲜", "“七天无理由”不含生鲜，请您留意"),
        ("看「帮助」", "您好，请您看「帮助」"),
        ('点"提交"', '您好，请您点击"提交"'),
        ("“到了", "您好，“到了"),
        ("- 先登录\n- 再提交", "- 请您先登录\n- 再提交"),
        ("1. 先登录\n2. 再提交", "1. 请您先登录\n2. 再提交"),
        ("**先登录**", "**请您先登录**"),
        ("进度：到站点了", "您好，进度：到站点了"),
        ("现回复如下：到站点了", "您好，现回复如下：到站点了"),
        ("客服：到站点了", "客服：您好，到站点了"),
        ("这段话帮你润色了", "您好，这段话帮您润色了"),
        ("到了~", "您好，到了~"),
        ("好的，到了", "好的，到了，请您留意"),
        ("温馨提示：到了", "温馨提示：您好，到了"),
        ("价格=成本", "您好，价格=成本"),
    ],
)
def test_what_the_draft_has_may_stay(draft: str, candidate: str) -> None:
    """Quotations, lists, labels and signs of the agent's own come back as they were."""
    assert codes(draft, candidate) & {"preamble", "markup"} == set()


def test_a_dash_within_the_draft_is_no_list() -> None:
    """A draft with a dash in its words does not ask for a list."""
    assert "markup" in codes("站点-到了", "- 您好，站点-到了")
    assert "markup" in codes("站点 - 到了", "* 您好，站点 - 到了")


def test_the_craft_may_be_spoken_of_when_somebody_did() -> None:
    """A customer who asks to have a letter polished may be told that it was."""
    asked = Draft("到了，看吧", customer_message="请帮我润色一下")
    assert "preamble" not in codes(asked, "您好，润色好的到了，请您查看")
    assert "preamble" in codes("到了，看吧", "您好，润色好的到了，请您查看")
    told = Draft("到了，看吧", history=(Turn("agent", "会为您改写"),))
    assert "preamble" not in codes(told, "您好，改写好的到了，请您查看")
