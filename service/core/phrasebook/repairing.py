"""Takes out of a composed text what the policy still finds in it: a word, a clause, or a line of our own."""

import re
from collections.abc import Callable
from dataclasses import replace

from service.core.folding import fold
from service.core.phrasebook.composing import Part, Section
from service.core.phrasebook.pieces import Piece
from service.core.phrasebook.worth import name_alone, tidied, useful
from service.core.results import Finding, Missing, Report, Severity

# A clause that says less than this beside an offence is not worth keeping.
_MIN_REST = 4
_MIN_TOLD = 5
_HALF_DENIAL = re.compile(r"[一-鿿]?[不没未]$")
_HOW_IT_STANDS = ("还在", "正在", "已经", "已", "目前", "现在在", "在")
# Themes whose clause discloses, promises, bribes or threatens.
_UNSPEAKABLE = ("privacy.", "promises.", "threat.")
_DENIES = re.compile(r"[不没無无未沒]")
_HANGING = re.compile(r"^(?:但是|但|不过|所以|因此|而且|然后|并且|而|那么|那|就|反正|再说)(?=[^\s])")

_MATTERS = (
    "overclaim.",
    "promises.",
    "privacy.",
    "disparage.",
    "dealings.",
    "wording.",
    "address.",
    "tone.",
)
"""Rules about what is said, or that ask for no more than a kind word; all others are about manners."""

Place = tuple[int, int, Part]
"""Where a part stands in the text: start, end, the part."""


def repaired(
    pieces: list[Piece],
    parts: list[Part],
    report: Report,
    holds_fact: Callable[[str], bool],
    excuse: str,
    own: Callable[[str], str],
) -> tuple[list[Piece], frozenset[Section]]:
    """The pieces without what was found, and the sections of ours that gave offence.

    A denial that is no error in itself keeps its sense: first of all it gets the `excuse` before it. `own` puts our
    words into the draft's script.
    """
    places = _places(parts)
    out = list(pieces)
    serious = [finding for finding in report.findings if finding.severity is not Severity.INFO]
    if excuse and not any(excuse in part.text for part in parts):
        bare = [_owner(places, finding) for finding in serious if _bare_denial(finding)]
        owner = next((owner for owner in bare if isinstance(owner, int)), None)
        if owner is not None:
            out[owner] = replace(out[owner], words=excuse + out[owner].words)
            return out, frozenset()
    offending: set[Section] = set()
    # From the last to the first, so that the places of the others stay what they were.
    for finding in reversed(serious):
        for place in places:
            _take_out(out, offending, place, finding, holds_fact)
    if any(finding.severity is Severity.ERROR for finding in serious):
        out = [_sentence(old, new, own) for old, new in zip(pieces, out, strict=True)]
    for item in report.missing:
        if item.severity is not Severity.INFO:
            _supply(out, places, item)
    return [_unhung(out, index) for index in range(len(out))], frozenset(offending)


def freed(
    pieces: list[Piece], findings: tuple[Finding, ...], holds_fact: Callable[[str], bool]
) -> list[Piece]:
    """The pieces without the errors of the draft that still stand in them.

    What is put around a clause may silence a rule; what it found has to go all the same. The coldest clause goes
    where it is about nothing.
    """
    out: list[Piece] = []
    at = 0
    for piece in pieces:
        end = at + len(piece.lead) + len(piece.before) + len(piece.mark)
        left = piece
        for finding in findings:
            inside = left.words.find(finding.text) if at <= finding.span.start < end else -1
            # Out of a clause that tells something, nothing is cut for what nothing finds any more.
            if inside >= 0 and not holds_fact(left.words) and _has_to_go(left, finding):
                places = (inside, inside + len(finding.text))
                left = _without(left, places, finding, whole=True, holds_fact=holds_fact)
        out.append(left)
        at = end
    return out


def _has_to_go(piece: Piece, finding: Finding) -> bool:
    """Whether a finding of the draft is taken out before anything is put together."""
    if finding.rule.startswith("tone."):
        return not useful(fold(piece.words))
    return finding.severity is Severity.ERROR and not finding.rule.startswith("refusal.")


