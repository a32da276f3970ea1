"""Mutants that no test can tell from the code, each with the reason."""

from typing import NamedTuple


class Equivalent(NamedTuple):
    """Changes to a line of a file (by its beginning) that change nothing that can be seen."""

    file: str
    line: str
    changes: tuple[str, ...]
    why: str


EQUIVALENT: tuple[Equivalent, ...] = (
    Equivalent(
        "facts/__init__.py",
        "_OF_GROUP = (-1,",
        ("-1 -> 1", "1 -> 2"),
        "groups count from 1: the first place is never asked",
    ),
    Equivalent(
        "facts/__init__.py",
        "index = _OF_GROUP[match.lastindex or 0]",
        ("0 -> 1",),
        "each alternative is a group, so that a match always has a last one",
    ),
    Equivalent(
        "facts/bank_card.py",
        "total += doubled",
        (
            "total += doubled - 9 if doubled > 9 else doubled -> total -= doubled - 9 if doubled > 9 else doubled",
        ),
        "the negative of a sum is a multiple of ten when the sum is",
    ),
    Equivalent(
        "verifying/bindings.py",
        "return {group: sorted(some",
        ("len(some) > 1 -> len(some) >= 1",),
        "a fact that stands alone is compared with nothing",
    ),
    Equivalent(
        "verifying/bindings.py",
        'Fact(kinds[match.group()], match.group(), Span(*match.span()), "opaque")',
        ("'opaque' -> ''",),
        "nobody asks a place whether it is hidden",
    ),
    Equivalent(
        "verifying/bindings.py",
        "for other in values[index + 1 : index + 1 + _AMONG]:",
        ("index + 1 -> index - 1",),
        "two values are compared alike in either order, and none with itself",
    ),
    Equivalent(
        "verifying/bindings.py",
        "return was.ahead == now.ahead",
        ("return was.ahead == now.ahead and was.behind == now.behind -> return None",),
        "only spares work: a pair beside the very same words is never likelier the other way round",
    ),
    Equivalent(
        "verifying/bindings.py",
        "in_order = new_a",
        ("new_a.fact.span.start < new_b.fact.span.start -> new_a.fact.span.start <= new_b.fact.span.start",),
        "two facts never begin at one character",
    ),
    Equivalent(
        "verifying/commitments.py",
        '_BEARING = re.compile("承担',
        ("'承担|负担|出|支付|赔|买单|报销' -> ''",),
        "only spares work: what follows looks for the same words",
    ),
)
