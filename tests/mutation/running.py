"""Tests run against one mutant: in a forked child that imports the changed module afresh, within a limit of work.

All runs are over one copy of the tree, so that nobody's editing is taken for a mutant.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType

import pytest

_PARTS = ("service", "tests", "policy", "prompts", "pyproject.toml")
_MEMORY = 3 << 30
# What the service needs and no mutant changes is loaded once, ahead of every fork.
_OUTSIDE = (
    "ahocorasick_rs", "asyncio", "hashlib", "hmac", "hypothesis", "msgspec", "opencc", "pydantic", "re2", "tenacity",
    "unittest.mock", "yaml",
)  # fmt: skip


def copied(root: Path, to: Path) -> None:
    """Copy what the tests need."""
    for name in _PARTS:
        if (root / name).is_dir():
            shutil.copytree(root / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(root / name, to / name)


def warm_up() -> None:
    """Load what every child needs; nothing of the service itself."""
    for name in _OUTSIDE:
        importlib.import_module(name)


class _Planted(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the changed code whenever its module is imported."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        self._name, self._path, self._code = name, path, code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The changed module; nothing is said of any other."""
        if fullname != self._name:
            return None
        package = [str(Path(self._path).parent)] if self._path.endswith("__init__.py") else None
        return importlib.util.spec_from_file_location(
            fullname, self._path, loader=self, submodule_search_locations=package
        )

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code as the module."""
        exec(self._code, module.__dict__)


def name_of(path: str) -> str:
    """The name under which a file of the repository is imported."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def outcome(tree: Path, module: str, code: CodeType, tests: Sequence[str], cpu_s: int) -> tuple[str, float]:
    """What became of a mutant of a copied tree, and the CPU seconds that it took.

    `survived`; `killed` when a test fails; `broken` when the code does not even import; `endless` beyond `cpu_s`
    seconds of CPU.
    """
    child = os.fork()
    if child == 0:
        _judge(tree, _Planted(name_of(module), str(tree / module), code), tests, cpu_s)
    _, status, used = os.wait4(child, 0)
    spent = used.ru_utime + used.ru_stime
    if os.WIFSIGNALED(status):
        return "endless", spent
    return {0: "survived", 1: "killed"}.get(os.WEXITSTATUS(status), "broken"), spent


def _judge(tree: Path, planted: _Planted, tests: Sequence[str], cpu_s: int) -> None:
    """Run the tests and leave, with pytest's own exit code; never returns."""
    code = 70
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        if "MUTATION_LOUD" not in os.environ:
            os.dup2(silence, 1)
            os.dup2(silence, 2)
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 2))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        sys.dont_write_bytecode = True
        os.chdir(tree)
        sys.path.insert(0, str(tree))
        for name in [name for name in sys.modules if name.partition(".")[0] in ("service", "tests")]:
            del sys.modules[name]
        sys.meta_path.insert(0, planted)
        from hypothesis import settings  # noqa: PLC0415 - the profile is this child's own

        settings.register_profile("mutation", derandomize=True, database=None)
        settings.load_profile("mutation")
        options = ("-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist")
        # File by file: the first one notices most mutants, and the others need not even be collected.
        for test in tests:
            code = int(pytest.main([*options, test]))
            if code:
                break
    finally:
        os._exit(code)
