"""What is said against a rewrite that loses, changes or adds something, word for word: a model repairs it by these words."""

import pytest

from tests.kit.policies import reasons

_CLAIMS = """
你的快递3天后到，急什么|您好，您的快递会送达，请您耐心等待|fact_missing 原文的“3天”没有原样保留
退款30元，明天到|您好，退款40元，明天到|fact_invented “40元”没有依据；fact_changed 原文的“30元”没有原样保留
退款30元，明天到|您好，退款三十元，明天到|fact_changed 原文的“30元”没有原样保留
今天查不到，等着吧|您好，目前查不到，我会继续跟进|fact_missing 原文的“今天”没有原样保留
今天，烦不烦|您好，请您稍等|fact_missing 原文的“今天”没有原样保留
3次了，烦不烦|您好，请您稍等|fact_missing 原文的“3次”没有原样保留
三次了，烦不烦|您好，请您稍等|fact_missing 原文的“三次”没有原样保留
ok，自己看|您好，请您查看|
PDF自己看|您好，请您查看|
退30元，自己看|您好，退30元，另外再给您30元|commitment_invented “30元”比原文多许诺了一次
等着吧|祝您今天愉快，请您稍等|
等着吧|感谢您今天的来电，请您稍等|
等着吧|您好，今天处理，请您稍等|fact_invented “今天”没有依据
等着吧|您好，7月20日祝您愉快|fact_invented “7月20日”没有依据
等着吧|您好，<b>请您稍等</b>|markup 用了草稿没有的标记；markup “<b>”不在原文中；markup “</b>”不在原文中
等着吧|您好，{{name}}请您稍等|markup 用了草稿没有的标记；token_misused “{{name}}”不在原文中
等着吧|您好，请您稍等，第3条有说明|fact_invented “第3条”没有依据
这个月不行，等着吧|您好，本月暂时不行，请您稍等|
48小时内，48小时内，别催|您好，48小时内处理，请您稍等|
付了30元|您好，您已付30元，我们退30元|
"""
_MORE_CLAIMS = """
退30元|您好，退30元整|
等着吧|您好，请拨打13900001111|fact_invented 联系方式或号码没有依据
等着吧|您好，因为有雨，请您稍等|commitment_invented 原因“因为有雨”没有依据
等着吧|您好，因为您的原因，请您稍等|
下雨，等着吧|您好，因为有雨，请您稍等|
"""
_LIMITS = """
最多退50元|您好，不超过50元可以退|
最多退50元|您好，退50元以内|
3天内到|您好，3天到|fact_changed “3天”的限定与原文不同
3天到|您好，3天内到|commitment_invented “天内”没有依据
3天到|您好，3天后到|fact_changed “3天”的限定与原文不同
满200元可用|您好，200元可用|fact_changed “200元”的限定与原文不同
达到3次封号|您好，3次封号|fact_changed “3次”的限定与原文不同
200元以上包邮|您好，200元以下包邮|fact_changed “200元”的限定与原文不同
仅限本人|您好，本人可以使用|fact_missing 原文的“仅限”不见了
只剩2件|您好，还有2件|fact_missing 原文的“只剩”不见了
只剩2件|您好，剩2件|
新疆除外|您好，新疆也可以|fact_missing 原文的“除外”不见了
不含安装费，自己看|您好，安装费另计|fact_missing 原文的“不含”没有原样保留
本人可用|您好，仅限本人使用|fact_changed “仅限”在原文中没有依据
不能使用|您好，仅限本人使用，不能使用|
3点前来|您好，请您3点后来|fact_changed “3点”的限定与原文不同
7月20日以前有效|您好，7月20日有效|fact_changed 原文的“7月20日以前”没有原样保留
至少3天，烦不烦|您好，3天|fact_changed “3天”的限定与原文不同
2件起批|您好，2件可以批发|fact_changed “2件”的限定与原文不同
2件起来|您好，2件起|fact_changed “2件”的限定与原文不同
不得少于3天|您好，3天以上|
不少于3天|您好，至少3天|
未满18岁不行|您好，未满18岁暂时不行|
50元以内|您好，50元之内|
50元之内|您好，50元|fact_changed “50元”的限定与原文不同
5点之后来|您好，请您5点来|fact_changed “5点”的限定与原文不同
5点后来|您好，请您5点以后来|
3天之内到，烦不烦|您好，3天后到|fact_changed “3天”的限定与原文不同
仅支持微信支付|您好，可以微信支付|fact_missing 原文的“仅支持”不见了
只能电子发票|您好，纸质发票也可以|fact_missing 原文的“只能”不见了
开发票限企业|您好，开发票限企业|
上限8个|您好，8个|fact_changed “8个”的限定与原文不同
够3件发货|您好，3件发货|fact_changed “3件”的限定与原文不同
除周日外都上班|您好，周日以外都上班|
"""
_TOKENS = """
张先生13812345678|您好，张先生，[PHONE_1]，[PHONE_1]|token_misused [PHONE_1] 多于原文的 1 处
张先生13812345678|您好，张先生，[PHONE_2]|token_misused 缺少 [PHONE_1]；token_misused [PHONE_2] 不存在；token_misused 标记被改写
张先生13812345678|您好，张先生，PHONE_1|markup 用了草稿没有的标记；token_misused 缺少 [PHONE_1]；token_misused 标记被改写
张先生13812345678|您好，[NAME_1]，[PHONE_1]9|token_misused 标记与字母或数字连在一起
您好，3号|女士您好，3号|fact_invented 称呼“女士”没有依据
您好，3号|先生/女士您好，3号|
"""
_BINDINGS = """
押金200元，租金300元|您好，押金为300元，租金为200元|fact_changed “200元”与“300元”对调了
订单WX-518已发，订单WX-519未发|您好，订单WX-519已发，订单WX-518未发|fact_changed “[ORDER_1]”与“[ORDER_2]”对调了
A套餐39元，B套餐59元，C套餐79元|您好，A套餐39元，B套餐79元，C套餐59元|fact_changed “59元”与“79元”对调了
3天发货，5天到货|您好，5天发货，3天到货|fact_changed “3天”与“5天”对调了
从3天改成5天了|您好，从5天改成了3天|fact_changed “3天”与“5天”对调了
"""
_COMMITMENTS = """
等着吧|您好，我们保证处理|commitment_invented “保证”没有依据
等着吧|您好，给您补偿|commitment_invented “补偿”没有依据
等着吧|您好，补偿的申请已收到|
等着吧|您好，请问需要补偿吗|
等着吧|您好，2小时内处理|fact_invented “2小时”没有依据；commitment_invented “小时内”没有依据
等着吧|您好，因为仓库盘点延误了|commitment_invented 原因“因为仓库盘点延误了”没有依据
等着吧|您好，因为您的反馈|commitment_invented 原因“因为您的反馈”没有依据
等着吧|您好，受暴雨天气影响有延误|commitment_invented 原因“受暴雨天气影响有延误”没有依据
下雨堵车，等着吧|您好，因为下雨堵车，请您稍等|
等着吧|您好，运费由我们承担|commitment_invented “由我们承担”没有依据
运费我出|您好，运费由我们承担|
运费你出|您好，运费由我们承担|commitment_invented “由我们承担”没有依据
运费自己出|您好，运费需要您自己出|
等着吧|您好，这是仓库发错货造成的|commitment_invented “是仓库发错货造成”没有依据
等着吧|您好，是系统的问题|commitment_invented “是系统的问题”没有依据
等着吧|您好，怪我们没说清楚|commitment_invented “怪我们没说清楚”没有依据
等着吧|您好，快递员放错了|commitment_invented “放错”没有依据
等着吧|您好，仓库已确认|commitment_invented “仓库已确认”没有依据
仓库说没货|您好，仓库表示没货|
等着吧|您好，我请仓库确认|
等着吧|您好，已联系仓库|commitment_invented “已联系”没有依据
我联系过了|您好，我已经联系过了|
等着吧|您好，如果您已经联系过，请告诉我|
钱退你|您好，为您退款|
钱不退|您好，为您退款|fact_changed 原文的“不退”变成了肯定；commitment_invented “为您退款”没有依据
师傅来装|您好，师傅会上门安装|
找师傅去|您好，师傅会上门|commitment_invented “师傅会”没有依据
赔你|您好，赔偿给您|
等着吧|您好，您要求的补偿我会反馈|
等着吧|您好，不会给您补偿|fact_changed “不会给您补偿”在原文中没有依据
等着吧|您好，能否申请补偿以通知为准|
等着吧|您好，补偿规则请您查看|
等着吧|您好，赔偿您的损失|commitment_invented “赔偿”没有依据
会赔你|您好，会给您赔偿|
不赔你|您好，会赔给您|fact_changed 原文的“不赔”变成了肯定；commitment_invented “赔给”没有依据
送你个赠品|您好，会赠送您赠品|
不送|您好，会赠送您赠品|fact_changed 原文的“不送”变成了肯定；commitment_invented “赠送”没有依据；commitment_invented “赠品”没有依据
换货给你|您好，为您换新|
货运费你付|您好，运费由您承担|
平台出运费|您好，运费由平台承担|
商家出运费|您好，运费由我们承担|
因为规定不行|您好，因为规定暂时不行|
没货了，仓库空了|您好，由于仓库没货，请您稍等|
等着吧|您好，由于天气原因延误|commitment_invented 原因“由于天气原因延误”没有依据；commitment_invented “由于天气”没有依据
因为天气延误|您好，由于天气原因延误|
师傅明天去|您好，师傅会去|fact_missing 原文的“明天”没有原样保留
问师傅去|您好，师傅将处理|commitment_invented “师傅将”没有依据
师傅|您好，师傅将处理|commitment_invented “师傅将”没有依据
联系师傅|您好，师傅将处理|commitment_invented “师傅将”没有依据
"""


def _rows(*tables: str) -> list[list[str]]:
    """Draft, candidate and what is said against it, of each line."""
    return [line.split("|") for table in tables for line in table.strip().splitlines()]


@pytest.mark.parametrize(
    ("draft", "candidate", "expected"),
    _rows(_CLAIMS, _MORE_CLAIMS, _LIMITS, _TOKENS, _BINDINGS, _COMMITMENTS),
)
def test_each_reason_names_what_it_is_about(draft: str, candidate: str, expected: str) -> None:
    """Facts, limits, tokens and commitments: who reads why an attempt failed learns which words were at fault."""
    said = reasons(draft, candidate)
    assert "；".join(f"{reason.code} {reason.detail}" for reason in said) == expected
