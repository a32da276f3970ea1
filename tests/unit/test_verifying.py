"""What may leave and what may not: each promise of a rewrite, by example."""

import pytest

from service.core.checking import check
from service.core.masking import unmask
from service.core.results import Draft, FactFate, Turn
from service.core.verifying import judge
from tests.kit.policies import POLICY, codes, hidden, prepared, reasons

_WAIT = "你等等吧，催什么催"
_HONEST = "您好，请您稍等，我马上为您核实。"

HONEST = [
    ("你的快递3天后到，急什么", "您好，您的快递预计3天后送达，请您耐心等待"),
    ("满200减30，别的没有", "您好，目前的优惠是满200减30，暂时没有其他活动"),
    ("这个码不能用了，过期了", "很抱歉，这个码已过期，不能使用了"),
    ("你的申请没通过", "很抱歉，您的申请暂未通过"),
    ("还没到账", "您好，款项还没有到账，我帮您核实一下"),
    ("保修一年，人为损坏不保", "您好，商品保修一年，人为损坏不在保修范围内"),
    ("今天发不了货", "很抱歉，今天暂时无法发货，我们会尽快为您跟进"),
    ("最多退50元", "您好，最多可以退50元"),
    ("仅限新用户", "您好，该活动仅限新用户参加"),
    ("押金200元，退还100元", "您好，您的押金为200元，退还100元"),
    ("发票只能开电子的", "您好，目前发票只能开电子的，请您谅解"),
    ("没货", "很抱歉，这款商品暂时缺货"),
    ("系统里查不到你", "很抱歉，系统里暂时查不到您的信息，麻烦您再核对一下"),
    ("没空，排队", "很抱歉，目前咨询较多，请您稍候"),
    ("这都不会用", "您好，我来为您说明使用方法"),
    ("库存只剩2件", "您好，目前库存仅剩2件"),
    (
        "您的證書掃描件太暗了，PDF 不要超過 8MB",
        "您好，您的證書掃描件較暗，請您再傳一次 PDF 檔，請勿超過 8MB",
    ),
    ("{{no}}号快件超过36小时没更新，自己看", "您好，您的{{no}}号快件超过36小时没有更新，我帮您核实"),
    (_WAIT, _HONEST),
]


@pytest.mark.parametrize(("draft", "candidate"), HONEST)
def test_honest_rewrites_may_leave(draft: str, candidate: str) -> None:
    """A courteous rewrite that keeps every fact, limit and denial is not turned away."""
    assert reasons(draft, candidate) == ()


CHANGED = [
    ("你的快递3天后到", "您好，您的快递3天内送达"),
    ("满200减30", "您好，满30减200"),
    ("这个码不能用了，过期了", "您好，这个码可以用，请您放心"),
    ("你的申请没通过", "您好，您的申请已通过"),
    ("还没到账", "您好，款项到账了"),
    ("保修一年，人为损坏不保", "您好，保修一年，人为损坏也保修"),
    ("今天发不了货", "您好，今天为您发货"),
    ("最多退50元", "您好，至少退50元"),
    ("最多退50元", "您好，退50元"),
    ("退50元", "您好，最多退50元"),
    ("仅限新用户", "您好，所有用户都可以参加"),
    ("所有用户都能参加", "您好，仅限新用户参加"),
    ("发票只能开电子的", "您好，可以开纸质发票"),
    ("未成年人不能买", "您好，未成年人可以买"),
    ("可以退", "您好，不能退"),
    ("能修，要80元", "您好，不能修，要80元"),
    ("这是正品", "您好，这不是正品"),
    ("运费不退，货款可以退", "您好，货款不退，运费可以退"),
    ("押金200元，退还100元", "您好，押金100元，退还200元"),
    ("A套餐39元，B套餐59元", "您好，A套餐59元，B套餐39元"),
    ("上午10点开门，晚上8点关门", "您好，上午8点开门，晚上10点关门"),
    ("从3天改成5天了", "您好，从5天改成3天了"),
    ("张先生投诉李女士", "您好，李女士投诉张先生一事已收到"),
    ("不含安装费", "您好，含安装费"),
    ("下周一前交", "您好，请您下周一后提交"),
    ("新疆除外", "您好，新疆可以发货"),
    ("超过500元才给退", "您好，500元可以退"),
]


