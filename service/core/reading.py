"""A draft with its context, every text normalised once: what all later steps read."""

import re
from bisect import bisect_left
from itertools import pairwise
from operator import sub
from typing import NamedTuple

from service.core.clauses import ClauseKind, kinds, quotations
from service.core.results import Channel, Draft, ScenarioMatch, Stage, Turn
from service.core.text import CLAUSE_JOINT, Clause, Normalized, Sentence, Span, normalize

HISTORY_TURNS = 6
_JOINT = CLAUSE_JOINT.encode()


LONG = 2000
"""A text of so many characters is searched once for each thing, and not once for each place that asks."""


class ReadText(Normalized):
    """A text whose clauses know what they do."""

    respelt = False
    """Whether words of the text as sent were written out in it."""

    def __init__(self, raw: str) -> None:
        super().__init__(raw)
        self.sent = raw
        """The text as sent."""
        self._kinds: dict[int, frozenset[ClauseKind]] = {}
        self._quotations: tuple[tuple[int, int], ...] | None = None
        self._whole: bytes | None = None
        self._places: dict[re.Pattern[str], list[tuple[int, int]]] = {}

    def back(self, span: Span) -> Span | None:
        """The span over the text as sent; None where it says nothing that the text as sent does not say itself."""
        return span

    @property
    def has_single(self) -> bool:
        """Whether a character stands by itself, between what is no word."""
        at = self._at
        return 1 in map(sub, at[1:], at)

    @property
    def seams(self) -> list[tuple[str, int, int]]:
        """What stands between each two runs of words, and its range in the text."""
        return list(zip(self._gaps[:-1], self._ends, self._starts[1:], strict=False))

    def words_of(self, first: int, last: int, *, apart: bool) -> bytes:
        """The words of some clauses in UTF-8, `，` between them if `apart`."""
        cuts, squeezed = self.cuts, self.squeezed
        if first == last or not apart:
            return squeezed[cuts[first] : cuts[last + 1]].encode()
        between = pairwise(cuts[first : last + 2])
        return _JOINT.join([squeezed[at:until].encode() for at, until in between])

    @property
    def whole(self) -> bytes:
        """All the words in UTF-8, `，` between clauses and at both ends."""
        if self._whole is None:
            self._whole = self.joined.encode()
        return self._whole

    def found(self, words: re.Pattern[str], start: int, end: int) -> bool:
        """Whether any of some words stands within a range of the plain reading.

        In a long text all places are looked up once: as many offences as it holds may ask for the same sentence.
        """
        if len(self.plain) < LONG:
            return words.search(self.plain, start, end) is not None
        places = self._places.get(words)
        if places is None:
            places = self._places[words] = [match.span() for match in words.finditer(self.plain)]
        at = bisect_left(places, (start, start))
        return at < len(places) and places[at][1] <= end

    @property
    def quotations(self) -> tuple[tuple[int, int], ...]:
        """The ranges that repeat somebody's words or give a name."""
        if self._quotations is None:
            self._quotations = quotations(self)
        return self._quotations

    def quotes(self, position: int) -> bool:
        """Whether a position stands in one of the quotations."""
        return any(start <= position < end for start, end in self.quotations)

    def kinds_at(self, position: int) -> frozenset[ClauseKind]:
        """What the clause at a position does, `quotation` included when the position is quoted."""
        index = self.clause_index(position)
        known = self._kinds.get(index)
        if known is None:
            known = self._kinds[index] = kinds(self, index)
        if self.quotations and self.quotes(position):
            return known | {"quotation"}
        return known


class Reading(NamedTuple):
    """What the steps after it know: the draft and its context, read once."""

    draft: ReadText
    customer: Normalized | None = None
    agent_before: tuple[Normalized, ...] = ()
    history: tuple[Turn, ...] = ()
    scenario: ScenarioMatch | None = None
    channel: Channel = "chat"
    stage: Stage | None = None
    known: frozenset[str] = frozenset()
    surname: str | None = None
    title: str | None = None
    agent_id: str | None = None

    def with_draft(self, text: str | ReadText) -> "Reading":
        """The same context around another text (read already, perhaps): how a candidate is checked."""
        draft = ReadText(text) if isinstance(text, str) else text
        # `replace` asks each field for its name and takes five times as long.
        return Reading(
            draft, self.customer, self.agent_before, self.history, self.scenario, self.channel, self.stage,
            self.known, self.surname, self.title, self.agent_id,
        )  # fmt: skip


def context_of(draft: Draft) -> tuple[str | None, tuple[Turn, ...]]:
    """The customer's message (the last customer turn stands in for none, or a blank one) and the last six turns."""
    history = draft.history[-HISTORY_TURNS:]
    message = draft.customer_message
    if message is None or not message.strip():
        message = next((turn.text for turn in reversed(history) if turn.role == "customer"), None)
    return message, history


def read(
    draft: Draft, scenario: ScenarioMatch | None, company_known: frozenset[str] = frozenset()
) -> Reading:
    """The reading of a draft in a scenario; `company_known` names the company data that the policy holds."""
    message, history = context_of(draft)
    known = set(company_known)
    if draft.surname:
        known.add("surname")
    if draft.title:
        known.add("title")
    if draft.agent_id:
        known.add("agent_id")
    return Reading(
        draft=ReadText(draft.text),
        customer=normalize(message) if message else None,
        agent_before=tuple(normalize(turn.text) for turn in history if turn.role == "agent"),
        history=history,
        scenario=scenario,
        channel=draft.channel or "chat",
        stage=draft.stage,
        known=frozenset(known),
        surname=draft.surname,
        title=draft.title,
        agent_id=draft.agent_id,
    )


__all__ = ["Clause", "ReadText", "Reading", "Sentence", "context_of", "read"]
