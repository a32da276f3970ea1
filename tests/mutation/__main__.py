"""`python -m tests.mutation [WORD…]`: mutates the code behind the promises and runs the tests concerned.

Words name the files to mutate (any part of the path); none means all. Prints each survivor and a table by file.
"""

import argparse
import ast
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import CodeType
from typing import NamedTuple

from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.operators import Site, sites
from tests.mutation.running import copied, outcome, warm_up
from tests.mutation.targets import ROOT, modules, tests_of


class Mutant(NamedTuple):
    """A change to one file, ready to be run; `words` tell it from all others of the file."""

    module: str
    tree: ast.Module
    site: Site
    words: str

    def code(self) -> CodeType:
        """The changed module, compiled."""
        self.site.plant()
        try:
            return compile(self.tree, self.module, "exec", dont_inherit=True)
        finally:
            self.site.heal()


def mutants(chosen: list[str]) -> list[Mutant]:
    """Every mutant of these files."""
    found: list[Mutant] = []
    for module in chosen:
        tree = ast.parse((ROOT / module).read_text("utf-8"))
        found += [Mutant(module, tree, site, site.shown) for site in sites(tree)]
    return found


def equivalent(mutant: Mutant) -> str | None:
    """Why no test can tell a mutant from the code, or None."""
    source = (ROOT / mutant.module).read_text("utf-8").splitlines()
    line = source[mutant.site.line - 1].strip() if mutant.site.line else ""
    for entry in EQUIVALENT:
        if (
            mutant.module.endswith(entry.file)
            and line.startswith(entry.line)
            and mutant.words in entry.changes
        ):
            return entry.why
    return None


def main(arguments: list[str]) -> int:
    """Run a seeded sample; exit 1 when the tests fail without any change or less than the bar is killed."""
    call = _call(arguments)
    chosen = [one for one in modules() if not call.words or any(word in one for word in call.words)]
    pool = mutants(chosen)
    total = len(pool)
    if 0 < call.sample < total:
        pick = random.Random(call.seed)
        keep = sorted(pick.sample(range(total), call.sample))
        pool = [pool[index] for index in keep]
    if call.list:
        for one in pool:
            print(f"{one.module}:{one.site.line} {one.site.operator}: {one.words}")
        print(f"mutation: {len(pool)} of {total}")
        return 0
    warm_up()
    with tempfile.TemporaryDirectory(prefix="coach-mutation-") as name:
        tree = Path(name)
        copied(ROOT, tree)
        limits = {tests: _baseline(tree, tests) for tests in {tests_of(one.module) for one in pool}}
        if not all(limits.values()):
            print("mutation: the tests fail without any change")
            return 1
        return _report(tree, pool, total, limits, call.bar)


def _baseline(tree: Path, tests: tuple[str, ...]) -> int:
    """The limit of CPU seconds for these tests (three times what they need, at least 20); 0 when they fail."""
    module = modules()[0]
    code = compile((tree / module).read_text("utf-8"), module, "exec", dont_inherit=True)
    said, spent = outcome(tree, module, code, tests, 600)
    return max(20, int(3 * spent)) if said == "survived" else 0


def _report(
    tree: Path, pool: list[Mutant], total: int, limits: dict[tuple[str, ...], int], bar: float
) -> int:
    """Run them all and print what became of them."""
    begun, cpu = time.monotonic(), 0.0
    by_file: dict[str, Counter[str]] = {}
    for mutant in pool:
        tests = tests_of(mutant.module)
        why = equivalent(mutant)
        said, spent = "equivalent", 0.0
        if why is None:
            said, spent = outcome(tree, mutant.module, mutant.code(), tests, limits[tests])
        cpu += spent
        by_file.setdefault(mutant.module, Counter())[said] += 1
        if said == "survived":
            print(
                f"SURVIVED {mutant.module}:{mutant.site.line} {mutant.site.operator}: {mutant.words}",
                flush=True,
            )
    print("\n| file | killed | survived | equivalent |\n|---|--:|--:|--:|")
    sums: Counter[str] = Counter()
    for module, counts in by_file.items():
        sums += counts
        dead = counts.total() - counts["survived"] - counts["equivalent"]
        print(f"| {module} | {dead} | {counts['survived']} | {counts['equivalent']} |")
    dead = sums.total() - sums["survived"] - sums["equivalent"]
    share = dead / (len(pool) - sums["equivalent"]) if len(pool) > sums["equivalent"] else 1.0
    print(
        f"\nmutation: {dead} of {len(pool) - sums['equivalent']} killed ({share:.1%}), of {total} possible;"
        f" {sums['equivalent']} equivalent, {sums['broken']} did not import, {sums['endless']} did not end;"
        f" {time.monotonic() - begun:.0f} s, {cpu:.0f} s of CPU"
    )
    return 0 if share >= bar else 1


def _call(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("words", nargs="*", help="parts of the paths to mutate")
    parser.add_argument("--sample", type=int, default=400, help="so many mutants; 0 for all")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--bar", type=float, default=0.9, help="the share that has to be killed")
    parser.add_argument("--list", action="store_true", help="name the mutants and run none")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
