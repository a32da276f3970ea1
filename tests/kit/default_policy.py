"""The policy that is shipped, compiled once for all tests that ask it."""

from functools import cache
from pathlib import Path
from typing import Any

from service.adapters.policy_files import load_policy
from service.core import masking, phrasebook, scenarios
from service.core.compiling import Policy, compile_policy
from service.core.facts import extract
from service.core.masking import Masked
from service.core.reading import Reading, context_of, read
from service.core.results import Draft

FOLDER = Path(__file__).parents[2] / "policy" / "default"


@cache
def default_policy() -> Policy:
    """The default policy as the service loads it."""
    return compile_policy(load_policy(FOLDER))


def read_masked(draft: Draft) -> tuple[Reading, Masked]:
    """A draft as the flow hands it to the phrasebook."""
    policy = default_policy()
    message, _ = context_of(draft)
    reading = read(draft, scenarios.match(policy, draft, message), policy.company_known)
    return reading, masking.mask(reading, extract(reading.draft))


def rewritten(text: str, **context: Any) -> str | None:
    """What the phrasebook makes of a draft, with everything that was masked put back."""
    reading, masked = read_masked(Draft(text=text, **context))
    answer = phrasebook.rewrite(default_policy(), masked, reading)
    return None if answer is None else masking.unmask(answer, masked)
