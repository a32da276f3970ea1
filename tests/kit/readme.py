"""The READMEs as data: their examples, each a command with its true output, and the table of settings.

An example is a ```console block after `<!-- example: NAME -->`; a line that begins with `$ ` is a command, a
backslash at its end continues it, and what follows up to the next command is its output.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from service.settings import settings_table

READMES = ("README.md", "README.zh-CN.md")

_BLOCK = re.compile(r"^<!-- example: ([a-z-]+) -->\n```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SETTINGS = re.compile(r"(?<=<!-- settings -->\n).*?(?=<!-- /settings -->)", re.DOTALL)
# What two runs of the same command may say differently.
_VARYING = (
    (re.compile(r"\b(rw|job)_[A-Za-z0-9_-]+"), r"\1_…"),
    (re.compile(r'("?elapsed_ms"?:? +)[0-9.]+'), r"\1…"),
    (re.compile(r'("?(?:request_id|version|prompt_version)"?:? +)"?[^",\s]+"?'), r"\1…"),
    # How many rules and examples there are is no news to those who read how to call them.
    (re.compile(r"\b[0-9]+ (rules|scenarios|examples|replies|prompts)\b"), r"… \1"),
    (re.compile(r"\b(default) 1\+[0-9a-f]{8}\b"), r"\1 1+…"),
    (re.compile(r"\b[0-9.]+ m?s\b"), "… s"),
)


class Command(NamedTuple):
    """One command as a shell takes it, and all that it prints."""

    line: str
    output: str


class Example(NamedTuple):
    """A block of commands that are run one after another."""

    name: str
    commands: tuple[Command, ...]


def settle(output: str) -> str:
    """An output without what differs from run to run: ids, times, versions, and blanks at the ends of lines."""
    for pattern, stand_in in _VARYING:
        output = pattern.sub(stand_in, output)
    return "\n".join(line.rstrip() for line in output.strip().splitlines())


def _commands(block: str) -> tuple[Command, ...]:
    found: list[list[str]] = []
    continues = False
    for line in block.splitlines(keepends=True):
        if continues:
            found[-1][0] += line
        elif line.startswith("$ "):
            found.append([line[2:], ""])
        elif found:
            found[-1][1] += line
        else:
            raise ValueError(f"a console block begins with a command, not with {line!r}")
        continues = not found[-1][1] and found[-1][0].endswith("\\\n")
    return tuple(Command(line.rstrip("\n"), output) for line, output in found)


def examples(text: str) -> list[Example]:
    """The examples of a README in their order; ValueError for a block without a command."""
    return [Example(match[1], _commands(match[2])) for match in _BLOCK.finditer(text)]


def with_outputs(text: str, run: Callable[[str], str]) -> str:
    """The README with what `run` says of each command; an output that says the same stays as it is."""

    def block(match: re.Match[str]) -> str:
        lines: list[str] = []
        for command in _commands(match[2]):
            output = run(command.line).rstrip("\n") + "\n"
            same = settle(output) == settle(command.output)
            lines += [f"$ {command.line}\n", command.output if same else output.lstrip("\n")]
        return f"<!-- example: {match[1]} -->\n```console\n{''.join(lines)}```"

    return _BLOCK.sub(block, text)


def with_settings(text: str) -> str:
    """The README with the table of settings as the code has it; ValueError when its place is not marked."""
    made, places = _SETTINGS.subn(lambda _: settings_table(), text)
    if places != 1:
        raise ValueError("the table stands once, between <!-- settings --> and <!-- /settings -->")
    return made
