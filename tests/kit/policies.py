"""A small policy with offers and commitments, for the tests of what a rewrite may say."""

from typing import Any

from service.core.checking import check
from service.core.compiling import Policy
from service.core.facts import extract
from service.core.masking import Masked, mask
from service.core.reading import Reading, read
from service.core.results import Draft, Reason, Report
from service.core.verifying import judge
from tests.kit.small_policy import policy_of, rule

OFFERS = [
    "核实", "核对", "核查", "查询", "查看", "了解", "记录", "登记", "备注", "反馈", "反映", "上报", "转告", "转达", "转交", "协助", "帮助",
    "跟进", "关注", "留意", "说明", "解释", "尽力", "尽快", "及时", "催促", "为您处理", "帮您处理", "回复您", "联系您", "与您联系", "通知您",
]  # fmt: skip
COMMITMENTS: list[dict[str, Any]] = [
    {
        "kind": "promise",
        "any": [
            "保证", "担保", "一定会", "一定能", "一定给", "一定帮", "肯定会", "肯定能", "肯定给", "绝对会", "绝对能", "绝对不会", "百分之百", "百分百",
            "包在我", "必定", "必将", "承诺", "答应您", "打包票", "马上解决", "立刻解决", "彻底解决", "解决好", "处理好", "已为您", "已经为您",
            "已帮您", "已经帮您", "优先处理", "优先为您", "加急", "特批", "破例", "无条件", "随时可以退",
        ],
        "unless": ["保证金", "保证书", "服务承诺", "承诺书"],
    },
    {
        "kind": "compensation",
        "any": [
            "赔偿", "赔付", "补偿", "赔您", "赔给", "补给您", "退款给您", "为您退款", "给您退", "帮您退", "全额退", "退您", "退还给您", "原路退回", "减免",
            "免费", "赠送", "送您", "优惠券", "代金券", "红包", "返现", "补差价", "折扣", "为您换新", "给您换", "补发", "退一赔三", "免收", "不收费",
            "积分补", "双倍", "免单", "立减", "抵扣券", "延长会员", "赠品",
        ],
    },
    {
        "kind": "deadline",
        "any": [
            "小时内", "分钟内", "天内", "工作日内", "当天", "立刻到账", "马上到账", "很快到账", "即将到账", "之前给您", "之前回复", "下班前", "准时",
            "按时送达", "即刻到", "马上就到", "很快就到", "近日内", "这两天", "尽早到账",
        ],
    },
    {
        "kind": "cause",
        "any": [
            "系统故障", "系统问题", "系统升级", "系统异常", "系统延迟", "由于系统", "由于仓库", "由于物流", "由于快递", "由于天气", "受天气影响",
            "天气原因", "订单量大", "订单较多", "人手不足", "网络故障", "网络问题", "我们的失误", "工作失误", "我们的疏忽", "操作失误", "误操作", "由于银行",
            "仓库爆仓", "质量问题导致", "高峰期",
        ],
    },
    {
        "kind": "third-party",
        "any": [
            "财务会", "财务将", "仓库会", "仓库将", "快递员会", "快递会", "快递将", "物流会", "物流将", "师傅会", "师傅将", "技术人员会", "工程师会",
            "经理会", "主管会", "领导会", "专员会", "专员将", "厂家会", "厂家将", "商家会", "商家将", "银行会", "银行将", "同事会", "他会", "她会", "他们会", "安排专人",
            "安排专员", "安排师傅", "安排人员", "安排上门",
        ],
    },
]  # fmt: skip
_RULES = (
    rule(
        "forbidden.brush-off",
        {
            "kind": "phrase",
            "any": [
                "自己联系",
                "找别人去",
                "你找领导去",
                "别来烦",
                "爱买不买",
                "别催",
                "催什么催",
                "烦不烦",
                "自己看",
            ],
        },
    ),
    rule("forbidden.ignorance", {"kind": "phrase", "any": ["不知道"], "unless": ["不知道您"]}),
    rule(
        "promises.guarantee",
        {"kind": "phrase", "any": ["保证", "百分百", "一定给你退"], "unless": ["保证金"]},
        category="承诺",
    ),
    rule("wording.rude-you", {"kind": "phrase", "any": ["你"]}, "warning"),
)


def coaching_policy(**company: str) -> Policy:
    """A few rules, the offers and the commitments above, and the company's data."""
    return policy_of(*_RULES, offers=OFFERS, commitments=COMMITMENTS, company=company)


POLICY = coaching_policy(name="云上小店", hotline="400-820-1234", hours="9:00-21:00")


def prepared(draft: str | Draft, policy: Policy = POLICY) -> tuple[Reading, Masked, Report]:
    """A draft read, masked and checked."""
    reading = read(Draft(draft) if isinstance(draft, str) else draft, None, policy.company_known)
    return reading, mask(reading, extract(reading.draft)), check(policy, reading)


def hidden(text: str, masked: Masked) -> str:
    """A text with the draft's hidden values as their tokens, as a model would write it."""
    for token in sorted(masked.tokens, key=lambda one: -len(one.text)):
        if token.kind != "surname":
            text = text.replace(token.text, token.name)
    return text


def reasons(
    draft: str | Draft, candidate: str, policy: Policy = POLICY, canary: str | None = None
) -> tuple[Reason, ...]:
    """Why a candidate (in plain words) for a draft may not leave."""
    reading, masked, before = prepared(draft, policy)
    return judge(
        policy, masked, hidden(candidate, masked), reading, before, canaries=(canary,) if canary else ()
    ).reasons


def codes(draft: str | Draft, candidate: str, policy: Policy = POLICY, canary: str | None = None) -> set[str]:
    """The codes of those reasons."""
    return {reason.code for reason in reasons(draft, candidate, policy, canary)}
