"""`kind: parted`: words taken to pieces, whatever they say: something between the characters, or pinyin for them."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Literal

from pydantic import BaseModel, ConfigDict

from service.core.reading import ReadText
from service.core.scope import MOST_PLACES, Anchor, Gap, Hit, is_sign, united
from service.core.text import Span

# Marks that cover the character before them count as well: struck-through words.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u0300-\u036f\u20d0-\u20ff"
    "\U000e0000-\U000e01ef]+"
)
_HAN = re.compile("[\u3400-\u9fff]")
# Lists of short words stand with these as well: 长*宽*高, 红+白+黑, 上→下.
_LISTS = frozenset("/\\|+*×·•-—–～~→←↑↓&.…")
_SYLLABLE = (
    "(?:(?:[zcs]h|[bpmdtnlgkhzcsr])(?:a[ion]?|ang|e[in]?|eng|ong|ou?|u[aion]?|uai|uang?)|[bpmdtnljqx]i(?:ao|ang?|ng|ong|[aenu])?"
    "|[zcs]h?i|ri|[jqx]u(?:e|an|n)?|[nl](?:ve?|ue)|f(?:a|o|ei|ou|an|en|ang|eng|u)|w(?:a|o|ai|ei|an|en|ang|eng|u)"
    "|y(?:a|o|e|ao|ou|an|in?|ang|ing|ong|ue?|uan|un)|a[ion]?|ang|e[inr]?|ou?)"
)
_PINYIN = re.compile(f"(?<![A-Za-z0-9.@/_-]){_SYLLABLE}(?: +{_SYLLABLE})+(?![A-Za-z0-9.@/_-])")
_LETTERS = re.compile("[A-Za-z0-9.@/_'’ -]+")
_CLEAR, _IN_LISTS = 3, 5
"""So many characters in a row, each cut off from the next, are no list."""


class Parted(BaseModel):
    """Fires on Han with invisible characters or signs between them, or on pinyin with spaces between its syllables."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["parted"]
    what: Literal["characters", "syllables"]

    def anchors(self) -> tuple[Anchor, ...]:
        """None: whatever the words are."""
        return ()

    def find(self, text: ReadText, hits: Sequence[Hit]) -> list[Span] | list[Gap]:  # noqa: ARG002
        """The span of each stretch of parted characters or syllables, in order."""
        plain = text.plain
        if self.what == "syllables":
            found = _syllables(plain) if " " in plain else iter(())
        else:
            hidden = _INVISIBLE.search(plain) is not None
            if not hidden and not text.has_single:
                return []
            found = chain(_by_invisible(text) if hidden else (), _by_signs(text))
        return united(list(islice(found, MOST_PLACES)))


def _syllables(plain: str) -> Iterator[Span]:
    """Stretches of pinyin, but for those within English: two words of *get back to you shortly* sound Chinese."""
    for words in _LETTERS.finditer(plain):
        found = list(_PINYIN.finditer(plain, *words.span()))
        syllables = sum(len(match[0].split()) for match in found)
        if 2 * syllables >= len(words[0].split()):
            yield from (Span(*match.span()) for match in found)


def _by_invisible(text: ReadText) -> Iterator[Span]:
    plain = text.plain
    for gap, at, until in text.seams:
        if _INVISIBLE.fullmatch(gap) and _HAN.match(plain, at - 1) and _HAN.match(plain, until):
            yield Span(at - 1, until + 1)


def _by_signs(text: ReadText) -> Iterator[Span]:
    plain = text.plain
    start, end, count, needed = 0, -1, 0, _CLEAR
    for gap, at, until in (*text.seams, ("", 0, 0)):
        parts = is_sign(gap) and _HAN.match(plain, at - 1) and _HAN.match(plain, until)
        if not parts or end != at:
            if count >= needed:
                yield Span(start, end)
            start, count, needed = at - 1, 1, _CLEAR
        if parts:
            count += 1
            end = until + 1
            if not _LISTS.isdisjoint(gap):
                needed = _IN_LISTS
