"""Which situation a message shows: cues found, weights added, and silence when unsure."""

import sys
from dataclasses import dataclass
from typing import NamedTuple

import ahocorasick_rs

from service.core.compiling import Policy
from service.core.cues import GAP, parts
from service.core.once import once_per_policy
from service.core.results import Channel, Draft, ScenarioMatch, Stage
from service.core.text import normalize

_OTHER_STAGE = 0.85
"""What is left of the score in a stage for which the scenario is not made: a bare cue is silent, a clear one is not."""


class _Says(NamedTuple):
    """What some words say: a cue of a scenario, or that the scenario is ruled out."""

    scenario: int
    cue: int
    weight: float
    within: int


class _Part(NamedTuple):
    """Words that say nothing alone: a part of a cue with `…`."""

    cue: int
    place: int


_RULED_OUT = -1
_ANY = sys.maxsize


@dataclass(frozen=True, slots=True)
class _Known:
    """A scenario's name, and where it is at home; nowhere named is everywhere."""

    id: str
    channel: frozenset[Channel]
    stage: frozenset[Stage]


@dataclass(frozen=True, slots=True)
class _Matcher:
    """The words of all scenarios in one automaton, with what each of them says."""

    automaton: ahocorasick_rs.AhoCorasick
    words: tuple[str, ...]
    says: tuple[tuple[_Says, ...], ...]
    """By word."""
    belongs: tuple[tuple[_Part, ...], ...]
    """By word: the cues with `…` that it is a part of."""
    gapped: tuple[tuple[_Says, int], ...]
    """What each cue with `…` says, and how many parts it has."""
    known: tuple[_Known, ...]
    longest: int
    """A longer message shows nothing: every cue has its `within`."""


@once_per_policy
def _matcher(policy: Policy) -> _Matcher:
    """The matcher of a snapshot."""
    says: dict[str, list[_Says]] = {}
    belongs: dict[str, list[_Part]] = {}
    gapped: list[tuple[_Says, int]] = []
    for number, scenario in enumerate(policy.files.scenarios):
        told = [
            (words, _Says(number, index, cue.weight, cue.within))
            for index, cue in enumerate(scenario.cues)
            for words in cue.any
        ]
        told += [(words, _Says(number, _RULED_OUT, 0.0, _ANY)) for words in scenario.unless]
        for words, said in told:
            found = parts(words)
            for place, phrases in enumerate(found):
                for phrase in phrases:
                    if len(found) == 1:
                        says.setdefault(phrase, []).append(said)
                    else:
                        belongs.setdefault(phrase, []).append(_Part(len(gapped), place))
            if len(found) > 1:
                gapped.append((said, len(found)))
    literals = tuple(dict.fromkeys((*says, *belongs)))
    return _Matcher(
        ahocorasick_rs.AhoCorasick(literals),
        literals,
        tuple(tuple(says.get(words, ())) for words in literals),
        tuple(tuple(belongs.get(words, ())) for words in literals),
        tuple(gapped),
        tuple(_Known(one.id, frozenset(one.channel), frozenset(one.stage)) for one in policy.files.scenarios),
        max((cue.within for scenario in policy.files.scenarios for cue in scenario.cues), default=0),
    )


def rank(
    policy: Policy, message: str, channel: Channel | None = None, stage: Stage | None = None
) -> tuple[ScenarioMatch, ...]:
    """The scenarios that a customer's message shows, best first; scores are 0-1, cues the words that decided.

    A scenario of other channels than the one given is none; one of other stages counts less.
    """
    matcher = _matcher(policy)
    if not matcher.words:
        return ()
    squeezed = normalize(message).squeezed
    if len(squeezed) > matcher.longest:
        return ()
    seen: dict[int, dict[int, tuple[float, str]]] = {}
    for said, words in _said(matcher, squeezed):
        seen.setdefault(said.scenario, {}).setdefault(said.cue, (said.weight, words))
    ranked = []
    for number, cues in seen.items():
        known = matcher.known[number]
        if _RULED_OUT in cues or (channel and known.channel and channel not in known.channel):
            continue
        score = min(1.0, _sum(list(cues.values())))
        if stage and known.stage and stage not in known.stage:
            score *= _OTHER_STAGE
        decided = tuple(sorted(words for _, words in cues.values()))
        ranked.append(ScenarioMatch(known.id, "matched", round(score, 2), decided))
    return tuple(sorted(ranked, key=lambda match: (-match.score, match.id)))


def _sum(found: list[tuple[float, str]]) -> float:
    """The weights of some cues together; words that stand within those of a weightier cue say nothing more."""
    if len(found) == 1:
        return found[0][0]
    found.sort(key=lambda cue: (-cue[0], -len(cue[1])))
    return sum(
        weight
        for number, (weight, words) in enumerate(found)
        if not any(words in other or other in words for _, other in found[:number])
    )


def _said(matcher: _Matcher, squeezed: str) -> list[tuple[_Says, str]]:
    """What the words of a message say, each with the words."""
    length = len(squeezed)
    found: list[tuple[_Says, str]] = []
    places: dict[int, dict[int, list[tuple[int, int]]]] = {}
    told: set[int] = set()
    says, belongs = matcher.says, matcher.belongs
    for literal, start, end in matcher.automaton.find_matches_as_indexes(squeezed, overlapping=True):
        if literal not in told:
            told.add(literal)
            words = matcher.words[literal]
            found += [(said, words) for said in says[literal] if length <= said.within]
        for cue, place in belongs[literal]:
            places.setdefault(cue, {}).setdefault(place, []).append((start, end))
    for cue, by_place in places.items():
        said, count = matcher.gapped[cue]
        if len(by_place) == count and length <= said.within:
            stretch = _in_order([by_place[place] for place in range(count)])
            if stretch is not None:
                found.append((said, squeezed[stretch[0] : stretch[1]]))
    return found


def _in_order(places: list[list[tuple[int, int]]]) -> tuple[int, int] | None:
    """Where the parts of a cue stand one behind the other, a few characters apart; None if they do not."""
    reached = {end: start for start, end in places[0]}
    for following in places[1:]:
        reached = {
            end: reached[near]
            for start, end in following
            for near in range(start, start - GAP - 1, -1)
            if near in reached
        }
    return next(((start, end) for end, start in reached.items()), None)


def match(policy: Policy, draft: Draft, message: str | None) -> ScenarioMatch | None:
    """The scenario that counts: the one given, or the best that is sure enough, or none.

    A scenario that is given must be known; the caller of this function sees to it.
    """
    if draft.scenario is not None:
        return ScenarioMatch(draft.scenario, "given", 1.0)
    if not message:
        return None
    ranked = rank(policy, message, draft.channel, draft.stage)
    if not ranked or ranked[0].score < policy.files.head.switches.scenario_threshold:
        return None
    if len(ranked) > 1 and ranked[1].score == ranked[0].score:
        return None
    return ranked[0]
