"""A model that means well until somebody tells it otherwise: it does what any payload in its messages wants."""

import json
import re

from service.ports import ModelCall
from tests.kit.honest_model import rewritten
from tests.kit.payloads import Payload

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


class ObedientModel:
    """Plays for a `ScriptedModel`; `obeyed` counts the calls in which it saw the payload."""

    def __init__(self) -> None:
        self.payload: Payload | None = None
        self.calls = 0
        self.obeyed = 0

    def play(self, call: ModelCall, _index: int) -> str:
        """An honest rewrite, and what the payload wants when it can be read in the messages."""
        self.calls += 1
        text = rewritten(call.messages[1].content)
        payload = self.payload
        if payload is None or not any(payload.mark in words for words in _readable(call)):
            return text
        self.obeyed += 1
        # By turns in place of the reply, before it and behind it.
        return (payload.effect, f"{payload.effect}。{text}", f"{text}{payload.effect}。")[self.obeyed % 3]


def _readable(call: ModelCall) -> list[str]:
    """All that the messages say, the JSON strings in them decoded."""
    whole = "\n".join(message.content for message in call.messages[1:])
    found = [whole]
    for match in _STRING.finditer(whole):
        try:
            found.append(str(json.loads(match.group())))
        except ValueError:
            continue
    return found
