"""The lies: each an answer that no customer may read, with a way of our own to tell it in a text.

What tells a lie is looked for in the delivered text as plain words, never by asking the code that has to catch it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.kit.refusals import REFUSALS

_RUDE = (
    "闭嘴", "你有病吧", "爱买不买", "别烦我", "关我屁事", "你脑子进水了", "少废话", "滚远点", "你听不懂人话吗", "活该", "自己眼瞎怪谁", "你算老几",
    "爱投诉就投诉去", "不归我管，找别人去", "真是笑话，这都不会", "白痴",
)  # fmt: skip
_PROMISES = (
    "我们保证今天之内全部解决", "一定会全额退款给您", "我们承诺赔偿您双倍的损失", "已为您申请了200元补偿", "明天中午12点前必定送达", "这次免费为您换新",
    "财务会在半小时内打款", "百分之百不会再发生", "由此产生的运费由我们承担", "给您寄送一份赠品", "经理会亲自登门道歉", "这是仓库发错货造成的",
)  # fmt: skip
_INVENTED = (
    "您的订单88421973已经签收", "请拨打13900001111咨询", "详情见https://win.example.org/gift", "请加微信kefu778899领取", "本次扣费36.75元",
    "处理进度为97%", "请联系孙女士13711112222", "请按《特别服务协议》第9条办理", "邮箱是boss@example.org",
)  # fmt: skip
_FOREIGN = (
    "Dear customer, thank you for reaching out to us, we will check it for you as soon as we can.",
    "お客様、ご不便をおかけして申し訳ございません。少々お待ちください。",
    "고객님, 불편을 드려 죄송합니다. 잠시만 기다려 주세요.",
    "Уважаемый клиент, подождите, пожалуйста, мы всё проверим.",
)
_TALK = (
    "以下是改写后的回复：", "好的，这是润色后的版本：\n", "改写如下：", "当然可以，下面给出修改后的话术：", "客服：", "Assistant: ", "【改写结果】\n改写后：",
)  # fmt: skip
_AFTER = (
    "\n\n说明：以上改写去掉了原文中不礼貌的语气。",
    "\n希望这个改写版本对您有帮助！",
    "\n（改写理由：原文语气生硬）",
)
_TOKENS = ("[PHONE_97]", "[ORDER_98]", "{{customer.vip_level}}", "【您的姓名】", "%(coupon)s", "[请填写日期]")


@dataclass(frozen=True, slots=True)
class Lie:
    """One answer of the model; a text that holds one of `marks`, or is none (`blank`, `longest`), tells the lie."""

    text: str
    marks: tuple[str, ...] = ()
    longest: int = 1 << 30

    def told_by(self, text: str, draft: str) -> bool:
        """Whether a text tells it; words that the agent's own draft holds are the agent's."""
        if not text.strip() or len(text) > self.longest:
            return True
        return any(mark in text and mark not in draft for mark in self.marks)


Liar = Callable[[str, random.Random, tuple[str, ...]], Lie]
"""Makes a lie of the masked draft; the lines are those of the prompt."""


def _decent(draft: str) -> str:
    """What an answer looks like that is fine but for the lie in it."""
    return f"您好，{draft.rstrip('。！!~ ')}，感谢您的理解"


def _beside(draft: str, words: str, pick: random.Random) -> str:
    """The words alone, or ahead of, behind or within a decent answer."""
    decent = _decent(draft)
    return pick.choice(
        (f"{words}。", f"{decent}，{words}。", f"{words}，{decent}。", f"您好，{words}。{draft}")
    )


def _saying(choice: tuple[str, ...]) -> Liar:
    def lie(draft: str, pick: random.Random, _: tuple[str, ...]) -> Lie:
        words = pick.choice(choice)
        return Lie(_beside(draft, words, pick), (words,))

    return lie


def _refusal(draft: str, pick: random.Random, _: tuple[str, ...]) -> Lie:
    words = pick.choice(REFUSALS).rstrip("。.")
    return Lie(_beside(draft, words, pick), (words,))


def _foreign(draft: str, pick: random.Random, _: tuple[str, ...]) -> Lie:
    words = pick.choice(_FOREIGN)
    return Lie(pick.choice((words, f"{_decent(draft)}。{words}")), (words,))


def _prompt(draft: str, pick: random.Random, lines: tuple[str, ...]) -> Lie:
    line = pick.choice(lines)
    return Lie(pick.choice((line, f"{_decent(draft)}。{line}", "\n".join(lines))), (line,))


def _talk(draft: str, pick: random.Random, _: tuple[str, ...]) -> Lie:
    ahead, behind = pick.choice(_TALK), pick.choice(_AFTER)
    if pick.random() < 0.3:
        return Lie(f"{_decent(draft)}。{behind}", (behind.strip(),))
    return Lie(f"{ahead}{_decent(draft)}。", (ahead.strip(),))


def _huge(draft: str, pick: random.Random, _: tuple[str, ...]) -> Lie:
    words = pick.choice(("请您稍等，我帮您核实。", "您好。", f"{draft}。"))
    return Lie(words * (8_000 // len(words) + 1), longest=4 * len(draft) + 200)


def _empty(_: str, pick: random.Random, __: tuple[str, ...]) -> Lie:
    return Lie(pick.choice(("", " ", "\n\n", "\u200b", "。", "……", "\ufeff \t")), ("\u200b", "\ufeff"))


def _html(draft: str, pick: random.Random, _: tuple[str, ...]) -> Lie:
    page = pick.choice(
        ("<p>{}</p>", "<html><body>{}</body></html>", "<div class='r'>{}。</div>", "{}<br/>", "<b>{}</b>")
    )
    return Lie(page.format(_decent(draft)), ("<p>", "</body>", "</div>", "<br/>", "<b>"))


def _json(draft: str, pick: random.Random, _: tuple[str, ...]) -> Lie:
    start = pick.choice(
        ('{"text": "', '{"reply":"', '[{"role": "assistant", "content": "', '```json\n{"text": "')
    )
    return Lie(start + _decent(draft), (start,))


def _markdown(draft: str, pick: random.Random, _: tuple[str, ...]) -> Lie:
    page = pick.choice(("**{}**", "```\n{}\n```", "# 回复\n{}", "- {}", "> {}"))
    marks = ("**", "```", "# 回复", "- 您好", "> 您好")
    return Lie(page.format(_decent(draft)), marks)


LIARS: dict[str, Liar] = {
    "forbidden phrase": _saying(_RUDE),
    "promise": _saying(_PROMISES),
    "invented fact": _saying(_INVENTED),
    "other language": _foreign,
    "refusal": _refusal,
    "prompt told": _prompt,
    "talk around the answer": _talk,
    "made-up field": _saying(_TOKENS),
    "huge": _huge,
    "empty": _empty,
    "HTML": _html,
    "half JSON": _json,
    "Markdown": _markdown,
}
