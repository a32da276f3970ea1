"""One message of a chat completion: what a prompt becomes, and what a model is sent."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat completion."""

    role: Literal["system", "user", "assistant"]
    content: str
