"""Text read once: two readings of a draft, its clauses and sentences, and offsets in both units.

Everything here keeps positions: `plain` has exactly the length of the text as sent, so a span over it is a
span over the draft, and `squeezed` carries the map back. Offsets are code points unless a name says UTF-16.
"""

import re
from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import NamedTuple

from service.core.folding import ASTRAL, beyond_basic_plane, fold
from service.core.markup import without_markup


class Span(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int


class Sentence(NamedTuple):
    """A half-open range of code points that ends before the mark which ends it; `mark` is that mark or ''."""

    start: int
    end: int
    mark: str


class Clause(NamedTuple):
    """A stretch of words without an inner break.

    `sentence` is the index of the sentence it stands in; `at` and `until` are its range of `squeezed`.
    """

    start: int
    end: int
    text: str
    mark: str
    sentence: int
    at: int
    until: int


_WORDS = re.compile(r"[^\W_]+")
_RUNS = re.compile(r"([^\W_]+)")
_ENDS_SENTENCE = frozenset("。！？!?\n\r；;…")
_BREAKS = _ENDS_SENTENCE | frozenset("，,、：:~～—.．|｜")
_BETWEEN_ASCII = frozenset(".,:;!?~|")
_NO_END = (0, "")
_SENTENCE = 2


class _GapKinds(dict[str, tuple[int, str]]):
    """What the characters between two runs of words do: 0 nothing, 1 end a clause, 2 end a sentence; and the mark.

    Worked out when first seen and kept. Longer gaps are rare and, in a hostile text, never the same twice.
    """

    _MOST = 4096
    _LONGEST = 16

    def __missing__(self, gap: str) -> tuple[int, str]:
        kind = _gap_kind(gap)
        if len(gap) <= self._LONGEST and len(self) < self._MOST:
            self[gap] = kind
        return kind


def _gap_kind(gap: str) -> tuple[int, str]:
    for char in gap:
        if char in _ENDS_SENTENCE:
            mark = "?" if ("?" in gap or "？" in gap) else "!" if ("!" in gap or "！" in gap) else char
            return _SENTENCE, mark
    for char in gap:
        if char in _BREAKS:
            return 1, char
    return 0, ""


_KINDS = _GapKinds()
CLAUSE_JOINT = "，"
"""Stands between clauses where several are read as one."""


class Normalized:
    """One text, read once.

    `raw` is the text as sent; `plain` the same length in Simplified script and plain letters; `squeezed` only
    its letters, digits and Han, in lower case, so that spaces, symbols, emoji and invisible characters put
    between the characters of a word disappear. `origin(i)` maps a position of `squeezed` back.
    """

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.plain = plain = fold(raw)
        # Gap, run of words, gap, run … gap: one pass of the regular expression gives all that follows.
        parts = _RUNS.split(without_markup(plain))
        bounds = list(accumulate(map(len, parts)))
        words = parts[1::2]
        self._gaps = parts[2::2]
        """What stands after each run."""
        self._starts = bounds[:-1:2]
        """Where each run begins in the text as sent."""
        self._ends = bounds[1::2]
        self._at = list(accumulate(map(len, words), initial=0))
        """Where each run begins in `squeezed`, and its whole length at the end."""
        squeezed = "".join(words)
        lowered = squeezed.lower()
        # A few letters grow when lowered; then the map would not hold.
        self.squeezed = lowered if len(lowered) == len(squeezed) else squeezed
        # Made when first asked for. `cached_property` takes a lock each time, which costs more than the work.
        self._clauses: tuple[Clause, ...] | None = None
        self._gap_kinds: list[tuple[int, str]] | None = None
        self._cuts: list[int] | None = None
        self._breaks: list[int] = []
        """The runs that end a clause."""
        self._sentence_starts: list[int] | None = None
        """The clauses that begin a sentence, and the number of clauses."""
        self._clause_starts: list[int] = []
        self._clause_ends: list[int] = []

    def origin(self, start: int, end: int) -> Span:
        """The span over the text as sent of a span over `squeezed` (which must not be empty)."""
        at, starts = self._at, self._starts
        first = bisect_right(at, start) - 1
        shift = starts[first] - at[first]
        if end <= at[first + 1]:
            return Span(start + shift, end + shift)
        last = bisect_right(at, end - 1, first) - 1
        return Span(start + shift, end + starts[last] - at[last])

    def gaps(self, start: int, end: int) -> list[tuple[str, int]]:
        """What stands between the words within a span over `squeezed`: (characters, position in `squeezed`)."""
        at = self._at
        first = bisect_right(at, start) - 1
        last = bisect_right(at, end - 1, first) - 1
        return [(self._gaps[index], at[index + 1]) for index in range(first, last)]

    def alone(self, at: int) -> bool:
        """Whether a run of a single character ends or begins at this position of `squeezed`, where two runs meet."""
        run = bisect_right(self._at, at) - 1
        lengths = (self._at[run] - self._at[run - 1], self._at[run + 1] - self._at[run])
        return min(lengths) == 1

    def squeezed_range(self, start: int, end: int) -> tuple[int, int]:
        """The range of `squeezed` that holds the words of a span over the text as sent."""
        return self._squeezed_before(start), self._squeezed_before(end)

    def _squeezed_before(self, position: int) -> int:
        """How much of `squeezed` stands before a position of the text as sent."""
        run = bisect_right(self._starts, position) - 1
        if run < 0:
            return 0
        return self._at[run] + min(position, self._ends[run]) - self._starts[run]

    def _ended(self) -> list[tuple[int, str]]:
        """For each run of words, what the gap behind it does."""
        if self._gap_kinds is None:
            gaps, ends, starts, plain = self._gaps, self._ends, self._starts, self.plain
            found = [_KINDS[gap] for gap in gaps]
            if not _BETWEEN_ASCII.isdisjoint(gaps):
                for index in range(len(gaps) - 1):
                    # 3.5, 18:00, 1,200 and a.b are one word each.
                    if (
                        gaps[index] in _BETWEEN_ASCII
                        and (plain[ends[index] - 1] + plain[starts[index + 1]]).isascii()
                    ):
                        found[index] = _NO_END
            self._gap_kinds = found
        return self._gap_kinds

    @property
    def cuts(self) -> list[int]:
        """Where clauses begin in `squeezed`, and its length at the end."""
        if self._cuts is None:
            at, starts, ends = self._at, self._starts, self._ends
            kinds = self._ended()
            # The end of the text ends the last clause, whatever stands there.
            breaks = [run for run, (kind, _) in enumerate(kinds[:-1]) if kind]
            self._breaks = [*breaks, len(kinds) - 1] if kinds else []
            self._clause_starts = [starts[0], *[starts[run + 1] for run in breaks]] if kinds else []
            self._clause_ends = [ends[run] for run in self._breaks]
            self._cuts = [0, *[at[run + 1] for run in breaks], at[-1]]
        return self._cuts

    @property
    def joined(self) -> str:
        """`squeezed` with `，` between clauses, and at both ends."""
        squeezed = self.squeezed
        pieces = [squeezed[start:end] for start, end in pairwise(self.cuts)]
        return f"，{'，'.join(pieces)}，"

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses in order; characters between them belong to none."""
        if self._clauses is None:
            cuts, plain, kinds = self.cuts, self.plain, self._ended()
            marks = [kinds[run] for run in self._breaks]
            sentences = accumulate([kind == _SENTENCE for kind, _ in marks], initial=0)
            self._clauses = tuple(
                [
                    Clause(start, end, plain[start:end], mark, sentence, at, until)
                    for start, end, (_, mark), sentence, at, until in zip(
                        self._clause_starts, self._clause_ends, marks, sentences, cuts, cuts[1:], strict=False
                    )
                ]
            )
        return self._clauses

    def clause_index(self, position: int) -> int:
        """The index of the clause that holds a position (or the one before it)."""
        _ = self.cuts
        return max(bisect_right(self._clause_starts, position) - 1, 0)

    def clause_of(self, at: int) -> int:
        """The index of the clause that holds a position of `squeezed`."""
        return bisect_right(self.cuts, at, 0, -1) - 1 if at < self._at[-1] else len(self.cuts) - 2

    def clause_range(self, index: int) -> tuple[int, int]:
        """Where the clause with this index begins and ends in the text as sent."""
        if self._cuts is None:
            _ = self.cuts
        return self._clause_starts[index], self._clause_ends[index]

    def clause_mark(self, index: int) -> str:
        """The mark behind the clause with this index, or ''."""
        if self._cuts is None:
            _ = self.cuts
        return self._ended()[self._breaks[index]][1]

    def ends_sentence(self, index: int) -> bool:
        """Whether the clause with this index is the last of its sentence (the last of the text need not be)."""
        if self._cuts is None:
            _ = self.cuts
        return self._ended()[self._breaks[index]][0] == _SENTENCE

    def clause_at(self, position: int) -> Clause:
        """The clause that holds a position (or the one before it)."""
        return self.clauses[self.clause_index(position)]

    def sentence_at(self, position: int) -> Sentence:
        """The sentence that holds a position (or the one before it), from its first word to its last."""
        return self._sentence_around(self.clause_index(position))

    def sentence_before(self, position: int) -> Sentence | None:
        """The sentence before the one that holds a position, or None for the first."""
        first, _ = self.clauses_beside(self.clause_index(position))
        return self._sentence_around(first - 1) if first else None

    def clauses_beside(self, index: int) -> tuple[int, int]:
        """The indices of the first and the last clause of the sentence that holds the clause with this index."""
        if self._sentence_starts is None:
            kinds, breaks = self._ended(), self._breaks
            ends = [number for number, run in enumerate(breaks[:-1], 1) if kinds[run][0] == _SENTENCE]
            self._sentence_starts = [0, *ends, len(breaks)]
        starts = self._sentence_starts
        at = bisect_right(starts, index, 0, -1)
        return starts[at - 1], starts[at] - 1

    def _sentence_around(self, index: int) -> Sentence:
        first, last = self.clauses_beside(index)
        return Sentence(self._clause_starts[first], self._clause_ends[last], self.clause_mark(last))


def squeezed(words: str) -> str:
    """The words alone, as `Normalized.squeezed` has them, without the map back."""
    found = "".join(_WORDS.findall(fold(words)))
    lowered = found.lower()
    return lowered if len(lowered) == len(found) else found


def normalize(text: str) -> Normalized:
    """The two readings of a text; linear in its length."""
    return Normalized(text)


class Utf16:
    """Turns code-point offsets of one text into UTF-16 code units (what JavaScript and Java count in)."""

    __slots__ = ("_astral",)

    def __init__(self, text: str) -> None:
        self._astral = [match.start() for match in ASTRAL.finditer(text)] if beyond_basic_plane(text) else []

    def offset(self, code_points: int) -> int:
        """UTF-16 code units before a code-point offset."""
        return code_points if not self._astral else code_points + bisect_right(self._astral, code_points - 1)


_HAN = re.compile("[\u3400-\u9fff\U00020000-\U000323af]")


def han_share(text: str) -> float:
    """Han characters among the letters, digits and Han of a text, 0.0-1.0; 0.0 for a text without any."""
    text = without_markup(text)
    words = sum(map(len, _WORDS.findall(text)))
    return len(_HAN.findall(text)) / words if words else 0.0
