"""What a kind of fact is to the table of kinds, and the few readings of text that all kinds share."""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from service.core.folding import fold
from service.core.results import Hide
from service.core.text import Normalized, Span


class FactKind(Protocol):
    """One file of `core/facts/`: its name, how it is hidden, where it stands and when two are the same."""

    @property
    def KIND(self) -> str:  # noqa: N802 - a module's constants
        """The name on the wire."""
        ...

    @property
    def HIDE(self) -> Hide:  # noqa: N802
        """Whether a model may read it."""
        ...

    @property
    def WORD(self) -> str:  # noqa: N802
        """The word of its tokens, `PHONE` in `[PHONE_1]`; '' for what stays readable."""
        ...

    def find(self, text: Normalized) -> Iterable[Span]:
        """Where facts of this kind stand in a text, whatever the other kinds say."""
        ...

    def same(self, a: str, b: str) -> bool:
        """Whether two texts of this kind say the same."""
        ...


class Written(FactKind, Protocol):
    """A kind that one pattern describes, so that the table can look for many in one pass."""

    @property
    def PATTERN(self) -> str:  # noqa: N802
        """A regular expression over the plain reading, without capturing groups."""
        ...

    @property
    def STARTS(self) -> frozenset[str]:  # noqa: N802
        """What a fact of this kind can begin with: `digit`, `letter`, `symbol`, `han`."""
        ...

    def accept(self, text: str) -> bool:
        """Whether what the pattern matched really is one (a checksum, a count of digits)."""
        ...


def spans(pattern: re.Pattern[str], text: Normalized) -> Iterator[Span]:
    """Each match of a pattern over the plain reading."""
    for match in pattern.finditer(text.plain):
        yield Span(*match.span())


def always(text: str) -> bool:  # noqa: ARG001 - the shape of `accept`
    """True: the pattern alone decides."""
    return True


def squeeze(text: str) -> str:
    """A text without any white space: facts are compared so."""
    return "".join(text.split())


def literally(a: str, b: str) -> bool:
    """Whether two texts are the same but for white space, script, width and case."""
    return squeeze(fold(a)).lower() == squeeze(fold(b)).lower()


_NOT_WORDS = re.compile(r"[^0-9A-Za-z]")


def by_characters(a: str, b: str) -> bool:
    """Whether two texts hold the same letters and digits, however they are spaced or dashed."""
    return _NOT_WORDS.sub("", fold(a)).lower() == _NOT_WORDS.sub("", fold(b)).lower()
