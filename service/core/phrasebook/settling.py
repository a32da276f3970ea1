"""Settles what each clause of a draft becomes before anything is put together: turned, trimmed, dropped or kept."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from service.core.folding import fold
from service.core.phrasebook.heads import without_familiar
from service.core.phrasebook.pieces import Piece, polite
from service.core.phrasebook.style import Style, states
from service.core.phrasebook.turns import Turns
from service.core.phrasebook.worth import grudging, idle, idle_question, stands_alone, tidied
from service.core.quarrel import quarrels, without_quarrel
from service.core.reading import Reading
from service.core.results import Finding, Report, Severity

HoldsFact = Callable[[str], bool]
Curt = Callable[[str, str], bool]
"""Whether words, with the mark behind them, may go for how they sound."""
_DENIES = re.compile(r"[不没无未]|别想|甭想|休想")
_CUTS = 2
"""So many times a clause is cut before its quarrel is let be."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The pieces as they shall be said, and whether the draft needs more than a gloss."""

    pieces: list[Piece]
    mended: bool


def settled(
    pieces: list[Piece],
    turns: Turns,
    style: Style,
    reading: Reading,
    holds_fact: HoldsFact,
    *,
    spares: HoldsFact,
    curt: Curt,
) -> Settled:
    """Every clause turned by the phrasebook, and without what only quarrels or is `curt`.

    A clause that `spares` names is never taken away, whatever a turn makes of it.
    """
    out: list[Piece] = []
    mended = False
    heard = reading.customer.plain if reading.customer else ""
    for number, piece in enumerate(pieces):
        words = piece.words if out else without_familiar(piece.words)
        # 嘛 that asks is 吗; as a particle of insistence it is a matter for the policy's rules.
        if words.endswith("嘛") and ("？" in piece.mark or "?" in piece.mark):
            words = words[:-1] + style.own("吗")
        turned, needed = turns.turn(words, reading)
        spared = spares(words)
        if spared and not turned:
            turned, needed = words, False
        if turned and polite(turned) == polite(words) and curt(words, piece.mark):
            out.append(piece.saying(""))
            mended = True
            continue
        answered = number + 1 < len(pieces) and idle_question(fold(turned), piece.mark, heard)
        if spared and not holds_fact(words):
            pass
        elif answered and not holds_fact(turned):
            turned, needed = "", True
        elif quarrels(fold(turned or words)) and (turned or holds_fact(words)):
            turned, needed = _peaceful(words, turns, reading, holds_fact), True
            turned = turned or (words if spared else "")
        mended = mended or needed
        out.append(piece.saying(turned.replace("，", style.comma) if turned != piece.words else turned))
    return Settled(_varied(_once(out), style), mended)


def _peaceful(words: str, turns: Turns, reading: Reading, holds_fact: HoldsFact) -> str:
    """A clause that quarrels, without the quarrel: what is left if it holds the fact or stands alone, else ''.

    A fact that the quarrel runs through keeps the clause as it is.
    """
    factual = holds_fact(words)
    for _ in range(_CUTS):
        plain = fold(words)
        before, *behind = without_quarrel(plain)
        if not behind:
            break
        head, tail = words[: len(before)], words[len(words) - len(behind[0]) :] if behind[0] else ""
        if factual:
            # All that is cut away must be free of facts, not just some of what is left hold one.
            keeping = [
                part
                for part, cut in ((head, words[len(head) :]), (tail, words[: len(words) - len(tail)]))
                if holds_fact(part) and not holds_fact(cut)
            ]
        else:
            keeping = [part for part in (head, tail) if stands_alone(tidied(fold(part)))]
        if not keeping:
            if factual:
                break
            return ""
        words = keeping[0]
    tidy = tidied(words)
    return turns.turn(tidy if not factual or holds_fact(tidy) else words, reading).words


