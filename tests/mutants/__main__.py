"""`python -m tests.mutants [WORD]`: plants each bug in a copy of the tree and runs the tests that must notice it.

Prints every survivor and `killed/total`; exit code 1 when there is one, or when the tests fail without any bug.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.mutants.entries import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
_PARTS = ("service", "tests", "policy", "prompts", "docs", "pyproject.toml", "openapi.yaml")
_TEST_S = 180


def _copy(to: Path) -> None:
    """The parts of the tree that the tests need."""
    for name in _PARTS:
        part = ROOT / name
        if part.is_dir():
            shutil.copytree(part, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(part, to / name)


def _complaint(tree: Path, tests: Sequence[str]) -> str:
    """The last line of tests of which one notices something, else ''; a test that never ends has noticed as well."""
    # No bytecode: a file changed and changed back within a second would be taken for unchanged.
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(command, cwd=tree, capture_output=True, timeout=_TEST_S, check=False)
    except subprocess.TimeoutExpired:
        return f"no end within {_TEST_S} s"
    said = done.stdout.decode("utf-8", "replace").strip().splitlines()
    return "\n".join(said[-2:] or ["no output"]) if done.returncode else ""


def _survives(tree: Path, mutant: Mutant) -> bool:
    """Whether the tests let a bug pass."""
    path = tree / mutant.file
    good = path.read_text("utf-8")
    path.write_text(mutant.planted(good), encoding="utf-8")
    try:
        return not _complaint(tree, mutant.tests)
    finally:
        path.write_text(good, encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Plant every bug, or those whose name, promise or file holds a word."""
    word = arguments[0] if arguments else ""
    chosen = [one for one in MUTANTS if word in f"{one.name} {one.promise} {one.file}"]
    with tempfile.TemporaryDirectory(prefix="coach-mutants-") as name:
        tree = Path(name)
        _copy(tree)
        tests = sorted({test for one in chosen for test in one.tests})
        if complaint := _complaint(tree, tests):
            print(f"mutants: the tests fail without any bug:\n{complaint}")
            return 1
        survivors = []
        for one in chosen:
            survived = _survives(tree, one)
            survivors += [one] if survived else []
            print(f"{'SURVIVED' if survived else 'killed  '} {one.promise:8} {one.name}", flush=True)
    promises = {promise for one in chosen for promise in one.promise.split()}
    print(f"mutants: {len(chosen) - len(survivors)}/{len(chosen)} killed, {len(promises)} promises")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
