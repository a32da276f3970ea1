"""Which clauses of a draft may go for how they sound, though no rule knows their words."""

import re
from collections.abc import Callable, Iterable

from service.core.checking import check
from service.core.compiling import Policy
from service.core.folding import fold
from service.core.phrasebook.pieces import split
from service.core.phrasebook.settling import Curt
from service.core.phrasebook.style import laid_out
from service.core.phrasebook.worth import idle, useful
from service.core.quarrel import quarrels
from service.core.reading import Reading
from service.core.results import Severity
from service.core.tone import ToneModel

_WARM = -200
"""A draft that weighs more than this, in hundredths of a logit, is not warm: few good replies do, and nearly all rude ones."""
_SHORTEST = 3
_IDLE, _ENOUGH, _SURE = -500, -150, 200
"""How curt a clause of such a draft has to sound to go: one that says nothing, any, one about the matter."""
_CURT = 300
"""The same for a draft that is warm."""
_MAYBE, _MAYBE_QUARRELS, _DOUBTED = -200, -500, -800
"""Up to here a clause is none that offends; the others where its words look like a quarrel, or a rule objects."""
# A wish, thanks or a condition is said for courtesy, however often it comes in cold replies.
_COURTESY = re.compile(r"祝(?:愿|您)|感谢|谢谢您的|理解您|您的心情|还请您|麻烦您|^(?:如|若)(?:您|果您|有)")


def warm(policy: Policy, reading: Reading) -> bool:
    """Whether the draft as a whole sounds as a good reply does."""
    return policy.coldness(reading.draft) <= _WARM


def curtness(policy: Policy, reading: Reading) -> Curt:
    """Tells which clauses may go for how they sound: those that say little, or sound very curt.

    Where a rule has given way to a warm tone, its word counts again: less than that is enough.
    """
    model = policy.curt
    if model is None or laid_out(reading.draft.raw):
        return never
    doubted, kindly = _doubted(policy, reading), warm(policy, reading)
    heard = reading.customer.plain if reading.customer else ""

    def curt(words: str, mark: str) -> bool:
        plain = fold(words)
        if any(one in words for one in doubted):
            least = _DOUBTED
        elif kindly:
            least = _CURT
        elif _COURTESY.search(plain) and not quarrels(plain):
            least = _SURE
        elif idle(plain, mark, heard):
            least = _IDLE
        else:
            least = _SURE if useful(plain) else _ENOUGH
        return len(plain) >= _SHORTEST and _weight(model, plain, mark) > least

    return curt


def _weight(model: ToneModel, plain: str, mark: str) -> float:
    """How curt a clause sounds once the customer is 您: how he is called is mended in any case."""
    return model.weigh_clause(plain.replace("你", "您") + mark)


def _doubted(policy: Policy, reading: Reading) -> list[str]:
    """The words that rules object to which give way to the draft's tone, save those with a safe replacement."""
    found = check(policy, reading, yields=False).findings
    return [
        one.text
        for one in found
        if one.severity is not Severity.INFO
        and not one.rule.startswith("tone.")
        and not any(other.safe for other in one.replacements)
    ]


def worth_keeping(policy: Policy, reading: Reading, draft: str) -> str:
    """The words of a masked draft without those of clauses that may offend."""
    model = policy.curt
    if model is None or laid_out(reading.draft.raw):
        return draft
    curt, doubted = curtness(policy, reading), _doubted(policy, reading)
    kept: list[str] = []
    for piece in split(draft):
        plain = fold(piece.words)
        weight = _weight(model, plain, piece.mark)
        least = _MAYBE_QUARRELS if quarrels(plain) else _MAYBE
        if any(one in piece.words for one in doubted):
            least = _DOUBTED
        if weight <= least and not curt(piece.words, piece.mark):
            kept.append(piece.words)
    return "".join(kept)


def never(_words: str, _mark: str) -> bool:
    """Takes no clause for curt."""
    return False


def holding(facts: Iterable[str]) -> Callable[[str], bool]:
    """Tells which words hold one of these."""
    wanted = tuple(facts)
    return lambda words: any(fact in words for fact in wanted)


def sparingly(curt: Curt, holds_fact: Callable[[str], bool], leaning: Iterable[str]) -> Curt:
    """The same without clauses that hold a fact, or deny anything but what the customer shall not do (别拖)."""
    denies = holding(fact for fact in leaning if not fact.startswith("别"))
    return lambda words, mark: not holds_fact(words) and not denies(words) and curt(words, mark)
