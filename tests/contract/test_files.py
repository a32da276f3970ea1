"""The file store of jobs: one suite over a folder and over a bucket that speaks S3."""

import asyncio
import os
import resource
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from service.adapters.files import open_files
from service.errors import DraftTooLong, JobNotFound, JobsUnavailable, StorageFull
from service.flow.sweeping import sweep
from service.ports import Files
from tests.kit.fake_s3 import KEY_ID, SECRET, FakeS3

LIMIT = 64 * 1024 * 1024
# More than one part of an upload and one piece of a download.
LARGE = bytes(range(256)) * 4 * 1024 * 14


class Place(Protocol):
    """A file store, and a look behind it."""

    files: Files

    def kept(self) -> set[str]:
        """The names of all that stands there, unfinished things included."""
        ...

    def break_down(self) -> None:
        """From now on it does not answer."""
        ...

    def age(self, job: str, days: float) -> None:
        """Let a job's files be older than they are."""
        ...


class Folder:
    """A folder as the store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "files"
        self.files = open_files(None, self.folder)

    def kept(self) -> set[str]:
        """Every file in it."""
        return {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}

    def break_down(self) -> None:
        """A file stands where a folder is needed."""
        self.folder.rename(self.folder.with_name("away"))
        self.folder.write_bytes(b"")

    def age(self, job: str, days: float) -> None:
        """Set the times back."""
        then = time.time() - days * 86400
        for path in [self.folder / "jobs" / job, *(self.folder / "jobs" / job).iterdir()]:
            os.utime(path, (then, then))


class Bucket:
    """A bucket as the store."""

    def __init__(self, folder: Path, server: FakeS3) -> None:
        self.server = server
        self.spool = folder / "files"
        self.files = open_files(server.url, self.spool)

    def kept(self) -> set[str]:
        """Every object, unfinished upload and file on its way."""
        objects = {key.removeprefix("some/prefix/") for key in self.server.objects}
        return objects | set(self.server.uploads) | {path.name for path in self.spool.rglob("part-*")}

    def break_down(self) -> None:
        """It refuses everything."""
        self.server.failing = 403

    def age(self, job: str, days: float) -> None:
        """Set the times back."""
        then = datetime.now(UTC) - timedelta(days=days)
        for key, (body, _) in self.server.objects.items():
            if f"/jobs/{job}/" in key:
                self.server.objects[key] = (body, then)


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Each kind of store, empty."""
    if request.param == "folder":
        yield Folder(tmp_path)
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with FakeS3() as server:
        yield Bucket(tmp_path, server)


