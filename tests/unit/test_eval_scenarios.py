"""The tables about customers' messages: what is counted, and what is asked of a row."""

from pathlib import Path

import pytest

from tests.eval.scenarios import Message, main, messages, told
from tests.kit.default_policy import default_policy


def _row(right: str | None, shown: str | None, *best: str) -> Message:
    return Message(labelled=True, right=right, shown=shown, best=best)


def _share(table: str, name: str) -> list[str]:
    line = next(line for line in table.splitlines() if line.startswith(f"| {name} "))
    return [cell.strip() for cell in line.split("|")[2:4]]


def test_silence_is_counted_on_both_sides() -> None:
    """Whoever reads the table sees a wrong script, a missed one and a rightful silence apart."""
    table = told(
        [
            _row("a", "a", "a"),
            _row("a", "b", "b", "a"),
            _row("a", None, "c"),
            _row(None, None),
            _row(None, "b", "b"),
        ]
    )
    assert _share(table, "shown, and right") == ["3", "1"]
    assert _share(table, "of a scenario, shown first") == ["3", "1"]
    assert _share(table, "of a scenario, among the best three") == ["3", "2"]
    assert _share(table, "of a scenario, silent (wrongly)") == ["3", "1"]
    assert _share(table, "of none, silent (rightly)") == ["2", "1"]
    assert _share(table, "a") == ["3", "1"]


def test_without_labels_only_what_is_shown_is_counted(tmp_path: Path) -> None:
    """A folder of customers' own messages needs no labels to tell how often a script would come up."""
    (tmp_path / "a.jsonl").write_text('{"text": "在吗"}\n\n{"text": "蓝色还有货吗"}\n', encoding="utf-8")
    table = told(messages(default_policy(), tmp_path))
    assert _share(table, "any scenario") == ["2", "1"]
    assert _share(table, "opening-greeting") == ["2", "1"]


def test_the_channel_of_a_row_counts(tmp_path: Path) -> None:
    """A row that tells its channel is asked about as the service would be."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "打错电话了", "scenario": null, "channel": "chat"}\n', encoding="utf-8")
    assert [one.shown for one in messages(default_policy(), path)] == [None]


@pytest.mark.parametrize("line", ["[]", "{", '{"words": "在吗"}'])
def test_a_row_that_is_no_message_is_a_mistake(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broken file ends with one line and exit 2, not with figures about half of it."""
    path = tmp_path / "a.jsonl"
    path.write_text(line, encoding="utf-8")
    assert main([str(path)]) == 2
    assert capsys.readouterr().err.startswith("eval: ")
