"""What is wrong with a YAML file, in words for the person who wrote it, and where in the file it stands."""

from typing import Any

import yaml
from pydantic_core import ErrorDetails

Loc = tuple[int | str, ...]

_SENTENCES = {
    "missing": "Missing field '{field}'",
    "extra_forbidden": "Unknown field '{field}'",
    "union_tag_not_found": "Missing field {discriminator}",
    "union_tag_invalid": "Invalid value '{tag}'",
    "literal_error": "Invalid value {shown}, expected {expected}",
    "enum": "Invalid value {shown}, expected {expected}",
    "too_short": "Too few entries: at least {min_length} needed",
    "string_too_short": "Empty text",
    "string_pattern_mismatch": "Invalid value {shown}, it must match {pattern}",
    "value_error": "Invalid value {shown}: {error}",
    "string_type": "Invalid value {shown}: text is expected{hint}",
    "int_type": "Invalid value {shown}: a whole number is expected",
    "int_from_float": "Invalid value {shown}: a whole number is expected",
    "float_type": "Invalid value {shown}: a number is expected",
    "bool_type": "Invalid value {shown}: true or false is expected",
    "tuple_type": "Invalid value {shown}: a list is expected",
    "dict_type": "Invalid value {shown}: a mapping is expected",
    "model_type": "Invalid value {shown}: a mapping is expected",
    "model_attributes_type": "Invalid value {shown}: a mapping is expected",
}
_SHOWN_CHARS = 60


def first_of(mistakes: list[ErrorDetails]) -> ErrorDetails:
    """The mistake to tell: the first; but a misspelt field rather than the field that is missing for it."""
    first = mistakes[0]
    if first["type"] == "missing":
        for other in mistakes:
            if other["type"] == "extra_forbidden" and other["loc"][:-1] == first["loc"][:-1]:
                return other
    return first


def explain(mistake: ErrorDetails) -> tuple[Loc, str]:
    """Where in the data a mistake found by pydantic stands, and one sentence about it."""
    loc, kind, value = mistake["loc"], mistake["type"], mistake["input"]
    context = mistake.get("ctx", {})
    bare_number = isinstance(value, int | float) and not isinstance(value, bool)
    sentence = _SENTENCES.get(kind, "Invalid value {shown}: {message}").format(
        field=loc[-1] if loc else "",
        shown=_shown(value),
        hint="; a bare number needs quotes" if bare_number else "",
        message=mistake["msg"][:1].lower() + mistake["msg"][1:],
        **context,
    )
    if kind == "union_tag_invalid":
        # The union itself is named; the field that chooses its member is what is wrong.
        return (*loc, context["discriminator"].strip("'")), sentence
    return loc, sentence


def _shown(value: Any) -> str:
    """A value as a mistake quotes it: one short line."""
    if isinstance(value, dict):
        return "(a mapping)"
    if isinstance(value, list | tuple):
        return "(a list)"
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    text = " ".join(text.split())
    text = text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"
    return f"'{text}'" if isinstance(value, str) else text


def locate(text: str, loc: Loc, loader: Any, *, key: bool = False) -> tuple[int, int, str]:
    """Line and column (from 1) of what `loc` names in a well-formed YAML text, and `loc` as people write it.

    With `key` it is the last field's name that is meant, not its value. Steps that are not in the file are passed over: the tag of a union, or a field that is missing.
    """
    node: Any = yaml.compose(text, loader)
    mark = node
    if node is None:
        return 1, 1, _written(loc)
    place: list[int | str] = []
    for number, step in enumerate(loc):
        if isinstance(node, yaml.MappingNode):
            fields = {key.value: (key, value) for key, value in node.value}
            # A union names its member by tag; `pattern` is the name of a kind and of a field of that kind.
            if number and loc[number - 1] == "check" and "kind" in fields and fields["kind"][1].value == step:
                continue
            if step in fields:
                place.append(step)
                name, node = fields[str(step)]
                mark = name if _empty(node) or (key and number == len(loc) - 1) else node
            elif number == len(loc) - 1 and isinstance(step, str) and step.isidentifier():
                place.append(step)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            place.append(step)
            node = mark = node.value[step]
    return mark.start_mark.line + 1, mark.start_mark.column + 1, _written(tuple(place))


def _empty(node: Any) -> bool:
    """Whether a value is not written at all, so that only its key has a place."""
    return isinstance(node, yaml.ScalarNode) and node.value == "" and not node.style


def _written(loc: Loc) -> str:
    """`rules[0].check.kind`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc)
    return text.removeprefix(".")