async def _pieces(data: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def _all(files: Files, key: str) -> bytes:
    async with aclosing(files.stream(key)) as pieces:
        return b"".join([piece async for piece in pieces])


@pytest.mark.parametrize(
    "data", [b"", b"x", "一行\r\n".encode() * 1000, LARGE], ids=["none", "one", "some", "large"]
)
async def test_what_is_written_is_read(place: Place, data: bytes) -> None:
    """A file comes back to the byte, whole, in pieces, as a path on this machine, and from any place within it."""
    files = place.files
    assert await files.write("jobs/job_1/input", _pieces(data), LIMIT) == len(data)
    assert await files.size("jobs/job_1/input") == len(data)
    assert await files.read("jobs/job_1/input") == data
    assert await _all(files, "jobs/job_1/input") == data
    assert await files.read("jobs/job_1/input", 3, 5) == data[3:8]
    assert await files.read("jobs/job_1/input", len(data) + 1, 5) == b""
    async with files.local("jobs/job_1/input") as path:
        assert path.read_bytes() == data
    assert place.kept() == {"jobs/job_1/input"}


async def test_a_file_of_this_machine(place: Place, tmp_path: Path) -> None:
    """A file that was made here is kept as it is, and takes the place of what stood there."""
    source = tmp_path / "made"
    for data in (LARGE, b"second"):
        source.write_bytes(data)
        await place.files.put("jobs/job_1/output", source)
        assert await place.files.read("jobs/job_1/output") == data
    assert source.read_bytes() == b"second"
    assert place.kept() == {"jobs/job_1/output"}


async def test_nothing_is_kept_of_a_file_over_the_limit(place: Place) -> None:
    """An upload over the limit is refused as soon as it is over, and nothing of it stays."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 100_000
            yield bytes(100_000)

    with pytest.raises(DraftTooLong):
        await place.files.write("jobs/job_1/input", endless(), 250_000)
    assert sent == 300_000
    assert await place.files.size("jobs/job_1/input") is None
    assert place.kept() == set()


async def test_at_the_limit(place: Place) -> None:
    """A file of exactly as many bytes as are allowed is taken."""
    assert await place.files.write("jobs/job_1/input", _pieces(bytes(250_000)), 250_000) == 250_000


async def test_nothing_is_kept_of_an_upload_that_breaks_off(place: Place) -> None:
    """A caller that goes away in the middle leaves nothing behind, and what stood there before stays."""
    await place.files.write("jobs/job_1/input", _pieces(b"before"), LIMIT)

    async def broken() -> AsyncIterator[bytes]:
        yield bytes(3_000_000)
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError):
        await place.files.write("jobs/job_1/input", broken(), LIMIT)
    assert await place.files.read("jobs/job_1/input") == b"before"
    assert place.kept() == {"jobs/job_1/input"}


async def test_nothing_is_kept_of_a_cancelled_upload(place: Place) -> None:
    """A task that is cancelled in the middle leaves nothing behind either."""
    begun = asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield bytes(3_000_000)
        begun.set()
        await asyncio.sleep(60)

    upload = asyncio.create_task(place.files.write("jobs/job_1/input", stalled(), LIMIT))
    await begun.wait()
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    assert place.kept() == set()


async def test_what_is_not_there(place: Place) -> None:
    """A file that nobody wrote is no file of any size, and whoever reads it is told that the job is gone."""
    files = place.files
    assert await files.size("jobs/job_1/input") is None
    for reading in (files.read("jobs/job_1/input"), _all(files, "jobs/job_1/input")):
        with pytest.raises(JobNotFound):
            await reading
    with pytest.raises(JobNotFound):
        async with files.local("jobs/job_1/input"):
            raise AssertionError("nothing is there")
    await files.delete("jobs/job_1")
    await files.delete("jobs/job_1/input")


async def test_a_job_is_deleted_with_all_its_files(place: Place) -> None:
    """Deleting a job takes its files and no other job's, though their names begin alike."""
    for key in ("jobs/job_1/input", "jobs/job_1/rows.jsonl", "jobs/job_12/input", "jobs/job_2/input"):
        await place.files.write(key, _pieces(b"x"), LIMIT)
    await place.files.delete("jobs/job_1")
    assert place.kept() == {"jobs/job_12/input", "jobs/job_2/input"}
    await place.files.delete("jobs/job_2/input")
    assert place.kept() == {"jobs/job_12/input"}


@pytest.mark.parametrize(
    "key",
    [
        "", "jobs", "jobs/", "jobs//input", "jobs/../input", "jobs/a/../../x", "jobs/a/..", "jobs/a/.hidden",
        "jobs/a/b/c", "/jobs/a/input", "jobs/a/input\n", "jobs/a\0/input", "jobs/a%2f../input", "jobs/a/in put",
        "other/a/input", "jobs/客/input", "jobs/a\\b/input", "jobs/a/" + "x" * 65,
    ],
)  # fmt: skip
async def test_no_key_leads_elsewhere(place: Place, tmp_path: Path, key: str) -> None:
    """Whatever a caller can put into an id, no file outside the jobs' own is read, written or deleted."""
    files = place.files
    for doing in (
        files.read(key), files.size(key), files.put(key, tmp_path / "x"), files.write(key, _pieces(b"x"), 9),
        files.delete(key), _all(files, key),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="file store"):
            await doing
    with pytest.raises(ValueError, match="file store"):
        async with files.local(key):
            raise AssertionError("no such key")


async def test_two_writers(place: Place) -> None:
    """Two who write the same file at once leave one of the two, whole: an output that two workers finish."""
    one, two = b"1" * 3_000_000, b"2" * 3_000_000
    await asyncio.gather(
        place.files.write("jobs/job_1/output", _pieces(one), LIMIT),
        place.files.write("jobs/job_1/output", _pieces(two), LIMIT),
    )
    assert await place.files.read("jobs/job_1/output") in {one, two}
    assert place.kept() == {"jobs/job_1/output"}


async def test_a_store_that_is_away(place: Place, tmp_path: Path) -> None:
    """A store that does not answer is said to be unavailable, in words that tell nothing of it."""
    await place.files.write("jobs/job_1/input", _pieces(b"x"), LIMIT)
    place.break_down()
    (tmp_path / "made").write_bytes(b"x")
    for doing in (
        place.files.put("jobs/job_1/output", tmp_path / "made"),
        place.files.write("jobs/job_1/output", _pieces(b"x"), 9),
        place.files.read("jobs/job_1/input"),
        place.files.size("jobs/job_1/input"),
    ):
        with pytest.raises(JobsUnavailable) as said:
            await doing
        assert said.value.detail == "The file store does not answer."


async def test_a_full_disk(place: Place, tmp_path: Path) -> None:
    """With no room left an upload is refused as such, nothing of it stays, and it is taken once there is room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # A file that may not grow is what a full disk looks like to whoever writes it.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, hard))
    try:
        with pytest.raises(StorageFull):
            await place.files.write("jobs/job_1/input", _pieces(bytes(3_000_000)), LIMIT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert place.kept() == set()
    await place.files.write("jobs/job_1/input", _pieces(bytes(3_000_000)), LIMIT)
    assert place.kept() == {"jobs/job_1/input"}


async def test_parts_of_the_dead_are_cleared(place: Place, tmp_path: Path) -> None:
    """What a killed process was writing goes after a day; what another is writing now stays."""
    parts = tmp_path / "files" / "parts"
    parts.mkdir(parents=True)
    for name in ("part-old", "part-new"):
        (parts / name).write_bytes(b"x")
    then = time.time() - 2 * 86400
    os.utime(parts / "part-old", (then, then))
    assert await place.files.aged(30 * 86400) == ()
    assert [path.name for path in parts.iterdir()] == ["part-new"]


async def test_old_jobs_are_forgotten(place: Place) -> None:
    """Files go when they are old and the job is known to nobody; either alone keeps them."""
    for job in ("old", "old_but_known", "new"):
        await place.files.write(f"jobs/{job}/input", _pieces(b"x"), LIMIT)
    place.age("old", 31)
    place.age("old_but_known", 31)
    assert set(await place.files.aged(30 * 86400)) == {"old", "old_but_known"}

    async def known(job: str) -> bool:
        return job == "old_but_known"

    assert await sweep(place.files, known, 30 * 86400) == 1
    assert place.kept() == {"jobs/old_but_known/input", "jobs/new/input"}


async def test_a_job_that_still_gets_files_is_young(place: Place) -> None:
    """One new file keeps the old ones of its job."""
    await place.files.write("jobs/job_1/input", _pieces(b"x"), LIMIT)
    place.age("job_1", 31)
    await place.files.write("jobs/job_1/output", _pieces(b"x"), LIMIT)
    assert await place.files.aged(30 * 86400) == ()
