"""Puts a courteous text together: address, apology, the draft's useful clauses in their order, a way forward."""

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal
from zlib import crc32

from service.core.compiling import Applies, Policy, applies
from service.core.folding import fold
from service.core.phrasebook.heads import Head, head_of
from service.core.phrasebook.pieces import Piece, ends_sentence, structure_of
from service.core.phrasebook.slots import fill
from service.core.phrasebook.style import Style, calm, leads_on, states
from service.core.phrasing import Line
from service.core.reading import Reading
from service.core.text import squeezed

Section = Literal["openings", "apologies", "empathy", "thanks", "offers", "closings"]
_BEFORE: tuple[Section, ...] = ("apologies", "empathy", "thanks")
_AFTER: tuple[Section, ...] = ("offers", "closings")
_BULLET = re.compile(r"\d[.、)）]|[-*•·]")
# What an announcement cannot be followed by: a request, an offer, a question, an apology.
_TELLS_NOTHING = re.compile(
    r"请|麻烦|建议|如果|很抱歉|非常|感谢|欢迎|我(?!们)|好的|\d[.、]|[^，。]*[？?]|您可以|没关系|关于您"
)
_MIN_TOLD = 12
# What may follow a mere name of the matter (关于您的保单…，).
_CARRIES_ON = re.compile(r"我会|我先")
_LAST_CLAUSE = re.compile(r"[，,。]")
_ENDED = ("。", "？", ".", "?", "！", "!", "~", "～")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the answer and where it came from: a piece (its index), a section, or nothing of either."""

    text: str
    owner: int | Section | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of the phrasebook made ready: each section's lines with their `when`, and what it must not repeat.

    Neighbours with the same `when` stand together: they are ways to say one thing.
    """

    sections: dict[Section, tuple[tuple[tuple[str, ...], Applies | None], ...]]
    said: dict[Section, tuple[str, ...]]

    def excuse(self, style: Style) -> str:
        """The apology that leads into a clause, '' when the phrasebook has none."""
        apologies = (text for texts, _ in self.sections["apologies"] for text in texts)
        return next((style.own(text) for text in apologies if text.endswith("，")), "")


def lines_of(policy: Policy) -> Lines:
    """The lines of a policy's phrasebook."""
    book = policy.files.phrasebook
    sections: dict[Section, tuple[Line, ...]] = {
        "openings": book.openings,
        "apologies": book.apologies,
        "empathy": book.empathy,
        "thanks": book.thanks,
        "offers": book.offers,
        "closings": book.closings,
    }
    return Lines(
        {
            name: tuple(
                (tuple(line.text for line in alike), applies(when))
                for when, alike in groupby(found, key=lambda line: line.when)
            )
            for name, found in sections.items()
        },
        dict(book.said),
    )


@dataclass(frozen=True, slots=True)
class Setting:
    """All that composing knows besides the pieces."""

    lines: Lines
    style: Style
    reading: Reading
    values: dict[str, str]
    names: dict[str, str]
    warm: bool = False
    """Whether the general offer, the last of them, is made where no other fits."""
    as_written: bool = False
    """Whether the draft's own address is left as it is."""
    lot: int = 0
    """Which of several ways to say one thing is taken; the same draft always draws the same lot."""


def lot_of(draft: str) -> int:
    """The lot of a draft."""
    return crc32(draft.encode("utf-8", "surrogatepass"))


def compose(pieces: list[Piece], setting: Setting, left_out: frozenset[Section]) -> list[Part]:
    """The answer in parts; without any useful piece there is nothing to compose, and the list is empty."""
    head = head_of(pieces, setting.names, comma=setting.style.comma, own=setting.as_written)
    first = head.taken if head else 0
    kept = [index for index in range(first, len(pieces)) if pieces[index].words]
    if not kept:
        return []
    body = _body(pieces, kept, first, setting.style)
    said = "".join(part.text for part in body).rstrip()
    around = setting.reading.with_draft(_situation(pieces))
    front = _front(head, said, setting, around, left_out)
    lead, words = body[0].text, body[1:]
    front, words = _nearer(front, words, setting.lines)
    if front and not head and _BULLET.search(lead):
        front = [*front[:-1], Part(f"{front[-1].text.rstrip('，,。.')}：\n", front[-1].owner)]
        lead, front = "", [*front, Part(lead)]
    # Tags of the first clause stay before whatever is added to it, a list comes after.
    parts = [*front[:1], Part(lead), *front[1:]] if head else [Part(lead), *front]
    after = _lines(_AFTER, said, setting, around, left_out)
    if after:
        last = words[-1]
        mark, structure = last.text, structure_of(last.text)
        if structure and mark.endswith(structure):
            mark = mark[: -len(structure)]
        # In a draft laid out in lines what is added is a line of its own.
        own_line = setting.style.lined and not structure.strip()
        if not ends_sentence(mark) and not own_line:
            mark = _stop(words[-2].text, setting.style) if words[-2:] else mark
        between, behind = ("\n", "") if own_line else ("", structure)
        words = [*words[:-1], replace(last, text=mark), Part(between), *after, Part(behind)]
    return _ended([part for part in (*parts, *words) if part.text], pieces[-1])


def _ended(parts: list[Part], last: Piece) -> list[Part]:
    """The parts without line breaks at their end that the draft did not end in."""
    if parts and not (last.before + last.mark).endswith("\n"):
        parts[-1] = replace(parts[-1], text=parts[-1].text.rstrip("\n"))
    return parts


def _situation(pieces: list[Piece]) -> str:
    """What the draft states, in its own words and in ours: by this the lines are chosen."""
    words = [piece.before for piece in pieces if piece.changed and states(piece.before, piece.mark)]
    words += [piece.words for piece in pieces if piece.words and states(piece.words, piece.mark)]
    return "\n".join(words)


