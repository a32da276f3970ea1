"""Whether a candidate denies what the draft denies: no more, no less, and of the same thing."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from service.core.facts import negation
from service.core.folding import fold
from service.core.kinds import squeeze
from service.core.results import Fact, Reason
from service.core.text import Normalized
from service.core.verifying import prohibitions
from service.core.verifying.sources import Sources

# Clauses that assert nothing: they ask, request, or set a condition.
_OPEN = re.compile(
    r"请问|是否|能否|可否|是不是|能不能|有没有|吗$|么$|呢$|如果|如您|如有|如需|如仍|如还|假如|要是|倘若|若|一旦|万一|无论|不论|以免|避免|以防|(?<![申邀])请|麻烦|建议|希望|祝|关于"
    # Threats and reproaches of a draft: 再不选就没了, 家里没人就…, 别怪我没提醒.
    r"|再[不没]|[不没][一-鿿]{1,3}就|(?<![分特区级类性识告])别(?![的人处家])|怪(?!不)|不然|否则|不了我|要不|要么"
)
# Behind a verb, these make it the name of a matter; ahead of it, something still open.
_NAMES = re.compile(
    r"(?:之?[后时]|以后|进度|问题|申请|情况|原因|事宜|流程|政策|规则|规定|诉求|需求|请求|要求|方式|方面|结果|信息|通知|服务|费用|记录|的|不足|紧张|为零)"
)
_AHEAD = re.compile(
    r"(?:如|待|等|若|后续|关于|有关|想|要求|希望|能否|需要|核实|确认|查询|是否|申请|反映|提到|咨询|提出|协助|帮助|帮忙|才)[您的了]{0,3}(?:(?![已可能会将])[一-鿿]){0,2}$"
)
_CONSEQUENCE = re.compile(r"(?<=..)[就则才便]")
_NEGATES = re.compile(r"[不没无未勿非别拒免禁]|停止|暂停")
_SET_PHRASES = re.compile(
    r"未成年|非常|不便|不好意思|对不起|无线|除非|特别|别人|分别|区别|级别|类别|性别|识别|告别|无论|不仅|不但|不断|未来|免费"
)
# What is lacking or over, said without a negating word.
_LACKS = re.compile(
    r"缺货|断货|售罄|卖完|下架|停售|停用|停产|停止|暂停|超出|结束|过期|失效|紧张|遗憾|取消|关闭|拒绝|禁止"
)
# Words of a draft by which a denial in the rewrite is nothing new.
_DENIES_ANYHOW = re.compile(
    r"黄了|驳回|拒|失败|取消|停|下架|售罄|卖完|断货|缺|别|甭|休想|没门|免谈|超|过期|逾期|糊|坏|漏|迟|晚|难|只|仅|才|非|错|休息|关闭|结束|终止|除|限|[不没无未勿]"
)
# A denial that only keeps from promising, or comforts.
_HONEST = re.compile(
    r"承诺|保证|担保|确定|确认|答应|准确|担心|着急|影响|打扰|遗漏|耽误|误会|让您|给您添|怠慢|客气|辜负|断(?:改进|优化|提升|努力)|胜|及时"
)
# Denials by which a curt draft brushes the customer off; they say nothing about the matter.
_BRUSHES_OFF = re.compile(
    r"勿催|没用|不归|不关|不候|不管|没空|没工夫|没辙|不伺候|不奉陪|没人[管理]|没看|没长|不信|不服|没意义|没必要|不想|不爱|不看|不听|没完|没商量|没得|没门|不懂|不说|不等|不走|没提醒|没说|没办法|不清楚|不知道|不会[用弄]|没有?义务|没有办法|无能为|爱莫能助"
)
_DUE = re.compile(r"[退换赔修改发送保补]")
# Ways to deny in courteous words; they may stand for any denial of the draft.
_GENERIC = re.compile(
    r"暂?(?:无法|无人|不能|不便|不符合?|不在|未能|未通过|没有|不可|不予|不会|不属|不足|不提供)|非"
)
_EMPTY = frozenset(
    "的了是在有和与就也都您你我们这那个不没无未非很抱歉请谢感好吗呢吧啊哦呀对起能会可以法便，。！？、；：,.!? "
)
# A denial of nothing in particular (不行, 不可以) may be told in any words that deny.
_ANY = frozenset({"", "行", "可以", "能", "会", "成", "允许", "弄", "搞", "整"})
# A denial right behind one of these, in a draft with offences, is part of the quarrel (你不看).
_ABOUT_A_PERSON = re.compile(r"[你您我](?:们)?$")
_ASKS = re.compile(r"什么|怎么|干嘛|吗|呢|谁|哪")
_WEAK = frozenset("打有是在能会要到给得行好对想说看去来做用管懂可让过人")
_WEAK_VERBS = frozenset(
    {"知道", "清楚", "明白", "满意", "着急", "客气", "理解", "看见", "看到", "听见", "告诉", "够", "懂"}
)  # fmt: skip
# Verbs of what a company refuses: the draft's own words, a reader may hold us to them.
_TO_THE_LETTER = (
    "不支持", "不赔", "不包邮", "不适用", "不生效", "不含", "不包含", "不参与", "不参加", "不保修",
)  # fmt: skip


REACH = 40
"""So many characters on either side of a denial are read, within its clause."""
MAX_COMPARISONS = 40_000
"""Denials of the draft times denials of the candidate: beyond this nobody vouches for the text."""


class Denial(NamedTuple):
    """A denial: the fact, the verb, and the rest of its clause on either side."""

    fact: Fact
    verb: str
    tail: str
    head: str
    open: bool


def denials(text: Normalized, facts: tuple[Fact, ...]) -> list[Denial]:
    """The denials among the facts of a text."""
    found: list[Denial] = []
    for fact in facts:
        if fact.kind != negation.KIND:
            continue
        clause = text.clause_at(fact.span.start)
        start, end = max(clause.start, fact.span.start - REACH), min(clause.end, fact.span.end + REACH)
        words = text.plain[start:end]
        # 不点就失效 denies 点 and asserts 失效.
        tail = _CONSEQUENCE.split(text.plain[fact.span.start : max(end, fact.span.end)])[0]
        head = text.plain[start : fact.span.start]
        found.append(
            Denial(
                fact,
                negation.denied(fact.text),
                tail,
                head,
                clause.mark == "?" or _OPEN.search(words) is not None,
            )
        )
    return found


def _same_denial(a: Denial, b: Denial) -> bool:
    """Whether two denials deny the same thing, in whatever words."""
    if not a.verb or not b.verb:
        return False
    if a.verb in b.tail or b.verb in a.tail:
        return True
    return (a.verb[0] not in _WEAK and a.verb[0] in b.tail) or (
        b.verb[0] not in _WEAK and b.verb[0] in a.tail
    )


def _asserted(text: Normalized, denial: Denial, beside: str = "") -> str | None:
    """The words by which a text asserts what a denial denies, or None; `beside`: only where some of its words lead up."""
    verb = denial.verb
    if not verb or verb in _WEAK_VERBS or (len(verb) == 1 and verb in _WEAK):
        return None
    nouns = denial.fact.text[:1] in "没無无" and len(verb) == 1
    words = "有" + verb if nouns else verb
    plain = text.plain
    at = plain.find(words)
    while at >= 0:
        clause = text.clause_at(at)
        ahead = plain[max(clause.start, at - REACH) : at]
        behind = plain[at + len(words) : min(clause.end, at + REACH)]
        if (
            _NEGATES.search(_SET_PHRASES.sub("", ahead)) is None
            and clause.mark != "?"
            and _OPEN.search(ahead) is None
            and _NAMES.match(behind) is None
            and _AHEAD.search(ahead) is None
            and (not beside or _overlap(ahead, beside))
        ):
            return words
        at = plain.find(words, at + 1)
    return None


def turned(sources: Sources, text: Normalized, facts: tuple[Fact, ...]) -> Iterator[Reason]:
    """One reason for each denial that was dropped, turned round or added."""
    draft = sources.reading.draft
    many = [sum(fact.kind == negation.KIND for fact in some) for some in (sources.masked.facts, facts)]
    if many[0] * many[1] > MAX_COMPARISONS:
        yield Reason("fact_missing", "否定过多，无法逐一核对")
        return
    old = denials(draft, sources.masked.facts)
    new = denials(text, facts)
    matched: set[int] = set()
    unmatched: list[Denial] = []
    for denial in old:
        partners = [i for i, other in enumerate(new) if _same_denial(denial, other)]
        if partners:
            matched.update(partners)
            yield from _letter(sources, text, denial)
        else:
            unmatched.append(denial)
    free = [other for i, other in enumerate(new) if i not in matched and not other.open]
    spare = _spare(draft, text, free) if unmatched else 0
    for denial in unmatched:
        asserted = _asserted(text, denial)
        if asserted is not None and (
            _asserted(draft, denial) is None
            or (len(denial.head) > 1 and _asserted(text, denial, denial.head))
        ):
            yield Reason("fact_changed", f"原文的“{denial.fact.text}”变成了肯定")
        elif _must_stay(sources, denial) and not denial.open:
            yield from _letter(sources, text, denial)
        elif (
            denial.open
            or (denial.verb[:1] in {"够", "夠"} and "不足" in text.plain)
            or _BRUSHES_OFF.match(fold(denial.fact.text))
            or sources.offences.excuses(denial.fact)
        ):
            continue
        elif spare > 0 or (free and denial.verb in _ANY):
            spare -= 1
        elif not sources.offences.findings or not _ABOUT_A_PERSON.search(denial.head):
            yield Reason("fact_missing", f"原文的“{denial.fact.text}”不见了")
    yield from _added(sources, free, unmatched)
    yield from _moved(draft, old, new)
    yield from prohibitions.lifted(draft, text)


def _spare(draft: Normalized, text: Normalized, free: list[Denial]) -> int:
    """How many denials of a candidate may stand for one of the draft, in other words."""
    known = _content(draft.plain)
    return sum(len(_content(other.head + other.tail) & known) > 1 for other in free) + len(
        set(_LACKS.findall(text.plain)) - set(_LACKS.findall(draft.plain))
    )


def kept(fact: Fact, found: list[Denial]) -> bool:
    """Whether one of these denials says what a negation of the draft says."""
    verb = negation.denied(fact.text)
    return any(_same_denial(Denial(fact, verb, squeeze(fact.text), "", open=False), other) for other in found)


def _content(words: str) -> frozenset[str]:
    """The characters of a text that say what it is about."""
    return frozenset(words) - _EMPTY


def _must_stay(sources: Sources, denial: Denial) -> str | None:
    """The refusal that has to come back to the letter, or None: 不含 of 不含安装费."""
    words = squeeze(denial.tail)
    letter = next((one for one in _TO_THE_LETTER if words.startswith(one)), None)
    return None if letter is None or sources.offences.excuses(denial.fact) else letter


def _letter(sources: Sources, text: Normalized, denial: Denial) -> Iterator[Reason]:
    """A reason when a refusal that has to come back to the letter does not."""
    letter = _must_stay(sources, denial)
    if letter is not None and letter not in squeeze(text.plain):
        yield Reason("fact_missing", f"原文的“{letter}”没有原样保留")


def _manner(denial: Denial) -> str:
    """How a denial denies: that something has happened (没, 未), or that it does, is or can."""
    words = denial.fact.text.lstrip("暂尚还還并仍從从請请")
    return "yet" if words[:1] in "没沒未" else words[:1]


def _added(sources: Sources, free: list[Denial], unmatched: list[Denial]) -> Iterator[Reason]:
    """One reason for each denial that the draft gives no ground for."""
    draft = sources.reading.draft
    if not draft.raw:
        # Without a draft there is nothing to turn round; only a refusal of the customer's due needs a source.
        free = [denial for denial in free if not _GENERIC.match(denial.fact.text) or _DUE.search(denial.tail)]
    replaced = len(unmatched)
    manners = {_manner(denial) for denial in unmatched}
    for denial in free:
        if _HONEST.search(denial.tail):
            continue
        if (
            _asserted(draft, denial) is not None
            or _asserted(draft, denial._replace(verb=denial.verb[:1])) is not None
        ):
            yield Reason("fact_changed", f"“{denial.fact.text}”与原文相反")
        elif replaced and (_GENERIC.match(denial.fact.text) or _manner(denial) in manners):
            replaced -= 1
        elif replaced or not any(
            _DENIES_ANYHOW.search(source.plain) for source in (draft, *sources.reading.agent_before)
        ):
            yield Reason("fact_changed", f"“{denial.fact.text}”在原文中没有依据")


def _moved(draft: Normalized, old: list[Denial], new: list[Denial]) -> Iterator[Reason]:
    """A denial that now stands beside the words of another clause of the draft."""
    for denial in new:
        if denial.open:
            continue
        partners = [other for other in old if _same_denial(other, denial)]
        if not partners:
            continue
        verb = denial.verb[:1]
        # 不开发票，可以开收据: what is denied may stand on either side of the verb.
        named = all(len(other.tail) > len(other.fact.text) for other in partners)
        sides = [(denial.head, [other.head + other.tail for other in partners])]
        sides += [(_object(denial), [_object(other) for other in partners])] if named else []
        for side, theirs in sides:
            if len(side) < 2:
                continue
            own = max(_overlap(side, one) for one in theirs)
            for clause in draft.clauses:
                words = draft.plain[clause.start : clause.end]
                if (
                    verb in words
                    and _ASKS.search(words) is None
                    and not any(clause.start <= other.fact.span.start < clause.end for other in old)
                    and _overlap(side, words) > own
                ):
                    yield Reason("fact_changed", f"“{denial.fact.text}”换了对象")
                    return


def _object(denial: Denial) -> str:
    """What a denial denies and all behind it."""
    return denial.tail[max(denial.tail.find(denial.verb[:1]), 0) :]


def _overlap(a: str, b: str) -> int:
    """How many pairs of neighbouring characters two texts share."""
    return len({a[i : i + 2] for i in range(len(a) - 1)} & {b[i : i + 2] for i in range(len(b) - 1)})
