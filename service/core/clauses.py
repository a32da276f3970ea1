"""What a clause does: asks, requests, offers, quotes the customer, denies, or sets a condition.

Read once for each clause that a rule asks about, and used by all rules alike.
"""

import re
from typing import Literal

from service.core.text import Normalized

ClauseKind = Literal["question", "request", "offer", "quotation", "negation", "condition"]

_QUESTION = re.compile(
    r"请问|是否|是不是|能不能|可不可以|要不要|好不好|行不行|方不方便|有没有|可否|能否|(?:吗|呢|么|没有|与否)$"
)
_REQUEST = re.compile(r"请(?!问)|麻烦|劳驾|烦请|有劳|辛苦您|拜托")
_OFFER = re.compile(
    r"能不能|行不行|可不可以|好不好|可以吗|好吗|行吗|您看|可否|能否"
    r"|[我这](?:来|马上|立即|立刻|这就|现在|会|先|再)*(?:帮|为|给|替|协助)您|让我"
)
_NEGATION = re.compile(r"[不没無无未别勿]")
_CONDITION = re.compile(r"如果|假如|假设|要是|倘若|若是|若您|如您|如有|一旦|万一|无论|不管|即使")
_OPENING_QUOTES = '“「『‘"'
_CLOSING_QUOTES = {"“": "”", "「": "」", "『": "』", "‘": "’", '"': '"'}
_QUOTES = re.compile(r"[“「『‘\"]")
_SAYS = re.compile(
    r"(?:说|讲|提|问|写|反映|反馈|描述|表示|留言|所谓|提示|显示|标注|称|看到)[^“「『‘\"。！？!?]{0,4}$|您[^“「『‘\"。！？!?]{0,8}$"
)


def quotations(text: Normalized) -> tuple[tuple[int, int], ...]:
    """The ranges inside quotation marks that repeat what somebody said, or what a screen shows."""
    plain = text.plain
    found: list[tuple[int, int]] = []
    at = 0
    while (opening := _QUOTES.search(plain, at)) is not None:
        end = plain.find(_CLOSING_QUOTES[opening.group()], opening.end())
        if end < 0:
            break
        if _SAYS.search(plain, max(0, opening.start() - 12), opening.start()):
            found.append((opening.end(), end))
        at = end + 1
    return tuple(found)


def kinds(text: Normalized, index: int) -> frozenset[ClauseKind]:
    """What the clause with this index does; several things at once are usual."""
    clause = text.clauses[index]
    words = clause.text
    found: set[ClauseKind] = set()
    if clause.mark == "?" or _QUESTION.search(words):
        found.add("question")
    if _REQUEST.search(words):
        found.add("request")
    if _OFFER.search(words):
        found.add("offer")
    if _NEGATION.search(words):
        found.add("negation")
    if _CONDITION.search(words):
        found.add("condition")
    return frozenset(found)
