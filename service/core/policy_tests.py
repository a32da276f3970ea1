"""A policy's tests of itself: its rules, its good replies, and the replies, lines and turns that it offers.

Each failure is one line that begins with the id of what is wrong.
"""

from collections.abc import Iterable, Iterator, Sequence

from service.core import scenarios
from service.core.checking import check
from service.core.compiling import Policy
from service.core.phrasebook.turns import Turns
from service.core.phrasing import Scenario
from service.core.policy import ExampleContext, ExampleEntry, KnownException, PolicyFiles
from service.core.prompting import SLOT
from service.core.results import Channel, Draft, Stage, Verdict
from service.core.rule_tests import MISSING, filled, offences, reading_of, rule_failures, rules_in
from service.core.shapes import When

_SECTIONS = ("openings", "apologies", "empathy", "thanks", "offers", "closings")


def run(
    files: PolicyFiles,
    policy: Policy,
    clean: Sequence[ExampleEntry] = (),
    exceptions: Sequence[KnownException] = (),
) -> tuple[str, ...]:
    """Every way in which a policy breaks its own tests; `policy` is `files` compiled. Empty when all is well."""
    return (
        *(line for rule in files.rules for line in rule_failures(rule, files, policy)),
        *_clean_failures(policy, clean, exceptions),
        *_exception_failures(policy, clean, exceptions),
        *(line for scenario in files.scenarios for line in _scenario_failures(scenario, policy)),
        *(line for scenario in files.scenarios for line in _message_failures(scenario, policy)),
        *_phrasebook_failures(files, policy),
    )


def _clean_failures(
    policy: Policy, clean: Sequence[ExampleEntry], exceptions: Sequence[KnownException]
) -> Iterator[str]:
    known = {(entry.rule, entry.reply) for entry in exceptions}
    for number, entry in enumerate(clean, 1):
        for rule, words in offences(check(policy, reading_of(policy, entry.text, entry.context))):
            if (rule, entry.text) not in known:
                yield f"{rule}: fires on {words} in clean reply {number} “{entry.text}”"


def _exception_failures(
    policy: Policy, clean: Sequence[ExampleEntry], exceptions: Sequence[KnownException]
) -> Iterator[str]:
    contexts = {entry.text: entry.context for entry in clean}
    for entry in exceptions:
        report = check(policy, reading_of(policy, entry.reply, contexts.get(entry.reply, ExampleContext())))
        if entry.rule not in rules_in(report):
            yield f"{entry.rule}: no longer fires on the known exception “{entry.reply}”"


def _scenario_failures(scenario: Scenario, policy: Policy) -> Iterator[str]:
    """Whether every reply passes the whole policy, on each channel and in each stage that it is for."""
    for number, reply in enumerate(scenario.replies, 1):
        text = filled(reply.text, policy)
        where = f"{scenario.id}: reply {number} “{reply.text}”"
        if (slot := SLOT.search(text)) is not None:
            yield f"{where}: no slot is called {slot.group()}"
        channels: tuple[Channel | None, ...] = reply.channel or scenario.channel or (None,)
        stages: tuple[Stage | None, ...] = scenario.stage or (None,)
        for context in _contexts(scenario.id, channels, stages):
            report = check(policy, reading_of(policy, text, context))
            if report.verdict is not Verdict.PASS:
                for rule, words in offences(report):
                    yield f"{where}: {rule} fires on {words}"
                break


def _message_failures(scenario: Scenario, policy: Policy) -> Iterator[str]:
    """Whether its own messages show the scenario, and those that only sound like it do not."""
    for kind, messages in (("match", scenario.examples.match), ("no_match", scenario.examples.no_match)):
        for number, message in enumerate(messages, 1):
            found = scenarios.match(policy, Draft(text=message), message)
            shown = found.id if found else None
            if (shown == scenario.id) is not (kind == "match"):
                yield f"{scenario.id}: {kind} {number} “{message}”: shows {shown or 'no scenario'}"


def _contexts(
    scenario: str, channels: Iterable[Channel | None], stages: Sequence[Stage | None]
) -> Iterator[ExampleContext]:
    for channel in channels:
        for stage in stages:
            yield ExampleContext(
                scenario=scenario, channel=channel, stage=stage, surname="张", agent_id="1024"
            )


def _phrasebook_failures(files: PolicyFiles, policy: Policy) -> Iterator[str]:
    """Whether the lines offend no rule; whole answers pass, parts of one need not hold all that an answer must."""
    book = files.phrasebook
    for section in (*_SECTIONS, "fallbacks"):
        for number, line in enumerate(getattr(book, section), 1):
            text = filled(line.text, policy)
            where = f"phrasebook.{section}: line {number} “{line.text}”"
            if (slot := SLOT.search(text)) is not None:
                yield f"{where}: no slot is called {slot.group()}"
            report = check(policy, reading_of(policy, text, _context_of(line.when)))
            for rule, words in offences(report):
                if section == "fallbacks" or words != MISSING:
                    yield f"{where}: {rule} fires on {words}"
    for number, turn in enumerate(book.turns, 1):
        # Alone, so that an example proves its own turn.
        turns = Turns((turn,), str)
        for clause, expected in turn.examples:
            found = turns.turn(clause, reading_of(policy, clause, _context_of(turn.when))).words
            if found != expected:
                yield f"phrasebook.turns: turn {number} “{clause}”: gives “{found}”, not “{expected}”"


def _context_of(when: When) -> ExampleContext:
    """A context in which a line is said."""
    return ExampleContext(
        customer_message="，".join(when.customer_says[:1]) or None,
        agent_said="，".join(when.already_said[:1]) or None,
        scenario=when.scenario[0] if when.scenario else None,
        channel=when.channel[0] if when.channel else None,
        stage=when.stage[0] if when.stage else None,
        surname="张" if "surname" in when.knows else None,
        agent_id="1024" if "agent_id" in when.knows else None,
    )
