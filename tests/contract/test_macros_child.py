"""Files from outside are read in a child process: it may die, we may not."""

import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.adapters.macros import FORMATS, GUARDED, Options
from service.adapters.macros.child import InChild
from service.adapters.tables.processes import ChildRun
from service.errors import BadTable
from tests.kit.tables import Sample, samples

ONE_EACH = tuple({sample.format: sample for sample in samples()}.values())
FLAT_BYTES = 60_000_000
"""How much the parent may grow while a child works on a file that is several times that size in memory."""


def _file(tmp_path: Path, sample: Sample) -> Path:
    file = tmp_path / sample.filename
    file.write_bytes(sample.data)
    return file


@pytest.mark.parametrize("sample", ONE_EACH, ids=lambda sample: sample.label)
def test_the_child_says_what_the_format_says(tmp_path: Path, sample: Sample) -> None:
    """Every format gives the same preview, rows and file from a child as in our own process."""
    source, made, guarded = _file(tmp_path, sample), FORMATS[sample.format], GUARDED[sample.format]
    assert guarded.preview(source, Options()) == made.preview(source, Options())
    assert list(guarded.rows(source, Options())) == list(made.rows(source, Options()))
    for form, target in ((guarded, "theirs"), (made, "ours")):
        form.write(source, tmp_path / target, Options(), iter([(0, "您好，{{name}}。"), (3, "=1+1")]))
    assert (tmp_path / "theirs").read_bytes() == (tmp_path / "ours").read_bytes()


def test_a_refusal_keeps_row_and_column(tmp_path: Path) -> None:
    """What the child refuses is refused here with the same sentence, row and column."""
    source = tmp_path / "a.csv"
    source.write_bytes("话术\n好\0\n".encode())
    with pytest.raises(BadTable, match=r"Row 2, column 1: a NUL") as caught:
        list(GUARDED["csv"].rows(source, Options()))
    assert (caught.value.row, caught.value.column) == (2, 1)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """When there is no room for the output, the sentence names the reason."""
    source = _file(tmp_path, samples()[0])
    with pytest.raises(BadTable, match="written here: No such file or directory"):
        GUARDED["jsonl"].write(source, tmp_path / "gone" / "out", Options(), iter([(0, "好")]))


def test_a_file_that_wants_too_much_memory_takes_the_child_alone(tmp_path: Path) -> None:
    """A document that needs gigabytes to read is refused, and our own process does not grow."""
    source = tmp_path / "a.json"
    source.write_bytes(b'[{"short_code":"a","content":"b","x":[' + b"[]," * 6_000_000 + b"[]]}]")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadTable, match="needs more memory"):
        list(GUARDED["chatwoot"].rows(source, Options()))
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < FLAT_BYTES


def test_many_rows_leave_the_parent_flat(tmp_path: Path) -> None:
    """A table of 200,000 rows passes through row by row: our own process does not grow with it."""
    source = tmp_path / "a.csv"
    source.write_bytes(
        "id,话术\n".encode() + "1,您好，很高兴为您服务，请问有什么可以帮您的吗？\n".encode() * 200_000
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _ in GUARDED["csv"].rows(source, Options())) == 200_000
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < FLAT_BYTES / 4


def test_a_caller_that_stops_reading_leaves_no_child(tmp_path: Path) -> None:
    """Whoever needs only the first rows need not read the rest: the child ends with the caller's interest."""
    source = tmp_path / "a.csv"
    source.write_bytes("话术\n".encode() + "您好\n".encode() * 100_000)
    rows = GUARDED["csv"].rows(source, Options())
    assert isinstance(rows, Iterator)
    assert next(rows).text == "您好"
    rows.close()  # type: ignore[attr-defined]
    with pytest.raises(StopIteration):
        next(rows)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import time; time.sleep(60)", "too long"),
        ("import os; os.abort()", "brought its reader down"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "too long"),
        ("print('{}'[:0])", "brought its reader down"),
    ],
    ids=["stalls", "aborts", "over its time", "says nothing"],
)
def test_a_child_that_dies_or_stalls_is_a_broken_file(code: str, said: str) -> None:
    """A crash, a limit and a stall are told apart and end in a clear sentence within the time given."""
    with ChildRun([sys.executable, "-c", code], 1.5) as run, pytest.raises(BadTable, match=said):
        list(run.answers())


def test_texts_that_break_off_write_nothing(tmp_path: Path) -> None:
    """When the texts end before they should, no file appears."""
    source = _file(tmp_path, samples()[0])

    def breaks() -> Iterator[tuple[int, str]]:
        yield 0, "您好"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        InChild(FORMATS["jsonl"]).write(source, tmp_path / "out", Options(), breaks())
    assert [file.name for file in tmp_path.iterdir()] == [source.name]
