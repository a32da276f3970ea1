"""Whole answers of the policy, for drafts of which nothing can be said."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from service.core.checking import check
from service.core.compiling import Applies, Policy
from service.core.phrasebook.composing import Section, Setting, compose
from service.core.phrasebook.pieces import Piece
from service.core.phrasebook.slots import fill
from service.core.results import Verdict

Fallback = tuple[str, Applies | None]
# An answer that begins so is no greeting's neighbour.
_AGREES = ("好的", "没关系", "不客气", "您好")


def whole_answers(
    policy: Policy, fallbacks: Iterable[Fallback], setting: Setting, draft: str
) -> Iterator[str]:
    """Whole answers where nothing of the draft is left: the scenario's replies, then the phrasebook's own."""
    reading = setting.reading
    scenario = policy.scenarios.get(reading.scenario.id) if reading.scenario else None
    texts = [
        reply.text
        for reply in (scenario.replies if scenario else ())
        if not reply.channel or reading.channel in reply.channel
    ]
    around = reading.with_draft(draft)
    texts += [text for text, when in fallbacks if when is None or when.holds(around)]
    for text in texts:
        filled = fill(text, setting.values)
        if filled is None:
            continue
        words = setting.style.own(filled)
        # As if the draft had said it, so that its marks are left alone.
        piece = Piece("", words, "", words, 0)
        alone = replace(
            setting, lines=replace(setting.lines, sections={**setting.lines.sections, **_ONLY_OPENING})
        )
        greeted: frozenset[Section] = frozenset({"openings"} if filled.startswith(_AGREES) else ())
        answer = "".join(part.text for part in compose([piece], alone, greeted))
        if check(policy, reading.with_draft(answer)).verdict is Verdict.PASS:
            yield answer


_ONLY_OPENING: dict[Section, tuple[tuple[tuple[str, ...], Applies | None], ...]] = {
    "apologies": (), "empathy": (), "thanks": (), "offers": (), "closings": (),
}  # fmt: skip
