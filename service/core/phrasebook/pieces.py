"""A masked draft cut into clauses that remember what stood between them, so that lines, tags and bullets survive."""

import re
from dataclasses import dataclass, replace

_TAG = r"\[TAG_\d+\]"
# Marks that end a clause. A full stop, comma or colon between two Latin characters is part of a word (3.5, 18:00), a
# tag alone is emphasis within a clause, two together are the edge of a paragraph.
_BREAK = re.compile(
    rf"(?:{_TAG}|\s){{0,8}}"
    rf"(?:[，。！？!?；;…~～：\n]|——|(?<![0-9A-Za-z])[,.:]|[,.:](?![0-9A-Za-z])|(?:{_TAG}\s*){{2,}}"
    r"|(?<=[\u4e00-\u9fff\]])[ \u3000](?=[\u4e00-\u9fff]))"
    rf"(?:[，。！？!?；;…~～：,.:\s”’」』]|{_TAG})*"
)
_LEAD = re.compile(rf"(?:{_TAG}|(?:\d{{1,2}}[.、)）]|[-*•#>·]+)\s*|[^\w\[《“「『\"【（(])*")
_STRUCTURE = re.compile(rf"{_TAG}|\n[^\S\n]*")
_YOU = re.compile(r"[你妳您]们?")
_ENDS = re.compile(r"[。！？!?；;…\n~～]|(?<!\d)\.")


@dataclass(frozen=True, slots=True)
class Piece:
    """A clause with what stands before it (bullet, tags), its words, and the marks behind it.

    `before` are the words as the draft has them; `words` is empty once the clause is dropped.
    """

    lead: str
    words: str
    mark: str
    before: str
    sentence: int

    @property
    def changed(self) -> bool:
        """Whether the words are no longer those of the draft."""
        return self.words != self.before

    @property
    def reworded(self) -> bool:
        """Whether the words are the phrasebook's rather than the draft's with 您 for 你."""
        return polite(self.words) != polite(self.before)

    @property
    def structure(self) -> str:
        """The tags and line breaks that must outlive the words."""
        return "".join(_STRUCTURE.findall(self.lead + self.before + self.mark))

    def saying(self, words: str) -> "Piece":
        """The piece with other words; a full stop or question mark at their end takes the place of its mark."""
        if words.endswith(("。", "？")):
            words, mark = words[:-1], words[-1] + "".join(_STRUCTURE.findall(self.mark))
            return replace(self, words=words, mark=mark)
        return replace(self, words=words)


def polite(words: str) -> str:
    """Words that call the customer 您."""
    return _YOU.sub("您", words)


def split(text: str) -> list[Piece]:
    """The pieces in order; leads, words and marks joined are the text."""
    found: list[Piece] = []
    at = sentence = 0
    while at < len(text):
        lead = _LEAD.match(text, at)
        start = lead.end() if lead else at
        ending = _BREAK.search(text, start)
        end, following = (ending.start(), ending.end()) if ending else (len(text), len(text))
        words = text[start:end]
        found.append(Piece(text[at:start], words, text[end:following], words, sentence))
        if _ENDS.search(text, end, following):
            sentence += 1
        at = following
    return found


def ends_sentence(mark: str) -> bool:
    """Whether a mark ends a sentence."""
    return _ENDS.search(mark) is not None


def structure_of(mark: str) -> str:
    """The tags and line breaks in a mark."""
    return "".join(_STRUCTURE.findall(mark))
