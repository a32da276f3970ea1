"""Masking: personal and opaque facts become tokens before a text goes anywhere, and come back byte for byte after."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from service.core.facts import KINDS, extract
from service.core.lazy import lazy
from service.core.reading import Reading
from service.core.results import Fact, Hide, Turn
from service.core.text import Normalized, normalize

# What could be taken for a token of ours. One that stands in a text already is a placeholder to us and hidden like
# any other, so that nobody can forge one.
TOKEN_LIKE = re.compile(r"\[[A-Z]{1,16}_\d{1,6}\]")
SURNAME = "surname"


@dataclass(frozen=True, slots=True)
class Token:
    """One hidden value, the same in every text of the request.

    `count_in_draft` 0 means that it stands in the context only; `said_by_agent` that an earlier turn of the
    agent holds it.
    """

    name: str
    text: str
    kind: str
    hide: Hide
    count_in_draft: int
    said_by_agent: bool = False


@dataclass(frozen=True)
class Masked:
    """The texts that may leave, and what they hide. A value of one request, never stored."""

    draft: str
    customer: str | None
    history: tuple[Turn, ...]
    tokens: tuple[Token, ...]
    facts: tuple[Fact, ...]
    """The readable facts of the draft; spans are of the draft as sent."""
    hidden: tuple[Fact, ...] = ()
    """The hidden facts of the draft; spans are of the draft as sent."""

    @lazy
    def by_name(self) -> dict[str, Token]:
        """The tokens by name."""
        return {token.name: token for token in self.tokens}

    @lazy
    def by_text(self) -> dict[str, Token]:
        """The tokens of facts by what they hide (the customer's surname aside)."""
        return {token.text: token for token in self.tokens if token.kind != SURNAME}

    @lazy
    def surname(self) -> Token | None:
        """The customer's surname, when the context gives one."""
        return next((token for token in self.tokens if token.kind == SURNAME), None)


@dataclass(slots=True)
class _Entry:
    kind: str
    hide: Hide
    name: str
    in_draft: int = 0
    by_agent: bool = False


class _Book:
    """The names given so far, in one request."""

    def __init__(self) -> None:
        self.entries: dict[str, _Entry] = {}
        self._counts: dict[str, int] = {}

    def entry(self, fact: Fact) -> _Entry:
        """The entry of a value; equal values have one, whatever kind they were found as."""
        known = self.entries.get(fact.text)
        if known is None:
            word = KINDS[fact.kind].WORD
            known = self.entries[fact.text] = _Entry(fact.kind, fact.hide, self.name(word))
        return known

    def name(self, word: str) -> str:
        """The next free name for a kind's word."""
        number = self._counts[word] = self._counts.get(word, 0) + 1
        return f"[{word}_{number}]"


def _hide(raw: str, hidden: Iterable[Fact], book: _Book) -> tuple[str, list[Fact]]:
    """The text with a token for each hidden fact, and those facts."""
    pieces: list[str] = []
    facts: list[Fact] = []
    at = 0
    for fact in hidden:
        pieces += (raw[at : fact.span.start], book.entry(fact).name)
        facts.append(fact)
        at = fact.span.end
    pieces.append(raw[at:])
    return "".join(pieces), facts


def _hide_context(text: Normalized, book: _Book, *, by_agent: bool) -> str:
    """A text of the context, masked with the same names."""
    masked, facts = _hide(text.raw, (fact for fact in extract(text) if fact.hide != "none"), book)
    if by_agent:
        for fact in facts:
            book.entry(fact).by_agent = True
    return masked


def mask(reading: Reading, facts: tuple[Fact, ...]) -> Masked:
    """The reading's texts with tokens in place of hidden facts; `facts` are those of its draft."""
    book = _Book()
    draft, hidden = _hide(reading.draft.raw, (fact for fact in facts if fact.hide != "none"), book)
    for fact in hidden:
        book.entry(fact).in_draft += 1
    customer = _hide_context(reading.customer, book, by_agent=False) if reading.customer is not None else None
    history = tuple(
        Turn(turn.role, _hide_context(normalize(turn.text), book, by_agent=turn.role == "agent"))
        for turn in reading.history
    )
    tokens = [
        Token(entry.name, text, entry.kind, entry.hide, entry.in_draft, entry.by_agent)
        for text, entry in book.entries.items()
    ]
    if reading.surname:
        tokens.append(Token(book.name("SURNAME"), reading.surname, SURNAME, "personal", 0))
    readable = tuple(fact for fact in facts if fact.hide == "none")
    return Masked(draft, customer, history, tuple(tokens), readable, tuple(hidden))


def unmask(text: str, masked: Masked) -> str:
    """The text with what the tokens hide, in one pass: what a token hides is never read again."""
    by_name = masked.by_name
    if not by_name:
        return text

    def shown(match: re.Match[str]) -> str:
        token = by_name.get(match.group())
        return match.group() if token is None else token.text

    return TOKEN_LIKE.sub(shown, text)