def rude(report: Report) -> bool:
    """Whether something is found of a draft's manners, and not just of what it tells."""
    return any(
        found.severity is not Severity.INFO and not found.rule.startswith(_MATTERS)
        for found in report.findings
    )


def _places(parts: list[Part]) -> list[Place]:
    """The parts with where they stand in the text."""
    places: list[Place] = []
    at = 0
    for part in parts:
        places.append((at, at + len(part.text), part))
        at += len(part.text)
    return places


def _owner(places: list[Place], finding: Finding) -> int | Section | None:
    """What the part is made of in which a finding begins."""
    return next((part.owner for start, end, part in places if start <= finding.span.start < end), None)


def _bare_denial(finding: Finding) -> bool:
    """Whether what was found is a refusal that only lacks courtesy; what sounds cold lacks more than that."""
    return finding.severity is Severity.WARNING and (
        finding.rule.startswith("refusal.")
        or (_DENIES.search(finding.text) is not None and not finding.rule.startswith("tone."))
    )


def _take_out(
    pieces: list[Piece],
    offending: set[Section],
    place: Place,
    finding: Finding,
    holds_fact: Callable[[str], bool],
) -> None:
    """Take a finding out of the piece or section that a part is made of, if it stands there."""
    start, end, part = place
    if finding.span.start >= end or finding.span.end <= start:
        return
    if isinstance(part.owner, str):
        offending.add(part.owner)
    elif part.owner is not None:
        inside = (max(finding.span.start - start, 0), min(finding.span.end, end) - start)
        whole = finding.span.start >= start and finding.span.end <= end
        piece = pieces[part.owner]
        pieces[part.owner] = _without(piece, inside, finding, whole=whole, holds_fact=holds_fact)
        # What a colon announces is the matter that must not be told: 密码发您：…
        if _unspeakable(finding) and piece.mark.startswith((":", "：")) and part.owner + 1 < len(pieces):
            pieces[part.owner + 1] = replace(pieces[part.owner + 1], words="")


def _sentence(old: Piece, new: Piece, own: Callable[[str], str]) -> Piece:
    """A piece of which a cut left but the name of a thing: then that thing is what will be looked into."""
    if new.words == old.words or not name_alone(fold(new.words)):
        return new
    return replace(new, words=own("关于") + new.words + own("，我再为您核实一下"))


def _unspeakable(finding: Finding) -> bool:
    """Whether saying it at all is the offence: then its facts go with it."""
    return finding.severity is Severity.ERROR and finding.rule.startswith(_UNSPEAKABLE)


def _without(
    piece: Piece, inside: tuple[int, int], finding: Finding, *, whole: bool, holds_fact: Callable[[str], bool]
) -> Piece:
    """The piece without the words found: replaced, dropped or cut."""
    start, end = inside
    safe = next((other.text for other in finding.replacements if other.safe), None)
    if whole and safe is not None:
        return replace(piece, words=piece.words[:start] + safe + piece.words[end:])
    if _unspeakable(finding):
        return replace(piece, words="")
    if finding.rule.startswith("tone."):
        # The whole clause was marked: it goes, unless it tells something.
        return piece if holds_fact(piece.words) else replace(piece, words="")
    ahead = piece.words[:start]
    behind = piece.words[end:]
    if behind and holds_fact(ahead) and not holds_fact(behind):
        # The words found may begin or end inside of a word: what is put together over the gap may be none.
        ahead, behind = _HALF_DENIAL.sub("", ahead), ""
    rest = (behind and ahead + behind).strip() or tidied(ahead)
    if finding.severity is Severity.WARNING and not piece.words[end:].strip() and _tells(ahead):
        return replace(piece, words=tidied(ahead))
    if not holds_fact(piece.words) or (finding.severity is Severity.ERROR and not holds_fact(rest)):
        return replace(piece, words="")
    return replace(piece, words=rest if len(rest) >= _MIN_REST or holds_fact(rest) else "")


def _tells(ahead: str) -> bool:
    """Whether what stands before the words found tells how the case stands by itself (还在转运中心搁着呢)."""
    plain = fold(tidied(ahead))
    return len(plain) >= _MIN_TOLD and plain.startswith(_HOW_IT_STANDS) and useful(plain)


def _supply(pieces: list[Piece], places: list[Place], item: Missing) -> None:
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
