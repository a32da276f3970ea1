"""R22: what is true of facts and commitments over many seeded rewrites, wrong and honest."""

import random
from collections import Counter

from service.core import phrasebook
from service.core.checking import check
from service.core.verifying import judge
from tests.kit.corruptions import CORRUPTIONS
from tests.kit.policies import POLICY, hidden, prepared
from tests.kit.rewrites import pairs

_CASES_PER_KIND = 140


def test_no_corrupted_rewrite_passes() -> None:
    """A rewrite that changes, drops, swaps, turns or invents anything never reaches a customer: 0 of over 2,000."""
    tried, passed = Counter[str](), list[str]()
    pick = random.Random(22)
    for pair in pairs(2000, seed=1):
        reading, masked, before = prepared(pair.draft)
        for kind, corrupt in CORRUPTIONS.items():
            if tried[kind] >= _CASES_PER_KIND:
                continue
            wrong = corrupt(pair, pick)
            if wrong is None or wrong == pair.rewrite:
                continue
            tried[kind] += 1
            if not judge(POLICY, masked, hidden(wrong, masked), reading, before).reasons:
                passed.append(f"{kind}: {pair.draft} -> {wrong}")
    print(f"\ncorruptions: {len(passed)} of {tried.total()} passed; tried {dict(tried)}")
    assert tried.total() >= 2000
    assert min(tried.values()) >= 60
    assert passed == []


def test_honest_rewrites_are_not_turned_away() -> None:
    """At most 2 % of over 1,000 honest rewrites are refused: a strict judge that says no to good work helps nobody."""
    refused = list[str]()
    honest = [pair for pair in pairs(1500, seed=7) if pair.rewrite]
    for pair in honest:
        reading, masked, before = prepared(pair.draft)
        # As a model's text is judged: beside what the phrasebook makes of the draft.
        matter = next(phrasebook.candidates(POLICY, masked, reading), None)
        found = judge(POLICY, masked, hidden(pair.rewrite, masked), reading, before, matter=matter).reasons
        if found:
            refused.append(f"{pair.draft} -> {pair.rewrite}: {[(r.code, r.detail) for r in found]}")
    print(f"\nhonest rewrites: {len(refused)} of {len(honest)} refused")
    assert len(honest) >= 1000
    assert len(refused) <= 0.02 * len(honest), refused[:10]


def test_the_drafts_of_the_suite_are_worth_rewriting() -> None:
    """The suite speaks of drafts with findings too, where the judge is laxer: at least a fifth of them."""
    verdicts = Counter(check(POLICY, prepared(pair.draft)[0]).verdict.value for pair in pairs(400, seed=3))
    assert verdicts.total() - verdicts["pass"] >= 80
