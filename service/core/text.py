"""Text read once: two readings of a draft, its clauses and sentences, and offsets in both units.

Everything here keeps positions: `plain` has exactly the length of the text as sent, so a span over it is a
span over the draft, and `squeezed` carries the map back. Offsets are code points unless a name says UTF-16.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

import opencc


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


# Ranges whose characters stand for one plain character each (compatibility forms a rude word can hide in).
# Full-width punctuation stays: it is the norm in Chinese, not a disguise.
_COMPATIBLE = (
    (0x2070, 0x209C), (0x2100, 0x214F), (0x2160, 0x2188), (0x2460, 0x24FF), (0x2E80, 0x2FDF), (0x3220, 0x3247),
    (0x3280, 0x32B0), (0xF900, 0xFAFF), (0xFF05, 0xFF06), (0xFF0A, 0xFF0B), (0xFF0D, 0xFF0D), (0xFF0F, 0xFF19),
    (0xFF1D, 0xFF1D), (0xFF20, 0xFF3A), (0xFF3C, 0xFF3C), (0xFF3F, 0xFF3F), (0xFF41, 0xFF5A), (0xFF10, 0xFF19),
    (0x1D400, 0x1D7FF), (0x1F130, 0x1F189), (0x1F210, 0x1F23B), (0x2F800, 0x2FA1D),
)  # fmt: skip
# Letters by category, invisible on the screen.
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"


def _fold_table() -> dict[int, str]:
    """Code point -> the one character it is read as: Simplified for Traditional, plain for compatibility forms."""
    table: dict[int, str] = {}
    converter = opencc.OpenCC("t2s")
    han = [chr(i) for i in range(0x3400, 0xA000)]
    for char, simplified in zip(han, converter.convert("\n".join(han)).split("\n"), strict=True):
        if char != simplified and len(simplified) == 1:
            table[ord(char)] = simplified
    for first, last in _COMPATIBLE:
        for point in range(first, last + 1):
            folded = unicodedata.normalize("NFKC", chr(point)).strip("()")
            if len(folded) == 1 and folded != chr(point):
                table[point] = table.get(ord(folded), folded)
    # 你 and 您 must stay two words; 妳 is the same word as 你. 著 is a word of its own in both scripts.
    table[ord("妳")] = "你"
    table[ord("甚")] = "甚"
    table.pop(ord("著"), None)
    for char in _BLANK_LETTERS:
        table[ord(char)] = "\u200b"
    return table


def _char_class(points: list[int]) -> str:
    """A regular expression class of code points, as ranges."""
    parts: list[str] = []
    start = previous = points[0]
    for point in [*points[1:], -1]:
        if point == previous + 1:
            previous = point
            continue
        parts.append(f"{re.escape(chr(start))}-{re.escape(chr(previous))}")
        start = previous = point
    return "[" + "".join(parts) + "]"


# Made at import, so that no request pays for it. Only the basic plane stands in the class: with one character
# beyond it `re` falls back from a table look-up to comparing ranges, six times slower.
_FOLD = _fold_table()
_FOLDABLE = re.compile(_char_class([point for point in sorted(_FOLD) if point < 0x10000]))
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def _astral(text: str) -> bool:
    """Whether any character lies beyond the basic plane; in UTF-16 it takes two units, and that is quick to tell."""
    return len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text)


def fold(text: str) -> str:
    """The text in Simplified script and plain letters, character for character: the length stays."""
    if text.isascii() or (_FOLDABLE.search(text) is None and not _astral(text)):
        return text
    return text.translate(_FOLD)


_WORDS = re.compile(r"[^\W_]+")
_RUNS = re.compile(r"([^\W_]+)")
_ENDS_SENTENCE = frozenset("。！？!?\n\r；;…")
_BREAKS = _ENDS_SENTENCE | frozenset("，,、：:~～—.．|｜")
_BETWEEN_ASCII = frozenset(".,:;!?~|")


# Longer gaps are rare and, in a hostile text, never the same twice: they would only crowd the cache.
LONG_GAP = 16


@lru_cache(maxsize=4096)
def _gap_kind(gap: str) -> tuple[int, str]:
    """What the characters between two runs of words do: 0 nothing, 1 end a clause, 2 end a sentence; and the mark."""
    for char in gap:
        if char in _ENDS_SENTENCE:
            mark = "?" if ("?" in gap or "？" in gap) else "!" if ("!" in gap or "！" in gap) else char
            return 2, mark
    for char in gap:
        if char in _BREAKS:
            return 1, char
    return 0, ""


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
        parts = _RUNS.split(plain)
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
        # A few letters grow when lowered; then the map would not hold, and the case is left alone.
        self.squeezed = lowered if len(lowered) == len(squeezed) else squeezed
        # Made when first asked for. `cached_property` takes a lock each time, which costs more than the work.
        self._clauses: tuple[Clause, ...] | None = None
        self._clause_starts: list[int] = []
        self._clause_ats: list[int] = []

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

    def squeezed_range(self, start: int, end: int) -> tuple[int, int]:
        """The range of `squeezed` that holds the words of a span over the text as sent."""
        return self._squeezed_before(start), self._squeezed_before(end)

    def _squeezed_before(self, position: int) -> int:
        """How much of `squeezed` stands before a position of the text as sent."""
        run = bisect_right(self._starts, position) - 1
        if run < 0:
            return 0
        return self._at[run] + min(position, self._ends[run]) - self._starts[run]

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses in order; characters between them belong to none."""
        if self._clauses is None:
            self._clauses = clauses = self._cut()
            self._clause_starts = [clause[0] for clause in clauses]
            self._clause_ats = [clause[5] for clause in clauses]
        return self._clauses

    def _cut(self) -> tuple[Clause, ...]:
        found: list[Clause] = []
        plain, at, ends, starts = self.plain, self._at, self._ends, self._starts
        sentence, first = 0, 0
        last = len(starts) - 1
        made = tuple.__new__
        for index, gap in enumerate(self._gaps):
            kind, mark = _gap_kind(gap) if len(gap) < LONG_GAP else _gap_kind.__wrapped__(gap)
            end = ends[index]
            # 3.5, 18:00, 1,200 and a.b are one word each. The end of the text ends the last clause.
            if index == last or (
                kind and not (gap in _BETWEEN_ASCII and (plain[end - 1] + plain[starts[index + 1]]).isascii())
            ):
                start = starts[first]
                # The short way to make a named tuple: a text has many clauses.
                found.append(
                    made(Clause, (start, end, plain[start:end], mark, sentence, at[first], at[index + 1]))
                )
                first = index + 1
                sentence += kind == 2
        return tuple(found)

    def clause_index(self, position: int) -> int:
        """The index of the clause that holds a position (or the one before it)."""
        if self._clauses is None:
            _ = self.clauses
        return max(bisect_right(self._clause_starts, position) - 1, 0)

    def clause_of(self, at: int) -> int:
        """The index of the clause that holds a position of `squeezed`."""
        if self._clauses is None:
            _ = self.clauses
        return bisect_right(self._clause_ats, at) - 1

    def clause_at(self, position: int) -> Clause:
        """The clause that holds a position (or the one before it)."""
        return self.clauses[self.clause_index(position)]

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences in order, from the first word of each to its last."""
        found: list[Sentence] = []
        for clause in self.clauses:
            if found and len(found) - 1 == clause.sentence:
                found[-1] = Sentence(found[-1].start, clause.end, clause.mark)
            else:
                found.append(Sentence(clause.start, clause.end, clause.mark))
        return tuple(found)

    def sentence_at(self, position: int) -> Sentence:
        """The sentence that holds a position."""
        return self.sentences[self.clause_at(position).sentence]


def normalize(text: str) -> Normalized:
    """The two readings of a text; linear in its length."""
    return Normalized(text)


class Utf16:
    """Turns code-point offsets of one text into UTF-16 code units (what JavaScript and Java count in)."""

    __slots__ = ("_astral",)

    def __init__(self, text: str) -> None:
        self._astral = [match.start() for match in _ASTRAL.finditer(text)] if _astral(text) else []

    def offset(self, code_points: int) -> int:
        """UTF-16 code units before a code-point offset."""
        return code_points if not self._astral else code_points + bisect_right(self._astral, code_points - 1)


_HAN = re.compile("[\u3400-\u9fff\U00020000-\U000323af]")


def han_share(text: str) -> float:
    """Han characters among the letters, digits and Han of a text, 0.0-1.0; 0.0 for a text without any."""
    words = sum(map(len, _WORDS.findall(text)))
    return len(_HAN.findall(text)) / words if words else 0.0
