"""The policies in force, by name: loaded at start, replaced when their files change, kept when the new ones are bad."""

import asyncio
import gc
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service.adapters.policy_files import HEAD, digest, parse_policy, read_folder
from service.core.compiling import Policy, compile_policy
from service.core.warming import warm
from service.errors import PolicyError

EVERY_S = 1.0
# An editor or a copy writes in pieces: files are read when they have been still for so long, or at the latest after
# the last look.
STILL_S = 0.05
LOOKS = 5


@dataclass(frozen=True, slots=True)
class _Found:
    """What stands in one folder just now: its files, or the mistake that kept us from reading them."""

    digest: str
    files: Mapping[str, bytes]
    mistake: str | None = None


class PolicyShelf:
    """Every policy below a folder, by the name of its own folder.

    A snapshot never changes; a reload puts another in its place, so a request keeps the one it began with.
    """

    def __init__(self, root: Path) -> None:
        """Load all policies; raises PolicyError at the first mistake, or when there is none."""
        self._root = root
        self._seen: dict[str, str] = {}
        self._mistakes: dict[str, str] = {}
        self._policies: dict[str, Policy] = {}
        self.reloads = 0
        """Snapshots put in place since the start."""
        self.reload_failures = 0
        """Changes of the files that could not be taken over since the start."""
        for name, found in self._look().items():
            self._policies[name] = self._made(name, found)
            self._seen[name] = found.digest
        if not self._policies:
            raise PolicyError(f"{root / 'default' / HEAD}:1:1: There is no policy")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the policies, sorted."""
        return tuple(sorted(self._policies))

    def get(self, name: str) -> Policy:
        """The snapshot in force; KeyError for a name that is not in `names`."""
        return self._policies[name]

    @property
    def reload_error(self) -> str | None:
        """Why the files as they stand are not in force: `path:line:column: …`, or None when they are."""
        return next((self._mistakes[name] for name in sorted(self._mistakes)), None)

    async def watch(self, every_s: float = EVERY_S) -> None:
        """Compare the files again and again until cancelled."""
        while True:
            await asyncio.sleep(every_s)
            await self.refresh()

    async def refresh(self) -> None:
        """Take over what has changed, off the loop; never raises: a mistake stands in `reload_error`."""
        found = await asyncio.to_thread(self._look)
        if self._changed(found):
            found = await self._still(found)
        for name in self._seen.keys() - found.keys():
            if name in self._policies:
                # A folder that is moved into place is gone for a moment; a policy leaves with a restart only.
                mistake = f"{self._root.name}/{name}/{HEAD}:1:1: The file is missing"
                found[name] = _Found(mistake, {}, mistake)
            else:
                del self._seen[name]
                self._mistakes.pop(name, None)
        for name, one in found.items():
            if self._seen.get(name) != one.digest:
                self._seen[name] = one.digest
                await self._replace(name, one)

    async def _replace(self, name: str, found: _Found) -> None:
        """Put a new snapshot in force, or note why it cannot be."""
        try:
            policy = await asyncio.to_thread(self._made, name, found)
        except PolicyError as mistake:
            self._mistakes[name] = mistake.detail
            self.reload_failures += 1
        except Exception as surprise:  # noqa: BLE001 - whatever the files hold, the watch goes on with the old ones
            self._mistakes[name] = (
                f"{self._root.name}/{name}/{HEAD}:1:1: Cannot be read ({type(surprise).__name__})"
            )
            self.reload_failures += 1
        else:
            self._policies[name] = policy
            self._mistakes.pop(name, None)
            self.reloads += 1

    def _changed(self, found: Mapping[str, _Found]) -> bool:
        return any(self._seen.get(name) != one.digest for name, one in found.items())

    async def _still(self, found: dict[str, _Found]) -> dict[str, _Found]:
        """The files once nobody writes to them any more, or as they stand after some looks."""
        for _ in range(LOOKS):
            await asyncio.sleep(STILL_S)
            again = await asyncio.to_thread(self._look)
            if all(name in again and again[name].digest == one.digest for name, one in found.items()):
                return again
            found = again
        return found

    def _look(self) -> dict[str, _Found]:
        """What stands in each folder that is, or was, a policy's."""
        found: dict[str, _Found] = {}
        try:
            folders = [folder for folder in sorted(self._root.iterdir()) if (folder / HEAD).is_file()]
        except OSError:
            folders = []
        for folder in folders:
            try:
                files = read_folder(folder)
            except PolicyError as mistake:
                found[folder.name] = _Found(mistake.detail, {}, mistake.detail)
            else:
                found[folder.name] = _Found(digest(files), files)
        return found

    def _made(self, name: str, found: _Found) -> Policy:
        if found.mistake is not None:
            raise PolicyError(found.mistake)
        # A load makes only objects that stay. The collector would look through all of them again and again, and stop
        # every request meanwhile.
        collecting = gc.isenabled()
        gc.disable()
        try:
            policy = compile_policy(parse_policy(self._root / name, found.files))
            warm(policy)
        finally:
            if collecting:
                gc.enable()
        return policy
