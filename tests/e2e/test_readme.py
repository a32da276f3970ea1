"""The READMEs tell the truth: what they show is what a reader sees."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kit.readme import READMES, Command, examples, settle
from tests.kit.readme_runner import reader
from tests.kit.service_process import ROOT

CASES = [
    pytest.param(command, id=f"{name}-{example.name}-{number}")
    for name in READMES
    for example in examples((ROOT / name).read_text(encoding="utf-8"))
    for number, command in enumerate(example.commands, 1)
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """A reader at a shell, beside a running service without key and model."""
    folder: Path = tmp_path_factory.mktemp("readme")
    with reader(folder) as run:
        yield run


@pytest.mark.parametrize("command", CASES)
def test_an_example_prints_what_the_readme_shows(run: Callable[[str], str], command: Command) -> None:
    """A reader who types an example sees the output of the README; `make docs` brings it up to date."""
    assert settle(run(command.line)) == settle(command.output)
