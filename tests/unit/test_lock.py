"""The lock: whoever installs from it gets the same bytes, from an index of their own choice."""

import re
from pathlib import Path

import pytest

from tests.kit.lock import LOCKS, lock_mistakes, mistakes, read_lock, wanted

ROOT = Path(__file__).parents[2]


def _text(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_a_pin_with_hashes(name: str) -> None:
    """A changed file on the index is refused: each package has one version and the hashes of its files."""
    assert read_lock(_text(name))


@pytest.mark.parametrize("name", LOCKS)
def test_no_index_is_named(name: str) -> None:
    """The lock works with any package index: it names no host, no address and no folder."""
    assert not re.search(r"://|--index|--find-links|--extra|@ |^-[a-z]|file:", _text(name), re.MULTILINE)


def test_the_lock_is_in_step() -> None:
    """What `pyproject.toml` asks for, and what those packages ask for, is locked; nothing else is, nothing differs."""
    assert lock_mistakes(ROOT) == []


@pytest.mark.parametrize("name", ["runtime", "build"])
def test_what_is_tested_is_what_is_shipped(name: str) -> None:
    """A package that is shipped, or builds what is shipped, has the version that the tests ran with."""
    shipped, tested = read_lock(_text(name)), read_lock(_text("dev"))
    versions = {package: pin.version for package, pin in shipped.items()}
    assert {package: tested[package].version for package in shipped} == versions


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("click~=8.5", "click~=9.0"), "click==8"),
        (
            ('"click~=8.5",', '"click~=8.5", "no-such-package",'),
            "no-such-package is asked for and not locked",
        ),
        (('"tenacity~=9.2",', ""), "tenacity is locked and nobody asks for it"),
    ],
)
def test_a_lock_that_was_left_behind_is_noticed(change: tuple[str, str], line: str) -> None:
    """A version raised, a package added or one removed without `make lock` shows as a line that names it."""
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert change[0] in pyproject
    found = mistakes(read_lock(_text("runtime")), wanted(pyproject.replace(*change), "runtime"))
    assert any(mistake.startswith(line) for mistake in found)


@pytest.mark.parametrize(
    "text",
    [
        "click==8.5.1\n",
        "click==8.5.1 \\\nhttpx==0.28.1 \\\n    --hash=sha256:" + "0" * 64 + "\n",
        "https://example.org/click.whl \\\n    --hash=sha256:" + "0" * 64 + "\n",
        "--index-url https://example.org/simple\n",
    ],
)
def test_a_line_without_a_hash_is_noticed(text: str) -> None:
    """A pin that was typed in by hand, an address or an option does not count as a lock."""
    with pytest.raises(ValueError, match=r"hash|line"):
        read_lock(text)
