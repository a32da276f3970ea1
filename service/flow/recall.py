"""What this process has worked out already and need not work out again: reports, facts and proofs.

All three depend on nothing but what their names digest. A text that an agent checks and then has rewritten, a macro
sent for the hundredth time and a hit of the cache are read once. What is kept are digests, numbers and the ids of
rules; the words come from the request at hand. Drafts over `LONG` characters are worked out each time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from service.core.changes import Edit
from service.core.compiling import Policy
from service.core.facts import extract
from service.core.outlines import Outline, outlined, restored
from service.core.reading import context_of
from service.core.results import Draft, Fact, Hide, Report, ScenarioMatch
from service.core.text import Normalized, Span
from service.flow.aside import LONG
from service.flow.memory import Memory

MOST = 4096
"""So many of each are kept, the ones used last."""


@dataclass(frozen=True, slots=True)
class Proof:
    """That one text may leave as the rewrite of one draft, the policy aside, and what is to be said of it."""

    rules: tuple[str | None, ...]
    """For each fact of the draft, in its order: the rule that let it go, or None for one that stayed."""
    edits: tuple[Edit, ...]


class Recall:
    """The memories of one process."""

    def __init__(self, most: int = MOST) -> None:
        self.proofs: Memory[Proof] = Memory(most)
        self._reports: Memory[Outline] = Memory(most)
        self._facts: Memory[tuple[tuple[str, int, int, Hide], ...]] = Memory(most)

    def report(
        self,
        tenant: str,
        policy: Policy,
        draft: Draft,
        scenario: ScenarioMatch | None,
        text: str,
        make: Callable[[], Report],
    ) -> Report:
        """What the policy says of a text in the draft's context; `make` is asked when that is not known yet."""
        if len(text) > LONG:
            return make()
        message, history = context_of(draft)
        said = [f"{turn.role}:{turn.text}" for turn in history]
        known = "".join("1" if value else "0" for value in (draft.surname, draft.title, draft.agent_id))
        name = self._reports.name(
            (
                tenant, policy.stamp.name, policy.stamp.version, scenario.id if scenario else None, draft.channel,
                draft.stage, known, message, *said, text,
            )
        )  # fmt: skip
        outline = self._reports.get(name)
        if outline is not None:
            return restored(policy, text, outline)
        report = make()
        outline = outlined(policy, report)
        if outline is not None:
            self._reports.put(name, outline)
        return report

    def facts(self, tenant: str, text: Normalized) -> tuple[Fact, ...]:
        """The facts of a text."""
        if len(text.raw) > LONG:
            return extract(text)
        name = self._facts.name((tenant, text.raw))
        kept = self._facts.get(name)
        if kept is None:
            found = extract(text)
            self._facts.put(name, tuple([(fact.kind, *fact.span, fact.hide) for fact in found]))
            return found
        raw = text.raw
        return tuple([Fact(kind, raw[start:end], Span(start, end), hide) for kind, start, end, hide in kept])
