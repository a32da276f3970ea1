"""A policy made ready for the hot path: one automaton over all anchors, and what each of them wakes.

`compile_policy` does all the work that does not depend on a draft, once, when the files are read.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import ahocorasick_rs

from service.core.checks import Check
from service.core.checks.tone import Tone
from service.core.phrasing import Scenario
from service.core.policy import PolicyFiles, Rule, Switches
from service.core.reading import Reading, ReadText
from service.core.respelling import INNOCENT, SPELT, Spellings
from service.core.results import PolicyStamp, Replacement, Severity, Source
from service.core.scope import Hit, any_of, squeeze
from service.core.shapes import When
from service.core.tone import ToneModel
from service.core.waking import Terms, Wake, wake

_LONG_CLAUSE = 400
"""In a clause of more characters nothing is looked for beside an anchor: the rule may as well look itself."""


@dataclass(frozen=True, slots=True)
class Applies:
    """A rule's `when`, with its words squeezed."""

    when: When
    customer_says: tuple[str, ...]
    draft_says: tuple[str, ...]
    already_said: tuple[str, ...]
    unless: "Applies | None"

    def holds(self, reading: Reading) -> bool:  # noqa: PLR0911 - one question after the other
        """Whether every condition that is given holds."""
        when = self.when
        if when.scenario and (reading.scenario is None or reading.scenario.id not in when.scenario):
            return False
        if when.channel and reading.channel not in when.channel:
            return False
        if when.stage and reading.stage not in when.stage:
            return False
        if when.knows and not reading.known.issuperset(when.knows):
            return False
        customer = reading.customer
        if self.customer_says and (customer is None or not _says(customer.squeezed, self.customer_says)):
            return False
        if self.draft_says and not _says(reading.draft.squeezed, self.draft_says):
            return False
        if self.already_said and not any(
            _says(turn.squeezed, self.already_said) for turn in reading.agent_before
        ):
            return False
        return self.unless is None or not self.unless.holds(reading)


def _says(squeezed: str, words: tuple[str, ...]) -> bool:
    return any(word in squeezed for word in words)


