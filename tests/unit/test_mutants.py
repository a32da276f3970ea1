"""The list of seeded bugs stays true to the code that it breaks."""

import pytest

from tests.mutants.__main__ import ROOT
from tests.mutants.entries import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_a_seeded_bug_fits_the_code(mutant: Mutant) -> None:
    """Whoever moves the code that a seeded bug breaks moves the bug along, and its tests are there."""
    good = (ROOT / mutant.file).read_text("utf-8")
    assert mutant.planted(good) != good
    assert mutant.tests
    assert all((ROOT / test).is_file() for test in mutant.tests)


def test_the_list_covers_what_it_should() -> None:
    """At least thirty bugs over at least ten promises, each with a name of its own."""
    assert len({one.name for one in MUTANTS}) == len(MUTANTS) >= 30
    assert len({promise for one in MUTANTS for promise in one.promise.split()}) >= 10