def _front(
    head: Head | None, said: str, setting: Setting, around: Reading, left_out: frozenset[Section]
) -> list[Part]:
    """The address, and what is said before the matter."""
    before: list[Section] = ["apologies", "empathy", "thanks"]
    added: list[Part] = []
    for name in before:
        if name == "empathy" and added:
            continue
        added += _lines((name,), said, setting, around, left_out)
    if head is not None:
        return [Part(head.lead + head.text + head.mark), *added]
    reading = setting.reading
    if reading.agent_before or reading.stage == "middle":
        return added
    return [*_lines(("openings",), said, setting, around, left_out), *added]


def _nearer(front: list[Part], body: list[Part], lines: Lines) -> tuple[list[Part], list[Part]]:
    """An apology that leads into a clause, moved to the clause that calls for it."""
    at = next(
        (i for i, part in enumerate(front) if part.owner == "apologies" and part.text.endswith((",", "，"))),
        None,
    )
    if at is None:
        return front, body
    triggers = {
        words
        for _, when in lines.sections["apologies"]
        if when is not None and not when.customer_says
        for words in when.draft_says
    }
    for index in range(2, len(body) - 1, 2):
        if any(words in squeezed(body[index].text) for words in triggers):
            if any(words in squeezed(part.text) for part in body[:index] for words in triggers):
                break
            return [*front[:at], *front[at + 1 :]], [*body[:index], front[at], *body[index:]]
    return front, body


def _lines(
    names: tuple[Section, ...], said: str, setting: Setting, around: Reading, left_out: frozenset[Section]
) -> list[Part]:
    """The first fitting line of each section that is neither said already nor left out."""
    plain = fold(said)
    found: list[Part] = []
    for name in names:
        if name in left_out or any(words in plain for words in setting.lines.said.get(name, ())):
            continue
        # After a question the customer is to speak.
        if name in _AFTER and (found[-1].text if found else said).rstrip().endswith(("？", "?")):
            continue
        dangling = name == "offers" and leads_on(_LAST_CLAUSE.split(said.rstrip("，, "))[-1])
        for texts, when in setting.lines.sections[name]:
            line = _drawn(texts, name, setting)
            if not line or _too_early(line, said) or (dangling and not _CARRIES_ON.search(line)):
                continue
            if when is None or when.holds(around):
                found.append(Part(setting.style.own(line), name))
                break
        else:
            if setting.warm and name == "offers" and setting.lines.sections[name]:
                line = _drawn(setting.lines.sections[name][-1][0], name, setting)
                found.append(Part(setting.style.own(line), name))
    return found


def _drawn(texts: tuple[str, ...], name: Section, setting: Setting) -> str:
    """One of several ways to say a thing, '' when a slot of each is unknown; an opening is the fullest there is."""
    known = [filled for text in texts if (filled := fill(text, setting.values)) is not None]
    if not known:
        return ""
    return known[0 if name == "openings" else setting.lot % len(known)]


def _too_early(line: str, said: str) -> bool:
    """Whether a line announces an explanation (…：) and what is said begins with something else."""
    return line.endswith("：") and (len(said) < _MIN_TOLD or _TELLS_NOTHING.match(fold(said)) is not None)


def _body(pieces: list[Piece], kept: list[int], first: int, style: Style) -> list[Part]:
    """The lead of the first clause, then words and mark of each kept one; what tags dropped clauses held, survives."""
    parts = [Part("".join(piece.structure for piece in pieces[first : kept[0]]) + pieces[kept[0]].lead)]
    for place, index in enumerate(kept):
        piece = pieces[index]
        following = kept[place + 1] if place + 1 < len(kept) else len(pieces)
        dropped = pieces[index + 1 : following]
        lost_words = any(lost.before for lost in dropped)
        changed = piece.reworded or lost_words if style.lined else piece.changed or bool(dropped)
        mark = calm(piece.mark, piece.words, style, changed=changed)
        last_of_sentence = following == len(pieces) or pieces[following].sentence != piece.sentence
        if last_of_sentence and dropped and not ends_sentence(mark):
            mark = _stop(piece.words, style) + structure_of(mark)
        entry = style.lined and not dropped and not mark.strip()
        if (
            following == len(pieces)
            and not entry
            and not piece.words.endswith(_ENDED)
            and not ends_sentence(mark)
            and mark.strip() in ("", ",", "，", "：", ":", "、")
        ):
            mark = _stop(piece.words, style) + structure_of(mark)
        if leads_on(piece.words) and ends_sentence(mark):
            mark = style.comma + structure_of(mark)
        for lost in dropped:
            mark += _left_of(lost, style, mark)
        if place + 1 < len(kept):
            mark += pieces[following].lead if pieces[following].lead not in mark else ""
        parts += [Part(piece.words, index), Part(mark)]
    return parts


def _left_of(lost: Piece, style: Style, mark: str) -> str:
    """What outlives a clause that goes: of a line its line break goes with it, and a picture that had no words stays."""
    if not style.lined:
        return lost.structure
    if not lost.before:
        return lost.lead + lost.mark
    return lost.structure.lstrip("\n") if mark.endswith("\n") else lost.structure


def _stop(words: str, style: Style) -> str:
    """What ends a sentence after these words; a link keeps its distance from the mark."""
    if leads_on(words):
        return style.comma
    if words.rstrip().rpartition("[")[1] and words.rstrip().rpartition("[")[2].startswith("LINK_"):
        return f" {style.stop}"
    return style.question if words.endswith(("吗", "嗎")) else style.stop
