"""Set phrases in a draft: found however they are spaced, decorated or spelled, where they count."""

from collections.abc import Iterable
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator, Field

from service.core.linear import Linear
from service.core.reading import ReadText
from service.core.scope import LEADING, TRAILING, Anchor, Hit, Scoped, Words, hangs_together, united
from service.core.templates import GAP, Template, template
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

    @cached_property
    def _templates(self) -> tuple[Template, ...]:
        texts = list(self.any)
        if self.also_nin:
            texts += [text.replace("你", "您") for text in self.any if "你" in text]
        return tuple(map(template, texts))

    @cached_property
    def _plain(self) -> dict[str, tuple[bool, bool]]:
        """The phrases without a gap, and whether each is tied to the beginning and to the end of its clause."""
        found: dict[str, tuple[bool, bool]] = {}
        for parts, at_start, at_end in self._templates:
            if len(parts) == 1:
                for words in parts[0]:
                    before = found.get(words, (True, True))
                    found[words] = (before[0] and at_start, before[1] and at_end)
        return found

    @cached_property
    def _gapped(self) -> Linear | None:
        """The phrases with a gap, as one expression."""
        ways = [_expression(one) for one in self._templates if len(one.parts) > 1]
        return Linear(f"(?:{'|'.join(ways)})") if ways else None

    @cached_property
    def _ties(self) -> tuple[tuple[frozenset[int], bool, bool], ...]:
        """For each plain phrase: the places where it has punctuation itself, and its ties."""
        return tuple((joints(words), *ties) for words, ties in self._plain.items())

    def anchors(self) -> tuple[Anchor, ...]:
        """The phrases to look for, and the words that those with a gap need."""
        found = [Anchor(words) for words in self._plain]
        if self._gapped is not None:
            found += self._gapped.anchors()
        return tuple(found)

    def spans(self, text: ReadText, hits: Iterable[Hit]) -> list[Span]:
        """The span of each phrase that stands where it counts."""
        found: list[Span] = []
        gapped: list[Hit] = []
        ties = self._ties
        for hit in hits:
            start, end, anchor = hit
            if anchor >= len(ties):
                gapped.append(hit)
                continue
            own, at_start, at_end = ties[anchor]
            span = text.origin(start, end)
            if span.end - span.start != end - start and not hangs_together(text, start, end, own):
                continue
            if (at_start or at_end) and not self.at_edge(text, start, end, at_start=at_start, at_end=at_end):
                continue
            if self.counts(text, start, end, span):
                found.append(span)
        if gapped and self._gapped is not None:
            found += [
                span
                for start, end, span in self._gapped.matches(text, gapped)
                if self.counts(text, start, end, span)
            ]
        return united(found)


def _expression(one: Template) -> str:
    """A template with a gap as a regular expression over the words of a clause."""
    parts = f"[^，]{{0,{GAP}}}?".join(f"(?:{'|'.join(map(_squeezed, part))})" for part in one.parts)
    start = f"^(?:{LEADING})*" if one.at_start else ""
    return f"{start}{parts}" + (f"[{TRAILING}]*$" if one.at_end else "")


def _squeezed(words: str) -> str:
    return words if words.isalnum() else ReadText(words).squeezed


def joints(words: str) -> frozenset[int]:
    """The offsets in the squeezed form of a phrase where the phrase itself has punctuation."""
    if words.isalnum():
        return frozenset()
    read = ReadText(words)
    return frozenset(at for _, at in read.gaps(0, len(read.squeezed))) if read.squeezed else frozenset()
