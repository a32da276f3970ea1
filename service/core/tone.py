"""How a reply sounds: a linear model over its short runs of characters.

The weights are learnt from labelled replies (`tests/tone`) and stand in `tone.tsv`; here they are only added up. What
tells a curt answer from a plain one is as much what is not there as what is, so a reply is weighed whole.
"""

import math
import re
from collections.abc import Iterator, Mapping

import ahocorasick_rs

from service.core.markup import without_markup
from service.core.reading import ReadText

CONSTANT = ""
"""The run that stands in every reply."""
LONGEST_RUN = 3
SHORTEST_REPLY = 12
"""A shorter reply counts as one of so many characters: a word or two would weigh too much."""
LONGEST_REPLY = 120
"""A longer reply is more than a tone of voice, and so short ones tell nothing of it."""
_SHARE = 0.2
"""What a clause adds to its reply's weight counts so much beside how curt it sounds alone.

With that the clause marked holds words that have to go in 201 of 257 rude drafts, with either weight alone in 191 and 186.
"""
_LINES = 1
"""A reply with more line breaks is laid out in lines."""
# What a placeholder is called is no part of how the reply sounds; our own tokens stand for words that are there.
_PLACEHOLDER = re.compile(r"[$%#]?\{\{?[^{}]{0,80}\}?\}|\[(?![a-z]+_\d+\])[^\[\]]{1,30}\]|【[^【】]{1,30}】")
_ALIKE = (("!", "！"), ("?", "？"), (",", "，"), ("~", "～"))


def heard(text: str) -> str:
    """A stretch of a folded text as it is weighed: without white space, tags and placeholders, marks of one width."""
    words = "".join(without_markup(text).lower().split())
    if "{" in words or "[" in words or "【" in words:
        words = _PLACEHOLDER.sub("", words)
    for narrow, wide in _ALIKE:
        # Half the time of `translate`, and most texts hold none of them.
        words = words.replace(narrow, wide)
    return words


def runs(words: str) -> set[str]:
    """The runs of 1-3 characters."""
    return {
        words[at : at + length]
        for length in range(1, LONGEST_RUN + 1)
        for at in range(len(words) - length + 1)
    }


class ToneModel:
    """Weights made ready to add up."""

    def __init__(self, weights: Mapping[str, int]) -> None:
        self._constant = weights.get(CONSTANT, 0)
        self._weights = {run: weight for run, weight in weights.items() if run}
        self._automaton = ahocorasick_rs.AhoCorasick(list(self._weights), store_patterns=True)

    def weigh(self, text: ReadText) -> float:
        """How cold a reply sounds, in hundredths of a logit; above 0 it is colder than nearly all good ones.

        Minus infinity for one that nothing can be said of, and for one laid out in lines: an entry of a list is curt
        by nature.

        Words in quotation marks are somebody else's and weigh nothing.
        """
        if text.plain.count("\n") > _LINES and text.plain.strip().count("\n") > _LINES:
            return -math.inf
        return self._weigh(heard("".join(_own(text)) if text.quotations else text.plain))

    def weigh_sentence(self, text: ReadText, position: int) -> float:
        """The same of the sentence around a position of `plain` alone, what it quotes included."""
        sentence = text.sentence_at(position)
        return self._weigh(heard(text.plain[sentence.start : sentence.end + 1]))

    def weigh_clause(self, words: str) -> float:
        """The same of the words of one clause and the mark behind it."""
        return self._weigh(heard(words))

    def _weigh(self, words: str) -> float:
        if not words or len(words) > LONGEST_REPLY:
            return -math.inf
        return self._constant + self._sum(words) / math.sqrt(max(len(words), SHORTEST_REPLY))

    def coldest(self, text: ReadText, curt: "ToneModel | None" = None) -> int:
        """The index of the clause that weighs most; `curt` hears single clauses, and has a say in it where it is given."""
        ranges = [text.clause_range(index) for index in range(len(text.cuts) - 1)]
        # With the mark behind it: 了！ is another thing than 了.
        clauses = [heard(text.plain[start : end + 1]) for start, end in ranges]
        weights: list[float] = [self._sum(words) for words in clauses]
        if curt is not None:
            weights = [
                weight * _SHARE + curt.weigh_clause(words)
                for weight, words in zip(weights, clauses, strict=True)
            ]
        return max(range(len(weights)), key=weights.__getitem__)

    def _sum(self, words: str) -> int:
        # With stored patterns the matches are the very strings that were put in: nothing is made for each.
        found = set(self._automaton.find_matches_as_strings(words, overlapping=True))
        return sum(map(self._weights.__getitem__, found))


def _own(text: ReadText) -> Iterator[str]:
    """What stands outside quotation marks."""
    at = 0
    for start, end in text.quotations:
        yield text.plain[at:start]
        at = end
    yield text.plain[at:]
