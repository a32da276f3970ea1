"""What a fact is worth: spellings that mean one value, slips that mean another, digits that check each other."""

import random

import pytest

from service.core.facts import KINDS, extract, same
from service.core.facts.limit import sense
from service.core.facts.negation import denied
from service.core.text import normalize

_ALIKE = {
    "time": [
        "15:00|下午3点|下午三点|午后3点|下午三点整|下午 3点|下午 三点", "18:00 傍晚6点 晚上6点", "20:30 晚上八点半 晚间8点半", "21:00 晚上9点 夜里9点", "15:15 下午三点一刻 下午3点15分",
        "15:45 下午三点三刻", "9:05 9点5分 上午9点05分", "12:00 中午12点 下午12点", "10:20 上午十点二十分", "1:30 一点半 凌晨1点半", "9:00-18:00 9点到18点 上午9点至下午6点", "0:00 零点",
    ],
    "date": [
        "今天 今日", "明天 明日", "昨天 昨日", "当天 当日", "次日 隔天", "周三 星期三 礼拜三", "下周一 下个星期一 下礼拜一", "本周 这周 本个星期", "本月 这个月 这月",
        "2024年7月20日 2024-07-20 2024/7/20 2024.7.20 7月20日 7月20号", "12月25日 12/25",
    ],
    "duration": [
        "3天 三天 3日 三日", "2小时 两小时 2个小时 两个钟头 2h 2H", "1周 一周 1个星期 一个礼拜", "5个工作日 5工作日 五个工作日 5个工作天", "30分钟 30min 三十分钟", "10秒 10秒钟", "半年 0.5年",
        "1-3天 1至3天 一到三天 1~3天",
    ],
    "money": ["30元 ¥30 ￥30 三十元 30块 三十块钱 30.00元 30人民币 30RMB", "1280元 1,280元 1,280.00元", "15000元 1.5万元", "5角 五角钱 5角钱"],
    "count": ["2台|两台|2 台", "第3步 第三步", "12件 十二件 １２件"],
    "percentage": ["5% 5％ 百分之五 ５%", "8折 八折", "3.5% 百分之3.5"],
    "size": ["10MB|10 mb|10Mb", "5.5寸|5.5 寸", "2kg 2KG"],
    "number": ["2000 2,000 两千 二千", "1.2万 12000"],
    "phone": ["13812345678|138-1234-5678|+86 138 1234 5678|一三八一二三四五六七八|幺三八一二三四五六七八|8613812345678|0086 13812345678|+86-13812345678"],
    "account_id": ["微信号abc_12345 微信号ABC12345"],
    "tracking_number": ["SF1234567890 sf1234567890"],
    "order_number": ["WX-518 wx518"],
    "url": ["https://a.cn/X https://A.cn/x"],
    "email": ["A.b@example.com a.b@Example.com"],
    "word": ["WiFi wifi"],
    "address": ["建国路88号3栋|建国路88号 3栋"],
    "limit": ["最多 至多 最高 不超过 不要超过 不得高于 上限为", "至少 最少 最低 起码 不少于 不得低于 下限", "超过 高于 多于 大于 超出", "少于 低于 小于", "仅限 只限 仅支持 只能 只剩 只有", "除外 不含 不包括 之外 以外"],
    "negation": ["不支持 无法支持 暂不支持", "没更新 尚未更新 未更新 还没更新", "查不到 查不出来"],
}  # fmt: skip
_UNLIKE = {
    "time": "15:00 3:00 15:30 15:15 15:45 12:00 0:00 18:00 9:00-18:00 9:00-17:00 15:01 16:00",
    "date": "今天 明天 昨天 当天 次日 周三 下周三 本周 下周 本月 上个月 7月20日 7月21日 8月20日 2023-08-01 2024-08-01",
    "duration": "3天 3小时 3周 3个工作日 3分钟 3秒 3年 4天 1-3天 2-3天 3个月",
    "money": "30元 3元 30美元 30港币 30欧元 30台币 30日元 30英镑 30角 30分 NT$31 31元 30-31元",
    "count": "2台 2件 3台 第2台 2-3台",
    "percentage": "5% 5折 6% 5‰ 5个百分点 百分之六十",
    "size": "10MB 10GB 11MB 10kg 10寸",
    "number": "2000 200 2万 2001 1-2",
    "phone": "13812345678 13812345679 400-820-8820 138****5678 138****5679 139****5678",
    "address": "建国路88号3栋 和平路88号3栋 建国路88号4栋",
    "limit": "最多 至少 超过 少于 仅限 除外",
    "negation": "不支持 不赔 没更新 查不到 退不了",
    "url": "https://a.cn/x https://a.cn/y http://a.cn/x",
    "html": "<p> </p> <P>",
    "placeholder": "{{a}} {{A}} {{b}}",
    "markdown_link": "[a](http://a.cn/) [a](http://b.cn/) [b](http://a.cn/)",
    "title": "《用户协议》 《隐私协议》",
    "plate": "京A12345 京A12346",
}


