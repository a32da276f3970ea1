"""Whether a candidate commits the company to anything that the draft, the agent or the company's data does not hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import ahocorasick_rs

from service.core.compiling import Policy
from service.core.folding import fold
from service.core.once import once_per_policy
from service.core.results import Reason
from service.core.text import Normalized
from service.core.verifying.sources import Sources

# Ahead of committing words in a clause, these take the commitment back or leave it open.
_TAKES_BACK = re.compile(
    r"[不没无未勿非别]|暂停|拒绝|是否|能否|可否|如果|如需|如您|若|请问|避免|以免|关于|诉求|符合|条件|(?<![为帮替给])[您你客户]{1,2}[^，。]{0,4}(?:申请|要求|希望|提出|反映|提到|询问|咨询)"
)
_ASKS = re.compile(r"(?:吗|么|呢)$")
_NAMES = re.compile(
    r"^(?:的?(?:申请|诉求|要求|请求|问题|进度|事宜|政策|规则|规定|条件|标准|流程|情况|原因|方案|需求|结果))"
)
# What a compensation is made of; a draft that holds it in other words (钱退你) is its source.
_SUBSTANCE = {
    char: re.compile(pattern)
    for char, pattern in {
        "退": r"退(?![货换订出房休役])", "赔": "赔", "补": r"补(?![货件传办交充缴拍录单习])", "减": r"减(?![少速肥])", "免": r"(?<![避以难])免(?![得疫密])",
        "送": r"(?<![配派发运寄推])送(?![货达到修检餐件])", "赠": "赠", "券": "券", "返": r"返(?![回修厂工])", "折": r"折(?![叠腾旧])", "换": r"换(?![绑个])",
        "红": "红包", "修": r"修(?!改)",
    }.items()
}  # fmt: skip
_REACH = 40
"""So many characters on either side of committing words are read, within their clause."""
_THIRD_PARTY_ACTS = re.compile(r"会|将|要|来|去|到|上门|处理|送|修|派|打电话|联系")

_CAUSE = re.compile(
    r"(?:因为|由于|因(?![此为而故]|(?:工作|相关|公司|平台)?(?:规定|政策|流程))|受(?=[^，。]{2,12}影响))(?P<cause>[^，。！？；,;!?\n\[\]]{2,24})"
)
_COURTEOUS = re.compile(
    r"导致|造成|影响|原因|延误|带来|不便|我们|您|你|的|了|是|在|有|给|已|而|所|未能|暂时|无法|规定|规则|工作(?!失误)|流程|政策|[^一-鿿]"
)
# Who or what is to blame, with no word for a cause ahead of it: 是仓库发错货造成的, 怪我们没核对, 小哥放错地方了.
_BLAME = re.compile(
    r"(?<!不)(?:是(?!否|不是)|怪(?!不))(?P<cause>[^，。！？；,;!?\n\[\]]{1,14}?(?:造成|导致|引起|的(?:问题|过?错|责任|疏忽|失误)(?![题单码])))"
    r"|(?<!别)怪(?P<us>我们?[^，。！？；,;!?\n\[\]]{1,10})|(?P<slip>(?:[弄放发搞送拿贴]错|弄[丢坏混]|漏[发送装]))"
)
_FAULT = re.compile("[错漏丢坏混]|失误|疏忽|责任")
# What others are said to have said, and what is said to have been done already.
_SAYS = re.compile(
    r"(?<![和跟向与请让催找问给同由系])(?P<who>站点|站长|仓库|快递小?[员哥]|快递|小哥|骑手|司机|师傅|厂[家商]|银行|财务|物流|同事|主管|经理|领导|店长|工程师|总部|供应商)"
    r"(?:那边|方面|部门|人员)?(?:也|都)?(?:已经?|刚刚?)?(?:说|答应|同意|确认|承诺|表示|告知|答复)"
)
_TELLS = re.compile("[说讲答告称]|同意|确认|承诺|表示|回复|通知|反馈")
_DONE = re.compile(
    r"(?:已经?|刚刚?|刚才)(?:[为帮替给向跟和与][您你]?)?[^，。！？；,;!?\n\[\]]{0,4}?(?P<act>联系|催促?|通知|升级|核[实查]|查[询到过了]|问过|转[告达]|上报)"
)
# The matter said to be settled, and what the customer is said to have done.
_SETTLED = re.compile(r"(?:已经?|刚刚?)(?:得到|获得)了?(?:妥善|及时|圆满)?(?P<act>处理|解决|修复|恢复)")
_YOU_DID = re.compile(r"您(?:们)?(?:都|也)?已经?(?P<act>[一-鿿]{1,3})了")
_OPEN = re.compile("[不没未若待等]|是否|如果|如您|请问|一旦")
_DONE_ANYHOW = re.compile("[已曾好完过]|了(?!再|才|就|便|以后|之后|没|吗)")
# Urging that a draft waves away is none that was done.
_URGES_NOT = re.compile("[别甭勿再老总]催|催什么催?|催也?没用|催催")
_KNOWN_SHARE = 0.3
"""Of the characters of a cause, so many must be known for it to count as the draft's own, told in other words."""
_BEARS = re.compile(
    r"(?<![给为替向])(?P<party>您|你|我们|我方|我司|本店|店家|商家|卖家|买家|平台|公司|厂家|客户)(?:这边|方|来|自行|自己|全部|全额|需要?|会|将)*(?:承担|负担|出(?=[，。！？,.!?]|$|钱|运费|邮费)|支付|赔|买单|报销)"
)
# 运费你付 is a source for 由您承担.
_PAYS = re.compile(
    r"(?P<party>您|你|我们?|我方|我司|本店|店家|商家|卖家|买家|平台|公司|厂家|客户)(?:来|自行|自己|需要?|会|将)*[付出掏]"
)
# Without one of these `_BEARS` cannot match, and looking for them costs next to nothing.
_BEARING = re.compile("承担|负担|出|支付|赔|买单|报销")
# 运费自己出 says who pays without naming anybody.
_ONESELF = re.compile("自[己行]?(?:承担|负担|出|支付|付|买单|理|费)|自己掏")
_PARTIES = {
    "你": "您",
    "买家": "您",
    "客户": "您",
    "我": "我们",
    "我方": "我们",
    "我司": "我们",
    "本店": "我们",
    "店家": "我们",
    "商家": "我们",
    "卖家": "我们",
    "公司": "我们",
}


