"""HTML set out in lines while the phrasebook is at work, so that a paragraph or an entry of a list is a line of its own."""

import re
from dataclasses import replace

from service.core.markup import BLOCK
from service.core.masking import Masked

_ENDS = re.compile(rf"</{BLOCK}\s*>|<[bh]r\b", re.IGNORECASE)
_BEGINS = re.compile(rf"<(?![bh]r\b){BLOCK}\b", re.IGNORECASE)
_TOKEN = re.compile(r"\[TAG_\d+\]")


class Blocks:
    """The tokens of a draft whose tags end or begin a block."""

    def __init__(self, masked: Masked) -> None:
        self._ends = {token.name for token in masked.tokens if _ENDS.match(token.text)}
        self._begins = {token.name for token in masked.tokens if _BEGINS.match(token.text)}

    def opened(self, masked: Masked) -> Masked:
        """The same with a line break behind the end of each block, and before one that begins behind words."""
        if not self._ends and not self._begins:
            return masked
        return replace(masked, draft=_TOKEN.sub(self._apart, masked.draft))

    def closed(self, text: str) -> str:
        """A text without those line breaks."""
        for name in self._ends:
            text = text.replace(f"{name}\n", name)
        for name in self._begins:
            text = text.replace(f"\n{name}", name)
        return text

    def _apart(self, found: re.Match[str]) -> str:
        name = found[0]
        before = "\n" if name in self._begins else ""
        return f"{before}{name}\n" if name in self._ends else before + name
