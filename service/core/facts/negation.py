"""What a text denies: a negating word with the verb or noun it denies (不支持, 尚未到账, 没有货)."""

import re
from collections.abc import Iterable

from service.core.folding import fold
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "negation"
HIDE: Hide = "none"
WORD = ""
GATE = re.compile(r"[不没无未勿非]")
NEGATOR = (
    r"(?:暂?不(?:能够?|可以?|会|予|得|再|许|允许|给|让|是|在|用|需要?|必|要)?|暂?无法|(?:尚|还|并|仍|暂|从)未|未能?"
    r"|还?没(?:有|能|法|办法)?|无(?:需|须)?|请?勿|非)"
)
"""The negating word, with the auxiliary that it swallows."""
# Set phrases that deny nothing, and doubled verbs that ask.
_IDIOMS = (
    r"不好意思|对不起|不客气|不用谢|不必客气|不谢|没关系|没问题|没事|没错|不错|不便|不周|不足之处|不仅|不但|不管|不论|无论|不光|不如|不妨|不少|不断"
    r"|不过(?!期|关|户|审|敏|户)|不同|不然|不得不|不可避免|不一会|不久|不时|不定期|差不多|来不及|了不起|要不(?!要)|不愧|不由|不禁|不只|无线|无忧|无恙|无比|无数|未来|未成年|未必|未免"
    r"|非常|除非|莫非|并非常|不知(?:道)?您|不知是否|没准|不良|不等(?!于)|不愉快|不愉|不快|不胜感激|忍不住|不明之处|不解|不到位|不及时|不满(?!足|\d)|无误|无所谓"
    r"|是不是|能不能|可不可以|会不会|要不要|行不行|好不好|有没有|对不对|方不方便|清不清楚|需不需要|想不想|愿不愿意|是否|(?P<twice>[一-鿿])不(?P=twice)|不一定"
    r"|不要紧|不用担心|不必担心|无需担心|不要担心|请勿担心|不要着急|不用着急|别担心|怪不得|舍不得|巴不得|恨不得|不得了|没了"
)
_SKIP = re.compile(_IDIOMS)
# What may stand between the negating word and what it denies.
_BETWEEN = (
    r"(?:[给为替帮向对][您你我](?:们)?|被|直接|立即|马上|及时|完全|单独|自行|随意|继续|再次|同时|主动|提前)?"
)
# 查不到, 退不了: the verb stands ahead of the negating word.
_POTENTIAL = r"[查看找打拨退改换发送收取用装拿买修赶办做登开关连接听见领付转充解调拉搜读进回提载传填输签配绑认订抢约寄派拆补弄搞]不(?:了(?!解)|到(?!\s?[\d一二两三四五六七八九十])|通(?!知|过)|出来?|动|上|成|下来?|清(?!楚))"
_PARTICLES = "不没未无的了吧呢吗哦啊呀啦着么哈您你我他她它们这那就也都和与或及"
_RE = re.compile(
    rf"(?P<potential>{_POTENTIAL})|(?=[不没无未勿非暂尚还并仍从请])(?P<negator>{NEGATOR}){_BETWEEN}(?P<verb>(?:(?![{_PARTICLES}])[一-鿿]){{0,2}})"
)


def _idiomatic(plain: str, start: int, end: int) -> bool:
    """Whether a negating word is part of a set phrase."""
    return any(
        idiom.end() + max(start - 3, 0) > start
        for idiom in _SKIP.finditer(plain[max(start - 3, 0) : end + 4])
        if idiom.start() + max(start - 3, 0) < end
    )


def find(text: Normalized) -> Iterable[Span]:
    """Each negating word with up to two characters of what it denies."""
    plain = text.plain
    until = 0
    for gate in GATE.finditer(plain):
        at = gate.start()
        if at < until:
            continue
        # A negation begins with its negating character, or with the one before: nowhere else need be tried.
        match = (_RE.match(plain, at - 1) if at > until else None) or _RE.match(plain, at)
        if match is None:
            continue
        start, end = match.span()
        until = end
        if match["potential"]:
            yield Span(start, end)
            continue
        if _idiomatic(plain, start, match.end("negator")):
            continue
        if end > match.end("negator") or len(match["negator"]) > 1:
            yield Span(start, end)


def denied(text: str) -> str:
    """What a negation denies, without the negating word: 支持 of 不支持, 到账 of 尚未到账."""
    match = _RE.match(fold(text))
    if match is None:
        return ""
    if match["potential"]:
        return match["potential"][0]
    # 不支持, 不予 and 不在 are verbs of their own when nothing follows.
    return match["verb"] or match["negator"].lstrip("暂不没无未")


def same(a: str, b: str) -> bool:
    """Both deny the same verb, whatever negating word does it."""
    first, second = denied(a), denied(b)
    return bool(first) and bool(second) and (first.startswith(second) or second.startswith(first))


__all__ = ["GATE", "HIDE", "KIND", "WORD", "denied", "find", "same"]
