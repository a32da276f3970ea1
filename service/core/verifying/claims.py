"""Whether the readable facts of the draft come back, in its own spelling, and nothing is stated that no source holds."""

import re
from collections import Counter
from collections.abc import Iterator

from service.core.facts import extract, same
from service.core.kinds import squeeze
from service.core.masking import TOKEN_LIKE
from service.core.results import Fact, Reason, RejectionCode
from service.core.text import Normalized
from service.core.verifying.sources import CONTACTS, Sources, stands_in

_JUDGED_ELSEWHERE = frozenset({"negation", "limit"})
# A date in a wish or in thanks states nothing: 感谢您今天的来电.
_WISH = re.compile(r"祝|感谢|谢谢")
# A figure that only the customer named, beside such words, grants what the customer demands.
_GRANTS = re.compile(
    r"退|赔|补|减免|免除|返|抵|送达|送到|到账|给您|为您|解决|处理好|处理完|完成|答复|回复|安排|上门|发出|发货|寄出|之?内|之?前|以前|后(?:会|给|为|将)"
)
_PAST_DAYS = frozenset({"今天", "今日", "昨天", "昨日", "前天", "上周", "上个月", "去年", "今年"})
_GRANTED = frozenset({"money", "percentage", "duration", "date", "time", "number", "count"})
_DEADLINES = frozenset({"date", "time", "duration", "money"})
_FOREIGN: dict[str, RejectionCode] = {"html": "markup", "placeholder": "token_misused"}
# Words that a rude draft uses without stating anything.
_EMPTY_WORDS = frozenset({"ok", "hi", "hello", "bye", "sorry", "no", "yes"})
_DIGIT = re.compile(r"\d")


def candidate_facts(sources: Sources, text: Normalized) -> tuple[Fact, ...]:
    """The facts of a candidate, the tokens of this request aside."""
    known = sources.masked.by_name
    return tuple(fact for fact in extract(text) if fact.text not in known)


def lost_and_invented(sources: Sources, text: Normalized, facts: tuple[Fact, ...]) -> Iterator[Reason]:
    """One reason for each fact that is missing, changed or made up."""
    squeezed = squeeze(text.raw)
    here = {squeeze(fact.text) for fact in facts}
    missing = [
        fact
        for fact in sources.masked.facts
        if fact.kind not in _JUDGED_ELSEWHERE
        and squeeze(fact.text) not in here
        and not _literally_in(fact.text, squeezed)
        and not _may_go(sources, fact)
        and not (_spoken(fact) and any(same(fact, other) for other in facts))
    ]
    invented: list[Fact] = []
    for fact in facts:
        if fact.kind in _JUDGED_ELSEWHERE or TOKEN_LIKE.fullmatch(fact.text) or sources.holds(fact):
            continue
        reason = _unfounded(sources, text, fact)
        if reason is not None and reason.code == "fact_invented":
            invented.append(fact)
        if reason is not None:
            yield reason
    yield from _said_again(sources, text, facts)
    for fact in missing:
        changed = any(other.kind == fact.kind and not same(fact, other) for other in invented) or any(
            same(fact, other) for other in facts
        )
        yield Reason("fact_changed" if changed else "fact_missing", f"原文的“{fact.text}”没有原样保留")


def _said_again(sources: Sources, text: Normalized, facts: tuple[Fact, ...]) -> Iterator[Reason]:
    """One reason for each figure of the draft that now grants something more often than anybody said it."""
    if not any(fact.kind in _DEADLINES for fact in facts):
        return
    said = Counter(squeeze(fact.text) for fact in (*sources.masked.facts, *sources.own_facts))
    granting: Counter[str] = Counter()
    grants: dict[int, bool] = {}
    for fact in facts:
        spelling = squeeze(fact.text)
        if fact.kind in _DEADLINES and spelling in said:
            clause = text.clause_index(fact.span.end - 1)
            if clause not in grants:
                start, end = text.clause_range(clause)
                grants[clause] = _GRANTS.search(text.plain[start:end]) is not None
            granting[spelling] += grants[clause]
    for spelling, count in granting.items():
        if count > said[spelling]:
            yield Reason("commitment_invented", f"“{spelling}”比原文多许诺了一次")


def _spoken(fact: Fact) -> bool:
    """Whether a fact is a day counted from today, which has no spelling to keep (这个月, 本月)."""
    return fact.kind == "date" and _DIGIT.search(fact.text) is None


def _literally_in(words: str, squeezed: str) -> bool:
    """Whether a fact stands in a text in its own spelling (white space aside)."""
    return squeeze(words) in squeezed and stands_in(words, squeezed)


def _may_go(sources: Sources, fact: Fact) -> bool:
    """Whether a fact of the draft need not come back."""
    if sources.offences.forbid(fact) is not None or sources.offences.rhetoric(fact):
        return True
    if fact.kind == "word" and fact.text.lower() in _EMPTY_WORDS and sources.offences.near(fact) is not None:
        return True
    # 今天 and 三次 in a rebuke are its rhetoric; figures in digits and days to come always count.
    soft = fact.text in _PAST_DAYS or (fact.kind in ("count", "word") and _DIGIT.search(fact.text) is None)
    return soft and (sources.offences.overlap(fact) or sources.offences.beside(fact) is not None)


def _unfounded(sources: Sources, text: Normalized, fact: Fact) -> Reason | None:
    """Why a fact of a candidate that no source of ours holds may not be stated, or None if it may."""
    clause = text.clause_at(fact.span.end - 1) if text.clauses else None
    around = text.plain[clause.start : clause.end] if clause else text.plain
    reading = sources.reading
    wished = fact.kind == "date" and _DIGIT.search(fact.text) is None and _WISH.search(around) is not None
    addressed = bool(reading.surname and reading.title) and fact.text == f"{reading.surname}{reading.title}"
    if wished or addressed:
        return None
    if fact.kind in _FOREIGN:
        return Reason(_FOREIGN[fact.kind], f"“{fact.text}”不在原文中")
    if fact.kind not in CONTACTS and sources.customer_holds(fact):
        granted = fact.kind in _GRANTED and _GRANTS.search(around) is not None
        return Reason("commitment_invented", f"“{fact.text}”只是客户的说法") if granted else None
    detail = "联系方式或号码没有依据" if fact.hide != "none" else f"“{fact.text}”没有依据"
    return Reason("fact_invented", detail)