@pytest.mark.parametrize(
    ("kind", "spellings"), [(kind, text) for kind, rows in _ALIKE.items() for text in rows]
)
def test_spellings_of_one_value_are_one(kind: str, spellings: str) -> None:
    """下午三点 is 15:00 and 三十块 is ¥30: a source in one spelling holds the fact in every other."""
    words = _words(spellings)
    for one in words:
        assert all(KINDS[kind].same(one, other) for other in words), (one, words)


@pytest.mark.parametrize("kind", _UNLIKE)
def test_values_that_differ_are_never_one(kind: str) -> None:
    """An hour, a unit, a currency or a day apart is another fact, in whichever order they are compared."""
    words = _words(_UNLIKE[kind])
    for at, one in enumerate(words):
        assert [other for other in words[at + 1 :] if KINDS[kind].same(one, other)] == [], one


def _words(text: str) -> list[str]:
    """The spellings of a row, between bars where one of them holds a blank."""
    return text.split("|" if "|" in text else " ")


def test_a_card_number_checks_every_digit() -> None:
    """One digit mistyped anywhere makes another number than any bank gives: none of 1,000 slips is taken for a card."""
    pick = random.Random(16)
    slips = 0
    for _ in range(60):
        digits = [6, 2, *(pick.randrange(10) for _ in range(13))]
        # From the right, beside the check digit, every other one counts twice, digit by digit.
        total = sum(sum(divmod(digit * (2 - index % 2), 10)) for index, digit in enumerate(reversed(digits)))
        digits.append(-total % 10)
        number = "".join(map(str, digits))
        assert _is("bank_card", number)
        for at in range(2, 16):
            wrong = f"{number[:at]}{(digits[at] + pick.randrange(1, 10)) % 10}{number[at + 1 :]}"
            slips += 1
            assert not _is("bank_card", wrong), (number, wrong)
    assert slips >= 800


def test_an_identity_number_checks_every_digit() -> None:
    """One digit mistyped anywhere in an identity number is noticed, and a small x is as good as a large one."""
    pick = random.Random(18)
    for _ in range(60):
        day = f"{pick.randrange(1940, 2010)}{pick.randrange(1, 13):02}{pick.randrange(1, 29):02}"
        body = f"{pick.choice(('110105', '310104', '440305', '510107'))}{day}{pick.randrange(1000):03}"
        # ISO 7064, MOD 11-2: the powers of two from the right.
        rest = sum(int(digit) * pow(2, 17 - index, 11) for index, digit in enumerate(body)) % 11
        check = "X" if (12 - rest) % 11 == 10 else str((12 - rest) % 11)
        assert _is("id_number", body + check)
        assert _is("id_number", (body + check).lower())
        at = pick.randrange(14, 17)
        wrong = f"{body[:at]}{(int(body[at]) + pick.randrange(1, 10)) % 10}{body[at + 1 :]}{check}"
        assert not _is("id_number", wrong), (body + check, wrong)


def _is(kind: str, number: str) -> bool:
    return any(fact.kind == kind and fact.text == number for fact in extract(normalize(f"号码{number}。")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("不超过", "most"), ("上限是", "most"), ("不得低于", "least"), ("起码", "least"), ("逾", "over"), ("小于", "under"), ("不足5", "under"), ("未满18", "under"),
        ("仅剩", "only"), ("只有", "only"), ("以外", "except"), ("您好", ""), ("不", ""),
    ],
)  # fmt: skip
def test_a_limiting_word_has_one_sense(text: str, expected: str) -> None:
    """最多 bounds from above and 至少 from below; a word that bounds nothing has no sense."""
    assert sense(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("不支持", "支持"), ("尚未到账", "到账"), ("无法退货", "退货"), ("查不到", "查"), ("退不了", "退"), ("没有", "有"), ("不予", "予"), ("不在", "在"), ("请勿拆开", "拆开"),
        ("您好", ""), ("不能直接改", "改"),
    ],
)  # fmt: skip
def test_what_is_denied_is_told_without_the_denial(text: str, expected: str) -> None:
    """What a refusal is about stands behind its negating word, or ahead of it in 查不到."""
    assert denied(text) == expected


def test_two_bare_denials_say_nothing_of_each_other() -> None:
    """Words that deny nothing are the same as nothing, not as each other."""
    assert not KINDS["negation"].same("您好", "您好")
    assert KINDS["negation"].same("不退货", "不退")
    assert KINDS["negation"].same("不退", "不退货")


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [
        ("2000", "2000元", True), ("2000元", "2000", True), ("5", "5件", True), ("10", "10MB", True), ("2000", "2000天", False), ("2000", "7月20日", False), ("5元", "5件", False),
        ("30%", "30", False), ("2001", "2000元", False),
    ],
)  # fmt: skip
def test_a_bare_figure_stands_for_the_same_figure_with_a_unit(a: str, b: str, *, alike: bool) -> None:
    """A draft that says 2000 is a source for 2000元, never for 2000天; two units are never one."""
    (first,), (second,) = extract(normalize(a)), extract(normalize(b))
    assert same(first, second) is alike
