"""The deterministic engine: a draft made courteous clause by clause, in the words of the policy's phrasebook."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Literal
from weakref import WeakKeyDictionary

from service.core.checking import check
from service.core.compiling import Applies, Policy, applies
from service.core.folding import fold
from service.core.masking import Masked, unmask
from service.core.phrasebook.blocks import Blocks
from service.core.phrasebook.composing import Lines, Section, Setting, compose, lines_of, lot_of
from service.core.phrasebook.curtness import curtness, holding, never, sparingly, warm, worth_keeping
from service.core.phrasebook.pieces import Piece, split
from service.core.phrasebook.repairing import freed, repaired, rude
from service.core.phrasebook.settling import Curt, literal, refusing, settled, untouched, without_company
from service.core.phrasebook.slots import slots
from service.core.phrasebook.style import set_in_order, style_of
from service.core.phrasebook.turns import Turns
from service.core.phrasebook.whole import whole_answers
from service.core.quarrel import rhetorical
from service.core.reading import Reading
from service.core.results import Finding, Mode, Report, Severity, Verdict
from service.core.script import to_traditional
from service.core.text import han_share

ROUNDS = 5
_ADDED: frozenset[Section] = frozenset(("openings", "apologies", "empathy", "thanks", "offers", "closings"))
_BUT_NEEDED: frozenset[Section] = _ADDED - {"apologies", "offers"}
"""What the policy never asks for."""
_COURTEOUS: tuple[Literal["openings", "apologies", "thanks", "closings"], ...] = (
    "openings",
    "apologies",
    "thanks",
    "closings",
)
_TOKEN = re.compile(r"\[[A-Z]+_\d+\]")
_TAG = re.compile(r"\[TAG_\d+\]")
# A passing draft that speaks so to the customer is taken to mean well, whatever its words remind of.
_KIND = re.compile(r"您(?!也|就是|去)|我[来帮替给]|没关系|没事|辛苦|劳驾")
_REFUSAL = "refusal."
_BOLD = 2
"""So many texts may leave out clauses for how they sound; then come those that leave out only what is found."""
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
    """The best of the candidates, or None when there is nothing safe to say.

    A draft that passes and that no turn touches comes back as it is. The same input gives the same text.
    """
    return next(candidates(policy, masked, reading), None)


def candidates(policy: Policy, masked: Masked, reading: Reading, mode: Mode = "polish") -> Iterator[str]:
    """Masked texts that pass the policy, best first and each once; the later ones are plainer.

    With `minimal` the clauses that no rule found stay as they are, and nothing is added but what the policy asks for,
    as long as that gives a text that passes. All but the last resort hold the draft's facts. None at all when there is nothing safe to say.
    """
    seen: set[str] = set()
    if set_in_order(reading.draft.raw) and not rude(check(policy, reading)):
        # There nothing is touched but what is found.
        mode = "minimal"
    bold = _BOLD if mode == "polish" else 0
    blocks = Blocks(masked)
    lined = blocks.opened(masked)
    bolder = _candidates(policy, lined, reading, mode, curtness(policy, reading))
    for text in chain(islice(bolder, bold), _candidates(policy, lined, reading, mode, never)):
        if text not in seen:
            seen.add(text)
            yield blocks.closed(text)


def _candidates(policy: Policy, masked: Masked, reading: Reading, mode: Mode, curt: Curt) -> Iterator[str]:
    draft = masked.draft
    report = check(policy, reading.with_draft(draft))
    # What only the unmasked draft shows (去打12315好了) is an error all the same.
    before = check(policy, reading)
    errors = _errors(report) + _errors(before)
    if han_share(reading.draft.plain) < policy.files.head.switches.min_han_share:
        if report.verdict is Verdict.PASS:
            yield draft
        return
    book, style = _book(policy), style_of(draft)
    holds_fact = _fact_holder(masked, errors, rhetoric=True)
    holds_figure = _fact_holder(masked, errors, rhetoric=False)
    pieces = split(draft)
    turns = book.traditional if style.traditional else book.turns
    leaning = [fact.text for fact in masked.facts if fact.kind in _LEANING]
    leans = holding(leaning)
    # Only beside something that the policy finds is a denial or 一天 no more than a figure of speech.
    blamed = any(found.severity is not Severity.INFO for found in before.findings)
    must_keep = holds_figure if blamed else lambda words: holds_fact(words) or leans(words)
    kind = not blamed and _KIND.search(fold(draft)) is not None and warm(policy, reading)
    done = settled(
        pieces,
        turns,
        style,
        reading,
        must_keep,
        spares=_sparing(blamed, kind, must_keep),
        curt=never if kind else sparingly(curt, holds_fact, leaning),
    )
    as_is = not done.mended or (mode == "minimal" and before.verdict is Verdict.PASS)
    if report.verdict is Verdict.PASS and as_is:
        yield draft
        return
    setting = Setting(
        book.lines,
        style,
        reading,
        slots(policy, reading, masked),
        {token.name: token.text for token in masked.tokens},
        lot=lot_of(draft),
    )
    # A draft with courtesy of its own needs no more of it, unless the policy asks.
    courteous = any(words in fold(draft) for words in book.courtesies)
    light = kind or (courteous and all(piece.words for piece in done.pieces if piece.before))
    heard = reading.customer.plain if reading.customer else ""
    if mode == "minimal":
        few = freed(untouched(pieces, done.pieces, report), report.findings, must_keep)
        # Who was called 兄弟 is greeted instead.
        called = any(found.text == pieces[0].before for found in report.findings)
        greeted: frozenset[Section] = frozenset(("openings",) if called else ())
        yield from _least(policy, masked, few, replace(setting, as_written=True), holds_fact, greeted)
    rid = freed(done.pieces, report.findings, must_keep)
    useful = without_company(rid, report.findings, heard, holds_fact, leans)
    # With nothing left of the draft and no fact to tell, a whole answer says more than a refusal of nothing.
    factual = holds_figure(draft) or any(holds_fact(piece.words) for piece in useful)
    bare = not factual and not any(piece.words for piece in useful)
    if bare:
        yield from whole_answers(policy, book.fallbacks, setting, draft)
    refused = refusing(useful, report.findings, style, curt)
    first: frozenset[Section] = _ADDED if light else frozenset()
    tries = [(useful, first), (refused, frozenset()), (literal(refused), frozenset()), (useful, _ADDED)]
    keeps = holds_fact if blamed else must_keep
    said = False
    for kept, left_out in tries:
        text = _said(policy, kept, setting, left_out, keeps)
        if text and check(policy, reading.with_draft(unmask(text, masked))).verdict is Verdict.PASS:
            said = True
            yield text
    # A fact that may not be told at all is no reason to say nothing; verification knows which may go.
    if not bare and not (said and (factual or any(leans(piece.words) for piece in useful))):
        yield from whole_answers(policy, book.fallbacks, setting, draft)


def _least(
    policy: Policy,
    masked: Masked,
    pieces: list[Piece],
    setting: Setting,
    holds_fact: Callable[[str], bool],
    greeted: frozenset[Section],
) -> Iterator[str]:
    """The pieces with nothing added, then with what the policy may ask for, where that passes."""
    for left_out in (_ADDED - greeted, _BUT_NEEDED - greeted):
        text = _said(policy, pieces, setting, left_out, holds_fact, grows=False)
        if text and check(policy, setting.reading.with_draft(unmask(text, masked))).verdict is Verdict.PASS:
            yield text


def _sparing(blamed: bool, kind: bool, must_keep: Callable[[str], bool]) -> Callable[[str], bool]:  # noqa: FBT001 - private
    """Tells which clauses are not to be taken away: with nothing to blame those with a fact, of a kind draft all."""
    if blamed:
        return lambda _: False
    return (lambda _: True) if kind else must_keep


def _errors(report: Report) -> str:
    """The words of all errors; what a refusal told badly holds still has to be told."""
    return "".join(
        f"{found.text}\n"
        for found in report.findings
        if found.severity is Severity.ERROR and not found.rule.startswith(_REFUSAL)
    )


def _fact_holder(masked: Masked, errors: str, *, rhetoric: bool) -> Callable[[str], bool]:
    """Tells whether words hold a fact that must stay; one that is part of an error need not.

    `rhetoric` counts also what would be a mere figure of speech in a quarrel.
    """
    facts = tuple(
        fact.text
        for fact in masked.facts
        if fact.kind not in _LEANING and fact.text not in errors and (rhetoric or not rhetorical(fact))
    )
    gone = {token.name for token in masked.tokens if token.text in errors or token.name in errors}

    def holds_fact(words: str) -> bool:
        tokens = _TOKEN.findall(_TAG.sub("", words))
        return any(token not in gone for token in tokens) or any(fact in words for fact in facts)

    return holds_fact


def _said(
    policy: Policy,
    pieces: list[Piece],
    setting: Setting,
    left_out: frozenset[Section],
    holds_fact: Callable[[str], bool],
    *,
    grows: bool = True,
) -> str | None:
    """The pieces put together and mended until the policy finds nothing, or None.

    A text that sounds cold wants for a kind word, and gets the general offer; only when that does not help does it
    lose the clause that sounds so.
    """
    for _ in range(ROUNDS):
        parts = compose(pieces, setting, left_out)
        if not parts:
            return None
        text = "".join(part.text for part in parts)
        report = check(policy, setting.reading.with_draft(text))
        if report.verdict is Verdict.PASS:
            return None if _thin(pieces) and not any(holds_fact(piece.words) for piece in pieces) else text
        if left_out == _ADDED and grows:
            left_out = frozenset()
            continue
        only_cold = all(map(_cold, report.findings)) and report.verdict is Verdict.REVISE
        if only_cold and grows and not setting.warm:
            setting, left_out = replace(setting, warm=True), left_out - {"offers"}
            continue
        pieces, offending = repaired(
            pieces, parts, report, holds_fact, setting.lines.excuse(setting.style), setting.style.own
        )
        left_out |= offending
    return None


def _cold(finding: Finding) -> bool:
    """Whether a finding is of a tone of voice and of no words."""
    return finding.rule.startswith("tone.")


def _thin(pieces: list[Piece]) -> bool:
    """Whether offences left hardly a word of the draft, none of them about the matter."""
    kept = "".join(piece.words for piece in pieces)
    lost = any(piece.before and not piece.words for piece in pieces)
    return lost and (len(kept) <= _SCRAP or (len(kept) <= _SHORT and kept.startswith(_ABOUT_NOTHING)))


__all__ = ["candidates", "rewrite", "worth_keeping"]
