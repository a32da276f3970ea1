"""A Dockerfile as data: its stages and their instructions, for those who test or replay it."""

import json
import re
import shlex
from pathlib import Path
from typing import NamedTuple


class Instruction(NamedTuple):
    """One instruction: its word in capitals, and all that follows, on one line."""

    word: str
    rest: str

    @property
    def exec_form(self) -> list[str]:
        """The words of a JSON-form command; ValueError when it is not in that form."""
        return [str(word) for word in json.loads(self.rest)]


class Stage(NamedTuple):
    """What begins with one FROM."""

    image: str
    name: str
    instructions: tuple[Instruction, ...]

    def all(self, word: str) -> list[Instruction]:
        """The instructions of one kind in their order."""
        return [instruction for instruction in self.instructions if instruction.word == word]

    def last(self, word: str) -> Instruction:
        """The one that is in force; LookupError when there is none."""
        return self.all(word)[-1]

    @property
    def environment(self) -> dict[str, str]:
        """What ENV sets."""
        pairs = (pair for instruction in self.all("ENV") for pair in shlex.split(instruction.rest))
        return dict(pair.split("=", 1) for pair in pairs)


def read_dockerfile(path: Path) -> list[Stage]:
    """The stages in their order; the last one is the image."""
    text = re.sub(r"\\\n\s*", "", path.read_text(encoding="utf-8"))
    stages: list[Stage] = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            stages.append(Stage(image, name, ()))
        else:
            stage = stages[-1]
            stages[-1] = stage._replace(instructions=(*stage.instructions, Instruction(word, rest.strip())))
    return stages
