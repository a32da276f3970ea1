"""What the lock says, and where it is out of step with `pyproject.toml` or with what is installed."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import NamedTuple

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("runtime", "dev", "build")

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; (.+?))? \\$")
_HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


class Pin(NamedTuple):
    """One locked package: its version, and the marker that says where it is wanted ('' is everywhere)."""

    version: str
    marker: str


def read_lock(text: str) -> dict[str, Pin]:
    """Pins by canonical name; ValueError names the first line that is neither a pin nor a hash of one.

    Of a package with a version for each kind of Python the one that is meant here counts.
    """
    pins: dict[str, Pin] = {}
    hashes = 1
    for number, line in enumerate(text.splitlines(), 1):
        if pin := _PIN.match(line):
            if not hashes:
                raise ValueError(f"line {number}: the pin before it has no hash")
            name, one = canonicalize_name(pin[1]), Pin(pin[2], pin[3] or "")
            if name not in pins or Marker(one.marker).evaluate({"extra": ""}):
                pins[name] = one
            hashes = 0
        elif _HASH.match(line) and pins:
            hashes += 1
        else:
            raise ValueError(f"line {number}: neither a pin nor a hash: {line.strip()[:60]}")
    if not hashes:
        raise ValueError("the last pin has no hash")
    return pins


def wanted(pyproject: str, lock: str) -> list[Requirement]:
    """The requirements that a `pyproject.toml` itself names for one of the locks: runtime, dev or build."""
    data = tomllib.loads(pyproject)
    project: list[str] = list(data["project"]["dependencies"]) if lock != "build" else []
    if lock == "runtime":
        # The image can keep files in a bucket.
        project += data["project"]["optional-dependencies"]["s3"]
    group = _group(data["dependency-groups"], lock) if lock != "runtime" else []
    return [Requirement(text) for text in [*project, *group]]


def _group(groups: dict[str, list[str | dict[str, str]]], name: str) -> list[str]:
    """The requirements of a dependency group, those of the groups that it includes among them."""
    found: list[str] = []
    for entry in groups[name]:
        found += [entry] if isinstance(entry, str) else _group(groups, entry["include-group"])
    return found


def _asked_by(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    """What an installed package asks for on any platform, under the extras given; nothing when it is absent."""
    try:
        texts = requires(name) or []
    except PackageNotFoundError:
        return
    for text in texts:
        requirement = Requirement(text)
        marker = requirement.marker
        if (
            marker is None
            or "extra" not in str(marker)
            or any(marker.evaluate({"extra": extra}) for extra in extras)
        ):
            yield requirement


def _here(requirement: Requirement) -> bool:
    """Whether this machine is one that the requirement's marker means."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def mistakes(pins: dict[str, Pin], roots: list[Requirement]) -> list[str]:
    """Where pins do not answer the roots and what those ask for in turn, one line each; empty when in step."""
    found: list[str] = []
    reached: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    queue = list(roots)
    while queue:
        requirement = queue.pop()
        name = canonicalize_name(requirement.name)
        pin = pins.get(name)
        if pin is None:
            if _here(requirement):
                found.append(f"{name} is asked for and not locked")
            continue
        reached.add(name)
        if not requirement.specifier.contains(pin.version, prereleases=True):
            found.append(f"{name}=={pin.version} does not answer {requirement}")
        node = (name, frozenset(requirement.extras))
        if node not in seen:
            seen.add(node)
            queue += _asked_by(name, node[1])
    installed = {name: version(name) for name in pins if _installed(name)}
    found += [
        f"{name} {installed[name]} is installed, {pin.version} is locked"
        for name, pin in pins.items()
        if name in installed and installed[name] != pin.version
    ]
    # Who asks for a package of another platform cannot always be seen from here.
    found += [f"{name} is locked and nobody asks for it" for name in installed if name not in reached]
    return found


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def lock_mistakes(root: Path) -> list[str]:
    """Every way in which the lock files under a repository are out of step, each line with its file."""
    pyproject = (root / "pyproject.toml").read_text(encoding="utf-8")
    lines: list[str] = []
    for name in LOCKS:
        pins = read_lock((root / "requirements" / f"{name}.txt").read_text(encoding="utf-8"))
        found = mistakes(pins, wanted(pyproject, name))
        lines += [f"requirements/{name}.txt: {mistake}" for mistake in found]
    return lines
