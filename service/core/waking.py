"""What an anchor in a draft wakes, and on what further terms: words beside it, or that it stands alone."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from service.core.reading import ReadText
from service.core.scope import Anchor, any_of

Search = Callable[..., re.Match[str] | None]
"""The search of an expression: called with a text and, if need be, a range of it."""


class Terms(NamedTuple):
    """The rarer terms on which an anchor wakes its rule."""

    beside: Search | None
    """What must stand in the draft."""
    whole: bool
    """Whether it is Latin, and must not be part of a longer Latin word."""

    def met(self, text: ReadText, start: int, end: int, known: dict["Terms", bool]) -> bool:
        """Whether an anchor in this range of `squeezed` wakes its rule; `known` keeps what stands in the draft."""
        if self.beside is not None:
            there = known.get(self)
            if there is None:
                there = known[self] = self.beside(text.squeezed) is not None
            if not there:
                return False
        return not self.whole or _stands_alone(text, start, end)


class Wake(NamedTuple):
    """Whom an anchor wakes, and when; see `Anchor`."""

    number: int
    """The rule."""
    anchor: int
    """Which of its anchors it is."""
    beside: Search | None
    """What must stand in the same clause, for an anchor within one."""
    more: Terms | None
    """What else must be so."""


class _Beside:
    """Looks for any of some words; the expression is made when it is first asked, for most never are."""

    __slots__ = ("_search", "_words")

    def __init__(self, words: Iterable[str]) -> None:
        self._words = words
        self._search: Search | None = None

    def __call__(self, *where: Any) -> re.Match[str] | None:
        search = self._search
        if search is None:
            words = any_of(self._words)
            search = self._search = words.search if words is not None else _nowhere
        return search(*where)


@lru_cache(maxsize=65536)
def _beside(words: frozenset[str]) -> _Beside:
    """One searcher for the same words of a policy, whoever asks."""
    return _Beside(words)


def _nowhere(*_: Any) -> None:
    """Finds nothing."""


def wake(number: int, place: int, anchor: Anchor) -> Wake:
    """What an anchor of a rule wakes: `number` is the rule's, `place` the anchor's among those of its check."""
    whole = anchor.whole and anchor.words.isascii()
    if anchor.beside is None and not whole:
        return Wake(number, place, None, None)
    beside = _beside(frozenset(anchor.beside)) if anchor.beside else None
    far = beside if anchor.apart else None
    more = Terms(far, whole) if whole or far is not None else None
    return Wake(number, place, None if anchor.apart else beside, more)


def _stands_alone(text: ReadText, start: int, end: int) -> bool:
    """Whether a Latin match is a word of its own: `sb` is not part of `usb`."""
    span = text.origin(start, end)
    plain = text.plain
    before = plain[span.start - 1] if span.start else " "
    after = plain[span.end] if span.end < len(plain) else " "
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())
