"""The deterministic engine: a draft made courteous clause by clause, in the words of the policy's phrasebook."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal
from weakref import WeakKeyDictionary

from service.core.checking import check
from service.core.compiling import Applies, Policy, applies
from service.core.masking import Masked
from service.core.phrasebook.composing import Lines, Section, Setting, compose, lines_of
from service.core.phrasebook.heads import without_familiar
from service.core.phrasebook.pieces import Piece, split
from service.core.phrasebook.repairing import repaired
from service.core.phrasebook.slots import fill, slots
from service.core.phrasebook.style import Style, style_of
from service.core.phrasebook.turns import Turns
from service.core.reading import Reading
from service.core.results import Verdict
from service.core.script import to_traditional
from service.core.text import fold, han_share

ROUNDS = 5
MAX_CHARS = 8_000
"""A longer draft that does not pass is a document, and a person's to mend."""
_ADDED: frozenset[Section] = frozenset(("openings", "apologies", "empathy", "thanks", "offers", "closings"))
_COURTEOUS: tuple[Literal["openings", "apologies", "thanks", "closings"], ...] = (
    "openings",
    "apologies",
    "thanks",
    "closings",
)
_TOKEN = re.compile(r"\[[A-Z]+_\d+\]")
_TAG = re.compile(r"\[TAG_\d+\]")
_SCRAP, _SHORT = 2, 6
_ABOUT_NOTHING = ("我", "您", "好的", "请", "請")
# What a text denies or bounds hangs on its clause: alone it is no reason to keep one.
_LEANING = frozenset({"negation", "limit"})


@dataclass(frozen=True, slots=True)
class _Book:
    """A policy's phrasebook made ready."""

    turns: Turns
    traditional: Turns
    lines: Lines
    fallbacks: tuple[tuple[str, Applies | None], ...]
    courtesies: tuple[str, ...]


_BOOKS: WeakKeyDictionary[Policy, _Book] = WeakKeyDictionary()


def _book(policy: Policy) -> _Book:
    """The phrasebook of a snapshot, made ready when it is first asked."""
    found = _BOOKS.get(policy)
    if found is None:
        entry = policy.files.phrasebook
        found = _BOOKS[policy] = _Book(
            Turns(entry.turns, str),
            Turns(entry.turns, to_traditional),
            lines_of(policy),
            tuple((line.text, applies(line.when)) for line in entry.fallbacks),
            tuple(words for name in _COURTEOUS for words in entry.said.get(name, ())),
        )
    return found


def rewrite(policy: Policy, masked: Masked, reading: Reading) -> str | None:
    """A masked text that passes the policy and holds the draft's facts, or None when there is nothing safe to say.

    A draft that passes and that no turn touches comes back as it is. The same input gives the same text.
    """
    draft = masked.draft
    report = check(policy, reading.with_draft(draft))
    if len(draft) > MAX_CHARS or han_share(reading.draft.plain) < policy.files.head.switches.min_han_share:
        return draft if report.verdict is Verdict.PASS else None
    book, style = _book(policy), style_of(draft)
    pieces, mended = _turned(book, style, reading, split(draft))
    if report.verdict is Verdict.PASS and not mended:
        return draft
    values = slots(policy, reading, masked)
    names = {token.name: token.text for token in masked.tokens}
    setting = Setting(book.lines, style, reading, values, names)
    facts = tuple(fact.text for fact in masked.facts if fact.kind not in _LEANING)

    def holds_fact(words: str) -> bool:
        return _TOKEN.search(_TAG.sub("", words)) is not None or any(fact in words for fact in facts)

    # A draft with courtesy of its own needs no more of it, unless the policy asks.
    courteous = any(words in fold(draft) for words in book.courtesies)
    light = courteous and all(piece.words for piece in pieces if piece.before)
    left_out: frozenset[Section] = _ADDED if light else frozenset()
    for _ in range(ROUNDS):
        parts = compose(pieces, setting, left_out)
        if not parts:
            break
        text = "".join(part.text for part in parts)
        report = check(policy, reading.with_draft(text))
        if report.verdict is Verdict.PASS:
            if _thin(pieces) and not any(holds_fact(piece.words) for piece in pieces):
                break
            return text
        if left_out == _ADDED:
            left_out = frozenset()
            continue
        pieces, offending = repaired(pieces, parts, report, holds_fact, book.lines.excuse(style))
        left_out |= offending
    if holds_fact(draft) and any(holds_fact(piece.words) for piece in pieces):
        return None
    return next(_answers(policy, book, setting, draft), None)


def _thin(pieces: list[Piece]) -> bool:
    """Whether offences left hardly a word of the draft, none of them about the matter."""
    kept = "".join(piece.words for piece in pieces)
    lost = any(piece.before and not piece.words for piece in pieces)
    return lost and (len(kept) <= _SCRAP or (len(kept) <= _SHORT and kept.startswith(_ABOUT_NOTHING)))


def _turned(book: _Book, style: Style, reading: Reading, pieces: list[Piece]) -> tuple[list[Piece], bool]:
    """The pieces after the phrasebook's turns, and whether any of them needed more than a gloss."""
    turns = book.traditional if style.traditional else book.turns
    out: list[Piece] = []
    needed = False
    for piece in pieces:
        words = piece.words if out else without_familiar(piece.words)
        # 嘛 that asks is 吗; as a particle of insistence it is a matter for the policy's rules.
        if words.endswith("嘛") and ("？" in piece.mark or "?" in piece.mark):
            words = words[:-1] + style.own("吗")
        turned, mended = turns.turn(words, reading)
        needed = needed or mended
        out.append(piece.saying(turned.replace("，", style.comma) if turned != piece.words else turned))
    return _varied(out, style), needed


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


def _answers(policy: Policy, book: _Book, setting: Setting, draft: str) -> Iterator[str]:
    """Whole answers where nothing of the draft is left: the scenario's replies, then the phrasebook's own."""
    reading = setting.reading
    scenario = policy.scenarios.get(reading.scenario.id) if reading.scenario else None
    texts = [
        reply.text
        for reply in (scenario.replies if scenario else ())
        if not reply.channel or reading.channel in reply.channel
    ]
    around = reading.with_draft(draft)
    texts += [text for text, when in book.fallbacks if when is None or when.holds(around)]
    for text in texts:
        filled = fill(text, setting.values)
        if filled is None:
            continue
        piece = Piece("", setting.style.own(filled.rstrip("。")), setting.style.stop, "", 0)
        if filled.endswith("？"):
            piece = replace(piece, words=setting.style.own(filled), mark="")
        alone = replace(
            setting, lines=replace(setting.lines, sections={**setting.lines.sections, **_ONLY_OPENING})
        )
        answer = "".join(part.text for part in compose([piece], alone, frozenset()))
        if check(policy, reading.with_draft(answer)).verdict is Verdict.PASS:
            yield answer


_ONLY_OPENING: dict[Section, tuple[tuple[str, Applies | None], ...]] = {
    "apologies": (), "empathy": (), "thanks": (), "offers": (), "closings": (),
}  # fmt: skip

__all__ = ["rewrite"]