def without_company(
    pieces: list[Piece],
    findings: Iterable[Finding],
    heard: str,
    holds_fact: HoldsFact,
    leans: HoldsFact,
) -> list[Piece]:
    """The pieces without those that stood in a sentence with an error and say nothing by themselves.

    `leans` tells what denies or bounds something: that stays unless it is a grudge.
    """
    wrong = _wrong(pieces, findings)
    soiled = {piece.sentence for piece, bad in zip(pieces, wrong, strict=True) if bad or _dropped(piece)}
    return [
        replace(piece, words="")
        if piece.sentence in soiled
        and piece.words
        and not piece.reworded
        and not holds_fact(piece.words)
        and (grudging(fold(piece.words)) or not leans(piece.words))
        and idle(fold(piece.words), piece.mark, heard)
        else piece
        for piece in pieces
    ]


def untouched(pieces: list[Piece], after: list[Piece], report: Report) -> list[Piece]:
    """The pieces as they shall be said, those in which the report on the draft finds nothing as they were."""
    told = [one.span for one in report.findings if one.severity is not Severity.INFO]
    told += [one.because for one in report.missing if one.because and one.severity is not Severity.INFO]
    out: list[Piece] = []
    at = 0
    for before, now in zip(pieces, after, strict=True):
        end = at + len(before.lead) + len(before.before) + len(before.mark)
        out.append(now if any(span.start < end and at < span.end for span in told) else before)
        at = end
    return out


def _dropped(piece: Piece) -> bool:
    return piece.before != "" and piece.words == ""


def _wrong(pieces: list[Piece], findings: Iterable[Finding]) -> list[bool]:
    """For each piece, whether an error of the draft stands in it."""
    errors = [finding.span for finding in findings if finding.severity is Severity.ERROR]
    out: list[bool] = []
    at = 0
    for piece in pieces:
        end = at + len(piece.lead) + len(piece.before) + len(piece.mark)
        out.append(any(span.start < end and at < span.end for span in errors))
        at = end
    return out


def refusing(pieces: list[Piece], findings: Iterable[Finding], style: Style, curt: Curt) -> list[Piece]:
    """The pieces with each denial that had been dropped said after all, in the draft's words and with an excuse.

    What quarrels, is `curt` or holds an error, stays unsaid.
    """
    excuse = style.own("很抱歉，")
    out: list[Piece] = []
    for piece, bad in zip(pieces, _wrong(pieces, findings), strict=True):
        plain = fold(piece.before)
        tells = _dropped(piece) and not bad and states(plain, piece.mark) and not quarrels(plain)
        if not tells or not _DENIES.search(plain) or curt(piece.before, piece.mark):
            out.append(piece)
            continue
        out.append(replace(piece, words=excuse + polite(piece.before)))
        excuse = ""
    return out


def literal(pieces: list[Piece]) -> list[Piece]:
    """The pieces in the draft's own words, 您 for 你 aside, wherever the phrasebook has found others for them."""
    return [
        replace(piece, words=polite(piece.before))
        if piece.words and piece.reworded and not quarrels(fold(piece.before))
        else piece
        for piece in pieces
    ]


def _once(pieces: list[Piece]) -> list[Piece]:
    """The pieces without one that an earlier one says already in the same words of ours."""
    seen: set[str] = set()
    out: list[Piece] = []
    for piece in pieces:
        again = piece.changed and piece.words in seen
        seen.add(piece.words)
        out.append(replace(piece, words="") if again else piece)
    return out


def _varied(pieces: list[Piece], style: Style) -> list[Piece]:
    """The pieces with 麻烦您 said once; the requests after it say 请您."""
    trouble, please = style.own("麻烦您"), style.own("请您")
    out: list[Piece] = []
    said = False
    for piece in pieces:
        again = said and piece.changed and trouble in piece.words
        said = said or trouble in piece.words
        out.append(replace(piece, words=piece.words.replace(trouble, please)) if again else piece)
    return out
