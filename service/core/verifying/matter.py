"""A candidate beside what the phrasebook makes of the draft: it may be said better, not less, and not as curtly."""

import re
from collections.abc import Iterator

from service.core.phrasebook import worth
from service.core.results import Reason
from service.core.text import Clause, Normalized, normalize, squeezed
from service.core.verifying.sources import Sources

# Function words, and what denials and limits are made of: those have verifiers of their own.
_EMPTY = frozenset(
    "的了吗呢吧啊呀嘛咯哦就才也都还再又很太真是在有个这那您你我们他她它自己请麻烦一下不没无未别能会可以要得地着过把被给让对"
    "和与及或其及从到去来上下里中后前时之所先等说什么怎哪几多少为因而但只仅最至已经正将应该需想每当如果若则即使便好抱歉谢"
)
_HAN = "\u3400"
_LEAST = 2
"""A clause with fewer characters of its own says too little to be looked for."""
_LEAST_IN_ALL = 4
_LOST = 1 / 3
"""A clause is gone when less than this share of its own characters is in the candidate."""
_KEPT = 2 / 3
"""It is part of the matter when at least this share of them is in the text that keeps to the matter."""
# What is left to the tact of whoever rewrites: an order, a quarrel, a consequence held up to the customer.
_LEFT_OUT = re.compile(r"自己|再说|^看|^赶紧|^快|不然|否则|反正|谁让|谁叫|本来")
_THIN = 1 / 2
"""The matter is gone when no more than this share of the characters of all its clauses is in the candidate."""
_CURT = re.compile(r"自己|别(?![的人处])|赶紧|赶快|等着|爱[一-鿿]不")
_LEAST_CURT = 3
_SURE, _SURE_LEFT_OUT = 200, -800
"""So many hundredths of a logit curt is a clause that needs no such word; the second where the better text has nothing of it."""


def against(sources: Sources, text: Normalized, matter: str) -> Iterator[Reason]:
    """What speaks against a candidate, `matter` being what the customer can use of the draft, said politely."""
    beside = normalize(matter)
    yield from _lost(sources, text, beside)
    yield from _curt(sources, text, beside)


def _curt(sources: Sources, text: Normalized, beside: Normalized) -> Iterator[Reason]:
    """One reason when a curt clause of the draft stands there as it was, though it can be said better or left out."""
    said = _han(beside.plain)
    bare = {squeezed(clause.text) for clause in text.clauses}
    for clause in sources.reading.draft.clauses:
        words = squeezed(clause.text)
        if (
            len(words) >= _LEAST_CURT
            and words in text.squeezed
            and words not in beside.squeezed
            and _sounds_curt(sources, clause, said, bare=words in bare)
        ):
            yield Reason("echo", f"照搬了草稿里生硬的话：“{clause.text}”")
            return


def _sounds_curt(sources: Sources, clause: Clause, said: set[str], *, bare: bool) -> bool:
    """Whether a clause that is not said so in the better text sounds curt.

    Less is enough when it stands `bare`, with no courtesy before it, and the better text left it out.
    """
    if _CURT.search(clause.text):
        return True
    model = sources.policy.curt
    if model is None:
        return False
    own = _han(sources.reading.draft.plain[clause.start : clause.end])
    facts = [fact.span for fact in (*sources.masked.facts, *sources.masked.hidden)]
    left_out = (
        bare
        and len(own & said) < _LOST * len(own)
        and not any(span.start < clause.end and clause.start < span.end for span in facts)
    )
    return model.weigh_clause(clause.text + clause.mark) > (_SURE_LEFT_OUT if left_out else _SURE)


def _lost(sources: Sources, text: Normalized, beside: Normalized) -> Iterator[Reason]:
    """One reason when a candidate leaves out a clause of the matter, or most of what the draft is about.

    Counted in characters, whatever their order: a rewrite may put it in other words, but not in none.
    """
    here, kept = _han(text.plain), _han(beside.plain)
    whole: set[str] = set()
    for clause, own in _plain_clauses(sources):
        if len(own & kept) < _KEPT * len(own):
            continue
        if len(own & here) < _LOST * len(own):
            yield Reason("fact_missing", f"原文的“{clause.text}”不见了")
            return
        whole |= own
    if len(whole) >= _LEAST_IN_ALL and len(whole & here) <= _THIN * len(whole):
        yield Reason("fact_missing", "原文要说的事不见了")


def _plain_clauses(sources: Sources) -> Iterator[tuple[Clause, set[str]]]:
    """The clauses about the matter that no rule objects to and no fact stands in, with their own characters."""
    draft = sources.reading.draft
    facts = [fact.span for fact in (*sources.masked.facts, *sources.masked.hidden)]
    faults = [finding.span for finding in sources.offences.findings]
    for clause in draft.clauses:
        if any(span.start < clause.end and clause.start < span.end for span in (*faults, *facts)):
            continue
        words = draft.plain[clause.start : clause.end].strip()
        own = _han(words) - _EMPTY
        if len(own) >= _LEAST and worth.useful(words) and not _LEFT_OUT.search(words):
            yield clause, own


def _han(text: str) -> set[str]:
    return {char for char in text if char >= _HAN}
