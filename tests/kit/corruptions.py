"""The ways in which an honest rewrite can go wrong, one change each; where something is to be picked, `pick` picks it."""

import random
import re
from collections.abc import Callable

from tests.kit.rewrites import Pair

Corruption = Callable[[Pair, random.Random], str | None]
"""A rewrite made wrong, or None where there is nothing to make wrong in this way."""


def _other_figure(value: str, pick: random.Random) -> str:
    places = [i for i, char in enumerate(value) if char.isdigit()]
    numerals = [i for i, char in enumerate(value) if char in "一二两三四五六七八九十百千"]
    if places:
        at = pick.choice(places)
        # The same digit in another width would be the same figure.
        others = [digit for digit in "123456789" if int(digit) != int(value[at])]
        return value[:at] + pick.choice(others) + value[at + 1 :]
    if numerals:
        at = numerals[0]
        return value[:at] + pick.choice([c for c in "四六八" if c != value[at]]) + value[at + 1 :]
    if value.startswith("《"):
        return f"《新{value[1:]}"
    return {"明天": "后天", "后天": "明天", "周五": "周六"}.get(value, value + "1")


def _changed(*names: str) -> Corruption:
    def corrupt(pair: Pair, pick: random.Random) -> str | None:
        here = [name for name in names if name in pair.slots and pair.slots[name] in pair.rewrite]
        if not here:
            return None
        value = pair.slots[pick.choice(here)]
        return pair.rewrite.replace(value, _other_figure(value, pick))

    return corrupt


def _dropped(*names: str) -> Corruption:
    def corrupt(pair: Pair, pick: random.Random) -> str | None:
        here = [name for name in names if name in pair.slots and pair.slots[name] in pair.rewrite]
        return pair.rewrite.replace(pair.slots[pick.choice(here)], "") if here else None

    return corrupt


def _renamed(pair: Pair, pick: random.Random) -> str | None:
    value = pair.slots.get("name")
    return pair.rewrite.replace(value, pick.choice("孙钱吴郑") + value[1:]) if value else None


def _values_in(pair: Pair) -> set[str]:
    return {value for value in pair.slots.values() if value in pair.rewrite}


def _tag_dropped(pair: Pair, pick: random.Random) -> str | None:
    tags = re.findall(r"</?[a-z]+>", pair.rewrite)
    return pair.rewrite.replace(pick.choice(tags), "", 1) if tags else None


def _tag_moved(pair: Pair, pick: random.Random) -> str | None:
    tags = re.findall(r"</?[a-z]+>", pair.rewrite)
    return pair.rewrite.replace(tags[0], "", 1).replace(tags[1], tags[1] + tags[0], 1) if tags else None


def _link_broken(pair: Pair, pick: random.Random) -> str | None:
    link = pair.slots.get("link")
    if link is None:
        return None
    return pick.choice(
        (
            pair.rewrite.replace(f"({link})", ""),
            pair.rewrite.replace(link, f"{link}0"),
            pair.rewrite.replace("[点这里]", "[领红包]"),
            pair.rewrite.replace(f"[点这里]({link})", link),
            pair.rewrite.replace("example.com", "example.net"),
        )
    )


def _field_altered(pair: Pair, pick: random.Random) -> str | None:
    value = pair.slots.get("field") or pair.slots.get("placeholder")
    if value is None:
        return None
    altered = [
        value[:-1],
        value[1:],
        value.upper() if value.upper() != value else value.lower(),
        f"{value[:1]} {value[1:]}",
    ]
    return pair.rewrite.replace(value, pick.choice([one for one in altered if one != value]), 1)


def _swapped(pair: Pair, pick: random.Random) -> str | None:
    two = [(name, f"{name}2") for name in ("money", "name", "time", "model", "field")]
    for a, b in two:
        if a in pair.slots and b in pair.slots and {pair.slots[a], pair.slots[b]} <= _values_in(pair):
            first, second = pair.slots[a], pair.slots[b]
            return pair.rewrite.replace(first, "\0").replace(second, first).replace("\0", second)
    return None


_TURNS = (
    ("暂不支持", "支持"), ("不支持", "支持"), ("无法退货", "可以退货"), ("尚未开具", "已经开具"), ("还没有更新", "已经更新"), ("还没更新", "已更新"),
    ("运费不退", "运费可以退"), ("不赔", "可以赔"), ("没有货", "有货"), ("不要超过", "可以超过"), ("请勿超过", "可以超过"), ("仅限本人使用", "他人也可使用"),
    ("最多", "至少"), ("至少", "最多"), ("超过", "不到"), ("没有处理", "已处理"), ("没处理", "处理"), ("上限为", ""), ("新疆除外均", "新疆也"), ("除新疆外都", "包括新疆都"), ("仅支持", "不仅支持"), ("不含安装", "含安装"), ("停产了", "没有停产"),
    ("只有", "不只有"), ("无法接通", "也能接通"),
    ("暂时无人接听", "有人接听"), ("还没", ""), ("无法", "可以"), ("尚未", ""),
)  # fmt: skip