@pytest.mark.parametrize(("draft", "candidate"), CHANGED)
def test_the_sense_of_the_draft_is_kept(draft: str, candidate: str) -> None:
    """A denial turned, a limit dropped or added, two figures or people exchanged: none may leave."""
    assert codes(draft, candidate) & {"fact_changed", "fact_missing"}


INVENTED = [
    "您好，请您稍等，我们会在2小时内回复您",
    "您好，请您稍等，明天给您答复",
    "您好，您的订单20240101-8888正在处理，请您稍等",
    "您好，请您稍等，或拨打13900001111",
    "您好，请您稍等，详情见https://evil.example.org",
    "您好，请您稍等，您也可以下载SuperHelp",
    "您好，请您稍等，按《服务协议》办理",
    "王先生您好，请您稍等",
    "先生您好，请您稍等",
    "您好，请您稍等，目前有3位客户排队",
    "您好，请您稍等，成功率为99%",
]


@pytest.mark.parametrize("candidate", INVENTED)
def test_nothing_is_made_up(candidate: str) -> None:
    """A time, number, link, contact, name or word that no source holds may not leave."""
    assert codes(_WAIT, candidate) & {"fact_invented", "commitment_invented"}


COMMITTED = [
    "您好，请您稍等，我们一定会给您满意的结果",
    "您好，给您一张优惠券，请您稍等",
    "您好，请您稍等，我们会给您补偿",
    "您好，由于天气原因有所延误，请您稍等",
    "您好，因为仓库漏发导致延误，请您稍等",
    "您好，请您稍等，师傅会上门处理",
    "您好，请您稍等，运费由我们承担",
    "您好，已为您申请补偿，请您稍等",
    "您好，免费为您处理，请您稍等",
]


@pytest.mark.parametrize("candidate", COMMITTED)
def test_nothing_is_promised(candidate: str) -> None:
    """A promise, a compensation, a cause or a third party's act that no source holds may not leave."""
    assert "commitment_invented" in codes(_WAIT, candidate)


@pytest.mark.parametrize(
    "candidate",
    [
        "您好，我会尽快为您核实",
        "您好，我为您反馈并跟进",
        "请问您是想申请补偿吗？",
        "您好，我不能承诺结果，我会为您登记",
        "您好，关于补偿的诉求我为您转达",
    ],
)
def test_own_efforts_and_open_questions_commit_to_nothing(candidate: str) -> None:
    """What an agent may always offer, asks or declines to promise is no commitment."""
    assert reasons(_WAIT, candidate) == ()


def test_what_the_customer_demands_is_no_source() -> None:
    """A refund in three days that only the customer asked for is not promised back."""
    draft = Draft(_WAIT, customer_message="三天内退我500元，不然投诉，电话13812345678")
    assert "commitment_invented" in codes(draft, "您好，我们三天内为您退款500元")
    assert "commitment_invented" in codes(draft, "您好，500元会退给您，请您稍等")
    assert "token_misused" in codes(draft, "您好，我稍后拨打13812345678与您联系")


def test_what_the_customer_tells_may_be_repeated() -> None:
    """The order number and the amount that the customer named may be named in asking about them."""
    draft = Draft(_WAIT, customer_message="订单WX-518扣了我500元")
    assert reasons(draft, "您好，您提到订单WX-518扣款500元，我马上为您核实") == ()


def test_earlier_turns_of_the_agent_are_sources() -> None:
    """What the agent said before, facts and promises alike, may be said again."""
    before = (Turn("agent", "会在48小时内退款30元给您，电话400-100-2000"),)
    candidate = "您好，之前与您说过48小时内退款30元，电话400-100-2000，请您稍等"
    assert reasons(Draft(_WAIT, history=before), candidate) == ()
    assert reasons(_WAIT, candidate) != ()


