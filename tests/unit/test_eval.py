"""The accuracy tables: their arithmetic, the rows they read, and one run from folder to page."""

import json
from pathlib import Path

import pytest

from service.core.text import Span
from tests.eval.__main__ import main
from tests.eval.figures import Share, auc, quartiles, share
from tests.eval.judging import overlap
from tests.eval.rows import Row, read_rows

BAD = {
    "text": "不知道，你找领导去。", "label": "bad", "difficulty": "easy", "severity": "block",
    "categories": ["prohibited"], "span": "你找领导去", "channel": "phone", "tags": ["embedded"],
}  # fmt: skip
MISSED = {"text": "您好，方便面到货了。", "label": "bad", "difficulty": "hard", "span": "方便面"}
GOOD = {"text": "您好，我帮您核实一下。", "label": "good"}
TURN = {"text": "好的，已经帮您登记了。"}


def _write(path: Path, *rows: object) -> None:
    path.parent.mkdir(exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (60, 1000, 0.0469, 0.0765)],
)
def test_an_interval_is_wilsons(hits: int, of: int, low: float, high: float) -> None:
    """The interval of a share is Wilson's: within 0-1, and of some width when nothing or everything was hit."""
    assert Share(hits, of).interval == pytest.approx((low, high), abs=5e-5)


def test_a_share_of_nothing_says_nothing() -> None:
    """Of no rows at all the share is 0 and its interval everything, never a division by zero."""
    assert (share([]).value, share([]).interval) == (0.0, (0.0, 1.0))


def test_auc_counts_pairs_and_halves_ties() -> None:
    """The AUC is the share of pairs in which the good reply scores higher; a tie is half a pair."""
    assert auc([1, 2], [2, 3]) == pytest.approx(3.5 / 4)
    assert auc([5, 5], [5]) == 0.5
    assert (auc([1], [0]), auc([], [1])) == (0.0, None)


def test_quartiles_need_no_more_than_one_value() -> None:
    """Quartiles are those of the values themselves, even of a single one."""
    assert (quartiles([]), quartiles([7]), quartiles([1, 2, 3, 4, 5])) == (None, (7, 7, 7), (2, 3, 4))


def test_ranges_that_only_touch_do_not_overlap() -> None:
    """A finding that ends where the underlined words begin is not at them."""
    assert overlap(Span(0, 3), Span(2, 5))
    assert not overlap(Span(0, 3), Span(3, 5))


def test_a_stage_direction_is_no_message() -> None:
    """What stands in （…） as the customer tells what happens; the checker is not shown it as a message."""
    assert Row(text="您好", customer="（客户沉默）").draft.customer_message is None
    assert Row(text="您好", customer="在吗").draft.customer_message == "在吗"


@pytest.mark.parametrize(("channel", "means"), [("email", "email"), ("live_chat", "chat"), ("", "chat")])
def test_every_other_channel_is_a_chat(channel: str, means: str) -> None:
    """Phone, e-mail and ticket are taken as they are; whatever else a row calls its channel is a chat."""
    assert Row(text="您好", channel=channel).draft.channel == means


def test_the_underlined_words_may_stand_twice() -> None:
    """`span_start` says which of two places is meant; without it the first one is."""
    assert Row(text="等着，您等着", span="等着").underlined == (0, 2)
    assert Row(text="等着，您等着", span="等着", span_start=4).underlined == (4, 6)


def test_a_broken_row_is_named_and_stops_nothing(tmp_path: Path) -> None:
    """Each broken row is told with file, line and what is wrong; the rows around it are read."""
    _write(
        tmp_path / "a.jsonl",
        GOOD,
        "{",
        {"label": "good"},
        {**BAD, "span": "别处"},
        {**GOOD, "label": "?"},
        TURN,
    )
    rows, broken = read_rows(tmp_path)
    assert [(place, row.label) for place, row in rows] == [("a.jsonl:1", "good"), ("a.jsonl:6", "everyday")]
    assert [line.split(":")[1] for line in broken] == ["2", "3", "4", "5"]
    assert "text: Field required" in broken[1]
    assert "the span is not in the text" in broken[2]


def test_one_run_from_folder_to_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything a user reads stands in one run: counts first, held-out rows apart and never listed unasked."""
    _write(tmp_path / "own.jsonl", BAD, MISSED, GOOD, TURN)
    _write(
        tmp_path / "held_out" / "other.jsonl", {**MISSED, "text": "您好，方便袋到货了。", "span": "方便袋"}
    )
    assert main([str(tmp_path), "--rows"]) == 0
    said = capsys.readouterr().out
    held_out, known = said.split("## Authors at hand")
    assert held_out.startswith("## Authors set aside")
    cells = [
        [cell.strip() for cell in line.split("|")[1:4]] for line in known.splitlines() if line.startswith("|")
    ]
    assert ["difficulty easy", "1", "1"] in cells
    assert ["difficulty hard", "1", "0"] in cells
    assert ["to be blocked, and blocked", "1", "1"] in cells
    assert ["found replies with a finding at the words underlined", "1", "1"] in cells
    assert ["everyday, flagged", "1", "0"] in cells
    assert "missed: 1\n  own.jsonl:2 hard: 您好，方便面到货了。 [方便面]\nfalse alarms: 0" in known
    assert "方便袋" not in said


def test_the_page_holds_the_same_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--write` puts the tables under the words that explain them, and prints nothing."""
    _write(tmp_path / "own.jsonl", BAD, GOOD)
    assert main([str(tmp_path), "--write", str(tmp_path / "page.md")]) == 0
    written = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert (written.splitlines()[0], capsys.readouterr().out) == ("# Accuracy", "")
    assert main([str(tmp_path)]) == 0
    assert written.endswith(capsys.readouterr().out)


def test_an_empty_folder_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to judge ends with 2 and says so: an empty table would look like a perfect one."""
    assert main([str(tmp_path)]) == 2
    assert "no replies" in capsys.readouterr().err
