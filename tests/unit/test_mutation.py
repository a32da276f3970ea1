"""The mutants that are tried: every sort of change is made, nothing else is, and each excuse still fits."""

import ast

import pytest

from tests.mutation import targets
from tests.mutation.__main__ import equivalent, mutants
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.operators import sites
from tests.mutation.targets import ROOT, modules

_SOURCE = '''
"""A module."""
__all__ = ["f"]
LIMIT: int = 3

@lru_cache(maxsize=8)
def f(a: "str") -> bool:
    """A docstring."""
    total = 0
    for x in a:
        if x > 1 and not g(x):
            continue
        total += x
        log("seen", strict=True)
    return total - 1 == LIMIT
'''


def test_each_sort_of_change_is_made_once_where_it_can_be() -> None:
    """Comparisons, conditions, figures, words, statements and answers are changed; what only readers see is not."""
    found = [f"{site.operator}: {site.shown}" for site in sites(ast.parse(_SOURCE))]
    assert sorted(found) == sorted(
        [
            "off by one: 3 -> 4",
            "off by one: 0 -> 1",
            "negated: x > 1 and (not g(x)) -> not (x > 1 and (not g(x)))",
            "and/or: x > 1 and (not g(x)) -> x > 1 or not g(x)",
            "comparison: x > 1 -> x >= 1",
            "off by one: 1 -> 2",
            "sign removed: not g(x) -> g(x)",
            "break/continue: continue -> break",
            "removed: total += x -> pass",
            "arithmetic: total += x -> total -= x",
            "removed: log('seen', strict=True) -> pass",
            "emptied: 'seen' -> ''",
            "returns nothing: return total - 1 == LIMIT -> return None",
            "comparison: total - 1 == LIMIT -> total - 1 != LIMIT",
            "arithmetic: total - 1 -> total + 1",
            "off by one: 1 -> 2",
        ]
    )


def test_a_mutant_is_taken_back_before_the_next() -> None:
    """Each mutant differs from the code in one place."""
    tree = ast.parse(_SOURCE)
    before = ast.dump(tree)
    for site in sites(tree):
        site.plant()
        assert ast.dump(tree) != before
        site.heal()
        assert ast.dump(tree) == before


@pytest.mark.parametrize("module", modules())
def test_each_mutated_module_has_tests_that_are_there(module: str) -> None:
    """A module whose tests were moved would have none of its mutants noticed, or all of them."""
    assert all((ROOT / test).is_file() for test in targets.tests_of(module))


def test_each_excuse_fits_a_mutant() -> None:
    """A change that is said to make no difference is one that is really tried, and a handful is all there are."""
    excused = [one for one in mutants(modules()) if equivalent(one) is not None]
    used = {(one.module.rpartition("/")[2], one.words) for one in excused}
    for entry in EQUIVALENT:
        assert entry.why
        for words in entry.changes:
            assert (entry.file.rpartition("/")[2], words) in used, words
    assert len(excused) <= 0.03 * len(mutants(modules()))