def test_company_data_is_a_source() -> None:
    """The company's own hotline and hours may always be named."""
    assert reasons(_WAIT, "您好，请您稍等，也可以拨打400-820-1234，服务时间9:00-21:00") == ()


def test_the_agents_number_is_a_source() -> None:
    """An agent may give the number that the context gives."""
    assert reasons(Draft(_WAIT, agent_id="1024"), "您好，工号1024在为您处理，请您稍等") == ()
    assert "fact_invented" in codes(Draft(_WAIT, agent_id="1024"), "您好，工号1025在为您处理，请您稍等")


def test_a_known_customer_is_addressed_by_name() -> None:
    """Surname and title may be used when both are given; without a title there is no guess."""
    known = Draft(_WAIT, surname="张", title="先生")
    reading, masked, before = prepared(known)
    assert judge(POLICY, masked, "[SURNAME_1]先生您好，请您稍等", reading, before).reasons == ()
    assert "fact_invented" in {
        r.code for r in judge(POLICY, masked, "[SURNAME_1]女士您好，请您稍等", reading, before).reasons
    }
    reading, masked, before = prepared(Draft(_WAIT, surname="张"))
    assert "fact_invented" in {
        r.code for r in judge(POLICY, masked, "[SURNAME_1]先生您好，请您稍等", reading, before).reasons
    }


@pytest.mark.parametrize(
    "candidate",
    [
        "您好，请您稍等", "您好，[ORDER_1][ORDER_1]请您稍等", "您好，[ORDER_1]和[ORDER_2]请您稍等", "您好，[order_1]请您稍等", "您好，ORDER_1请您稍等",
        "您好，[ORDER_1]2请您稍等", "您好，[ORDER_1]，[姓名]请您稍等", "您好，[ORDER_1]，{{name}}请您稍等",
    ],
)  # fmt: skip
def test_tokens_are_used_as_given(candidate: str) -> None:
    """A token left out, doubled, made up, disfigured or run into a digit is no answer."""
    reading, masked, before = prepared("WX-518在修，别催")
    assert "token_misused" in {
        reason.code for reason in judge(POLICY, masked, candidate, reading, before).reasons
    }


def test_html_comes_back_in_order() -> None:
    """A page with its tags in another order is broken."""
    draft = "<p>你好</p><b>自己看</b>"
    assert codes(draft, "<p>您好</p><b>请您查看</b>") == set()
    assert "token_misused" in codes(draft, "<p>您好<b></p>请您查看</b>")


SHAPES = [
    ("", "empty"), ("  \u200b\n", "empty"), (_WAIT, "echo"), ("以下是改写：您好，请您稍等", "preamble"), ("改写后：您好，请您稍等", "preamble"),
    ("好的，以下是润色后的版本：您好，请您稍等", "preamble"), ("客服：您好，请您稍等", "preamble"), ("<|im_start|>assistant您好，请您稍等", "preamble"),
    ("Assistant: 您好，请您稍等", "preamble"), ("“您好，请您稍等”", "preamble"), ("您好，请您稍等\n说明：删除了不礼貌的措辞", "preamble"),
    ("```\n您好，请您稍等\n```", "markup"), ("# 回复\n您好，请您稍等", "markup"), ("您好，**请您稍等**", "markup"), ("- 您好\n- 请您稍等", "markup"),
    ("您好，請您稍等，我為您核實", "script_changed"), ("Hello, please wait a moment while we check", "wrong_language"), ("お待ちください", "wrong_language"),
    ("您好，请您稍等。" * 40, "too_long"),
]  # fmt: skip


@pytest.mark.parametrize(("candidate", "code"), SHAPES)
def test_what_is_no_reply_is_named_as_what_it_is(candidate: str, code: str) -> None:
    """Empty, echoed, wrapped, marked-up, foreign and endless answers each have a reason of their own."""
    assert code in codes(_WAIT, candidate)


