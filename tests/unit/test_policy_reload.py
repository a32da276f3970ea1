"""Policies change under a running service: good files take over, bad ones leave the old in force and say why."""

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from service.adapters import policy_shelf
from service.adapters.policy_shelf import PolicyShelf
from service.core.checking import check
from service.core.compiling import Policy, compile_policy
from service.core.policy import PolicyFiles
from service.core.reading import read
from service.core.results import Draft
from service.errors import PolicyError
from tests.kit.policy_folders import changed, write, write_policy

_RULES = "rules/promises.yaml"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_shelf, "STILL_S", 0.001)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder `policy/default` with the small policy."""
    return write_policy(tmp_path / "policy")


def _fires(shelf: PolicyShelf, text: str) -> list[str]:
    policy = shelf.get("default")
    return [finding.text for finding in check(policy, read(Draft(text), None)).findings]


async def _until(holds: Callable[[], bool]) -> None:
    for _ in range(2000):
        if holds():
            return
        await asyncio.sleep(0.005)
    pytest.fail("it never came to hold")


def _put(folder: Path, old: str, new: str) -> None:
    write(folder / _RULES, changed(_RULES, old, new))


async def test_a_good_change_takes_over(folder: Path) -> None:
    """A rule that is edited is in force at the next look, under another version."""
    shelf = PolicyShelf(folder.parent)
    version = shelf.get("default").stamp.version
    assert _fires(shelf, "我们包您满意") == []
    _put(folder, "百分之百]", "百分之百, 包您满意]")
    await shelf.refresh()
    assert _fires(shelf, "我们包您满意") == ["包您满意"]
    assert shelf.get("default").stamp.version != version
    assert (shelf.reload_error, shelf.reloads, shelf.reload_failures) == (None, 1, 0)


async def test_nothing_happens_without_a_change(folder: Path) -> None:
    """Files that are touched, or rewritten with the same words, make no new snapshot."""
    shelf = PolicyShelf(folder.parent)
    before = shelf.get("default")
    os.utime(folder / _RULES)
    write(folder / _RULES, (folder / _RULES).read_text(encoding="utf-8"))
    await shelf.refresh()
    assert shelf.get("default") is before
    assert shelf.reloads == 0


async def test_a_bad_change_keeps_the_old_rules(folder: Path) -> None:
    """A mistake never takes rules out of force: the old ones stay, the place is told, and mending it is enough."""
    shelf = PolicyShelf(folder.parent)
    before = shelf.get("default")
    _put(folder, "kind: phrase,", "kind: phrasee,")
    await shelf.refresh()
    assert shelf.get("default") is before
    assert shelf.reload_error == (
        "policy/default/rules/promises.yaml:13:19: Invalid value 'phrasee' - at rules[0].check.kind"
    )
    assert _fires(shelf, "我们保证") == ["保证"]
    await shelf.refresh()
    assert shelf.reload_failures == 1
    _put(folder, "kind: phrase,", "kind: phrase,")
    await shelf.refresh()
    assert shelf.reload_error is None
    assert _fires(shelf, "我们保证") == ["保证"]


def _damage(folder: Path, damage: str) -> None:
    text = (folder / _RULES).read_text(encoding="utf-8")
    match damage:
        case "cut":
            write(folder / _RULES, text[: len(text) // 2])
        case "gone":
            write(folder / "phrasebook.yaml", None)
        case "huge":
            write(folder / _RULES, "x" * 10_000_000)
        case "binary":
            (folder / _RULES).write_bytes(os.urandom(1000))
        case "folder gone":
            folder.rename(folder.parent.parent / "elsewhere")
        case "head gone":
            write(folder / "policy.yaml", None)
        case "unreadable":
            write(folder / _RULES, None)
            (folder / _RULES).symlink_to(folder / "nowhere.txt")


@pytest.mark.parametrize(
    "damage", ["cut", "gone", "huge", "binary", "folder gone", "head gone", "unreadable"]
)
async def test_whatever_happens_to_the_files_the_service_has_rules(folder: Path, damage: str) -> None:
    """Half-written, vanished, swollen or garbled files are told with their name, and the old rules stay."""
    shelf = PolicyShelf(folder.parent)
    before = shelf.get("default")
    _damage(folder, damage)
    await shelf.refresh()
    assert shelf.get("default") is before
    assert shelf.reload_error is not None
    assert shelf.reload_error.startswith("policy/default/")
    assert shelf.names == ("default",)


async def test_a_swapped_symlink_is_a_change(folder: Path) -> None:
    """A folder that is replaced in one step, as container platforms do, is read through its new target."""
    root = folder.parent.parent / "served"
    root.mkdir()
    (root / "default").symlink_to(folder, target_is_directory=True)
    shelf = PolicyShelf(root)
    other = write_policy(folder.parent.parent / "next", promises=changed(_RULES, "百分之百]", "包您满意]"))
    (root / "new").symlink_to(other, target_is_directory=True)
    (root / "new").rename(root / "default")
    await shelf.refresh()
    assert _fires(shelf, "包您满意") == ["包您满意"]


async def test_files_that_keep_changing_are_read_in_the_end(folder: Path) -> None:
    """Someone who saves ten times a second does not keep the service from ever taking the rules over."""
    shelf = PolicyShelf(folder.parent)

    async def save() -> None:
        for number in range(1_000_000):
            _put(folder, "百分之百]", f"百分之百, 包您满意{number}]")
            await asyncio.sleep(0.001)

    saving = asyncio.create_task(save())
    await asyncio.sleep(0.01)
    await shelf.refresh()
    busy = not saving.done()
    saving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await saving
    assert busy
    assert shelf.reloads == 1


async def test_each_policy_stands_for_itself(folder: Path) -> None:
    """A second policy may come later, and a mistake in one leaves the others free to change."""
    shelf = PolicyShelf(folder.parent)
    other = write_policy(folder.parent.parent / "made", policy=changed("policy.yaml", "default", "bank"))
    other.rename(folder.parent / "bank")
    await shelf.refresh()
    assert shelf.names == ("bank", "default")
    write(folder.parent / "bank" / _RULES, "theme: [")
    _put(folder, "百分之百]", "包您满意]")
    await shelf.refresh()
    assert _fires(shelf, "包您满意") == ["包您满意"]
    assert (shelf.reload_error or "").startswith("policy/bank/rules/promises.yaml:")


async def test_a_folder_that_never_was_a_policy_is_forgotten(folder: Path) -> None:
    """A copy that was broken and is deleted again leaves no complaint behind."""
    shelf = PolicyShelf(folder.parent)
    write(folder.parent / "draft" / "policy.yaml", "name: draft")
    await shelf.refresh()
    assert shelf.reload_error is not None
    write(folder.parent / "draft" / "policy.yaml", None)
    await shelf.refresh()
    assert shelf.reload_error is None


async def test_the_watch_looks_by_itself(folder: Path) -> None:
    """Nobody has to ask: the watch finds the change, and survives a bad one on the way."""
    shelf = PolicyShelf(folder.parent)
    watch = asyncio.create_task(shelf.watch(every_s=0.005))
    _put(folder, "kind: phrase,", "kind: phrasee,")
    await _until(lambda: shelf.reload_error is not None)
    _put(folder, "百分之百]", "包您满意]")
    await _until(lambda: _fires(shelf, "包您满意") == ["包您满意"])
    watch.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watch


async def test_the_loop_is_free_while_a_policy_is_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are answered while files are compiled: the work is done in another thread."""
    shelf = PolicyShelf(folder.parent)
    here: list[bool] = []
    make = compile_policy

    def compile_slowly(files: PolicyFiles) -> Policy:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            here.append(False)
        else:
            here.append(True)
        return make(files)

    monkeypatch.setattr(policy_shelf, "compile_policy", compile_slowly)
    _put(folder, "百分之百]", "包您满意]")
    await shelf.refresh()
    assert here == [False]


def test_a_mistake_stops_the_start(folder: Path) -> None:
    """A service never starts with fewer rules than its files hold, nor without any policy."""
    _put(folder, "severity: error", "severity: eror")
    with pytest.raises(PolicyError, match=r"promises.yaml:7:15: Invalid value 'eror'"):
        PolicyShelf(folder.parent)
    with pytest.raises(PolicyError, match="There is no policy"):
        PolicyShelf(folder.parent.parent / "nothing")
