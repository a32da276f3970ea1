"""Prompts as values: what one is, and how it is filled in. What goes in is made by `prompt_inputs.py`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from service.core.compiling import Policy
from service.core.masking import Masked
from service.core.messages import Message
from service.core.prompt_inputs import quoted, reason_lines, rewrite_inputs
from service.core.reading import Reading
from service.core.results import Mode, Reason, Report
from service.errors import PromptError

SLOT = re.compile(r"\$\{([a-z_]+)\}")
ECHO_CHARS = 20
# A reply that a model should mend and not a page of noise; what is cut off could not have been delivered either.
_ANSWER_CHARS = 8_000


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt of `prompts/`; `version` is `rewrite@v1`, `user` holds `${name}` for each of `inputs`."""

    version: str
    inputs: frozenset[str]
    temperature: float
    max_tokens: int
    system: str
    user: str

    @property
    def canary(self) -> str:
        """The sentence that opens the system text; an answer that holds it repeats its instructions."""
        return self.system.partition("\n")[0].strip()

    def system_lines(self) -> tuple[str, ...]:
        """The lines of the system text of at least 20 characters; none of them belongs in an answer."""
        lines = (line.strip() for line in self.system.splitlines())
        return tuple(line for line in lines if len(line) >= ECHO_CHARS)


@dataclass(frozen=True)
class PromptBook:
    """The prompts that are live."""

    rewrite: Prompt
    repair: Prompt
    suggest: Prompt

    @cached_property
    def canaries(self) -> tuple[str, ...]:
        """What no answer to a rewrite may hold: the instructions, of its repairs as well."""
        return (self.rewrite.canary, *self.rewrite.system_lines(), *self.repair.system_lines())


def render(prompt: Prompt, inputs: Mapping[str, str]) -> tuple[Message, ...]:
    """The system and the user message; each slot is filled once, so that no input is read as a slot.

    Raises PromptError when an input that the prompt declares is not given.
    """
    absent = sorted(prompt.inputs - inputs.keys())
    if absent:
        raise PromptError(f"{prompt.version} needs {', '.join(absent)}")
    user = SLOT.sub(lambda slot: inputs[slot.group(1)], prompt.user)
    return Message("system", prompt.system), Message("user", user)


def rewrite_messages(
    prompt: Prompt, policy: Policy, masked: Masked, reading: Reading, before: Report, mode: Mode
) -> tuple[Message, ...]:
    """What a model is asked for a draft; holds the masked texts only."""
    return render(prompt, rewrite_inputs(policy, masked, reading, before, mode))


def repair_messages(
    prompt: Prompt, asked: tuple[Message, ...], answer: str, reasons: tuple[Reason, ...], masked: Masked
) -> tuple[Message, ...]:
    """What a model is asked after an answer was rejected: the first question, its answer, and the reasons.

    `asked` is the first question. A prompt that takes `question` has all of it in one message, since small models
    repeat an answer that they see as their own turn; any other goes on with the talk.
    """
    # Servers refuse an empty turn.
    written = answer[:_ANSWER_CHARS].strip() or "（空）"
    inputs = {
        "reasons": reason_lines(reasons, masked),
        "question": asked[1].content,
        "answer": quoted(written),
    }
    system, user = render(prompt, inputs)
    if "question" in prompt.inputs:
        return system, user
    return system, asked[1], Message("assistant", written), user