def applies(when: When) -> Applies | None:
    """A `when` made ready, or None for one that always holds."""
    if when == When():
        return None
    return Applies(
        when,
        tuple(map(squeeze, when.customer_says)),
        tuple(map(squeeze, when.draft_says)),
        tuple(map(squeeze, when.already_said)),
        applies(when.unless) if when.unless is not None else None,
    )


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with all that never changes from draft to draft already worked out."""

    rule: Rule
    check: Check
    applies: Applies | None
    severity: Severity
    by_channel: Mapping[str, Severity | None]
    trial: bool
    replacements: tuple[Replacement, ...]
    source: Source


class Policy:
    """One snapshot of a policy, ready to check with. Never changes; a reload makes another."""

    def __init__(self, files: PolicyFiles) -> None:
        self.files = files
        self.stamp = PolicyStamp(files.head.name, files.version)
        self.rules = tuple(
            _compile_rule(rule, files.tone, lambda: self.curt)
            for rule in files.rules
            if _holds(rule, files.head.switches)
        )
        wakes: dict[str, list[Wake]] = {}
        made = tuple.__new__
        for number, compiled in enumerate(self.rules):
            for place, anchor in enumerate(compiled.check.anchors()):
                literal = anchor.words
                if literal:
                    # A tuple made the short way: there are a hundred thousand of them.
                    plain = anchor.beside is None and not (anchor.whole and literal.isascii())
                    entry = made(Wake, (number, place, None, None)) if plain else wake(number, place, anchor)
                    wakes.setdefault(literal, []).append(entry)
        self.spellings = Spellings(files.spellings, files.writing, tuple(wakes))
        for number, some in ((SPELT, self.spellings.literals), (INNOCENT, self.spellings.innocent)):
            for place, spelling in enumerate(some):
                wakes.setdefault(spelling, []).append(Wake(number, place, None, None))
        self.literals = tuple(wakes)
        self.wakes = tuple(tuple(entries) for entries in wakes.values())
        self.automaton = ahocorasick_rs.AhoCorasick(self.literals)
        self._unprompted = _unprompted(self.rules)
        self.last = tuple(
            number for number, compiled in enumerate(self.rules) if isinstance(compiled.check, Tone)
        )
        """The rules that are asked of what no other rule objects to."""
        self.courtesies = tuple(
            (courtesy.points, words.search)
            for courtesy in files.head.score.courtesies
            if (words := any_of(map(squeeze, courtesy.any))) is not None
        )

    @cached_property
    def curt(self) -> ToneModel | None:
        """How curt a clause sounds, for the phrasebook; None where nothing was learnt."""
        return ToneModel(self.files.curt) if self.files.curt else None

    @cached_property
    def by_id(self) -> Mapping[str, CompiledRule]:
        """The rules in force by id."""
        return {compiled.rule.id: compiled for compiled in self.rules}

    @cached_property
    def scenarios(self) -> Mapping[str, Scenario]:
        """The scenarios by id."""
        return {scenario.id: scenario for scenario in self.files.scenarios}

    @cached_property
    def company_known(self) -> frozenset[str]:
        """Which of the company's data the policy holds."""
        company = self.files.head.company
        values = {"company": company.name, "hotline": company.hotline, "hours": company.hours}
        return frozenset(name for name, value in values.items() if value)

    def unprompted(self, reading: Reading) -> Iterable[int]:
        """The rules that need no word of the draft to wake them, as far as the context allows."""
        kept = self._unprompted
        found = kept["any"]
        if reading.customer is not None:
            found = found + kept["customer"]
        if reading.agent_before:
            found = found + kept["agent"]
        if reading.scenario is not None:
            found = found + kept.get("scenario " + reading.scenario.id, [])
        return found + kept.get(f"stage {reading.stage}", []) if reading.stage else found

    def coldness(self, text: ReadText) -> float:
        """How cold a text sounds to `kind: tone`, in hundredths of a logit; minus infinity where no rule listens."""
        checks = [self.rules[number].check for number in self.last]
        return max((one.weight(text) for one in checks if isinstance(one, Tone)), default=-math.inf)

    def gives_way(self, text: ReadText, objecting: Iterable[str], places: Iterable[int]) -> bool:
        """Whether the rules with these ids keep silent: the reply sounds warm, and so does each place objected to."""
        by_id = self.by_id
        return all(by_id[rule].rule.gives_way for rule in objecting) and any(
            isinstance(check := self.rules[number].check, Tone) and check.warm(text, places)
            for number in self.last
        )

    def woken(self, text: ReadText) -> dict[int, list[Hit]]:
        """The rules of which an anchor stands in the text, with the places (and `SPELT` and `INNOCENT` with theirs)."""
        found: dict[int, list[Hit]] = {}
        matches = self.automaton.find_matches_as_indexes(text.squeezed, overlapping=True)
        if not matches:
            return found
        wakes, made, cuts, squeezed = self.wakes, tuple.__new__, text.cuts, text.squeezed
        known: dict[Terms, bool] = {}
        clause = 0
        for literal, start, end in matches:
            # They come in the order of their ends.
            while cuts[clause + 1] < end:
                clause += 1
            at, until = cuts[clause], cuts[clause + 1]
            if until - at > _LONG_CLAUSE:
                at = until
            for number, anchor, beside, more in wakes[literal]:
                if beside is not None and start >= at and beside(squeezed, at, until) is None:
                    continue
                if more is None or more.met(text, start, end, known):
                    # The short way to make a named tuple: a text has many anchors.
                    found.setdefault(number, []).append(made(Hit, (start, end, anchor)))
        return found


def _holds(rule: Rule, switches: Switches) -> bool:
    """Whether a rule is in force, by its life and by what the company decided."""
    decided = (getattr(switches, name) is wanted for name, wanted in rule.switches.items())
    return rule.status != "retired" and all(decided)


def _unprompted(rules: tuple[CompiledRule, ...]) -> Mapping[str, list[int]]:
    """The rules without anchors, by the scenario, stage or speaker that each asks for, or `any`."""
    found: dict[str, list[int]] = {"any": [], "customer": [], "agent": []}
    for number, compiled in enumerate(rules):
        if compiled.check.anchors() or isinstance(compiled.check, Tone):
            continue
        when = compiled.rule.when
        keys = [f"scenario {scenario}" for scenario in when.scenario] or [
            f"stage {stage}" for stage in when.stage
        ]
        speaker = "customer" if when.customer_says else "agent" if when.already_said else "any"
        for key in keys or [speaker]:
            found.setdefault(key, []).append(number)
    return found


def _compile_rule(rule: Rule, tone: Mapping[str, int], curt: Callable[[], ToneModel | None]) -> CompiledRule:
    trial = rule.status == "trial"
    return CompiledRule(
        rule=rule,
        check=rule.check.taught(tone, curt) if isinstance(rule.check, Tone) else rule.check,
        applies=applies(rule.when),
        severity=Severity.INFO if trial else rule.severity,
        by_channel={
            channel: None if severity == "off" else Severity.INFO if trial else severity
            for channel, severity in rule.severity_by_channel.items()
        },
        trial=trial,
        replacements=tuple(Replacement(entry.text, entry.safe) for entry in rule.replacements),
        source=Source(rule.source.document, rule.source.section, rule.source.item, rule.source.manual_id),
    )


def compile_policy(files: PolicyFiles) -> Policy:
    """The policy ready to check with."""
    return Policy(files)
