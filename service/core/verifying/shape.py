"""Whether a candidate looks like a reply at all: no refusal, no other language or script, no echo, no wrapping."""

import re
from collections.abc import Iterator
from functools import lru_cache

from service.core.blank import is_blank
from service.core.folding import fold
from service.core.kinds import squeeze
from service.core.masking import TOKEN_LIKE, Masked
from service.core.prefilter import Prefilter
from service.core.results import Reason, Verdict
from service.core.scope import any_of
from service.core.scope import squeeze as squeezed
from service.core.script import has_traditional, marks, script_of
from service.core.text import Normalized, han_share
from service.core.verifying import wrapping
from service.core.verifying.sources import Sources

MIN_HAN_SHARE = 0.5
_PARTS = re.compile("[。；！？]")
_TELLING_CHARS = 10
"""A sentence of a prompt of so many characters is nothing that an agent would happen to write."""
ROOM_FACTOR, ROOM_CHARS = 4, 120
"""A candidate may have this many times the draft's characters, and this many more."""
_MACHINE = (
    r"(?:作为|身为|我是|只是|是一?[个名款])[^，。！？\n]{0,12}?(?:AI(?![A-Za-z])|A\.I\.|人工智能|语言模型|大模型|大语言模型|聊天机器人|虚拟助[手理]|机器人|智能助[手理]|文本助手|改写助手|写作助手)"
    r"|语言模型|训练数据|知识截止|提示词|系统指令|系统提示词|ChatGPT|OpenAI|通义千问|文心一言|DeepSeek"
)
_CANNOT = r"(?:无法|不能|没法|没有?办法|不便|不方便|不可以|不会|难以|恕难|恕不|无权|不适合|不愿|不打算|拒绝|不被允许|未被允许)(?!马上|立刻|立即|当场)"
_META = (
    r"改写|重写|润色|续写|撰写|代写|生成|草稿|原文|这段(?:话|文字|文本|内容)|这句话|该(?:文本|内容|请求|指令|话题)|此(?:请求|指令|类(?:内容|请求|话题|问题))|(?:这个|这种|这类|这样的|您的这个?)(?:请求|指令|任务|话题)"
    r"|执行(?:这|该|此|您的)?[^，。]{0,4}(?:指令|任务|请求)|(?:完成|满足|处理|回应|响应|配合|协助|继续)[^，。]{0,6}(?:请求|指令|任务|对话)|(?:提供|给出|输出)[^，。]{0,6}(?:内容|文本|答案|回答|帮助|协助|建议)|回答[^，。]{0,8}(?:问题|请求)"
    r"|回答(?=[。，！]|$)|(?:相关|此类|该|这类)信息|访问(?:外部|互联网|网络|实时|您的)|从命|辱骂|骂人|不礼貌|侮辱|讨论|发表(?:评论|意见|看法)|作出评论"
    r"|[替帮为给]您(?:写|说)[^，。]{0,2}[这此那](?:样|种|类|段|句)"
    r"|(?:帮助|协助|帮)您?(?:完成|处理|解决|实现|做|进行)?(?:这|该|此)[个项类件]?"
)
_REFUSES = re.compile(
    rf"(?P<machine>{_MACHINE})|{_CANNOT}[^，。！？\n]{{0,8}}(?:{_META})"
    rf"|(?:这个|该|此|本|这类|此类)(?:请求|指令|任务|话题|内容)[^，。！？\n]{{0,4}}(?:我)?{_CANNOT}"
    r"|(?:违反|不符合|违背|触犯)[^，。]{0,8}(?:使用政策|内容政策|安全政策|使用准则|安全准则|道德|伦理|社区规范|平台规范|内容规范|安全规范|使用规范|指导原则)"
    r"|(?:有害|不当|敏感|冒犯性|攻击性|侮辱性|不适当|违规|不安全)的?(?:内容|信息|言论|请求|语言)"
    r"|(?:换个|换一个)(?:话题|问题)|(?:我|这)(?:还|暂时)?(?:没有|没)学会|(?:超出|不在)[^，。]{0,4}我的?(?:能力|知识)"
)
_OPENS_WITH_REFUSAL = re.compile(
    rf"^\W*(?:(?:很|非常|十分|真的)?(?:抱歉|对不起|不好意思|遗憾)|抱歉地)\W{{0,3}}(?:但是?|不过|恐怕|作为客服)?[，,]?(?:我|本人|这边|目前|暂时|现在|恐怕)*{_CANNOT}"
)
_REFUSES_IN_ENGLISH = re.compile(
    r"(?i)\b(?:as an? (?:ai|a\.i\.|artificial|language|large language|assistant)|i(?:'|’)?m (?:sorry|unable|afraid|just an|not able)|i am (?:sorry|unable|not able|an ai|just an)"
    r"|i (?:can(?:no|')?t|can’t|cannot|won(?:'|’)t|will not|do not|don(?:'|’)t|must decline|have to decline|apologi[sz]e|decline)|(?:sorry|unfortunately),? (?:but )?(?:i|we|this|that)\b"
    r"|language model|openai|my (?:guidelines|programming|training)|content policy|against (?:my|our) |unable to (?:assist|help|comply|process|fulfil|provide|rewrite)|not able to (?:assist|help|comply)|no can do|(?:must|have to) (?:respectfully )?decline|respectfully decline|can(?:no|')?t (?:assist|help|comply|do that))"
)
_DENIES = re.compile(r"[不没无未勿别拒恕难]")
_OTHER_SCRIPTS = re.compile("[\u3040-\u30ff\uac00-\ud7a3\u0400-\u04ff\u0600-\u06ff\u0e00-\u0e7f]")
_ENGLISH = re.compile(r"(?<![A-Za-z])(?:[A-Za-z][A-Za-z'’]{0,30}[,.]?\s{1,3}){4,12}[A-Za-z]")
_FIGURES = re.compile(r"\d+")
_NOT_HAN = re.compile("[^\u3400-\u9fff]+")
# Nearly every reply is none of these, and is told so in one pass.
_MAY_REFUSE = Prefilter(_REFUSES, _OPENS_WITH_REFUSAL, _REFUSES_IN_ENGLISH)
_MAY_BE_FOREIGN = Prefilter(_OTHER_SCRIPTS, _ENGLISH)


