"""The changes between a draft and a text in one step."""

from service.core.changes import edits, told
from service.core.results import Change, Report


def diff(draft: str, text: str, before: Report) -> tuple[Change, ...]:
    """What changed, each with the rules behind it."""
    return told(draft, text, edits(draft, text), before)
