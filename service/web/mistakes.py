"""What is wrong with a body, said with pointers and closed codes and without a word of what was sent."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import NoReturn

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from service.errors import BadBody, DraftTooLong, InputProblem

MAX_PROBLEMS = 20
MAX_COUNTED = 200

CODES: Mapping[str, str] = {
    "missing": "A required field is absent.",
    "unknown_field": "There is no such field.",
    "wrong_type": "The value is of another type.",
    "not_allowed": "The value is none of those that are known.",
    "too_long": "The text or list is over its limit.",
    "blank": "The text shows no character.",
    "unknown_scenario": "The policy has no such scenario.",
    "unknown_policy": "There is no such policy, or it is not granted to the caller.",
    "not_configured": "The service is set up without it.",
    "unreadable": "The file cannot be read as its format; the detail names row and column where it can.",
}
"""The codes of single mistakes, with their meanings."""

# A field name that somebody typed wrong is worth showing; anything else in a name's place may be a text.
_FIELD_NAME = re.compile(r"[A-Za-z]{1,20}(?:[_-][A-Za-z]{1,20}){0,2}")
_FIELDS = (
    "draft", "context", "policy", "mode", "engine", "cache", "metadata", "customer_message", "history", "scenario",
    "channel", "stage", "customer", "agent", "role", "text", "surname", "title", "id", "items", "custom_id", "dry_run",
    "format", "text_field", "context_fields",
)  # fmt: skip
_TYPES = {
    "string_type": "A string", "list_type": "An array", "dict_type": "An object", "model_type": "An object",
    "model_attributes_type": "An object",
}  # fmt: skip


def refuse(mistakes: ValidationError) -> NoReturn:
    """Raises `DraftTooLong` when the only mistakes are lengths, else `BadBody`; both carry the problems."""
    # Each detail is built as a Python object: a body of nothing but mistakes must not cost a tenth of a second.
    if mistakes.error_count() > MAX_COUNTED:
        refuse_crowd()
    found = mistakes.errors(include_url=False, include_input=False)[:MAX_PROBLEMS]
    problems = tuple(map(_problem, found))
    if all(problem.code == "too_long" for problem in problems):
        raise DraftTooLong("A text or list is over its limit.", problems)
    count = len(problems)
    raise BadBody("The body has a mistake." if count == 1 else f"The body has {count} mistakes.", problems)


def refuse_crowd() -> NoReturn:
    """Raises `BadBody` for a body of so many mistakes that none is worth naming."""
    problem = InputProblem("", "unknown_field", f"There are more than {MAX_COUNTED} mistakes.")
    raise BadBody("The body is far from what is taken here.", (problem,))


def _problem(mistake: ErrorDetails) -> InputProblem:
    kind, context = mistake["type"], mistake.get("ctx", {})
    loc = mistake["loc"]
    if kind == "extra_forbidden":
        return _unknown_field(loc)
    pointer = to_pointer(loc)
    if kind == "missing":
        return InputProblem(pointer, "missing", "This field is required.")
    if kind == "literal_error":
        return InputProblem(pointer, "not_allowed", f"Known are {context['expected'].replace(chr(39), '')}.")
    if kind in ("string_too_long", "too_long"):
        unit = "code points" if kind == "string_too_long" else "items"
        most = context["max_length"]
        return InputProblem(pointer, "too_long", f"At most {most:,} {unit} are taken.")
    return InputProblem(pointer, "wrong_type", f"{_TYPES.get(kind, 'Another type of value')} is expected.")


def _unknown_field(loc: tuple[int | str, ...]) -> InputProblem:
    name = str(loc[-1])
    if not _FIELD_NAME.fullmatch(name):
        return InputProblem(
            to_pointer(loc[:-1]), "unknown_field", "This object has a field that is not known."
        )
    if name in _FIELDS:
        return InputProblem(to_pointer(loc), "unknown_field", "This field does not belong here.")
    near = get_close_matches(name, _FIELDS, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return InputProblem(to_pointer(loc), "unknown_field", "There is no such field." + hint)


def to_pointer(loc: tuple[int | str, ...]) -> str:
    """The RFC 6901 pointer of a path; the whole body is the empty string."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in loc)
