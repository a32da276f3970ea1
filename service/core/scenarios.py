"""Which situation a message shows: cues found, weights added, and silence when unsure."""

import sys
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

import ahocorasick_rs

from service.core.compiling import Policy
from service.core.results import Draft, ScenarioMatch
from service.core.scope import squeeze
from service.core.text import normalize


class _Entry(NamedTuple):
    """What a literal says: a cue of a scenario, or that the scenario is ruled out."""

    scenario: int
    cue: int
    weight: float
    within: int


_RULED_OUT = -1
_ANY = sys.maxsize


@dataclass(frozen=True, slots=True)
class _Matcher:
    """The words of all scenarios in one automaton, with what each of them says."""

    automaton: ahocorasick_rs.AhoCorasick
    cues: tuple[tuple[_Entry, ...], ...]
    words: tuple[str, ...]
    ids: tuple[str, ...]


_MATCHERS: WeakKeyDictionary[Policy, _Matcher] = WeakKeyDictionary()


def _matcher(policy: Policy) -> _Matcher:
    """The matcher of a snapshot, made when it is first asked."""
    found = _MATCHERS.get(policy)
    if found is None:
        entries: dict[str, list[_Entry]] = {}
        for number, scenario in enumerate(policy.files.scenarios):
            for index, cue in enumerate(scenario.cues):
                for words in cue.any:
                    entries.setdefault(squeeze(words), []).append(
                        _Entry(number, index, cue.weight, cue.within)
                    )
            for words in scenario.unless:
                entries.setdefault(squeeze(words), []).append(_Entry(number, _RULED_OUT, 0.0, _ANY))
        found = _Matcher(
            ahocorasick_rs.AhoCorasick(tuple(entries)),
            tuple(tuple(values) for values in entries.values()),
            tuple(entries),
            tuple(scenario.id for scenario in policy.files.scenarios),
        )
        _MATCHERS[policy] = found
    return found


def rank(policy: Policy, message: str) -> tuple[ScenarioMatch, ...]:
    """The scenarios that a customer's message shows, best first; scores are 0-1, cues the words that decided."""
    matcher = _matcher(policy)
    if not matcher.words:
        return ()
    seen: dict[int, dict[int, tuple[float, str]]] = {}
    squeezed = normalize(message).squeezed
    length = len(squeezed)
    for literal in {
        found[0] for found in matcher.automaton.find_matches_as_indexes(squeezed, overlapping=True)
    }:
        for number, index, weight, within in matcher.cues[literal]:
            if length <= within:
                seen.setdefault(number, {})[index] = (weight, matcher.words[literal])
    ranked = [
        ScenarioMatch(
            matcher.ids[number],
            "matched",
            round(min(1.0, sum(weight for weight, _ in cues.values())), 2),
            tuple(sorted(word for _, word in cues.values())),
        )
        for number, cues in seen.items()
        if _RULED_OUT not in cues
    ]
    return tuple(sorted(ranked, key=lambda match: (-match.score, match.id)))


def match(policy: Policy, draft: Draft, message: str | None) -> ScenarioMatch | None:
    """The scenario that counts: the one given, or the best that is sure enough, or none.

    A scenario that is given must be known; the caller of this function sees to it.
    """
    if draft.scenario is not None:
        return ScenarioMatch(draft.scenario, "given", 1.0)
    if not message:
        return None
    ranked = rank(policy, message)
    if not ranked or ranked[0].score < policy.files.head.switches.scenario_threshold:
        return None
    if len(ranked) > 1 and ranked[1].score == ranked[0].score:
        return None
    return ranked[0]
