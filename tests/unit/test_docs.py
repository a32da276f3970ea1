"""The documents match the tree: settings, commands, links and terms."""

import re
from pathlib import Path

import pytest

from service.settings import Settings
from tests.kit.readme import READMES, Command, examples, settle, with_outputs, with_settings

ROOT = Path(__file__).parents[2]
MARKDOWN = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], key=lambda file: file.relative_to(ROOT).as_posix()
)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_MAKE = re.compile(r"`make ([a-z-]+)[^`]*`|^\$ make ([a-z-]+)", re.MULTILINE)
_TICKED_PATH = re.compile(r"`((?:service|policy|prompts|tests|docs|requirements|\.ci)/[\w./-]*)`")
_NAMED = re.compile(r"\b(?:COACH|OPENAI|REDIS)_[A-Z][A-Z_]+\b")


def _text(file: Path | str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", _text("Makefile"), re.MULTILINE))


@pytest.mark.parametrize("name", READMES)
def test_the_table_of_settings_is_the_codes(name: str) -> None:
    """An operator finds every setting with its default and meaning (`make docs` writes the table)."""
    assert with_settings(_text(name)) == _text(name)


def test_both_readmes_show_the_same() -> None:
    """Readers of either language see the same commands."""
    one, other = ([(e.name, [c.line for c in e.commands]) for e in examples(_text(name))] for name in READMES)
    assert one == other
    assert {name for name, _ in one} >= {"check", "rewrite", "policy", "cli"}


@pytest.mark.parametrize("file", MARKDOWN, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(file: Path) -> None:
    """A link within the repository leads to a file that is there."""
    local = [link for link in _LINK.findall(_text(file)) if "://" not in link]
    assert [link for link in local if not (file.parent / link).exists()] == []


@pytest.mark.parametrize("file", MARKDOWN, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_what_a_document_names_exists(file: Path) -> None:
    """A command, file or setting that a document tells a reader to use is there."""
    text = _text(file)
    assert {one or other for one, other in _MAKE.findall(text)} <= _targets()
    assert [path for path in _TICKED_PATH.findall(text) if not (ROOT / path).exists()] == []
    assert set(_NAMED.findall(text)) <= {str(field.alias) for field in Settings.model_fields.values()}


def test_the_two_commands_come_first() -> None:
    """Who opens the README sees how to run and how to test before anything else."""
    assert _text("README.md").split("```", 2)[1].split("\n")[1:3] == [
        "$ make run     # the service on http://127.0.0.1:8000: no key, no model, no Redis needed",
        "$ make test    # every test",
    ]


def test_every_target_explains_itself() -> None:
    """`make help` lists every command."""
    explained = set(re.findall(r"^([a-z-]+):.*## ", _text("Makefile"), re.MULTILINE))
    assert explained == _targets()


SAMPLE = """\
<!-- example: one -->
```console
$ say it \\
    | twice
elapsed_ms: 3.1
$ say more
```
"""


def test_examples_are_read_as_a_shell_reads_them() -> None:
    """A command may run over lines, and what follows it is its output."""
    (example,) = examples(SAMPLE)
    assert example.commands == (
        Command("say it \\\n    | twice", "elapsed_ms: 3.1\n"),
        Command("say more", ""),
    )


def test_outputs_are_written_only_when_they_say_something_else() -> None:
    """A new id or another time leaves the README alone; another answer is written."""
    assert settle('{"id": "rw_1", "elapsed_ms": 3}') == settle('{"id": "rw_2", "elapsed_ms": 41.5}')
    assert settle('{"verdict": "pass"}') != settle('{"verdict": "block"}')
    said = {"say it \\\n    | twice": "elapsed_ms: 8.5", "say more": ""}
    assert with_outputs(SAMPLE, said.__getitem__) == SAMPLE
    said["say more"] = "more"
    assert with_outputs(SAMPLE, said.__getitem__) == SAMPLE.replace("$ say more\n", "$ say more\nmore\n")
