"""Drafts with honest rewrites, made from templates of several trades. The same seed gives the same pairs."""

import random
import re
from collections.abc import Iterator
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
    Template(
        ("材料发{email}，{days}内发，别拖。", "{email}，{days}内把材料发来。"),
        ("请您将材料发送至{email}，{days}内发送即可", "麻烦您在{days}内把材料发到{email}"),
    ),
    Template(
        ("加{account}，爱加不加。", "{account}，自己加去。"),
        ("您可以添加{account}联系我们", "请您添加{account}，方便后续沟通"),
    ),
    Template(
        ("寄到{address}，运费{money}自己出。", "地址{address}，寄过来，运费{money}你出。"),
        (
            "请您寄到{address}，运费{money}需要您自己出",
            "收件地址为{address}，运费{money}请您自己出，感谢您的理解",
        ),
    ),
    Template(
        ("我工号{employee}，{date}上班，随便你。", "工号{employee}，记好了，{date}上班。"),
        ("我的工号是{employee}，{date}上班", "工号{employee}为您服务，我{date}上班"),
    ),
    Template(
        ("{model}停产了，换{model2}吧。", "{model}停产了，爱要不要，{model2}有货。"),
        ("很抱歉，{model}停产了，您可以看看{model2}", "{model}已经停产了，您看{model2}可以吗"),
    ),
    Template(
        ("看{title}第3条去，退货{percent}手续费。", "{title}第3条，退货手续费{percent}，看不懂？"),
        ("您可以查看{title}第3条，退货手续费为{percent}", "根据{title}第3条的说明，退货手续费是{percent}"),
    ),
    Template(
        ("<p>{name}你好</p><p>单号{order}，自己查。</p>", "<p>{name}</p><p>{order}，自己去查。</p>"),
        ("<p>{name}您好</p><p>您的单号为{order}，您可以查询</p>",),
    ),
    Template(
        ("[点这里]({link})自己看，{days}内有效。", "自己看[点这里]({link})，{days}内有效。"),
        ("您可以[点这里]({link})查看，{days}内有效", "请您[点这里]({link})查看详情，{days}内有效"),
    ),
    Template(
        (
            "{field}你好，{field2}的货到了，{time}关门，赶紧来拿。",
            "{field}，{field2}的货到了，快来拿，{time}关门。",
        ),
        (
            "{field}您好，{field2}的货到了，请您在{time}关门前来取",
            "{field}您好，您的{field2}的货到了，我们{time}关门，请您留意",
        ),
    ),
    Template(
        ("包邮，新疆除外，邮费{figure}。", "新疆除外都包邮，邮费{figure}，别问。"),
        ("您好，新疆除外均包邮，邮费{figure}", "目前除新疆外都包邮，新疆的邮费为{figure}"),
    ),
    Template(
        ("目前仅支持{format}，不含安装，{figure}。", "仅支持{format}，{figure}，不含安装，就这样。"),
        (
            "目前仅支持{format}，费用{figure}，不含安装",
            "您好，仅支持{format}格式，{figure}不含安装，请您留意",
        ),
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


FIELDS = (
    "{{ticket.requester.name}}", '{{ name | default: "顾客" }}', "{{ order.id | upcase }}", "%{name}", "%{order}", "[订单号]", "[收件人]", "【XX】", "【商品名】", "***", "____",
    "$NAME$", "$ORDER_ID$", "{0}", "{1}", "%s", "%(goods)s", "#姓名#", "${customer}", "<<商品>>", "{姓名}",
)  # fmt: skip
"""Fields of the macro systems that replies are written for."""


def _slots(pick: random.Random) -> dict[str, str]:
    digits = "".join(pick.choice("0123456789") for _ in range(20))
    money = pick.sample(
        ["30元", "128.50元", "1,280元", "56元", "399元", "18,500.00 元", "2000元", "75元", "640元", "五十元"],
        2,
    )
    times = pick.sample(["9:30", "14:00", "18:00", "20:30", "16点", "22:00", "10:45"], 2)
    names = pick.sample(["张先生", "李女士", "王师傅", "陈经理", "赵小姐", "周老师", "刘主任"], 2)
    models = pick.sample(["iPhone15", "P2", "A100", "ThinkPad X1", "Mate60", "v2.1", "K30S"], 2)
    fields = pick.sample(FIELDS, 2)
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
        "email": pick.choice([f"kefu{digits[:3]}@example.com", "after.sale@mail.example.cn", f"a-{digits[:2]}@example.org"]),
        "account": pick.choice([f"QQ：{digits[1:9]}8", f"微信号kf_{digits[:5]}", f"微信wx{digits[:6]}", f"QQ群{digits[:8]}1"]),
        "address": pick.choice([f"杭州市余杭区文一西路{digits[0]}88号3栋", f"北京市朝阳区建国路{digits[1]}6号{digits[2]}02室", f"上海市浦东新区世纪大道{digits[:2]}1号"]),
        "employee": pick.choice([f"{digits[:4]}", f"A{digits[:3]}", f"KF{digits[:4]}"]),
        "model": models[0], "model2": models[1], "field": fields[0], "field2": fields[1],
        "title": pick.choice(["《用户协议》", "《退换货规则》", "《会员服务说明》", "《保修条款》"]),
        "link": f"https://help.example.com/a/{digits[:4]}",
        "figure": pick.choice(["３０元", "１２．５元", "五十元", "一百二十元", "三千元", "十五块", "１，２８０元", "二十块钱"]),
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