def _turned(pair: Pair, pick: random.Random) -> str | None:
    here = [(old, new) for old, new in _TURNS if old in pair.rewrite]
    if not here:
        return None
    old, new = pick.choice(here)
    return pair.rewrite.replace(old, new)


def _moved(pair: Pair, pick: random.Random) -> str | None:
    if "运费不退" not in pair.rewrite:
        return None
    return pair.rewrite.replace("货款", "\0").replace("运费", "货款").replace("\0", "运费")


def _denied(pair: Pair, pick: random.Random) -> str | None:
    for old, new in (
        ("会上门", "不会上门"),
        ("可以退", "不可以退"),
        ("到账", "不到账"),
        ("当天发", "当天不发"),
        ("已关", "未关"),
        ("有效", "无效"),
    ):
        if old in pair.rewrite and new not in pair.rewrite:
            return pair.rewrite.replace(old, new, 1)
    return None


ADDITIONS = (
    "我们保证三天内解决", "一定会给您退款", "我们会全额赔偿您的损失", "我给您补发一份赠品", "24小时内必定送达", "我们承诺不会再发生", "给您一张20元优惠券",
    "这次免费为您处理", "财务会尽快打款给您", "师傅会上门为您检查", "由于系统故障导致", "这是我们的疏忽造成的", "您可以拨打13900001111联系我们",
    "详情请见https://evil.example.org/x", "请加微信kefu8899", "明天上午给您答复", "绝对不会让您吃亏", "为您申请8折优惠", "退一赔三", "今天下班前给您结果",
    "我们经理会亲自联系您", "肯定能办好", "已为您申请补偿", "会员时长为您延长一个月", "仓库会优先安排", "请把钱转到6222021234567890123", "邮箱是vip@example.org",
    "运费由王经理承担", "可凭《服务保障协议》办理", "还需要支付15元", "满意度达到99%", "我们有300名同事为您服务", "请下载SuperHelp", "已经为您加急",
    "这是仓库发错货造成的", "快递员说会送到家", "已经催过仓库了", "商家会为您换新", "由于天气原因有所延误", "下班前给您结果", "红包稍后发给您", "仓库已经确认了",
)  # fmt: skip


def _promised(pair: Pair, pick: random.Random) -> str | None:
    body, mark = (pair.rewrite[:-1], pair.rewrite[-1]) if pair.rewrite[-1] in "。！？" else (pair.rewrite, "")
    return (
        f"{body}，{pick.choice(ADDITIONS)}{mark}"
        if mark != "？"
        else f"{pick.choice(ADDITIONS)}。{pair.rewrite}"
    )


def _doubled(pair: Pair, pick: random.Random) -> str | None:
    value = pair.slots.get("placeholder") or pair.slots.get("field")
    return f"{pair.rewrite}{value}" if value else None


def _made_up_field(pair: Pair, pick: random.Random) -> str | None:
    return pair.rewrite + pick.choice(
        ["{{coupon}}", "[您的姓名]", "[PHONE_9]", "[ORDER_7]", "%s", "【日期】", "XXX"]
    )


CORRUPTIONS: dict[str, Corruption] = {
    "amount changed": _changed("money", "money2", "figure"),
    "date changed": _changed("date"),
    "time changed": _changed("time", "range", "time2"),
    "duration changed": _changed("days"),
    "order number changed": _changed("order", "tracking"),
    "phone changed": _changed("phone"),
    "address of a page changed": _changed("url"),
    "percentage changed": _changed("percent"),
    "count or size changed": _changed("count", "size"),
    "e-mail changed": _changed("email"),
    "account changed": _changed("account"),
    "postal address changed": _changed("address"),
    "employee number changed": _changed("employee"),
    "model changed": _changed("model", "model2"),
    "title changed": _changed("title"),
    "contact or name dropped": _dropped(
        "email", "account", "address", "employee", "model", "model2", "title"
    ),
    "field dropped": _dropped("field", "field2"),
    "field altered": _field_altered,
    "tag dropped": _tag_dropped,
    "tag moved": _tag_moved,
    "link broken": _link_broken,
    "fact dropped": _dropped(
        "money",
        "date",
        "order",
        "phone",
        "url",
        "percent",
        "days",
        "time",
        "range",
        "count",
        "size",
        "format",
        "placeholder",
        "figure",
    ),
    "name changed": _renamed,
    "two exchanged": _swapped,
    "denial turned": _turned,
    "denial moved": _moved,
    "denial added": _denied,
    "promise added": _promised,
    "field doubled": _doubled,
    "field made up": _made_up_field,
}
