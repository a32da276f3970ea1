"""Drafts with honest rewrites, made from templates of several trades, and the ways in which a rewrite can go wrong.

Everything is seeded: the same seed gives the same cases.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Pair(NamedTuple):
    """A draft and an honest rewrite of it, in plain words; `slots` are the values filled in."""

    draft: str
    rewrite: str
    slots: dict[str, str]


@dataclass(frozen=True, slots=True)
class Template:
    """One matter: curt drafts, and honest ways to say the same."""

    drafts: tuple[str, ...]
    rewrites: tuple[str, ...]


TEMPLATES = (
    Template(
        ("订单{order}不支持换收件人，自己联系网点去。", "{order}这单不支持换收件人，你自己看着办。"),
        (
            "您的订单{order}目前不支持换收件人，建议您与承运快递沟通改派",
            "您的订单{order}暂不支持换收件人，您可以联系快递协商，需要时我协助您",
            "关于换收件人的需求，订单{order}不支持直接修改，您可以联系快递处理",
        ),
    ),
    Template(
        ("退款{money}，{days}到账，别催。", "{money}退你了，{days}到账，催什么催。"),
        (
            "您的退款{money}预计{days}到账，请您留意",
            "退款{money}会在{days}到账，请您耐心等待",
            "您的{money}退款，{days}到账，辛苦您留意账户",
        ),
    ),
    Template(
        ("快递{tracking}还没更新，等着吧，{time}前查不到。", "{tracking}还没更新，{time}前查不了。"),
        (
            "您的快递{tracking}物流还没更新，{time}前暂时无法查询，我会继续跟进",
            "快递{tracking}目前还没有更新，{time}前还查不到新的信息，请您谅解",
        ),
    ),
    Template(
        ("客服电话{phone}，{range}有人，别的时间打不通。", "打{phone}，{range}，别的时间没人接。"),
        (
            "您可以在{range}拨打{phone}，其他时间暂时无人接听",
            "客服电话是{phone}，服务时间为{range}，其他时段无法接通，请您谅解",
        ),
    ),
    Template(
        ("押金{money}，租金{money2}，都看合同去。", "合同写着押金{money}，租金{money2}，自己看。"),
        (
            "根据合同，押金{money}，租金{money2}，您可以对照合同核对",
            "您的合同约定押金为{money}，租金为{money2}，您看是否有疑问",
        ),
    ),
    Template(
        ("链接{url}自己点，{days}内不点就失效。", "{url}，{days}内点，过期不候。"),
        ("您可以点击{url}办理，链接{days}内有效", "办理链接为{url}，请您在{days}内操作，以免失效"),
    ),
    Template(
        ("{name}说了会上门，{date}，你在家等着。", "{date}{name}会上门，家里留人。"),
        ("{name}会在{date}上门，麻烦您在家等候", "{date}{name}会上门，麻烦您届时家里留人"),
    ),
    Template(
        ("手续费{percent}，写得明明白白，你没看到？", "手续费就是{percent}，嫌贵别用。"),
        ("这项业务的手续费为{percent}，您可以在页面查看说明", "手续费是{percent}，如有疑问我为您说明"),
    ),
    Template(
        ("无法退货，拆封了还退什么。", "拆封了，无法退货。"),
        ("您的商品已拆封，无法退货，请您谅解", "商品拆封后无法退货，如有其他问题我协助您处理"),
    ),
    Template(
        ("发票尚未开具，{date}再问。", "发票尚未开具，急也没用，{date}再来。"),
        ("您的发票尚未开具，您可以在{date}再次咨询", "发票目前尚未开具，{date}您可以再来查看，我也会留意"),
    ),
    Template(
        ("文件不要超过{size}，{format}格式，不然不收。", "{format}，不要超过{size}。"),
        (
            "请您上传{format}格式的文件，大小不要超过{size}",
            "文件格式为{format}，请勿超过{size}，感谢您的配合",
        ),
    ),
    Template(
        ("运费不退，货款{money}可以退。", "货款{money}可以退，运费不退，规定就这样。"),
        ("您的货款{money}可以退，运费不退，请您理解", "货款{money}可以退回，按规定运费不退，请您谅解"),
    ),
    Template(
        ("{placeholder}你好，{placeholder2}号单已关，有事再说。", "{placeholder}，{placeholder2}已关单。"),
        (
            "{placeholder}您好，您的{placeholder2}号单已关，如有疑问请您随时联系我们",
            "{placeholder}您好，{placeholder2}已关单，感谢您的反馈",
        ),
    ),
    Template(
        ("这个月用了{count}，超出部分不赔。", "你这个月用了{count}，超出部分不赔，看条款。"),
        (
            "您本月已使用{count}，超出部分不赔，请您留意",
            "本月用量为{count}，按条款超出部分不赔，如有疑问我为您说明",
        ),
    ),
    Template(
        ("会员仅限本人使用，最多{count}，多了封号。", "仅限本人，最多{count}。"),
        ("会员仅限本人使用，最多{count}，感谢您的理解", "您的会员权益仅限本人使用，上限为{count}，请您留意"),
    ),
    Template(
        ("宠物险{date}生效，生效前不赔。", "{date}才生效，生效前看病不赔。"),
        (
            "您的宠物险将于{date}生效，生效前的就诊不赔，请您留意",
            "宠物险{date}生效，生效前不赔，如有疑问我为您说明",
        ),
    ),
    Template(
        ("没有货了，补货至少{days}。", "没有货，至少等{days}。"),
        (
            "这款商品目前没有货，补货至少{days}，请您谅解",
            "暂时没有货了，补货至少需要{days}，我会留意到货情况",
        ),
    ),
    Template(
        ("工单{order}超过{days}没处理，不归我管。", "{order}，超过{days}没处理，找别人去。"),
        (
            "您的工单{order}超过{days}没有处理，我来为您跟进",
            "工单{order}已超过{days}没处理，很抱歉，我马上为您核实",
        ),
    ),
    Template(
        ("{name}投诉{name2}，{order}，等通知。", "{order}：{name}投诉{name2}，等着。"),
        (
            "{name}投诉{name2}的工单{order}已收到，请您等候通知",
            "关于{name}投诉{name2}一事，工单号{order}，请您等候通知",
        ),
    ),
    Template(
        ("{time}前下单当天发，{time2}后下单次日发。", "{time}前的当天发，{time2}后的次日发，别问了。"),
        ("{time}前下单当天发货，{time2}后下单次日发货", "您在{time}前下单当天发出，{time2}后下单次日发出"),
    ),
)
OPENERS = (
    "",
    "您好，",
    "很抱歉，",
    "很抱歉给您带来不便，",
    "感谢您的反馈，",
    "您的心情我理解，",
    "非常抱歉让您久等了，",
    "您好，感谢您的咨询，",
    "抱歉，",
    "您好，让您费心了，",
)
CLOSERS = (
    "。",
    "，感谢您的理解。",
    "。如有疑问，请您随时联系我们。",
    "，祝您生活愉快。",
    "。感谢您的理解与支持！",
    "，我会继续跟进。",
    "，我们会尽快为您核实。",
    "。请问还有什么可以帮您？",
)


def _slots(pick: random.Random) -> dict[str, str]:
    digits = "".join(pick.choice("0123456789") for _ in range(20))
    money = pick.sample(
        ["30元", "128.50元", "1,280元", "56元", "399元", "18,500.00 元", "2000元", "75元", "640元", "五十元"],
        2,
    )
    times = pick.sample(["9:30", "14:00", "18:00", "20:30", "16点", "22:00", "10:45"], 2)
    names = pick.sample(["张先生", "李女士", "王师傅", "陈经理", "赵小姐", "周老师", "刘主任"], 2)
    return {
        "order": pick.choice([f"202503{digits[:2]}-{digits[2:6]}", f"WX-{digits[:4]}", f"D-20250214-{digits[:2]}", f"8{digits[:11]}", f"E{digits[:9]}"]),
        "tracking": f"SF{digits[:12]}",
        "phone": pick.choice([f"138{digits[:8]}", f"400-{digits[:3]}-{digits[3:7]}", f"139 {digits[:4]} {digits[4:8]}", f"021-6{digits[:7]}"]),
        "url": pick.choice([f"https://help.example.com/{digits[:4]}", "www.example.com/pay", f"https://s.example.cn/r?id={digits[:5]}"]),
        "money": money[0], "money2": money[1], "time": times[0], "time2": times[1], "name": names[0], "name2": names[1],
        "days": pick.choice(["3天", "48小时", "7个工作日", "三天", "1-3个工作日", "30分钟", "两周", "15天"]),
        "date": pick.choice(["7月20日", "8月1日", "明天", "周五", "12月3日", "后天", "9月15日上午"]),
        "percent": pick.choice(["4.2%", "0.6%", "百分之五", "15%", "2.75%"]),
        "range": pick.choice(["9:00-18:00", "8:30-20:00", "10:00-22:00"]),
        "size": pick.choice(["10MB", "5MB", "200KB"]), "format": pick.choice(["PDF", "JPG", "Word"]),
        "count": pick.choice(["3台", "5个", "12次", "98次", "2个"]),
        "placeholder": pick.choice(["{{name}}", "[称呼]", "%{guest_name}", "${customer}", "【姓名】"]),
        "placeholder2": pick.choice(["{{ticket.id}}", "[单号]", "{0}", "%{order}", "$ORDER$"]),
    }  # fmt: skip


def pairs(count: int, seed: int) -> Iterator[Pair]:
    """So many different pairs."""
    pick = random.Random(seed)
    seen: set[tuple[str, str]] = set()
    while len(seen) < count:
        template = TEMPLATES[len(seen) % len(TEMPLATES)]
        slots = _slots(pick)
        draft, body = pick.choice(template.drafts), pick.choice(template.rewrites)
        used = {name: value for name, value in slots.items() if "{" + name + "}" in draft}
        rewrite = pick.choice(OPENERS) + _fill(body, slots) + pick.choice(CLOSERS)
        pair = (_fill(draft, slots), rewrite)
        if pair not in seen:
            seen.add(pair)
            yield Pair(*pair, used)


def _fill(template: str, slots: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: slots[match[1]], template)


Corruption = Callable[[Pair, random.Random], str | None]
"""A rewrite made wrong, or None where there is nothing to make wrong in this way."""


def _other_figure(value: str, pick: random.Random) -> str:
    places = [i for i, char in enumerate(value) if char.isdigit()]
    numerals = [i for i, char in enumerate(value) if char in "两三五"]
    if places:
        at = pick.choice(places)
        return value[:at] + pick.choice([d for d in "123456789" if d != value[at]]) + value[at + 1 :]
    if numerals:
        at = numerals[0]
        return value[:at] + pick.choice([c for c in "四六八" if c != value[at]]) + value[at + 1 :]
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


def _swapped(pair: Pair, pick: random.Random) -> str | None:
    for a, b in (("money", "money2"), ("name", "name2"), ("time", "time2")):
        if a in pair.slots and b in pair.slots:
            first, second = pair.slots[a], pair.slots[b]
            return pair.rewrite.replace(first, "\0").replace(second, first).replace("\0", second)
    return None


_TURNS = (
    ("暂不支持", "支持"), ("不支持", "支持"), ("无法退货", "可以退货"), ("尚未开具", "已经开具"), ("还没有更新", "已经更新"), ("还没更新", "已更新"),
    ("运费不退", "运费可以退"), ("不赔", "可以赔"), ("没有货", "有货"), ("不要超过", "可以超过"), ("请勿超过", "可以超过"), ("仅限本人使用", "他人也可使用"),
    ("最多", "至少"), ("至少", "最多"), ("超过", "不到"), ("没有处理", "已处理"), ("没处理", "处理"), ("上限为", ""), ("无法接通", "也能接通"),
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
)  # fmt: skip


def _promised(pair: Pair, pick: random.Random) -> str | None:
    body, mark = (pair.rewrite[:-1], pair.rewrite[-1]) if pair.rewrite[-1] in "。！？" else (pair.rewrite, "")
    return (
        f"{body}，{pick.choice(ADDITIONS)}{mark}"
        if mark != "？"
        else f"{pick.choice(ADDITIONS)}。{pair.rewrite}"
    )


def _doubled(pair: Pair, pick: random.Random) -> str | None:
    value = pair.slots.get("placeholder")
    return f"{pair.rewrite}{value}" if value else None


def _made_up_field(pair: Pair, pick: random.Random) -> str | None:
    return pair.rewrite + pick.choice(
        ["{{coupon}}", "[您的姓名]", "[PHONE_9]", "[ORDER_7]", "%s", "【日期】", "XXX"]
    )


CORRUPTIONS: dict[str, Corruption] = {
    "amount changed": _changed("money", "money2"),
    "date changed": _changed("date"),
    "time changed": _changed("time", "range", "time2"),
    "duration changed": _changed("days"),
    "order number changed": _changed("order", "tracking"),
    "phone changed": _changed("phone"),
    "address of a page changed": _changed("url"),
    "percentage changed": _changed("percent"),
    "count or size changed": _changed("count", "size"),
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
