"""How usual a word is in what agents write: roughly, at what share of the places of a text it stands."""

import re
from functools import lru_cache

# Measured on everyday replies: of a hundred characters two are 您; of a thousand places one is 电话.
_LIKELY = {**dict.fromkeys("的您一我不", 0.018), **dict.fromkeys("0123456789了有可到以是在好下个就上点天会用时看请能要这给", 0.007)}  # fmt: skip
_UNLIKELY = 0.002
_PAIR = 0.0008
ALONE = 0.02
"""A single character stands in many words."""
# Words of two characters that stand together far more often than by chance.
_USUAL = frozenset(re.findall(
    "..",
    "电话手机身份地址时间不能问题自己我们单号系统清楚师傅谢谢平台尾号密码账号记录知道就是同事登记大概银行处理工作建议号码照片老师抱歉不会可以订单客服您的请您为您给您帮您让您查询联系申请安排稍等您好如果需要收到发货退款快递物流商品页面短信服务信息现在今天明天已经没有这个那个什么怎么不是还是或者因为所以但是不过一下一个情况方便"
    "感谢理解支持使用提供确认核实反馈投诉公司部门领导店铺规定活动优惠金额费用",
))  # fmt: skip


@lru_cache(maxsize=65536)
def likely(word: str) -> float:
    """At how many places of a text a word stands, roughly: the product over its characters, a usual pair counting as one."""
    found, at = 1.0, 0
    while at < len(word):
        pair = word[at : at + 2] in _USUAL
        found *= _PAIR if pair else _LIKELY.get(word[at], _UNLIKELY)
        at += 1 + pair
    return found
