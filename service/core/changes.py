"""The difference between a draft and its rewrite, as edits that a person can read, each with the rules behind it."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

from service.core.results import Change, Report
from service.core.text import Span

# A clause with its mark; within clauses a word of Latin letters or digits is one piece, a Han character another.
_CLAUSES = re.compile(r"[^，。！？；：、,!?;\n]*[，。！？；：、,!?;\n]*")
_PIECES = re.compile(r"[A-Za-z0-9_.@%-]+|\s+|.", re.DOTALL)
_WORDY = re.compile(r"[A-Za-z0-9_.@%-]")
_FEW = 2
"""Equal characters between two edits, up to which they are read as one edit."""
_MAX_PIECES = 400
"""A stretch with more pieces than this is shown as one edit: the comparison is quadratic."""

Edit = tuple[int, int, int, int]


def edits(draft: str, text: str) -> tuple[Edit, ...]:
    """The ranges that differ, in order: half-open, of the draft and of the text. None for equal texts."""
    return tuple(_merged(list(_edits(draft, text)), draft))


def told(draft: str, text: str, ranges: tuple[Edit, ...], before: Report) -> tuple[Change, ...]:
    """The edits as changes, each with the rules behind it."""
    return tuple([_change(draft, text, edit, before) for edit in ranges])


def applied(draft: str, changes: tuple[Change, ...]) -> str:
    """The text that the changes make of the draft."""
    pieces: list[str] = []
    at = 0
    for change in changes:
        pieces += (draft[at : change.span.start], change.after)
        at = change.span.end
    return "".join((*pieces, draft[at:]))


def _edits(draft: str, text: str) -> Iterator[Edit]:
    """Half-open ranges (of the draft, of the text) that differ."""
    start, end = _equal_ends(draft, text)
    middle, other = draft[start : len(draft) - end], text[start : len(text) - end]
    if not middle or not other:
        if middle or other:
            yield start, start + len(middle), start, start + len(other)
        return
    for a, b, c, d in _ranges(_CLAUSES, middle, other):
        for w, x, y, z in _ranges(_PIECES, middle[a:b], other[c:d]):
            yield start + a + w, start + a + x, start + c + y, start + c + z


def _equal_ends(draft: str, text: str) -> tuple[int, int]:
    """How many characters two texts share at the start and at the end; no Latin word or figure is cut in two."""
    shorter = min(len(draft), len(text))
    start = _alike(draft, text, shorter)
    if start < max(len(draft), len(text)):
        while start and _WORDY.match(draft, start - 1):
            start -= 1
    end = _alike(draft[::-1], text[::-1], shorter - start)
    while end and _WORDY.match(draft, len(draft) - end):
        end -= 1
    return start, end


def _alike(a: Sequence[str], b: Sequence[str], most: int) -> int:
    """How many of the first `most` items two sequences share; compared in halves, which is quick in C."""
    low = 0
    while low < most:
        middle = (low + most + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            most = middle - 1
    return low


def _ranges(pieces: re.Pattern[str], draft: str, text: str) -> Iterator[Edit]:
    """The ranges of characters that differ when two texts are cut in pieces."""
    if not draft or not text:
        if draft or text:
            yield 0, len(draft), 0, len(text)
        return
    a, b = pieces.findall(draft), pieces.findall(text)
    if len(a) > _MAX_PIECES or len(b) > _MAX_PIECES:
        yield 0, len(draft), 0, len(text)
        return
    starts, ends = _offsets(a), _offsets(b)
    for i1, i2, j1, j2 in _unlike(a, b):
        yield starts[i1], starts[i2], ends[j1], ends[j2]


def _unlike(a: list[str], b: list[str]) -> Iterator[Edit]:
    """The ranges of pieces that differ."""
    shorter = min(len(a), len(b))
    head = _alike(a, b, shorter)
    tail = _alike(a[::-1], b[::-1], shorter - head)
    old, new = a[head : len(a) - tail], b[head : len(b) - tail]
    if not old or not new or len(old) == len(new) == 1:
        if old or new:
            yield head, head + len(old), head, head + len(new)
        return
    places = _in_step(old, new)
    if places is None:
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag != "equal":
                yield head + i1, head + i2, head + j1, head + j2
        return
    i = j = 0
    for at, other in (*places, (len(old), len(new))):
        if i < at or j < other:
            yield head + i, head + at, head + j, head + other
        i, j = at + 1, other + 1


def _in_step(a: list[str], b: list[str]) -> list[tuple[int, int]] | None:
    """Where the shared pieces stand in both; None unless each stands once and all in the same order.

    Then nothing is left to weigh, and the comparison that weighs is twenty times slower.
    """
    where = {piece: place for place, piece in enumerate(b)}
    found = [(place, where[piece]) for place, piece in enumerate(a) if piece in where]
    shared = {a[place] for place, _ in found}
    if len(shared) < len(found) or sum(piece in shared for piece in b) > len(found):
        return None
    last = -1
    for _, place in found:
        if place < last:
            return None
        last = place
    return found


def _offsets(pieces: list[str]) -> list[int]:
    offsets = [0]
    for piece in pieces:
        offsets.append(offsets[-1] + len(piece))
    return offsets


def _merged(edits: list[Edit], draft: str) -> list[Edit]:
    """Edits with next to nothing between them are one; a mark between two keeps them apart."""
    found: list[Edit] = []
    for edit in edits:
        if found:
            a, b, c, _ = found[-1]
            between = draft[b : edit[0]]
            if len(between) <= _FEW and (not between or between.isalnum()):
                found[-1] = (a, edit[1], c, edit[3])
                continue
        found.append(edit)
    return found


def _bare(words: str) -> str:
    """Words without the marks around them."""
    return words.strip("，。！？,.!? ")


def _change(draft: str, text: str, edit: Edit, before: Report) -> Change:
    a, b, c, d = edit
    op: Literal["replace", "insert", "delete"] = "insert" if a == b else "delete" if c == d else "replace"
    rules = [
        f.rule
        for f in before.findings
        if (f.span.start < b and a < f.span.end) or (a == b and f.span.start <= a <= f.span.end)
    ]
    said = _bare(text[c:d])
    rules += [
        m.rule
        for m in before.missing
        if c != d and (a <= m.insert_at <= b or any(_bare(one.text) in said for one in m.replacements))
    ]
    return Change(op, Span(a, b), draft[a:b], text[c:d], tuple(dict.fromkeys(rules)))
