"""How a clause sounds: a linear model over its short runs of characters, and which of them make it worth asking.

The weights are learnt from labelled replies (`tests/tone`) and stand in `tone.tsv`; here they are only added up.
"""

from collections.abc import Mapping

import ahocorasick_rs

EDGE = "，"
"""Stands at both ends of a clause; by itself it stands in every clause, and so carries what all of them weigh."""
LONGEST_RUN = 4
LONGEST_CLAUSE = 40
"""Clauses were never so long where the weights were learnt: of a longer one nothing is said."""
CUE = 20
"""A run of words that weighs at least so much makes its clause worth asking about."""


def edged(words: str, mark: str) -> str:
    """A clause as it is weighed: its letters, digits and Han between two edges; `!` and `?` are edges of their own."""
    return f"{EDGE}{words}{mark if mark in ('!', '?') else EDGE}"


def runs(clause: str) -> set[str]:
    """The runs of 1-4 characters of a clause with its edges."""
    return {
        clause[at : at + length]
        for length in range(1, LONGEST_RUN + 1)
        for at in range(len(clause) - length + 1)
    }


def is_cue(run: str, weight: int) -> bool:
    """Whether a run is looked for in every draft: words of two characters or more, none of them Latin or a digit."""
    return weight >= CUE and len(run) > 1 and run.isalnum() and not any(map(str.isascii, run))


class ToneModel:
    """Weights made ready to add up."""

    def __init__(self, weights: Mapping[str, int]) -> None:
        self.cues = tuple(run for run, weight in weights.items() if is_cue(run, weight))
        self._always = weights.get(EDGE, 0)
        self._weights = {run: weight for run, weight in weights.items() if run != EDGE}
        self._automaton = ahocorasick_rs.AhoCorasick(list(self._weights), store_patterns=True)

    def weigh(self, words: str, mark: str) -> int:
        """How cold a clause sounds, in hundredths of a logit; above 0 it is colder than nearly all good ones."""
        # With stored patterns the matches are the very strings that were put in: nothing is made for each.
        found = set(self._automaton.find_matches_as_strings(edged(words, mark), overlapping=True))
        return self._always + sum(map(self._weights.__getitem__, found))