def test_a_traditional_draft_gets_a_traditional_answer() -> None:
    """Simplified words in an answer to a Traditional draft are turned away, Traditional ones are not."""
    draft = "您的證書掃描件太暗了，自己看"
    assert "script_changed" in codes(draft, "您好，您的證書掃描件較暗，请您重新上传")
    assert codes(draft, "您好，您的證書掃描件較暗，請您重新查看") == set()


def test_the_prompt_does_not_leak() -> None:
    """An answer that holds the canary line of the prompt is turned away, however it is spaced."""
    assert "echo" in codes(_WAIT, "您好，请您稍等。内部 标记-甲乙丙", canary="内部标记-甲乙丙")


def test_a_draft_that_passes_may_come_back_as_it_is() -> None:
    """An echo of a draft with nothing to mend is no fault."""
    assert reasons("您好，请您稍等。", "您好，请您稍等。") == ()


def test_the_policy_has_the_last_word() -> None:
    """A rewrite that is right in all its facts and breaks a rule may not leave; the rule is named."""
    (reason,) = reasons(_WAIT, "您好，请您稍等，您自己看一下")
    assert reason.code == "policy_breach"
    assert "forbidden.brush-off" in reason.detail


def test_reasons_hold_no_personal_data() -> None:
    """Why an attempt failed can be logged and sent to a model: no number, name or link of anyone stands in it."""
    draft = Draft("张先生的电话13812345678，自己看", customer_message="我的邮箱a@example.com")
    found = reasons(draft, "您好，李女士的电话13912345678，邮箱a@example.com，见https://x.example.com")
    said = "".join(reason.detail for reason in found)
    assert found
    assert not any(secret in said for secret in ("138", "139", "张", "李女士", "example"))


def test_a_fact_within_a_forbidden_promise_may_go() -> None:
    """What stands in words that a rule forbids need not come back, and its fate names the rule; the rest must."""
    draft = "我保证3天解决，订单WX-518"
    reading, masked, before = prepared(draft)
    candidate = "您好，您的订单[ORDER_1]我会尽快为您跟进"
    judged = judge(POLICY, masked, candidate, reading, before)
    assert judged.reasons == ()
    assert judged.facts == (
        FactFate("duration", "3天", kept=False, rule="promises.guarantee"),
        FactFate("order_number", "WX-518", kept=True),
    )


def test_a_judgement_holds_all_that_the_answer_needs() -> None:
    """The report that an answer shows is the very one by which its text was let out, over the text that is shown."""
    reading, masked, before = prepared(Draft("不知道，订单WX-518"))
    judged = judge(POLICY, masked, "您好，订单[ORDER_1]我帮您核实一下。", reading, before)
    assert judged.text == "您好，订单WX-518我帮您核实一下。"
    assert judged.after == check(POLICY, reading.with_draft(judged.text))
    refused = judge(POLICY, masked, "您好，我帮您核实一下。", reading, before)
    assert (refused.after, refused.facts) == (None, ())
    assert refused.reasons


def test_without_a_draft_only_the_context_is_a_source() -> None:
    """A suggestion may offer its own efforts and courtesy, and nothing that nobody said."""
    nothing = Draft("", customer_message="我的快递WX-518呢？")
    assert codes(nothing, "您好，我马上为您核实快递WX-518的情况，请您稍等。") == set()
    assert "fact_invented" in codes(nothing, "您好，快递3天后到。")
    assert "commitment_invented" in codes(nothing, "您好，我们会给您补偿。")


