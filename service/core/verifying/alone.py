"""What the policy holds against a clause of a candidate on its own, whatever courtesy stands beside it."""

from service.core.checking import check
from service.core.compiling import Policy
from service.core.folding import fold
from service.core.kinds import squeeze
from service.core.once import once_per_policy
from service.core.reading import Reading, ReadText
from service.core.respelling import SPELT
from service.core.results import Finding, Severity
from service.core.verifying.sources import Sources, how_not_what, only_how


@once_per_policy
def _of_weight(policy: Policy) -> frozenset[int]:
    """The rules that may be an error about saying a thing at all; what is spelt oddly may wake any of them."""
    return frozenset(
        {SPELT}
        | {
            number
            for number, one in enumerate(policy.rules)
            if Severity.ERROR in (one.severity, *one.by_channel.values())
            and not how_not_what(one.rule.id, one.rule.category)
        }
    )


def left_over(sources: Sources, final: Reading) -> list[Finding]:
    """What the policy holds against the draft and finds again in a candidate; `final` is of the candidate, unmasked.

    A rule that gives way to a warm tone does so in a reply that somebody wrote, not where a rewrite left what it was
    told to mend.
    """
    blamed = {(one.rule, squeeze(fold(one.text))) for one in sources.offences.findings if not only_how(one)}
    if not blamed or not any(words in final.draft.squeezed for _, words in blamed):
        return []
    found = check(sources.policy, final, yields=False).findings
    return [
        one
        for one in found
        if one.severity is not Severity.INFO and (one.rule, squeeze(fold(one.text))) in blamed
    ]


def offensive(sources: Sources, final: Reading) -> list[Finding]:
    """Errors on words that the draft has not, in clauses that it has not; `final` is of the candidate, unmasked.

    The courtesy around an insult is a model's own work; in a draft it is a person's, who may well mean it.
    """
    policy, text, draft = sources.policy, final.draft, sources.own_words
    of_weight = _of_weight(policy)
    found: list[Finding] = []
    for clause in text.clauses:
        if squeeze(text.plain[clause.start : clause.end]) in draft:
            continue
        alone = ReadText(text.raw[clause.start : clause.end])
        # Most clauses wake no such rule, and need not be checked.
        if not of_weight.isdisjoint(policy.woken(alone)):
            found += [
                one
                for one in check(policy, final.with_draft(alone)).findings
                if one.severity is Severity.ERROR and not only_how(one)
            ]
    return [one for one in found if squeeze(fold(one.text)) not in draft]
