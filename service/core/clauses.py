"""What a clause does: asks, requests, offers, quotes or reports the customer, denies, or sets a condition.

Read once for each clause that a rule asks about, and used by all rules alike.
"""

import re
from typing import Literal

from service.core.text import Normalized

ClauseKind = Literal["question", "request", "offer", "quotation", "report", "negation", "condition"]

_QUESTION = re.compile(
    r"请问|是否|是不是|能不能|可不可以|要不要|好不好|行不行|方不方便|有没有|可否|能否|(?:吗|么|与否)$"
    # 呢 and 没有 end statements as well: 在查呢, 还没有.
    r"|(?:什么|怎么|怎样|如何|哪|谁|几|多少|多久|为何|还是).*呢$|^.{1,3}呢$|[到好完过了成见懂]没有$"
)
_REQUEST = re.compile(r"(?<![申邀聘])请(?![问求假])|麻烦|劳驾|烦请|有劳|辛苦您|拜托")
_OFFER = re.compile(
    r"能不能|行不行|可不可以|好不好|可以吗|好吗|行吗|您看(?![懂到见过完清不错中重着得病了])|可否|能否"
    r"|[我这](?:来|马上|立即|立刻|这就|现在|会|先|再)*(?:帮|为|给|替|协助)您|让我"
)
_NEGATION = re.compile(r"[不没無无未别勿]")
_CONDITION = re.compile(
    r"如果|假如|假设|(?<![主首需重])要是|倘若|若是|若您|如您|如有|一旦|万一|无论|即使"
    r"|不管(?=.{0,6}(?:什么|怎么|怎样|如何|哪|谁|多|几|是不是|是否|还是))"
)
# What the customer has told, said again in the agent's words.
_REPORT = re.compile(
    r"[您你客](?:户)?(?:刚才|之前|上次|此前|今天|昨天|来电|来信)?"
    r"(?:提到|反映|反馈|描述|所说|所述|说的|投诉的|咨询的|遇到|担心|关心的|听到的|收到的)|关于[您你]|听到这样"
)
_CLOSING_QUOTES = {"“": "”", "「": "」", "『": "』", "‘": "’", '"': '"', "《": "》"}
_QUOTES = re.compile(r"[“「『‘\"《]")
# A short quotation that a noun follows at once is a name: “快跑腿”服务.
_NAMES = re.compile(r"[^，,。！？!?；;\n]{2,10}")
_AFTER_NAME = re.compile(r"[^\W吧啊呀哦喽嘛啦呗哈了呢]")
_SAYS = re.compile(
    r"(?:说|讲|提|问|写|反映|反馈|描述|表示|留言|所谓|提示|显示|标注|称|看到)[^“「『‘\"。！？!?]{0,4}$|您[^“「『‘\"。！？!?]{0,8}$"
)


def quotations(text: Normalized) -> tuple[tuple[int, int], ...]:
    """The ranges inside quotation marks that repeat what somebody said, what a screen shows, or give a name."""
    plain = text.plain
    found: list[tuple[int, int]] = []
    at = 0
    while (opening := _QUOTES.search(plain, at)) is not None:
        end = plain.find(_CLOSING_QUOTES[opening.group()], opening.end())
        if end < 0:
            break
        if (
            opening.group() == "《"
            or _SAYS.search(plain, max(0, opening.start() - 12), opening.start())
            or (_NAMES.fullmatch(plain, opening.end(), end) and _AFTER_NAME.match(plain, end + 1))
        ):
            found.append((opening.end(), end))
        at = end + 1
    return tuple(found)


def kinds(text: Normalized, index: int) -> frozenset[ClauseKind]:
    """What the clause with this index does; several things at once are usual."""
    start, end = text.clause_range(index)
    words = text.plain[start:end]
    found: set[ClauseKind] = set()
    if text.clause_mark(index) == "?" or _QUESTION.search(words):
        found.add("question")
    if _REQUEST.search(words):
        found.add("request")
    if _OFFER.search(words):
        found.add("offer")
    if _REPORT.search(words):
        found.add("report")
    if _NEGATION.search(words):
        found.add("negation")
    if _CONDITION.search(words):
        found.add("condition")
    return frozenset(found)
