"""The folder of prompts, read from disk: `live.yaml` names the versions, each a Markdown file with front matter."""

import hashlib
import re
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from service.adapters.yaml_text import MAX_BYTES, read_yaml
from service.core.prompt_inputs import INPUTS
from service.core.prompting import SLOT, Prompt, PromptBook
from service.errors import PromptError

LIVE = "live.yaml"
LOCK = "released.lock"

Version = Annotated[str, Field(pattern=r"^v[1-9][0-9]*$")]


class Live(BaseModel):
    """`live.yaml`: the version of each prompt that is in use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rewrite: Version
    repair: Version
    suggest: Version


class FrontMatter(BaseModel):
    """What stands between the `---` lines of a prompt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: tuple[str, ...] = Field(min_length=1)
    temperature: float = Field(ge=0, le=2)
    max_tokens: int = Field(ge=1, le=8000)


_LIVE = TypeAdapter(Live)
_FRONT = TypeAdapter(FrontMatter)
_SECTIONS = re.compile(r"^# (system|user)[ \t]*$", re.MULTILINE)


def load_prompts(folder: Path) -> PromptBook:
    """The prompts that are live; raises PromptError with the first mistake as `path:line:column: …`."""
    live: Live = read_yaml(_bytes(folder, LIVE), _shown(folder, LIVE), PromptError).validated(_LIVE)
    return PromptBook(
        rewrite=load_prompt(folder, "rewrite", live.rewrite),
        repair=load_prompt(folder, "repair", live.repair),
        suggest=load_prompt(folder, "suggest", live.suggest),
    )


def load_prompt(folder: Path, name: str, version: str) -> Prompt:
    """One version of a prompt; raises PromptError like `load_prompts`."""
    file = f"{name}/{version}.md"
    shown = _shown(folder, file)
    raw = _bytes(folder, file)
    try:
        text = raw.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise PromptError(f"{shown}:1:1: This is no UTF-8 text") from None
    head, mark, body = text.removeprefix("---\n").partition("\n---\n")
    if not text.startswith("---\n") or not mark:
        raise PromptError(f"{shown}:1:1: The file begins with front matter between two lines of ---")
    # The line before keeps the numbers of the lines.
    document = read_yaml(f"\n{head}\n".encode(), shown, PromptError)
    front: FrontMatter = document.validated(_FRONT)
    system, user, user_line = _sections(shown, body, head.count("\n") + 4)
    _refuse_slots(shown, text, user_line, front.inputs)
    used = set(SLOT.findall(user))
    for index, entry in enumerate(front.inputs):
        if entry not in INPUTS[name]:
            raise document.mistake(("inputs", index), f"No input is called '{entry}' here")
        if entry not in used:
            raise document.mistake(("inputs", index), f"Input '{entry}' is declared and not used")
    return Prompt(
        f"{name}@{version}", frozenset(front.inputs), front.temperature, front.max_tokens, system, user
    )


def _refuse_slots(shown: str, text: str, user_line: int, inputs: tuple[str, ...]) -> None:
    """Raise for a dollar sign that is no declared input of # user."""
    for number, line in enumerate(text.splitlines(), 1):
        for dollar in re.finditer(r"\$", line):
            slot = SLOT.match(line, dollar.start())
            where = f"{shown}:{number}:{dollar.start() + 1}"
            if slot is None:
                raise PromptError(f"{where}: Only ${{name}} may begin with a dollar sign")
            if number < user_line:
                raise PromptError(f"{where}: '{slot[1]}' stands outside # user; # system takes no input")
            if slot[1] not in inputs:
                raise PromptError(f"{where}: Input '{slot[1]}' is used and not declared")


def released(folder: Path) -> dict[str, str]:
    """The digests of `released.lock` by `name@version`; raises PromptError for a line that is none."""
    found: dict[str, str] = {}
    for number, line in enumerate(_bytes(folder, LOCK).decode("utf-8", "replace").splitlines(), 1):
        entry = re.fullmatch(r"([a-z]+@v[1-9][0-9]*) ([0-9a-f]{64})", line)
        if entry is None or entry[1] in found:
            raise PromptError(
                f"{_shown(folder, LOCK)}:{number}:1: A line is name@version, a space and a SHA-256, once"
            )
        found[entry[1]] = entry[2]
    return found


def digest(folder: Path, version: str) -> str:
    """The SHA-256 of the file of `name@version`, as hexadecimal digits."""
    name, _, number = version.partition("@")
    return hashlib.sha256(_bytes(folder, f"{name}/{number}.md")).hexdigest()


def _sections(shown: str, body: str, first_line: int) -> tuple[str, str, int]:
    """The text of # system, that of # user, and the line of the heading of the latter."""
    headings = list(_SECTIONS.finditer(body))
    names = [heading[1] for heading in headings]
    if names != ["system", "user"] or body[: headings[0].start()].strip():
        raise PromptError(
            f"{shown}:{first_line}:1: After the front matter stand # system and # user, once each"
        )
    system, user = body[headings[0].end() : headings[1].start()].strip(), body[headings[1].end() :].strip()
    if not system or not user:
        raise PromptError(f"{shown}:{first_line}:1: # system and # user both hold a text")
    return system, user, first_line + body.count("\n", 0, headings[1].start())


def _shown(folder: Path, name: str) -> str:
    return f"{folder.absolute().name}/{name}"


def _bytes(folder: Path, name: str) -> bytes:
    try:
        with (folder / name).open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError as failure:
        raise PromptError(
            f"{_shown(folder, name)}:1:1: The file cannot be read ({failure.strerror})"
        ) from None
