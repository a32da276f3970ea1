"""Server-sent events read as a browser reads them (WHATWG HTML 9.2.6)."""

import json
from typing import Any, NamedTuple


class Event(NamedTuple):
    """One event: its name, its id and its JSON object."""

    name: str
    id: str
    data: dict[str, Any]


def read_events(text: str) -> list[Event]:
    """The events of a whole stream; one that its blank line does not end is not there."""
    found: list[Event] = []
    for block in text.split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append(Event(fields["event"], fields["id"], json.loads(fields["data"])))
    return found
