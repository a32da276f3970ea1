"""A policy used once before anybody waits for it: what is made when first needed is made here."""

from service.core import masking, phrasebook, scenarios
from service.core.checking import check
from service.core.compiling import Policy
from service.core.facts import extract
from service.core.reading import read
from service.core.results import Draft

MAX_RULES = 60
"""Beyond this many rules the rest is made ready on its first use; a large policy must not load slowly."""
_DRAFT = "你好，订单SF1234567890不能退，電話13812345678自己打，3天内18:00前，不知道。"


def warm(policy: Policy) -> None:
    """Check a match of each rule, and rewrite one draft with the phrasebook, once."""
    for compiled in policy.rules[:MAX_RULES]:
        check(policy, read(Draft(compiled.rule.examples.match[0].text), None))
    draft = Draft(_DRAFT, customer_message="我的包裹到哪了？")
    reading = read(draft, scenarios.match(policy, draft, draft.customer_message), policy.company_known)
    phrasebook.rewrite(policy, masking.mask(reading, extract(reading.draft)), reading)
