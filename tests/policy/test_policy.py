"""Every policy that is shipped keeps its own word: `make policy` says the same, line by line."""

from functools import cache
from pathlib import Path

import pytest

from service.adapters.policy_files import clean, known_exceptions, load_policy, not_in_text, schemas
from service.core.compiling import compile_policy
from service.core.policy import PolicyFiles
from service.core.policy_tests import run
from service.core.rule_tests import rule_failures

ROOT = Path(__file__).parents[2] / "policy"
FOLDERS = sorted(head.parent for head in ROOT.glob("*/policy.yaml"))
RULES = [
    (folder, line.split("id:", 1)[1].strip())
    for folder in FOLDERS
    for file in sorted((folder / "rules").glob("*.yaml"))
    for line in file.read_text(encoding="utf-8").splitlines()
    if line.startswith("  - id:")
]

_files = cache(load_policy)
_policy = cache(lambda folder: compile_policy(_files(folder)))


def _rule(files: PolicyFiles, rule_id: str) -> int:
    return next(number for number, rule in enumerate(files.rules) if rule.id == rule_id)


def test_there_is_a_policy() -> None:
    """The service comes with the manual as its default policy."""
    assert ROOT / "default" in FOLDERS


@pytest.mark.parametrize(
    ("folder", "rule_id"), RULES, ids=[f"{folder.name}:{name}" for folder, name in RULES]
)
def test_a_rule_does_what_its_examples_say(folder: Path, rule_id: str) -> None:
    """A rule finds exactly the words marked in its examples, no others, and its safe replacements cure the draft."""
    files = _files(folder)
    rule = files.rules[_rule(files, rule_id)]
    assert list(rule_failures(rule, files, _policy(folder))) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_policy_keeps_its_word(folder: Path) -> None:
    """Good replies raise nothing, exceptions are still needed, and all that the policy offers passes it."""
    assert run(_files(folder), _policy(folder), clean(folder), known_exceptions(folder)) == ()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_rule_is_left_out_of_the_tests(folder: Path) -> None:
    """Each rule of a policy is one of the tests here, however its file is laid out."""
    tested = {name for one, name in RULES if one == folder}
    assert tested == {rule.id for rule in _files(folder).rules}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_no_text_can_show_is_carried_by_no_rule(folder: Path) -> None:
    """An entry of the manual is either checked or known to be beyond any text, and the latter is said once."""
    beyond = [entry.manual_id for entry in not_in_text(folder)]
    carried = {
        source.manual_id
        for rule in _files(folder).rules
        for source in (rule.source, *rule.also)
        if source.manual_id
    }
    assert len(beyond) == len(set(beyond))
    assert carried.isdisjoint(beyond)


@pytest.mark.parametrize("name", sorted(schemas()))
def test_editors_know_the_shape_that_the_code_reads(name: str) -> None:
    """The schema that an editor shows is the one that the service obeys (`make schema`)."""
    assert (ROOT / "schema" / name).read_text(encoding="utf-8") == schemas()[name]
