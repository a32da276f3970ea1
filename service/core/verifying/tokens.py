"""Whether a candidate uses tokens as it may: each of the draft's at least once and at most as often, none of its own."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial

from service.core.facts import TABLE
from service.core.masking import SURNAME, TOKEN_LIKE, Masked, Token
from service.core.results import Reason
from service.core.verifying.sources import CONTACTS, Sources

_WORDS = "|".join(sorted({kind.WORD for kind in TABLE if kind.WORD} | {"SURNAME"}))
# A token that lost its brackets, its case or its shape.
_BROKEN = re.compile(rf"(?i)(?<![a-z])(?:{_WORDS})\s?[_＿-]\s?\d")
_JOINTS = frozenset("_＿-")
_TOUCHED = re.compile(r"[0-9A-Za-z]\[[A-Z]{1,16}_\d{1,6}\]|\[[A-Z]{1,16}_\d{1,6}\][0-9A-Za-z/]")
_TITLES = re.compile(r"先生|女士|小姐|太太")


def misused(sources: Sources, candidate: str, *, whole: bool = True) -> Iterator[Reason]:
    """One reason for each token that is lacking, used too often, unknown or not for the agent to say.

    Nothing is lacking yet in a candidate that is not `whole`.
    """
    masked = sources.masked
    used = Counter(TOKEN_LIKE.findall(candidate)) if "_" in candidate else Counter[str]()
    for token in masked.tokens:
        count = used.pop(token.name, 0)
        if token.count_in_draft:
            if count == 0 and whole and not _may_go(sources, token):
                yield Reason("token_misused", f"缺少 {token.name}")
            elif count > token.count_in_draft:
                yield Reason("token_misused", f"{token.name} 多于原文的 {token.count_in_draft} 处")
        elif count and not _from_context(token):
            yield Reason("token_misused", f"{token.name} 不出自草稿或客服此前的话")
    yield from _glued(sources, candidate)
    for name in used:
        yield Reason("token_misused", f"{name} 不存在")
    rest = TOKEN_LIKE.sub(partial(_unknown, masked), candidate) if masked.tokens else candidate
    if not _JOINTS.isdisjoint(rest) and _BROKEN.search(rest):
        yield Reason("token_misused", "标记被改写")
    yield from _tags(sources, candidate)
    yield from _title(sources, candidate)


def _unknown(masked: Masked, match: re.Match[str]) -> str:
    """What a token of this request leaves (nothing), and one that is none (itself)."""
    name = match.group()
    return "" if name in masked.by_name else name


def _glued(sources: Sources, candidate: str) -> Iterator[Reason]:
    """A letter or digit that touches a token makes another value of it: [LINK_1]2 is another page."""
    if "[" not in candidate:
        return
    draft = sources.masked.draft
    for match in _TOUCHED.finditer(candidate):
        if match.group() not in draft:
            yield Reason("token_misused", "标记与字母或数字连在一起")
            return


def _may_go(sources: Sources, token: Token) -> bool:
    """Whether a rule forbids saying what the token hides, wherever the draft says it."""
    return all(
        sources.offences.forbid(fact) is not None for fact in sources.masked.hidden if fact.text == token.text
    )


def _from_context(token: Token) -> bool:
    """Whether a value that stands only in the context may be named."""
    return token.kind == SURNAME or token.said_by_agent or token.kind not in CONTACTS


def _tags(sources: Sources, candidate: str) -> Iterator[Reason]:
    """A page whose tags come back in another order is broken."""
    names = [token.name for token in sources.masked.tokens if token.kind == "html"]
    if names:
        tags = re.compile("|".join(map(re.escape, names)))
        if tags.findall(candidate) != tags.findall(sources.masked.draft):
            yield Reason("token_misused", "HTML 标签的顺序或数量变了")


def _title(sources: Sources, candidate: str) -> Iterator[Reason]:
    """A form of address that nobody gave is a guess; 先生/女士 together is none."""
    said = set(_TITLES.findall(candidate))
    if not said or len(said) > 1:
        return
    title = said.pop()
    if (
        title != sources.reading.title
        and title not in sources.own_words
        and title not in sources.customer_words
    ):
        yield Reason("fact_invented", f"称呼“{title}”没有依据")
