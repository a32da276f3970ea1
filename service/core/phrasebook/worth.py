"""What a clause is worth beside an offence: whether it says something that the customer can use, and what a cut leaves."""

import re

# What customers ask about: a clause that names it is about the matter.
_MATTER = re.compile(
    r"随机|设置|菜单|按钮|移除|删除|转运|中转|驿站|丰巢|快递柜|店长|专柜|订单|工单|运单|单号|退|换货|赔|款|费|票|快递|物流|包裹|仓|配送|派送|签收|寄|师傅|维修|检修|抢修|安装|检测|网点|柜台|营业厅|前台|大厅|窗口"
    r"|公众号|小程序|官网|页面|客户端|系统|账号|密码|验证码|合同|保单|保障|理赔|材料|资料|证|申请|审核|办理|预约|挂号|座|房|押金|定金|课|班|老师|报告|病|医|药"
    r"|电梯|水|电(?!话里)|燃气|阀|停车|宽带|套餐|话费|流量|积分|券|活动|优惠|赠|尺码|颜色|型号|款式|版本|附件|链接|文档|说明|模板|教程|视频|接口|权限|导出|保修"
    r"|质保|质检|手洗|机洗|材质|库存|现货|缺货|没货|到货|发货|出库|库|周[一二三四五六日末]|明天|后天|今天|今晚|下周|节后|上班|营业|入住|退房|早餐|行李|航班|改签|登机"
    r"|改期|取消|恢复|开通|关闭|冻结|挂失|重置|重启|刷新|登录|充值|缴|扣|收取|利率|年化|额度|还款|贷|投保|受益|投诉|举报|反馈|登记|记录|上报|转给|已经?|正在"
)
_ASKS_FOR = re.compile(
    r"^(?:请|麻烦|建议|欢迎|可以|需要|需|记得|先|带|把|凭|按|到|去|在|找|提供|填|发|拨|打|点|选|搜|扫|拍|留|回|重新|如果|如需|若)"
)
_ACTS = re.compile(
    r"刷新|重启|重试|重装|按(?!照|时|理)|点(?:击|开|选)|关(?!系|于)|打开|拔|插|换|填|传|寄|登录|登记|检查|核对|联系|晚点|延误|[一-鿿]不了|不[能可支予给]|无法|正在|已|以[^，]{1,8}为准"
)
_REFUSES = re.compile(
    r"(?:不(?:支持|能|予|可以|可|行|含|包|收|送|退|换|赔|办|接|受理|符合|在|适用|提供)|无法|无权|没有?(?:货|了|权|名额|号|位)|[一-鿿]不了)"
)
_PERSON = re.compile(r"[你您我]|人家|别人|客户")
_PARTICLE = re.compile(r"[呗咯嘛啊呀]$")
_GENUINE = re.compile(
    r"请问|是否|能否|可否|方便|几|多少|哪|什么时候|有没有|是不是|要不要|还是|了[吗没]|过[吗没]|好吗|可以吗|行吗"
)
_QUIZ = re.compile(r"(?:能|会|可以|该)[^，]{1,4}吗$")
# The agent about the house: praise, custom, grudge.
_SELF = re.compile(
    r"我们(?:家|店|公司|这|的|也|都)?[^，]{0,4}(?:走了|向来|从来|一直|耐用|好|不错|不容易)|不肯|不愿|不想|不乐意|骂|多包涵|体谅体谅|是时间|已经?[^，]{0,3}够"
    r"|不行再说|再说$|卖[你您]"
)
_HANGING = re.compile(
    r"(?:说实话|其实|已经?|老实说|有点儿?|有些|真的?|都|就|也|还|才|太|很|是|的|那|这|然后|因为|所以|但是?|而且|不过|[你您]的?|我们?|给|让|被|把|嘛|啊|吧|呢|和|跟)+$"
)
_FIRST = re.compile(r"^(?:先|请|麻烦)")
_SAYS = re.compile(r"[不没无未是有已在会能可了]")
_MIN_REST = 3
_MAX_ECHO = 12
_MAX_ASKED_BACK = 6
_NAME_ALONE = re.compile(
    r"^(?:第[一二三四五六七八九十百\d]+[项条个点批笔步章]|(?:[一-鿿]{0,4})\[[A-Z]+_\d+\])$"
)


def idle(words: str, mark: str, heard: str) -> bool:
    """Whether a clause (plain reading) that stands beside an offence says nothing by itself.

    Idle are the agent on himself or the customer, a question that wants no answer, and what only repeats `heard`, the
    customer's message; an instruction, a state of the case, an answer, a refusal and a request are not.
    """
    if grudging(words) or _echoes(words, heard):
        return True
    if "？" in mark or "?" in mark or words.endswith(("吗", "么")):
        return _GENUINE.search(words) is None
    if useful(words):
        return False
    return _PERSON.search(words) is not None or _PARTICLE.search(words) is not None


def useful(words: str) -> bool:
    """Whether a clause (plain reading) is about the matter, tells what to do, how things stand, or that they cannot be."""
    return any(pattern.search(words) for pattern in (_MATTER, _ASKS_FOR, _REFUSES, _ACTS))


def grudging(words: str) -> bool:
    """Whether a clause is the agent's praise of the house, custom or grudge, whatever it denies."""
    return _SELF.search(words) is not None


def idle_question(words: str, mark: str, heard: str) -> bool:
    """Whether a clause asks what the agent answers at once (羊毛衫能机洗吗？洗标写着手洗), or asks `heard` back."""
    if "？" not in mark and "?" not in mark:
        return False
    if words.endswith("是吧") or (words != "" and words in heard) or _asked_back(words, heard):
        return True
    return (
        _QUIZ.search(words) is not None and _PERSON.search(words) is None and _GENUINE.search(words) is None
    )


def _asked_back(words: str, heard: str) -> bool:
    """Whether a short question is made of the customer's own words (质量差？骗你？)."""
    if not 1 < len(words) <= _MAX_ASKED_BACK or _GENUINE.search(words):
        return False
    return (
        sum(char in heard or char in "你您我又" for char in words)
        >= len(words)
        > sum(char in "你您我又" for char in words)
    )


def stands_alone(words: str) -> bool:
    """Whether what is left of a clause still tells somebody to act, or how the case stands."""
    if len(words) < _MIN_REST:
        return False
    return _FIRST.search(words) is not None or (not words.endswith("了") and _ACTS.search(words) is not None)


def _echoes(words: str, heard: str) -> bool:
    """Whether most of a clause is a stretch of the customer's message, with nothing said of it."""
    if not heard or len(words) > _MAX_ECHO or _SAYS.search(words):
        return False
    least = max(3, -(-len(words) * 3 // 5))
    return any(words[at : at + least] in heard for at in range(len(words) - least + 1))


def tidied(rest: str) -> str:
    """What a cut leaves, without the words that hung on what is gone."""
    return _HANGING.sub("", rest).strip()


def name_alone(words: str) -> bool:
    """Whether words only name a thing and say nothing of it."""
    return _NAME_ALONE.search(words) is not None
