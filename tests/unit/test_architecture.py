"""The shape of the code: imports point one way, and a new leaf cannot be forgotten in its table."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "service"
LEAF_FOLDERS = ("core/checks", "core/facts", "adapters/macros")
LEAF_LINES, TRUNK_LINES = 120, 300
NO_NAMES = {"utils", "util", "helpers", "common", "manager", "base", "misc"}


def _lint_imports(folder: Path, config: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    return subprocess.run(
        [*command, "--config", str(config), "--no-cache", "--no-logo"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_imports_point_one_way() -> None:
    """Whoever reads one layer need not know those above it: every import contract is kept."""
    done = _lint_imports(ROOT, ROOT / "pyproject.toml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("core/text.py", "import service.flow", "Imports point one way"),
        ("core/text.py", "import time", "The core is pure"),
        ("flow/__init__.py", "import service.adapters", "Imports point one way"),
        ("flow/__init__.py", "import httpx", "The flow knows the outside"),
        ("web/__init__.py", "import redis", "The web and the command line"),
        ("core/checks/limit.py", "import service.core.checks.order", "No kind of check"),
        ("core/text.py", "import service.core.reading", "No two modules need each other"),
        ("shortcuts.py", "", "Imports point one way"),
    ],
)
def test_a_wrong_import_is_noticed(tmp_path: Path, file: str, line: str, broken: str) -> None:
    """One import against the grain, or a module that no layer names, breaks the contract that forbids it."""
    for source in SERVICE.rglob("*.py"):
        copy = tmp_path / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source.read_bytes())
    with (tmp_path / "service" / file).open("a", encoding="utf-8") as changed:
        changed.write(f"\n{line}\n")
    done = _lint_imports(tmp_path, ROOT / "pyproject.toml")
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert f"{broken}" in said


def _leaves() -> Iterator[Path]:
    for folder in LEAF_FOLDERS:
        yield from (file for file in sorted((SERVICE / folder).glob("*.py")) if file.name != "__init__.py")


@pytest.mark.parametrize("leaf", list(_leaves()), ids=lambda leaf: f"{leaf.parent.name}/{leaf.name}")
def test_every_leaf_stands_in_its_table(leaf: Path) -> None:
    """A kind of check, a kind of fact or a macro format that was written is also in use.

    Its folder's `__init__.py` imports from it and names what it imports once more: in the union or the table.
    """
    tree = ast.parse((leaf.parent / "__init__.py").read_text(encoding="utf-8"))
    module = ".".join(leaf.relative_to(ROOT).with_suffix("").parts)
    package = module.rpartition(".")[0]
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if node.module == module or (node.module == package and alias.name == leaf.stem)
    }
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert imported & used, f"{package} does not name {leaf.stem}"


def test_files_stay_small() -> None:
    """A file owns one thing and can be read in one sitting."""
    too_long: list[str] = []
    for file in sorted(SERVICE.rglob("*.py")):
        leaf = file.name != "__init__.py" and any(
            file.is_relative_to(SERVICE / folder) for folder in LEAF_FOLDERS
        )
        lines, limit = len(file.read_text(encoding="utf-8").splitlines()), LEAF_LINES if leaf else TRUNK_LINES
        if lines > limit:
            too_long.append(f"{file.relative_to(ROOT)}: {lines} lines, {limit} at most")
    assert not too_long


def test_files_say_what_they_own() -> None:
    """Every file opens with what it owns, and is named after it: nothing is called utils or helpers."""
    silent: list[str] = []
    for file in sorted(SERVICE.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if (text and not ast.get_docstring(ast.parse(text))) or file.stem in NO_NAMES:
            silent.append(str(file.relative_to(ROOT)))
    assert not silent
