"""Takes out of a composed text what the policy still finds in it: a word, a clause, or a line of our own."""

import re
from collections.abc import Callable
from dataclasses import replace

from service.core.phrasebook.composing import Part, Section
from service.core.phrasebook.pieces import Piece
from service.core.results import Finding, Missing, Report, Severity

# A clause that says less than this beside an offence is not worth keeping.
_MIN_REST = 4
_HANGING = re.compile(r"^(?:但是|但|不过|所以|因此|而且|然后|并且|而|那么|那|就|反正|再说)(?=[^\s])")


def repaired(
    pieces: list[Piece], parts: list[Part], report: Report, holds_fact: Callable[[str], bool]
) -> tuple[list[Piece], frozenset[Section]]:
    """The pieces without what was found, and the sections of ours that gave offence."""
    places: list[tuple[int, int, Part]] = []
    at = 0
    for part in parts:
        places.append((at, at + len(part.text), part))
        at += len(part.text)
    out = list(pieces)
    offending: set[Section] = set()
    # From the last to the first, so that the places of the others stay what they were.
    for finding in sorted(report.findings, key=lambda finding: -finding.span.start):
        if finding.severity is Severity.INFO:
            continue
        for start, end, part in places:
            if finding.span.start >= end or finding.span.end <= start:
                continue
            if isinstance(part.owner, str):
                offending.add(part.owner)
            elif part.owner is not None:
                inside = (max(finding.span.start - start, 0), min(finding.span.end, end) - start)
                whole = finding.span.start >= start and finding.span.end <= end
                out[part.owner] = _without(out[part.owner], inside, finding, whole=whole, holds_fact=holds_fact)
    for item in report.missing:
        if item.severity is not Severity.INFO:
            _supply(out, places, item)
    return [_unhung(out, index) for index in range(len(out))], frozenset(offending)


def _without(
    piece: Piece, inside: tuple[int, int], finding: Finding, *, whole: bool, holds_fact: Callable[[str], bool]
) -> Piece:
    """The piece without the words found: replaced, dropped or cut."""
    start, end = inside
    safe = next((other.text for other in finding.replacements if other.safe), None)
    if whole and safe is not None:
        return replace(piece, words=piece.words[:start] + safe + piece.words[end:])
    rest = (piece.words[:start] + piece.words[end:]).strip()
    if not holds_fact(piece.words) or (finding.severity is Severity.ERROR and not holds_fact(rest)):
        return replace(piece, words="")
    return replace(piece, words=rest if len(rest) >= _MIN_REST or holds_fact(rest) else "")


def _supply(pieces: list[Piece], places: list[tuple[int, int, Part]], item: Missing) -> None:
    """Put the safe words for what is missing before the clause where they belong, or behind the last one."""
    safe = next((other.text for other in item.replacements if other.safe), None)
    owned = [(start, end, part.owner) for start, end, part in places if isinstance(part.owner, int)]
    if safe is None or not owned or any(safe in part.text for _, _, part in places):
        return
    start, _, owner = next((place for place in owned if place[1] > item.insert_at), owned[-1])
    piece = pieces[owner]
    if not piece.words:
        return
    if item.insert_at > start:
        pieces[owner] = replace(piece, words=f"{piece.words}，{safe}".rstrip("，。"))
    else:
        pieces[owner] = replace(piece, words=safe + piece.words)


def _unhung(pieces: list[Piece], index: int) -> Piece:
    """A piece without the conjunction that joined it to a clause that is gone."""
    piece = pieces[index]
    if not piece.words or index == 0 or pieces[index - 1].words:
        return piece
    return replace(piece, words=_HANGING.sub("", piece.words))
