"""Turns a clause into a courteous one: the policy's `turns`, in their order, over the plain reading."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import ahocorasick_rs
import re2

from service.core.compiling import Applies, applies
from service.core.folding import fold
from service.core.phrasing import Turn
from service.core.reading import Reading

_GROUPS = {f"\\{number}": number for number in range(1, 10)}


@dataclass(frozen=True, slots=True)
class _Ready:
    """A turn with its pattern compiled and its template cut at the groups."""

    pattern: Any
    parts: tuple[str | int, ...]
    applies: Applies | None
    gloss: bool


class Turned(NamedTuple):
    """Words after the turns, and whether any turn was more than a gloss."""

    words: str
    mended: bool


class Turns:
    """All turns of a phrasebook behind one automaton over their anchors."""

    def __init__(self, turns: tuple[Turn, ...], own: Callable[[str], str]) -> None:
        """`own` puts our words into the script of the drafts that these turns are for."""
        self._turns = tuple(
            _Ready(re2.compile(turn.pattern), _parts(own(turn.to)), applies(turn.when), turn.gloss)
            for turn in turns
        )
        owners: dict[str, list[int]] = {}
        for number, turn in enumerate(turns):
            for anchor in turn.anchors:
                owners.setdefault(anchor, []).append(number)
        self._owners = tuple(tuple(numbers) for numbers in owners.values())
        self._automaton = ahocorasick_rs.AhoCorasick(tuple(owners)) if owners else None

    def _woken(self, plain: str) -> list[int]:
        if self._automaton is None:
            return []
        hits = self._automaton.find_matches_as_indexes(plain, overlapping=True)
        return sorted({number for literal, _, _ in hits for number in self._owners[literal]})

    def turn(self, words: str, reading: Reading) -> Turned:
        """The words after every turn that fits, each tried once, in order; '' when nothing of them is left."""
        after, mended = -1, False
        plain = fold(words)
        waiting = self._woken(plain)
        while waiting:
            number = waiting.pop(0)
            if number <= after:
                continue
            after = number
            ready = self._turns[number]
            if ready.applies is not None and not ready.applies.holds(reading):
                continue
            turned = _put(ready, words, plain)
            if turned != words:
                words, plain = turned, fold(turned)
                mended = mended or not ready.gloss
                waiting = self._woken(plain)
        return Turned(words.strip(), mended)


def _parts(template: str) -> tuple[str | int, ...]:
    """A template cut into literal words and group numbers."""
    parts: list[str | int] = []
    at = 0
    while (found := template.find("\\", at)) >= 0 and template[found : found + 2] in _GROUPS:
        parts += [template[at:found], _GROUPS[template[found : found + 2]]]
        at = found + 2
    return (*parts, template[at:])


def _put(ready: _Ready, words: str, plain: str) -> str:
    """The words with every match of the pattern replaced; groups are cut out of the words as written."""
    out: list[str] = []
    at = 0
    for match in ready.pattern.finditer(plain):
        start, end = match.span()
        if start == end:
            continue
        out.append(words[at:start])
        for part in ready.parts:
            if isinstance(part, str):
                out.append(part)
            else:
                first, last = match.span(part)
                out.append(words[first:last] if first >= 0 else "")
        at = end
    return "".join((*out, words[at:]))