def room(masked: Masked) -> int:
    """The most characters that a masked candidate may have."""
    return ROOM_FACTOR * len(masked.draft) + ROOM_CHARS


def unlike_a_reply(
    sources: Sources, text: Normalized, canaries: tuple[str, ...], *, whole: bool = True
) -> Iterator[Reason]:
    """One reason for each way in which a candidate is no reply; nothing more is asked of an empty one.

    What is not `whole` may yet turn out to tell a line of the prompt, of which it holds the beginning.
    """
    draft = sources.reading.draft
    if is_blank(text.raw):
        yield Reason("empty", "没有内容")
        return
    if canaries and (leaks := _leaks(canaries, whole)) is not None and leaks.search(text.squeezed):
        yield Reason("echo", "泄露了提示词")
    if (
        draft.raw
        and sources.before.verdict is not Verdict.PASS
        and squeeze(text.raw) == squeeze(sources.masked.draft)
    ):
        yield Reason("echo", "与草稿相同，而草稿需要修改")
    if draft.raw and len(text.raw) > (most := room(sources.masked)):
        yield Reason("too_long", f"多于 {most} 字")
    yield from wrapping.wrapped(sources, text)
    yield from _refuses(sources, text)
    yield from _language(sources, text)
    yield from _script(sources, text)


@lru_cache(maxsize=8)
def _leaks(canaries: tuple[str, ...], whole: bool) -> re.Pattern[str] | None:  # noqa: FBT001 - a cache key
    """A search for lines of a prompt and their sentences, however they are spaced or marked, the numbers aside."""
    lines = [squeezed(line).lstrip("0123456789") for line in canaries]
    parts = [squeezed(part).lstrip("0123456789") for line in canaries for part in _PARTS.split(line)]
    least = _TELLING_CHARS if whole else _TELLING_CHARS // 2
    return any_of(dict.fromkeys([*filter(None, lines), *[part for part in parts if len(part) >= least]]))


def _refuses(sources: Sources, text: Normalized) -> Iterator[Reason]:
    """A refusal by the model, alone or within an answer."""
    plain, draft = text.plain, sources.reading.draft.plain
    if not _MAY_REFUSE.may_match(plain):
        return
    match = _REFUSES.search(plain)
    while match is not None:
        # An agent may turn down what the model's own words sound like, if the draft does.
        if match.group() not in draft and not (
            match["machine"] is None and _DENIES.search(draft) and _REFUSES.search(draft)
        ):
            yield Reason("refusal", "像是模型的拒答")
            return
        match = _REFUSES.search(plain, match.end())
    if sources.masked.draft and _OPENS_WITH_REFUSAL.search(plain) and _DENIES.search(draft) is None:
        yield Reason("refusal", "像是模型的拒答")
        return
    english = _REFUSES_IN_ENGLISH.search(plain)
    if english is not None and english.group().lower() not in draft.lower():
        yield Reason("refusal", "像是模型的拒答")


def _language(sources: Sources, text: Normalized) -> Iterator[Reason]:
    """Another language than the draft's."""
    draft = sources.reading.draft.plain
    words = TOKEN_LIKE.sub("", text.plain) if "[" in text.plain else text.plain
    if _MAY_BE_FOREIGN.may_match(words):
        if _OTHER_SCRIPTS.search(words) and not _OTHER_SCRIPTS.search(draft):
            yield Reason("wrong_language", "夹有其他语言")
            return
        english = _ENGLISH.search(words)
        if english is not None and squeeze(english.group()).lower() not in squeeze(draft).lower():
            yield Reason("wrong_language", "夹有成句的外文")
            return
    named = [fold(fact.text) for fact in sources.masked.facts if fact.kind in ("word", "model_name")]
    # Enough Han whatever is left aside: that is nearly every reply.
    if 2 * (len(_NOT_HAN.sub("", words)) - sum(map(len, named))) >= len(words) > 0:
        return
    for name in named:
        words = words.replace(name, "")
    # Figures belong to no language.
    words = _FIGURES.sub("", words)
    if draft and han_share(draft) < MIN_HAN_SHARE:
        return
    if any(char.isalnum() for char in words) and han_share(words) < MIN_HAN_SHARE:
        yield Reason("wrong_language", "不是中文")


def _script(sources: Sources, text: Normalized) -> Iterator[Reason]:
    """Simplified words in a Traditional text, or the other way round."""
    draft = sources.masked.draft
    if not has_traditional(draft) and not has_traditional(text.raw):
        return
    script = script_of(draft)
    if script is None:
        return
    simplified, traditional = marks(text.raw)
    strange = (simplified if script == "traditional" else traditional) - frozenset(draft)
    if strange:
        yield Reason("script_changed", "繁简与草稿不同：" + "".join(sorted(strange))[:8])
