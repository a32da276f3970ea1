"""What is said against a rewrite that turns a denial, and against one that is no reply at all, word for word."""

import pytest

from tests.kit.policies import reasons

_DENIALS = """
不支持换货|您好，暂时无法换货|fact_missing 原文的“不支持”没有原样保留
不支持换货|您好，支持换货|fact_changed 原文的“不支持”变成了肯定
不赔|您好，这种情况无法赔付|fact_missing 原文的“不赔”没有原样保留
没发货|您好，暂未发货|
没发货|您好，已经发货|fact_changed 原文的“没发货”变成了肯定
没有货|您好，有货|fact_changed 原文的“没有货”变成了肯定
没有货|您好，暂时缺货|
不行|您好，暂时无法办理|
不可以|您好，可以的|fact_missing 原文的“不可以”不见了
不知道|您好，我帮您查询|
能退|您好，不能退|fact_changed “不能退”与原文相反
能退|您好，可以退|
可以退|您好，目前没有办法退|fact_changed “没有办法”在原文中没有依据
请你别催|您好，请您稍等|
你不看说明，坏了|您好，机器坏了，我帮您查询|
不点就失效|您好，请您点击，以免失效|
运费不退，货款可以退|您好，货款不退，运费可以退|fact_changed “不退”换了对象
不开发票，可以开收据|您好，不开收据，可以开发票|fact_changed “不开收”换了对象
还没修好，等着|您好，目前还在修理，请您稍等|fact_missing 原文的“还没修好”不见了
系统坏了|您好，系统暂时无法使用|
过期了|您好，已经过期，无法使用|
不退不换|您好，暂时不退不换|
不退不换|您好，可以退换|fact_changed 原文的“不退”变成了肯定；fact_changed 原文的“不换”变成了肯定
不包邮|您好，包邮|fact_changed 原文的“不包邮”变成了肯定
不包邮|您好，邮费自理|fact_missing 原文的“不包邮”没有原样保留
没人管|您好，我来为您处理|
你别不信|您好，请您放心|
如果不交就停机|您好，请您及时缴费以免停机|
没说明书|您好，没有说明书|
没说明书|您好，有说明书|fact_changed 原文的“没说明”变成了肯定
无法退货，可以换|您好，可以退货，也可以换|fact_changed 原文的“无法退货”变成了肯定
没通过，自己看|您好，未通过，请您查看|
尚未开具|您好，发票正在开具|fact_changed 原文的“尚未开具”变成了肯定
不含税|您好，含税|fact_changed 原文的“不含税”变成了肯定
不接受现金|您好，不收现金|
不接受现金|您好，可以付现金|fact_missing 原文的“不接受”不见了
不是质量问题|您好，是质量问题|fact_missing 原文的“不是质量”不见了
不是质量问题|您好，不属于质量问题|
能修|您好，请您不要担心，可以修|
卖完了|您好，没有了|
卖完了|您好，无法购买|
停止服务|您好，暂时没有服务|
可以寄|您好，不支持到付，可以寄|fact_changed “不支持”在原文中没有依据
超过7天不能退|您好，已超过7天，无法退|
坏了不赔，丢了赔|您好，丢了不赔，坏了赔|fact_changed “不赔”换了对象
周末不上班|您好，周末上班|fact_changed 原文的“不上班”变成了肯定
周末不上班|您好，周末休息，不上班|
你们不懂就别说|您好，我为您说明|
不清楚|您好，我帮您核实|
退款不成功|您好，退款成功|fact_changed 原文的“不成功”变成了肯定
没成功|您好，暂未成功|
申请没过|您好，申请通过了|fact_missing 原文的“没过”不见了
没过审|您好，审核未通过|
不影响使用|您好，影响使用|fact_changed 原文的“不影响”变成了肯定
不收费|您好，收费|fact_changed 原文的“不收费”变成了肯定
不收费|您好，免费|fact_missing 原文的“不收费”不见了；commitment_invented “免费”没有依据
"""
_MORE_DENIALS = """
能到|您好，请问能不能到|
不能到|您好，请问能不能到|fact_missing 原文的“不能到”不见了
没货|您好，是否有货请您查看|fact_missing 原文的“没货”不见了
没货|您好，如果有货请您留意|fact_missing 原文的“没货”不见了
没货|您好，有货后请您留意|fact_missing 原文的“没货”不见了
没货|您好，等有货再通知您|fact_missing 原文的“没货”不见了
没货|您好，想有货的话请您留意|fact_missing 原文的“没货”不见了
没货，别催|您好，很抱歉，商品已售罄|
没货，别催|您好，很抱歉，已下架|
没办法退|您好，目前退款有困难|
可以退|您好，不能退，请您放心|fact_changed “不能退”与原文相反
可以退|您好，请您不用担心，可以退|
可以退|您好，不会影响您退|
拒绝了|您好，暂时不能办理|
黄了|您好，没有成功|
休息|您好，暂时不上班|
难办|您好，暂时无法办理|
就办这个|您好，暂时无法办理|fact_changed “无法办理”在原文中没有依据
在修|您好，非常抱歉，在修|
在修|您好，非工作时间，在修|fact_changed “非工作”在原文中没有依据
在修|您好，不仅在修，也在查|fact_changed “仅”在原文中没有依据
在修|您好，没坏，在修|fact_changed “没坏”在原文中没有依据
在修|您好，未修，在修|fact_changed “未修”与原文相反
没修没换|您好，未修未换|
不修不换|您好，不修，不能换|
不修不换|您好，不修|fact_missing 原文的“不换”不见了
没收到，没寄出|您好，没收到|fact_missing 原文的“没寄出”不见了
不知道，没收到|您好，没收到|
你别不接电话|您好，请您接听电话|
再不交就停机|您好，请您尽快缴费|
家里没人就不送|您好，家里没人时不送|
不管你怎么说|您好，请您稍等|
没说不退|您好，可以退|fact_changed 原文的“不退”变成了肯定
不是不退|您好，可以退|fact_missing 原文的“不是”不见了；fact_changed 原文的“不退”变成了肯定
不会给你退|您好，不会给您退|
不给你退|您好，暂时不给您退|
不能用|您好，能用|fact_missing 原文的“不能用”不见了
不能用了，坏了|您好，用不了|
修不好|您好，修好了|fact_missing 原文的“不好”不见了
修不好|您好，无法修好|
打不开|您好，可以打开|fact_changed 原文的“不开”变成了肯定
打不开|您好，无法打开|
没电|您好，有电|fact_changed 原文的“没电”变成了肯定
没电|您好，电量不足|fact_missing 原文的“没电”不见了
没人|您好，有人|fact_missing 原文的“没人”不见了
没有库存|您好，有库存|fact_changed 原文的“没有库存”变成了肯定
没有库存|您好，库存不足|
未付款|您好，已付款|fact_changed 原文的“未付款”变成了肯定
未付款|您好，尚未付款|
未付款，自己看|您好，请您付款|fact_missing 原文的“未付款”不见了
不满足条件|您好，满足条件|fact_changed 原文的“不满足”变成了肯定
不满足条件|您好，不符合条件|
不符合|您好，符合|fact_changed 原文的“不符合”变成了肯定
非本人|您好，是本人|fact_changed 原文的“非本人”变成了肯定
非本人不能办|您好，本人可以办|fact_changed 原文的“非本人”变成了肯定；fact_changed 原文的“不能办”变成了肯定
无需付费|您好，需付费|fact_changed 原文的“无需付费”变成了肯定
无需付费|您好，不用付费|
禁止退货|您好，可以退货|fact_changed 原文的“禁止退”变成了肯定
别拆|您好，可以拆|fact_changed 原文的“别拆”变成了肯定
请勿拆|您好，请拆|
请勿拆|您好，请不要拆|
不归我管，找客服|您好，请您联系客服|
没义务，自己查|您好，您可以查询|
退货不退运费|您好，退货不退运费|
退货不退运费|您好，退货退运费|fact_changed 原文的“不退运”变成了肯定
退货不退运费|您好，退货时运费不退|
退货退款，不退运费|您好，退运费，不退货款|fact_changed “不退货”换了对象
赠品不退，主品退|您好，主品不退，赠品退|fact_changed “不退”换了对象
电子票不能退，纸票可以退|您好，纸票不能退，电子票可以退|fact_changed “不能退”换了对象
儿童不收费，成人收费|您好，成人不收费，儿童收费|fact_changed “不收费”换了对象
不发圆通，发顺丰|您好，不发顺丰，发圆通|fact_changed “不发顺”换了对象
不含早餐，含晚餐|您好，不含晚餐，含早餐|fact_changed “不含晚”换了对象
不修屏幕，修电池|您好，不修电池，修屏幕|fact_changed “不修电”换了对象
周一不开门，周二开门|您好，周二开门，周一不开门|
为什么不退|您好，不退|
凭什么不退，就不退|您好，不退|
不贵|您好，不贵|
别拆箱|您好，可以拆箱查看|fact_changed 原文的“别拆”变成了肯定
禁止带宠物|您好，可以带宠物|fact_changed 原文的“禁止带”变成了肯定
别拆，拆了不退|您好，请您先不要拆，拆了不退|
分别可以拆|您好，可以拆|
别等了|您好，请您等候|
严禁停车|您好，允许停车|fact_changed 原文的“严禁停”变成了肯定
不准拍照|您好，能拍照|fact_missing 原文的“不准拍”不见了
不许拍照|您好，支持拍照|fact_changed 原文的“不许拍照”变成了肯定
切勿再转账|您好，欢迎转账|fact_missing 原文的“勿再转”不见了；fact_changed 原文的“切勿再转”变成了肯定
别拆，可以拆的是那个|您好，可以拆的是那个|
大的不修，小的修|您好，小的不修，大的修|fact_changed “不修”换了对象
"""
_ONE_OF_TWO = """
没发货|您好，已分别发货|fact_changed 原文的“没发货”变成了肯定
没货，没上班|您好，缺货|fact_missing 原文的“没上班”不见了
在修|您好，请您不用担心，没坏|fact_changed “没坏”在原文中没有依据
"""
_SHAPE = """
等着吧|抱歉，我无法处理|refusal 像是模型的拒答；fact_changed “无法处理”在原文中没有依据
不能退|抱歉，我不能为您退|
等着吧|您好，作为客服，我无法改变|fact_changed “无法改变”在原文中没有依据
等着吧|OK|wrong_language 不是中文；fact_invented “OK”没有依据
等着吧|您好，お待ち|wrong_language 夹有其他语言
PDF WORD EXCEL|PDF WORD EXCEL|
等着吧|您好，請您稍等|
請稍等，別催|您好，请您稍等|script_changed 繁简与草稿不同：请
等着吧|「您好，请您稍等」|preamble 整段加了引号
等着吧|您好，点击“我的订单查看|preamble 整段加了引号
等着吧|您好，点击“我的订单”查看|
等着吧|客服回复：您好，请您稍等|preamble 回复之外还有说明或角色标记
等着吧|{"回复": "您好，请您稍等"}|markup 用了草稿没有的标记；token_misused “{"回复": "您好，请您稍等"}”不在原文中
等着吧|您好，请您稍等（改写理由：语气生硬）|preamble 回复之外还有说明或角色标记
"""


def _rows(*tables: str) -> list[list[str]]:
    """Draft, candidate and what is said against it, of each line."""
    return [line.split("|") for table in tables for line in table.strip().splitlines()]


@pytest.mark.parametrize(
    ("draft", "candidate", "expected"), _rows(_DENIALS, _MORE_DENIALS, _ONE_OF_TWO, _SHAPE)
)
def test_each_reason_names_what_it_is_about(draft: str, candidate: str, expected: str) -> None:
    """Denials keep their sense and their object, and what is no reply is told from one in so many words."""
    said = reasons(draft, candidate)
    assert "；".join(f"{reason.code} {reason.detail}" for reason in said) == expected
