"""The sentences that personal values stand in, and figures of business that must not be taken for such values."""

import random
from collections.abc import Iterator
from typing import NamedTuple

_AROUND: dict[str, tuple[str, ...]] = {
    "phone": ("您的电话{}打不通，请您留意来电。", "麻烦打{}联系我", "电话：{}，谢谢", "我的手机号是{}。", "{}这个号码是您本人的吗？", "已按{}登记，稍后回电", "请您用预留手机（{}）登录", "收件电话{}请核对", "号码{},别打错了", "联系{} 谢谢"),
    "id_number": ("身份证{}已核对。", "我的身份证号是{}，请查一下", "证件号码：{}", "{}是本人证件吗？", "请核对证件{}，谢谢", "实名信息为{}。", "（{}）请查收", "登记的证件{}有误"),
    "bank_card": ("卡号{}已绑定。", "请退到银行卡{}，谢谢", "我的卡是{}", "尾款打到{}这张卡", "银行卡号：{}。", "（{}）开户行是工行", "原路退回{}，请留意"),
    "email": ("邮箱{}，请查收。", "发到{} 谢谢", "电子发票发我邮箱：{}", "请联系{}。", "我的邮箱是{}，麻烦重发"),
    "plate": ("车牌{}已登记。", "我的车是{}，停在门口", "请核对车牌号：{}", "{}的车主请挪车", "车位上停的是{}。"),
    "address": ("地址：{}，请核对。", "请寄到{}", "我住在{}，什么时候送到？", "收货地址是{}。", "包裹已送到{}，请查收", "家在{}"),
    "name": ("{}您好", "请转告{}", "{}已经签收了", "这边是{}预约的。", "麻烦{}看一下", "您好，{}请稍等。"),
}  # fmt: skip
_BEFORE = ("", "您好，", "好的。", "亲，", "抱歉让您久等。", "麻烦您了，", "另外，")
_AFTER = ("", "。", "！", "，辛苦了", "\n谢谢", "，我们会尽快处理。")
PLACES = ("draft", "customer", "history")


class Placed(NamedTuple):
    """A text with a range of it that has to be hidden."""

    text: str
    start: int
    end: int


def place(kind: str, words: str, secret: str, pick: random.Random) -> Placed:
    """The words in a sentence of their kind; the range is that of the secret part."""
    around = pick.choice(_AROUND[kind])
    ahead = pick.choice(_BEFORE) + around.partition("{}")[0]
    text = ahead + words + around.partition("{}")[2] + pick.choice(_AFTER)
    start = len(ahead) + words.find(secret)
    return Placed(text, start, start + len(secret))


_HARMLESS: dict[str, tuple[str, ...]] = {
    "order number": ("订单{n16}已发货。", "您的订单号是{n18}，请核对", "订单编号：{n19}", "工单{d}{n6}已受理", "{d}{n12}这一单已退款", "订单{d}-{n15}请查收", "合同编号HT-{y}-{n5}", "流水号{n17}", "交易单号：{n28}", "订单号 {n12} 已取消", "退款编号{n16}。"),
    "amount": ("共计{m}元。", "退款{m}元已原路退回", "¥{m}", "补差价{m}块", "保单金额{n6}元", "优惠{n2}.{n1}折", "合计{t}元，含运费{n2}元", "年费{n4}元/年", "限额{n2}万元"),
    "date": ("{y}年{o}月{a}日发货。", "{y}-{p}-{q}到账", "{y}/{o}/{a} {h}:{i}", "有效期至{y}.{p}.{q}", "{o}月{a}日-{o}月{b}日", "{h}:{i}-{j}:{i}营业", "{y}{p}{q}前有效", "活动时间{p}.{q} {h}:{i}:{i}"),
    "tracking number": ("运单号SF{n13}。", "快递单号YT{n13}", "中通{n12}已签收", "单号{c}{n13}，请查收", "物流单号：JD{n13}", "韵达单号43{n13}", "EMS单号E{c}{n9}CN", "邮政单号98{n11}"),
    "model name": ("型号{c}{c}-{n4}的配件。", "iPhone{n2} Pro Max 256GB", "请升级到v{n1}.{n2}.{n3}", "错误代码E{n3}", "新Mate60和新iPad12都有货", "CPU是i7-{n5}H", "规格{n3}*{n3}*{n2}mm", "条码69{n11}", "分辨率{n4}x{n4}", "房型B{n3}，面积{n2}.{n1}平米", "货号{c}{n6}"),
    "count and code": ("工号{n4}为您服务。", "取件码{n1}-{n1}-{n4}", "验证码5分钟内有效", "共{n3}件，分{n1}批", "第{n2}期", "评分4.{n1}分", "前面还有{n2}位", "编号{n5}的门店", "尾号{n4}", "三到五个工作日", "一二三四五，分五步", "第一二三四条", "座位{n1}排{n2}座", "比分{n1}-{n1}"),
}  # fmt: skip


class Harmless(NamedTuple):
    """A sentence that holds no personal value; `kind` says what its figures are."""

    kind: str
    text: str


def harmless(count: int, seed: int) -> Iterator[Harmless]:
    """So many such sentences, the kinds in turn."""
    pick = random.Random(seed)
    kinds = list(_HARMLESS)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        patterns = _HARMLESS[kind]
        pattern = patterns[number // len(kinds) % len(patterns)]
        yield Harmless(kind, pick.choice(_BEFORE) + _filled(pattern, pick) + pick.choice(_AFTER))


def _filled(pattern: str, pick: random.Random) -> str:
    """The pattern with figures: `{n6}` is six digits, `{y}{p}{q}` a day."""
    month, day, hour = pick.randint(1, 12), pick.randint(1, 27), pick.randint(0, 21)
    year = pick.randint(2023, 2026)
    fields = {
        "y": year, "o": month, "p": f"{month:02d}", "a": day, "b": day + 1, "q": f"{day:02d}", "h": hour, "j": hour + 2,
        "i": pick.choice(("00", "15", "30", "45")), "d": f"{year}{month:02d}{day:02d}", "c": pick.choice("ABCDEFGHKLMNPQRSTVWXYZ"),
        "m": f"{pick.randint(1, 99999)}.{pick.randint(10, 99)}", "t": f"{pick.randint(1, 99)},{pick.randint(100, 999)}.00",
    }  # fmt: skip
    digits = {
        f"n{length}": str(pick.randint(1, 9)) + "".join(pick.choice("0123456789") for _ in range(length - 1))
        for length in range(1, 29)
    }
    return pattern.format(**fields, **digits)
