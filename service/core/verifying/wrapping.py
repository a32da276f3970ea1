"""Whether a candidate is the reply alone: no talk about it, no role tags, no marks of a program or a page."""

import re
from collections import Counter
from collections.abc import Iterator

from service.core.masking import TOKEN_LIKE
from service.core.prefilter import Prefilter
from service.core.results import Reason
from service.core.text import Normalized
from service.core.verifying.sources import Sources

_SORTS = "改写|润色|修改|优化|重写|调整"
_TALK = re.compile(
    rf"^\W*(?:好的?|当然(?:可以)?|没问题|明白|收到|可以)?[，,。！!：:\s]*(?:以下|下面|这|如下|这里)(?:是|为|就是|给出)?[^，。：:\n]{{0,16}}(?:{_SORTS}|回复|版本|话术|文本|结果|内容|建议)[^，。：:\n]{{0,12}}[：:]"
    rf"|^\W*(?:{_SORTS}|修订|最终|建议|推荐|参考|礼貌)(?:之?后|过|版|的)?(?:的)?(?:版本|回复|话术|内容|文本|结果|答复|文案|如下|草稿|稿|语)?(?:如下|为|是)?\s?[：:\n]"
    r"|^\W*(?:[一-鿿]{0,6}(?:回复|答复|答案|话术|文案|正文|草稿|译文|思路|思考|分析|版本?|这[样么](?:说|回复?|答)|(?:机器|虚拟|智能)?(?:人|助手|助理))|结果|输出)[一二三123]?\s?[：:]"
    r"|(?:^|\n)\W*(?:(?:客服|坐席|助手|系统|用户|客户|顾客|答|或者?|版本[一二三123]?|方案[一二三123]?)(?:人员|代表)?\s?[：:]|(?i:assistant|user|system|agent|output|answer|response|rewrite|rewritten|reply|draft|here(?:'|’)?s?\b[^：:\n]{0,40}|sure\b[^：:\n]{0,40}|certainly\b[^：:\n]{0,40})\s?[：:,，!！])"
    r"|^\W*(?:好的|明白了?|当然(?:可以)?|没问题|收到|了解)[。！!，,\s]*(?:您好|你好|尊敬的|亲爱的)"
    r"|<\|[^|<>]{1,30}\|>|\[/?INST\]|<</?SYS>>|</?(?:think|thinking|answer|output|response|draft)>|^\s*#{2,}\s?(?:system|user|assistant|Response|Instruction)"
    rf"|(?:\n|^|[（(【])\W{{0,3}}(?:(?:{_SORTS}|改动)?(?:说明|理由|原因|思路|要点|备注)|注|解释|分析|注意)\s?[：:】].{{0,60}}(?:改写|原文|语气|措辞|改为|删除|保留|草稿|润色|礼貌)"
    rf"|希望(?:这个|这段|以上|该)?(?:{_SORTS}|版本|回复|话术|内容)[^。]{{0,10}}(?:有帮助|满意|有用|符合)|(?:如需|需要)(?:我)?(?:进一步)?(?:调整|修改|润色|改写)[^。]{{0,10}}(?:告诉我|随时|请)"
    r"|更(?:正式|礼貌|委婉|简短|口语化|柔和)的?(?:版本|说法|表达|表述|语气)|(?:其他|别的|更多|下一[条个份段])草稿|(?:AI|人工智能|智能客服|机器人|系统)(?:自动)?(?:生成|撰写)"
    r"|[（(](?:以[上下](?:[为是]|内容)|微笑|笑|停顿|轻声|叹气|鞠躬|语气|省略|未完|全文完|共?\s?\d+\s?字)[^（()）]{0,12}[）)]"
)
# What a reply has no reason to speak of, unless somebody spoke of it before.
_CRAFT = re.compile("改写|润色|提示词|让我想想")
_MARKUP = re.compile(
    r"```|~~|^\s{0,3}#{1,6}\s|\*\*|__|^\s{0,3}>\s|^\s{0,3}[-*+]\s|^\s*(?:\d{1,2}[.、．)）](?!\d)|[①-⑳])|`|^\s*\|.+\|\s*$|^\s*[-=]{3,}\s*$",
    re.MULTILINE,
)
_AHEAD = frozenset("-*+>")
_MARKUP_AHEAD = re.compile(r"^\s{0,3}([-*+>])\s", re.MULTILINE)
# Nearly every reply is none of these, and is told so in one pass.
_MAY = Prefilter(_TALK, _CRAFT, _MARKUP)
_SIGNS = frozenset("{}[]<>|\\`*#^=_")
"""Signs of a program or a page, which no rewrite adds."""
_QUOTES = "\"“”「」『』'‘’"
_SINGLE = ("'", "‘", "’")
_PAIRS = (("“", "”"), ("「", "」"), ("『", "』"))
_QUOTING = frozenset('"“”「」『』')


def wrapped(sources: Sources, text: Normalized) -> Iterator[Reason]:
    """Talk about the answer, role tags, and markup that the draft has not."""
    draft = sources.masked.draft
    may_match = _MAY.may_match(text.raw)
    if may_match and _talks(sources, text.raw):
        yield Reason("preamble", "回复之外还有说明或角色标记")
    elif _quoted(text.raw.strip(), draft.strip()):
        yield Reason("preamble", "整段加了引号")
    for match in _MARKUP.finditer(text.raw) if may_match else ():
        sort = match.group().strip()[:2]
        # A dash within the draft's words is no list of its own.
        if sort not in (_MARKUP_AHEAD.findall(draft) if sort in _AHEAD else draft):
            yield Reason("markup", "用了草稿没有的标记")
            return
    if not _SIGNS.isdisjoint(text.raw):
        new = Counter(TOKEN_LIKE.sub("", text.raw)) - Counter(TOKEN_LIKE.sub("", draft))
        if not _SIGNS.isdisjoint(new):
            yield Reason("markup", "用了草稿没有的标记")


def _talks(sources: Sources, raw: str) -> bool:
    """Whether a text talks about itself in words that the draft has not."""
    draft = sources.masked.draft
    talk = _TALK.search(raw)
    if talk is not None and talk.group().strip() not in draft:
        return True
    said = sources.own_words + sources.customer_words
    return any(word not in said for word in _CRAFT.findall(raw))


def _quoted(text: str, draft: str) -> bool:
    """Whether quotation marks that the draft has not stand around a text, or on one side of its words only."""
    if len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES and draft[:1] not in _QUOTES:
        return True
    if text[:1] in _SINGLE and draft[:1] not in _SINGLE:
        return True
    if _QUOTING.isdisjoint(text):
        return False
    if text.count('"') % 2 and draft.count('"') % 2 == 0:
        return True
    return any(
        text.count(left) != text.count(right) and draft.count(left) == draft.count(right)
        for left, right in _PAIRS
    )
