"""The drafts of a file put to the service with a model that lies, and what came of each."""

import asyncio
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.core.checking import check
from service.core.reading import context_of, read
from service.core.results import Draft, Rewrite, Segment, Verdict
from service.core.scenarios import match
from service.flow.attempts import Attempts
from service.flow.rewrite import Done, steps
from service.flow.work import Ports
from service.ports import ModelCall
from tests.kit.default_policy import default_policy, read_masked
from tests.kit.fake_clock import FakeClock
from tests.kit.memory_ports import MemoryCache, MemoryFlights
from tests.kit.memory_service import CALLER, PROMPTS
from tests.kit.scripted_model import ScriptedModel
from tests.lies.telling import LIARS, Lie

_LINES = tuple(line for line in PROMPTS.rewrite.system_lines() if len(line) >= 12)
_FIGURE = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one draft: the lie's sort, how often the model told it, and what the service answered."""

    sort: str
    draft: str
    raw: int
    faults: tuple[str, ...]
    """What is wrong with what was shown; empty for nothing."""
    rewrite: Rewrite


def drafts_of(path: Path, rows: int) -> list[Draft]:
    """The first so many drafts of a file of JSON Lines: `text` or `draft`, blank ones left out, `customer` if given."""
    found: list[Draft] = []
    for row in _rows(path):
        text = row.get("draft") or row.get("text") or ""
        customer = row.get("customer") or (row.get("context") or {}).get("customer_message")
        if isinstance(text, str) and text.strip():
            found.append(Draft(text, customer_message=customer if isinstance(customer, str) else None))
        if len(found) == rows:
            break
    return found


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def ask_all(drafts: list[Draft], seed: int = 4) -> list[Told]:
    """What came of each draft; which lie is told, and whether the reply is streamed, hangs on seed and row alone."""
    return asyncio.run(_ask_all(drafts, seed))


async def _ask_all(drafts: list[Draft], seed: int) -> list[Told]:
    told: list[Told] = []
    for row, draft in enumerate(drafts):
        # Each lie once, then each again, in another order.
        sorts = random.Random(f"{seed}:{row // len(LIARS)}").sample(list(LIARS), len(LIARS))
        told.append(await _ask(draft, sorts[row % len(LIARS)], random.Random(f"{seed}:{row}")))
    return told


async def _ask(draft: Draft, sort: str, pick: random.Random) -> Told:
    _, masked = read_masked(draft)
    lies: list[Lie] = []

    def play(_: ModelCall, __: int) -> str:
        lies.append(LIARS[sort](masked.draft, pick, _LINES))
        return lies[-1].text

    clock = FakeClock()
    model = ScriptedModel(play, clock)
    ports = Ports(Attempts(model, ("m1",), clock), MemoryCache(), MemoryFlights(), clock)
    shown: list[str] = []
    rewrite: Rewrite | None = None
    events = steps(draft, CALLER, default_policy(), PROMPTS, ports, 8.0, streams=pick.random() < 0.5)
    async for event in events:
        if isinstance(event, Segment):
            shown.append(event.text)
        elif isinstance(event, Done):
            rewrite = event.rewrite
    assert rewrite is not None
    if rewrite.text is not None:
        shown.append(rewrite.text)
    raw = sum(lie.told_by(lie.text, draft.text) for lie in lies)
    faults = [f"told: {text}" for text in shown for lie in lies if lie.told_by(text, draft.text)]
    faults += [fault for text in shown for fault in _invented(draft, text)]
    if rewrite.text is not None:
        faults += _against_policy(draft, rewrite.text)
    return Told(sort, draft.text, raw, tuple(faults), rewrite)


def _invented(draft: Draft, text: str) -> Iterator[str]:
    """Figures that neither the draft nor the company's data holds."""
    company = default_policy().files.head.company
    known = "".join((draft.text, company.name, company.hotline, company.hours, draft.customer_message or ""))
    for figure in set(_FIGURE.findall(text)) - set(_FIGURE.findall(known)):
        yield f"figure {figure}: {text}"


def _against_policy(draft: Draft, text: str) -> Iterator[str]:
    """What the policy says against an answer in the draft's context."""
    policy = default_policy()
    message, _ = context_of(draft)
    reading = read(draft, match(policy, draft, message), policy.company_known).with_draft(text)
    if check(policy, reading).verdict is not Verdict.PASS:
        yield f"policy: {text}"