@dataclass(frozen=True, slots=True)
class _Kind:
    """The words of one kind of commitment: the first `free` literals say nothing, the others commit."""

    name: str
    literals: tuple[str, ...]
    free: int
    automaton: ahocorasick_rs.AhoCorasick


@dataclass(frozen=True, slots=True)
class _Words:
    """All kinds, and one automaton over every committing word, each with the kinds that it belongs to."""

    kinds: tuple[_Kind, ...]
    any: ahocorasick_rs.AhoCorasick
    belongs: tuple[frozenset[int], ...]


@once_per_policy
def _words(policy: Policy) -> _Words:
    """The words of a policy, made ready to look for."""
    head = policy.files.head
    kinds: list[_Kind] = []
    belongs: dict[str, frozenset[int]] = {}
    for number, commitment in enumerate(head.commitments):
        free, words = _longest_first((*commitment.unless, *head.offers)), _longest_first(commitment.any)
        # The first literal that fits wins: what is free comes before what commits.
        first = ahocorasick_rs.AhoCorasick((*free, *words), matchkind=ahocorasick_rs.MatchKind.LeftmostFirst)
        kinds.append(_Kind(commitment.kind, (*free, *words), len(free), first))
        for word in words:
            belongs[word] = belongs.get(word, frozenset()) | {number}
    return _Words(tuple(kinds), ahocorasick_rs.AhoCorasick(tuple(belongs)), tuple(belongs.values()))


def _longest_first(words: tuple[str, ...]) -> list[str]:
    return [fold(word) for word in sorted(set(words), key=len, reverse=True)]


def added(sources: Sources, text: Normalized) -> Iterator[Reason]:
    """One reason for each commitment that no source of ours makes."""
    yield from _causes(sources, text)
    yield from _accounts(sources, text)
    yield from _bearers(sources, text)
    plain, words = text.plain, _words(sources.policy)
    held: dict[tuple[str, str], bool] = {}
    hits = words.any.find_matches_as_indexes(plain, overlapping=True)
    for number in sorted(frozenset[int]().union(*(words.belongs[literal] for literal, _, _ in hits))):
        kind = words.kinds[number]
        for literal, start, end in kind.automaton.find_matches_as_indexes(plain):
            if literal < kind.free or not _commits(text, kind.name, start, end):
                continue
            word = kind.literals[literal]
            if (kind.name, word) not in held:
                held[kind.name, word] = _held(sources, kind.name, word)
            if not held[kind.name, word]:
                yield Reason("commitment_invented", f"“{text.raw[start:end]}”没有依据")


def _causes(sources: Sources, text: Normalized) -> Iterator[Reason]:
    """One reason for each cause whose words come from nowhere."""
    known: set[str] | None = None
    for match in _CAUSE.finditer(text.plain):
        content = set(_COURTEOUS.sub("", match["cause"]))
        if known is None:
            known = set("".join(source.plain for source in (sources.reading.draft, *sources.own)))
        if content and len(content & known) < _KNOWN_SHARE * len(content):
            yield Reason("commitment_invented", f"原因“{text.raw[match.start() : match.end()]}”没有依据")


