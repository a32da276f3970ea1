"""The shape of what a policy may say: scenarios with their replies, and the phrasebook's lines and turns."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from service.core.checks.pattern import Expression
from service.core.cues import parts
from service.core.results import Act, Channel, Stage
from service.core.shapes import Shape, Slug, SourceEntry, When, Words


def _cue(words: str) -> str:
    parts(words)
    return words


CueWords = Annotated[Words, AfterValidator(_cue)]
"""A phrase, or a family of them: `(催|问)一下`, `道歉…(没用|有什么用)`; see `core/cues.py`."""


class Cue(Shape):
    """Words by which a customer's message shows a scenario; each cue counts once, with its weight (0-1)."""

    any: tuple[CueWords, ...] = Field(min_length=1)
    weight: float = Field(gt=0, le=1, default=0.5)
    within: int = Field(gt=0, default=120)
    """It counts in a message of at most so many letters, digits and Han: a long letter tells of many things."""


class Reply(Shape):
    """A reply that passes the policy; slots are `${customer} ${company} ${hotline} ${hours} ${agent_id}`."""

    text: Words
    does: Act
    channel: tuple[Channel, ...] = ()


class Messages(Shape):
    """A scenario's own test: what customers write in it, and what sounds like it and is not."""

    match: tuple[Words, ...] = ()
    no_match: tuple[Words, ...] = ()


class Scenario(Shape):
    """One situation of the manual."""

    id: Slug
    title: Words
    source: SourceEntry
    also: tuple[SourceEntry, ...] = ()
    stage: tuple[Stage, ...] = ()
    channel: tuple[Channel, ...] = ()
    cues: tuple[Cue, ...] = ()
    unless: tuple[CueWords, ...] = ()
    """A message with any of these words does not show the scenario."""
    examples: Messages = Messages()
    requires: tuple[Words, ...] = ()
    """What a reply conveys, in order, for people and for the model."""
    avoid: tuple[Words, ...] = ()
    replies: tuple[Reply, ...] = ()


class ScenarioFile(Shape):
    """`scenarios/<theme>.yaml`."""

    theme: Slug
    scenarios: tuple[Scenario, ...]


class Line(Shape):
    """A sentence the phrasebook may add, and where it fits (the first that fits is taken)."""

    text: Words
    when: When = When()


class Turn(Shape):
    r"""Clause to clause: the part of a draft's clause that `pattern` matches becomes `to`.

    The pattern is RE2 and runs over the plain reading; `^` and `$` tie it to the whole clause. `\1` .. `\9` in
    `to` stand for the groups as the draft writes them; an empty `to` takes the words away. Where `to` ends in a full
    stop or question mark, the clause ends its sentence with it. `anchors` wake the turn.
    """

    anchors: tuple[Words, ...] = Field(min_length=1)
    pattern: Expression
    to: str
    when: When = When()
    gloss: bool = False
    """It betters words that are fine: by itself no reason to touch a draft that passes."""
    examples: tuple[tuple[str, str], ...] = Field(min_length=1)
    """Pairs of clause and result."""


class PhrasebookEntry(Shape):
    """`phrasebook.yaml`: what the deterministic engine may say."""

    openings: tuple[Line, ...]
    apologies: tuple[Line, ...]
    empathy: tuple[Line, ...]
    thanks: tuple[Line, ...]
    offers: tuple[Line, ...]
    closings: tuple[Line, ...]
    fallbacks: tuple[Line, ...] = ()
    """Whole answers for a draft of which nothing useful is left and whose scenario has no reply."""
    said: dict[
        Literal["openings", "apologies", "empathy", "thanks", "offers", "closings"], tuple[Words, ...]
    ] = Field(default_factory=dict)
    """A line of the section is added only where none of these words stands in the draft's own clauses."""
    turns: tuple[Turn, ...] = ()
