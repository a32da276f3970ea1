"""Which of the manual's replies answer a customer's message: those of the scenario it shows, each doing another thing."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from service.core.compiling import Policy
from service.core.phrasebook.slots import fill
from service.core.phrasing import Scenario
from service.core.results import Act, Draft, ScenarioMatch, Source
from service.core.script import script_of, to_traditional

CANDIDATES = 5
"""So many scenarios are told as candidates."""
_STEP = 0.05
# A form of address is a short name; what is longer, or holds a figure, is a message in the wrong field.
_NAME = re.compile(r"[^\W\d_]{1,6}(?:·[^\W\d_]{1,6})?")


class Proposal(NamedTuple):
    """One reply before it is verified."""

    text: str
    scenario: str
    does: Act
    score: float
    """0-1."""
    source: Source


def proposals(
    policy: Policy, draft: Draft, message: str | None, ranked: Sequence[ScenarioMatch]
) -> list[Proposal]:
    """The replies of the ranked scenarios, best first, no two of which do the same.

    `draft` is the context with an empty text. A reply for another channel, or with a slot that nothing is known
    for, is left out.
    """
    values = _values(policy, draft)
    traditional = message is not None and script_of(message) == "traditional"
    found: list[Proposal] = []
    done: set[Act] = set()
    for match in ranked:
        for text, does in _replies(policy.scenarios[match.id], draft, values):
            if does in done:
                continue
            done.add(does)
            score = round(max(0.0, match.score - _STEP * len(found)), 2)
            entry = policy.scenarios[match.id].source
            source = Source(entry.document, entry.section, entry.item, entry.manual_id)
            said = to_traditional(text) if traditional else text
            found.append(Proposal(said, match.id, does, score, source))
    return found


def _replies(scenario: Scenario, draft: Draft, values: dict[str, str]) -> Iterator[tuple[str, Act]]:
    channel = draft.channel or "chat"
    for reply in scenario.replies:
        text = fill(reply.text, values)
        if text is not None and (not reply.channel or channel in reply.channel):
            yield text, reply.does


def _values(policy: Policy, draft: Draft) -> dict[str, str]:
    """What is known for the slots; a customer without a title has no form of address, for none is guessed."""
    company = policy.files.head.company
    surname, title = draft.surname or "", draft.title or ""
    named = _NAME.fullmatch(surname) and _NAME.fullmatch(title)
    values = {
        "customer": f"{surname}{title}" if named else "",
        "company": company.name,
        "hotline": company.hotline,
        "hours": company.hours,
        "agent_id": draft.agent_id or "",
    }
    return {name: value for name, value in values.items() if value}
