"""A bulk run's journal beside its output: what came of each row, one JSON line each, so that a run can go on."""

import fcntl
import json
import os
import time
from array import array
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Self

from service.core.job_lines import read_result, result_line
from service.core.jobs import RowResult
from service.errors import SetupError

SYNC_S = 1.0
_NONE = -1


class Journal:
    """The results of a run by row. What was added is on the disk a second later, or after `sync`.

    `began_anew` says that a journal of another input or of other options stood there and was dropped.
    """

    def __init__(self, path: Path, run: Mapping[str, str], total: int) -> None:
        """Go on with the journal of the same run, else begin one.

        Raises `SetupError` while another run holds it, and `OSError`, as `add`, `sync` and `read` do, for a full disk.
        """
        self._path = path
        self._places = array("q", [_NONE]) * total
        self.done = 0
        self.began_anew = False
        self._file = _locked(path)
        head = json.dumps({"coach-journal": 1, **run}, ensure_ascii=True, sort_keys=True).encode() + b"\n"
        first = self._file.readline()
        if first == head:
            self._file.truncate(self._read())
        else:
            self.began_anew = first.endswith(b"\n")
            self._file.seek(0)
            self._file.truncate()
            self._file.write(head)
        self._end = self._file.seek(0, os.SEEK_END)
        self._unsynced, self._since = True, time.monotonic()
        try:
            self.sync()
        except OSError:
            self.__exit__()
            raise

    def _read(self) -> int:
        """Where the last whole line ends; a torn one, and whatever follows it, is as good as never written."""
        end = self._file.tell()
        for line in self._file:
            try:
                index = read_result(line).index if line.endswith(b"\n") else _NONE
            except (ValueError, TypeError):
                break
            if not 0 <= index < len(self._places) or self._places[index] != _NONE:
                break
            self._places[index] = end
            self.done += 1
            end += len(line)
        return end

    def __contains__(self, index: int) -> bool:
        return self._places[index] != _NONE

    def add(self, result: RowResult) -> None:
        """Keep what came of a row."""
        line = result_line(result)
        self._file.write(line)
        self._places[result.index] = self._end
        self._end += len(line)
        self.done += 1
        if not self._unsynced:
            self._unsynced, self._since = True, time.monotonic()
        elif time.monotonic() - self._since >= SYNC_S:
            self.sync()

    def sync(self) -> None:
        """Put all on the disk."""
        if self._unsynced:
            self._file.flush()
            os.fsync(self._file.fileno())
        self._unsynced, self._since = False, time.monotonic()

    def read(self, index: int) -> RowResult:
        """What came of a row that is in it."""
        self._file.flush()
        held = os.pread(self._file.fileno(), 1 << 16, self._places[index])
        while b"\n" not in held:
            held += os.pread(self._file.fileno(), 1 << 20, self._places[index] + len(held))
        return read_result(held.partition(b"\n")[0])

    def __iter__(self) -> Iterator[RowResult]:
        """What came of each row that is in it, in the order of the rows."""
        return (self.read(index) for index in range(len(self._places)) if index in self)

    def remove(self) -> None:
        """Forget it: the output is whole."""
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.done:
            # Nothing to go on from: a call that was refused leaves no file behind.
            self.remove()
        # A full disk has been told of by now, or does not matter any more.
        with suppress(OSError):
            self.sync()
        with suppress(OSError):
            self._file.close()


def _locked(path: Path) -> BinaryIO:
    try:
        file = path.open("a+b")
    except OSError as failed:
        raise SetupError(f"{path}: {failed.strerror}") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise SetupError(f"another run is writing this output; its journal is {path}") from None
    file.seek(0)
    return file
