"""A volume of a megabyte or two that a test fills to the last byte, and empties again."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

MOUNT_S = 10.0
_PIECE = bytes(1 << 16)
_FILLER = "filler"


@dataclass(frozen=True)
class SmallVolume:
    """A file system of its own; every process of this user reaches it under `path`."""

    path: Path
    resolves: bool
    """Whether the path stays the same when it is resolved; else only those that take it as it is can use it."""

    def fill(self, leave: int = 0) -> None:
        """Take all room but `leave` bytes, rounded to pages."""
        self.free()
        with (self.path / _FILLER).open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(_PIECE)
            except OSError as full:
                if full.errno != errno.ENOSPC:
                    raise
            filler.truncate(max(0, filler.tell() - leave))
        with suppress(OSError), (self.path / "trial").open("wb") as trial:
            trial.write(bytes(leave + 4096))
            trial.flush()
            raise AssertionError("the volume is not full")
        (self.path / "trial").unlink()

    def free(self) -> None:
        """Give the room back."""
        (self.path / _FILLER).unlink(missing_ok=True)

    def files(self, below: str = "") -> dict[str, int]:
        """Every file with its bytes, by its path below a folder."""
        top = self.path / below
        found = {}
        for folder, _, names in os.walk(top):
            for name in names:
                # A file on its way may be gone by now.
                with suppress(FileNotFoundError):
                    path = Path(folder, name)
                    found[path.relative_to(top).as_posix()] = path.lstat().st_size
        return found


@contextmanager
def small_volume(folder: Path, kib: int = 1024) -> Iterator[SmallVolume]:
    """A volume mounted below `folder`, gone at the end; skips the test where the system lets nobody mount one."""
    place = folder / "volume"
    place.mkdir(parents=True)
    options = ["-t", "tmpfs", "-o", f"size={kib}k,mode=700", "tmpfs", str(place)]
    if subprocess.run(["mount", *options], capture_output=True, check=False).returncode == 0:
        try:
            yield SmallVolume(place, resolves=True)
        finally:
            # Lazily: whoever still has a file open there is on his way out.
            subprocess.run(["umount", "--lazy", str(place)], check=True)
        return
    with _namespace(place, options) as seen:
        yield SmallVolume(seen, resolves=False)


@contextmanager
def _namespace(place: Path, options: list[str]) -> Iterator[Path]:
    """The volume as a process sees it that is root in a namespace of its own; others get there through that process."""
    script = 'mount "$@" && echo mounted && exec cat'
    try:
        holder = subprocess.Popen(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("a small volume needs `mount` as root, or `unshare`, and this system has neither")
    with holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        try:
            if holder.stdout.readline() != b"mounted\n":
                pytest.skip("this system lets nobody but root mount a small volume, and we are not root")
            # Resolved by hand it would lead out of the namespace again.
            yield Path(f"/proc/{holder.pid}/root{place.resolve()}")
        finally:
            holder.stdin.close()
            holder.wait(MOUNT_S)