def _accounts(sources: Sources, text: Normalized) -> Iterator[Reason]:
    """One reason for each account of what happened (blame, another's words, work done) that comes from nowhere."""
    plain = text.plain
    found = [
        *[(match, _COURTEOUS.sub("", match.group())) for match in _BLAME.finditer(plain)],
        *[(match, match["who"]) for match in _SAYS.finditer(plain)],
        *[
            (match, match["act"].removeprefix("上")[0])
            for pattern in (_DONE, _SETTLED, _YOU_DID)
            for match in pattern.finditer(plain)
        ],
    ]
    if not found:
        return
    words = "".join(source.plain for source in (sources.reading.draft, *sources.own))
    known, told = frozenset(_URGES_NOT.sub("", words)), _TELLS.search(words) is not None
    for match, content in found:
        start = text.clause_at(match.start()).start
        taken_back = _OPEN if match.re in (_SETTLED, _YOU_DID) else _TAKES_BACK
        if taken_back.search(plain, max(start, match.start() - _REACH), match.start()):
            continue
        faults = set(_FAULT.findall(match.group())) if match.re is _BLAME else set()
        if (
            len(known.intersection(content)) < _KNOWN_SHARE * len(set(content))
            or (match.re is _SAYS and not told)
            or (match.re in (_SETTLED, _YOU_DID) and not _done(sources, match["act"]))
            or any(fault not in words for fault in faults)
        ):
            yield Reason("commitment_invented", f"“{text.raw[match.start() : match.end()]}”没有依据")


def _done(sources: Sources, act: str) -> bool:
    """Whether somebody says that something has been done which is called so; 交了再说 says nothing of the kind."""
    known = [sources.reading.draft, *sources.own]
    if sources.reading.customer is not None:
        known.append(sources.reading.customer)
    return any(
        act[0] in clause.text and _DONE_ANYHOW.search(clause.text) is not None
        for source in known
        for clause in source.clauses
    )


def _bearers(sources: Sources, text: Normalized) -> Iterator[Reason]:
    """One reason for each party that is newly said to pay or to answer for something."""
    said = _parties(text)
    if not said:
        return
    held = {party for source in (sources.reading.draft, *sources.own) for party in _parties(source)}
    held |= {
        _PARTIES.get(match["party"], match["party"]) for match in _PAYS.finditer(sources.reading.draft.plain)
    }
    if _ONESELF.search(sources.reading.draft.plain):
        held.add("您")
    for party in sorted(said - held):
        yield Reason("commitment_invented", f"“由{party}承担”没有依据")


def _parties(text: Normalized) -> set[str]:
    """The parties that a text says will pay or answer for something."""
    found: set[str] = set()
    if _BEARING.search(text.plain) is None:
        return found
    for match in _BEARS.finditer(text.plain):
        found.add(_PARTIES.get(match["party"], match["party"]))
    return found


def _commits(text: Normalized, kind: str, start: int, end: int) -> bool:
    """Whether words that commit do so where they stand."""
    clause = text.clause_at(start)
    ahead = text.plain[max(clause.start, start - _REACH) : start]
    behind = text.plain[end : max(min(clause.end, end + _REACH), end)]
    if clause.mark == "?" or _ASKS.search(behind) or (kind == "compensation" and _NAMES.match(behind)):
        return False
    return _TAKES_BACK.search(ahead) is None


def _held(sources: Sources, kind: str, word: str) -> bool:
    """Whether the draft, an earlier turn of the agent or the company says it, in these or like words."""
    alike = word.replace("您", "你")
    substance = [char for char in word if char in _SUBSTANCE] if kind == "compensation" else []
    noun = re.sub(r"[会将]$|^安排", "", word) if kind == "third-party" else ""
    core = re.sub(r"^(?:由于|因为|受|是)", "", alike) if kind == "cause" else alike
    for source in (sources.reading.draft, *sources.own):
        plain = source.plain.replace("您", "你")
        at = plain.find(core)
        while at >= 0:
            if _stated(source, at):
                return True
            at = plain.find(core, at + 1)
        if substance and all(_says(source, char) for char in substance):
            return True
        if noun and noun != word and _acts(source, noun):
            return True
    return False


def _stated(source: Normalized, at: int) -> bool:
    """Whether a source says something at this place rather than denying it."""
    clause = source.clause_at(at)
    return re.search(r"[不没无未勿非别]", source.plain[max(clause.start, at - _REACH) : at]) is None


def _says(source: Normalized, char: str) -> bool:
    """Whether a source grants what this character stands for."""
    return any(_stated(source, match.start()) for match in _SUBSTANCE[char].finditer(source.plain))


def _acts(source: Normalized, noun: str) -> bool:
    """Whether a source lets a third party act, rather than sending the customer there."""
    at = source.plain.find(noun)
    while at >= 0:
        clause = source.clause_at(at)
        if re.search(
            r"[找问]$|联系$", source.plain[max(clause.start, at - _REACH) : at]
        ) is None and _THIRD_PARTY_ACTS.search(source.plain, at, min(clause.end, at + _REACH)):
            return True
        at = source.plain.find(noun, at + 1)
    return False
