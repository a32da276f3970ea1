"""Set phrases in a draft: found however they are spaced, decorated or spelled, where they count."""

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, Field

from service.core.linear import Linear
from service.core.reading import ReadText
from service.core.scope import (
    LEADING,
    MOST_PLACES,
    TRAILING,
    Anchor,
    Hit,
    Scoped,
    Words,
    hangs_together,
    is_sign,
    squeeze,
    united,
)
from service.core.templates import Template, template
from service.core.text import Span


def _readable(text: str) -> str:
    template(text)
    return text


Phrases = Annotated[Words, AfterValidator(_readable)]
"""A template (see `templates`): a phrase, or a family of them."""


class Said(Scoped):
    """Any of the phrases; punctuation within a phrase is free (`你问我,我问谁`)."""

    any: tuple[Phrases, ...] = Field(min_length=1)
    also_nin: bool = False
    """Each phrase with 你 counts with 您 as well."""
    disguised: bool = False
    """The phrases count only in another writing: other characters (`spellings.yaml`), or something between them."""

    @cached_property
    def _templates(self) -> tuple[Template, ...]:
        texts = list(self.any)
        if self.also_nin:
            texts += [text.replace("你", "您") for text in self.any if "你" in text]
        return tuple(map(template, texts))

    @cached_property
    def _plain(self) -> tuple[tuple[str, bool, bool], ...]:
        """The phrases that can be listed, and whether each is tied to the beginning and to the end of its clause."""
        found = [(words, one.at_start, one.at_end) for one in self._templates for words in one.phrases]
        return tuple(dict.fromkeys(found))

    @cached_property
    def _expressions(self) -> tuple[Linear, ...]:
        """All others, as one expression for each way to be tied to the edges of a clause."""
        ways: dict[tuple[str, str, bool], list[str]] = {}
        for one in self._templates:
            if not one.phrases:
                edges = f"^(?:{LEADING})*" if one.at_start else "", f"[{TRAILING}]*$" if one.at_end else ""
                ways.setdefault((*edges, not one.gapped), []).append(one.expression)
        return tuple(
            # The longest of the alternatives, but of the gaps the shortest.
            Linear(f"{start}(?P<span>{'|'.join(some)}){end}", longest=longest)
            for (start, end, longest), some in ways.items()
        )

    @cached_property
    def _owners(self) -> tuple[int, ...]:
        """For each anchor behind those of the plain phrases: which of the expressions needs it."""
        return tuple(number for number, one in enumerate(self._expressions) for _ in one.needs)

    @cached_property
    def _ties(self) -> tuple[tuple[frozenset[int], bool, bool], ...]:
        """For each plain phrase: the places where it has punctuation itself, and its ties."""
        return tuple((joints(words), at_start, at_end) for words, at_start, at_end in self._plain)

    def anchors(self) -> tuple[Anchor, ...]:
        """The phrases to look for, and the words that those with a gap need."""
        found = [Anchor(words if words.isalnum() else squeeze(words) or words) for words, _, _ in self._plain]
        for one in self._expressions:
            found += one.anchors()
        return tuple(found)

    def spans(self, text: ReadText, hits: Sequence[Hit]) -> list[Span]:
        """The span of each phrase that stands where it counts, the first `MOST_PLACES` of them."""
        found: list[Span] = []
        others: dict[int, list[Hit]] = {}
        plain = len(self._ties)
        for hit in hits:
            if hit[2] >= plain:
                others.setdefault(self._owners[hit[2] - plain], []).append(hit)
            elif (span := self._plain_span(text, hit)) is not None:
                found.append(span)
                if len(found) == MOST_PLACES:
                    return united(found)
        for owner, some in others.items():
            for start, end, span in self._expressions[owner].matches(text, some):
                if self._written(text, start, end, span) and self.counts(text, start, end, span):
                    found.append(span)
                    if len(found) == MOST_PLACES:
                        return united(found)
        return united(found)

    def _plain_span(self, text: ReadText, hit: Hit) -> Span | None:
        """The span of a plain phrase that was hit, if it counts there."""
        start, end, anchor = hit
        own, at_start, at_end = self._ties[anchor]
        span = text.origin(start, end)
        if span.end - span.start != end - start and not hangs_together(text, start, end, own):
            return None
        if not self._written(text, start, end, span):
            return None
        if (at_start or at_end) and not self.at_edge(text, start, end, at_start=at_start, at_end=at_end):
            return None
        return span if self.counts(text, start, end, span) else None

    def _written(self, text: ReadText, start: int, end: int, span: Span) -> bool:
        """Whether a match counts for how it is written."""
        if not self.disguised or text.respelt:
            return True
        return span.end - span.start != end - start and all(
            gap.isspace() or is_sign(gap) for gap, _ in text.gaps(start, end)
        )


def joints(words: str) -> frozenset[int]:
    """The offsets in the squeezed form of a phrase where the phrase itself has punctuation."""
    if words.isalnum():
        return frozenset()
    read = ReadText(words)
    return frozenset(at for _, at in read.gaps(0, len(read.squeezed))) if read.squeezed else frozenset()