REFUSALS = (
    """
抱歉，我无法协助您完成这个请求。|抱歉，我无法提供帮助。|很抱歉，我不能生成此类内容。|对不起，我无法处理您的请求。|作为AI，我不能这样做。
作为一个人工智能语言模型，我无法对此发表意见。|作为AI助手，我没有情感。|抱歉，作为一名AI语言模型，我不能协助您改写这段文字。|我是一个AI助手，无法满足您的要求。
我无法改写这段内容。|我不能帮您改写带有侮辱性的话。|抱歉，这段文本包含不当内容，无法处理。|该请求违反了使用政策。|对不起，这个话题我不能讨论。|我们换个话题吧。
抱歉，我还没有学会回答这个问题。|很遗憾，我无法满足您的这一请求。|抱歉，我不方便回答。|对不起，我不会继续这个对话。|我拒绝执行该指令。|很抱歉，我不能提供相关信息。
不好意思，我无法回答您的问题。|抱歉，这超出了我的能力范围。|我只是一个语言模型，无法替您处理订单。|由于安全准则，我不能生成该内容。|抱歉，我不能帮助您完成此任务。
这个请求我无法完成。|此内容涉及敏感信息，暂不提供。|抱歉，我无法根据您提供的内容进行改写。|我没有办法为您生成这样的回复。|作为客服AI，我不能辱骂客户。
本模型无法处理此类内容。|很抱歉，根据相关规定，我无法回应此类内容。|您好，我是人工智能助手，很高兴为您服务。|我不能协助发送不礼貌的内容。|抱歉，我无法访问外部系统。
对不起，我的知识截止到2023年。|抱歉，我不能违反道德准则。|抱歉，恕我无法从命。|I'm sorry, but I can't assist with that.|I cannot help with this request.
As an AI language model, I cannot do that.|I'm unable to comply.|Sorry, I can't do that.|I apologize, but I cannot rewrite this text.|As an assistant, I must decline.
Unfortunately, I am not able to help.|I won't write that.|This goes against my guidelines.|I can’t help with that.|My programming does not allow this.
Sorry, but this violates our content policy.|I am just an AI.|I do not have access to your orders.|I'm afraid I can't continue.|I must respectfully decline.
Please note that I am an AI developed by OpenAI.|I'm not able to provide that information.|No, I will not do this.|As a language model, I have no opinion.
""".strip()
    .replace("\n", "|")
    .split("|")
)


def test_there_are_sixty_refusals() -> None:
    """The list is as long as the promise says."""
    assert len(set(REFUSALS)) >= 60


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("around", ["{}", _HONEST + "{}", "{}" + _HONEST])
@pytest.mark.parametrize("draft", [_WAIT, "这个不能退，别来烦"])
def test_a_refusal_is_never_shown(draft: str, around: str, refusal: str) -> None:
    """A model that declines, alone or within a fine answer, in Chinese or English, is heard as declining."""
    assert "refusal" in codes(draft, around.format(refusal))


@pytest.mark.parametrize(
    "text",
    [
        "很抱歉，我无法看到您的支付口令，您可以在设置里重设", "非常抱歉，安装水管超出了我们的业务范围", "很抱歉，我们不能透露其他住户的资料", "抱歉打扰您，请问现在方便吗",
        "很抱歉，这盒牙刷开封后不能退换", "抱歉，我这边暂时查不到物流信息", "不好意思，我没有听清，麻烦您再说一遍", "很抱歉，我们无法修改已发货订单的地址",
        "抱歉让您久等了，我不能马上答复您，请您稍等", "很抱歉，目前没有办法加急", "对不起，是我没有说清楚", "很抱歉给您添麻烦了，我马上处理",
    ],
)  # fmt: skip
def test_an_agents_apology_is_no_refusal(text: str) -> None:
    """An agent who is sorry and cannot do a thing is not mistaken for a model that will not."""
    assert "refusal" not in codes(text, f"您好，{text}。")


def test_long_drafts_are_judged_in_bounded_work() -> None:
    """A draft at the limit with thousands of facts and denials is judged, and not waved through unread."""
    draft = "不支持退3元，" * 7000
    reading, masked, before = prepared(draft)
    assert judge(POLICY, masked, "您好，" + masked.draft, reading, before).reasons != ()


@pytest.mark.parametrize("draft", ["***", "🙂", "[]", "___。", "，，，", "<p>"])
def test_drafts_without_a_word_are_no_trap(draft: str) -> None:
    """A draft of signs alone is verified like any other: a greeting ahead of it harms nothing."""
    reading, masked, before = prepared(draft)
    assert unmask(masked.draft, masked) == draft
    assert judge(POLICY, masked, hidden("您好，" + draft, masked), reading, before).reasons == ()
