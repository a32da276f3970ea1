"""A run that was stopped goes on: the journal beside its output."""

from pathlib import Path

import pytest

from service.adapters.journal import Journal
from service.errors import SetupError
from tests.kit.results import for_a_person, rewritten, unchanged

RUN = {"input": "abc", "order": "{}", "policy": "1.0"}


def _file(tmp_path: Path) -> Path:
    return tmp_path / "out.csv.coach-journal"


def _written(path: Path, *indices: int) -> None:
    with Journal(path, RUN, 9) as journal:
        for index in indices:
            journal.add(rewritten(index))


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    """A second run of the same call finds every row of the first, whatever order they came in."""
    rows = [for_a_person(7), rewritten(0, draft="第一行\n\ud800" + "长" * 90_000), unchanged(3)]
    with Journal(_file(tmp_path), RUN, 9) as journal:
        for row in rows:
            journal.add(row)
    with Journal(_file(tmp_path), RUN, 9) as journal:
        assert (journal.done, journal.began_anew) == (3, False)
        assert [index for index in range(9) if index in journal] == [0, 3, 7]
        assert list(journal) == sorted(rows, key=lambda row: row.index)


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_torn_line_is_as_good_as_never_written(tmp_path: Path, cut: int) -> None:
    """Power that fails in the middle of a write costs one row; what is written later is whole again."""
    path = _file(tmp_path)
    _written(path, 0, 1)
    path.write_bytes(path.read_bytes()[:-cut])
    with Journal(path, RUN, 9) as journal:
        assert (journal.done, 0 in journal, 1 in journal) == (1, True, False)
        journal.add(unchanged(1))
    with Journal(path, RUN, 9) as journal:
        assert list(journal) == [rewritten(0), unchanged(1)]


@pytest.mark.parametrize(
    "line", [b"garbage\n", b"[1]\n", b"\xff\n", b"{}\n", b'[99,null,null,"","unchanged",null]\n', b"\n"]
)
def test_a_line_that_is_none_of_ours_ends_what_counts(tmp_path: Path, line: bytes) -> None:
    """A journal that somebody edited is believed up to the first line that cannot be."""
    path = _file(tmp_path)
    _written(path, 0)
    path.write_bytes(path.read_bytes() + line)
    with Journal(path, RUN, 9) as journal:
        assert journal.done == 1


@pytest.mark.parametrize("changed", ["input", "order", "policy"])
def test_another_call_begins_anew_and_says_so(tmp_path: Path, changed: str) -> None:
    """Results of another file, other options or another policy never reach this output."""
    path = _file(tmp_path)
    _written(path, 0)
    with Journal(path, RUN | {changed: "other"}, 9) as journal:
        assert (journal.done, journal.began_anew) == (0, True)
        journal.add(rewritten(1))
    with Journal(path, RUN | {changed: "other"}, 9) as journal:
        assert list(journal) == [rewritten(1)]


def test_two_runs_do_not_share_an_output(tmp_path: Path) -> None:
    """Who starts the same call twice is told, and the first goes on unharmed."""
    with Journal(_file(tmp_path), RUN, 9) as journal:
        journal.add(rewritten(0))
        with pytest.raises(SetupError, match="another run is writing"):
            Journal(_file(tmp_path), RUN, 9)
        assert list(journal) == [rewritten(0)]


def test_a_run_that_did_nothing_leaves_nothing(tmp_path: Path) -> None:
    """A call that is refused at its first row leaves no file behind."""
    _written(_file(tmp_path))
    assert not _file(tmp_path).exists()


def test_no_place_for_a_journal_is_said(tmp_path: Path) -> None:
    """A folder that is not there is a sentence, not a trace."""
    with pytest.raises(SetupError, match="No such file or directory"):
        Journal(tmp_path / "gone" / "journal", RUN, 1)


def test_what_was_added_is_on_the_disk_after_sync(tmp_path: Path) -> None:
    """Whoever reads the file after `sync` finds the row, although the run goes on."""
    with Journal(_file(tmp_path), RUN, 9) as journal:
        journal.add(rewritten(0))
        journal.sync()
        assert _file(tmp_path).read_bytes().count(b"\n") == 2
