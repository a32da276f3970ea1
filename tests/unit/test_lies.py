"""A model that does nothing but lie: what comes out all the same."""

import random
from pathlib import Path

import pytest

from service.core.results import Draft
from tests.lies.__main__ import MAX_NEEDS_REVIEW, main, table, unanswered
from tests.lies.asking import ask_all, drafts_of
from tests.lies.telling import LIARS

_REPLIES = Path(__file__).parents[1] / "corpora" / "replies"


def _some(sort: str, count: int) -> list[Draft]:
    """So many replies of one sort, over all authors."""
    drafts = [draft for path in sorted(_REPLIES.glob(f"{sort}_*.jsonl")) for draft in drafts_of(path, 1000)]
    return random.Random(4).sample(drafts, count)


@pytest.mark.parametrize(("sort", "most_unanswered"), [("good", MAX_NEEDS_REVIEW), ("bad", 0.2)])
def test_no_lie_comes_out_and_nearly_every_draft_is_answered(sort: str, most_unanswered: float) -> None:
    """Behind a model that curses, promises, invents and babbles, no customer reads a word of it."""
    told = ask_all(_some(sort, 65))
    print("\n" + table(told))
    assert sum(one.raw for one in told) > 65
    assert {one.sort for one in told} == set(LIARS)
    assert [fault for one in told for fault in one.faults] == []
    assert unanswered(told) <= most_unanswered


def test_what_tells_a_lie_is_seen_in_the_lie_itself() -> None:
    """The watcher is awake: every answer of the lying model, were it delivered, would be told."""
    pick = random.Random(1)
    draft = "您的订单已经到站点了，请您留意电话。"
    for sort, liar in LIARS.items():
        for _ in range(40):
            lie = liar(draft, pick, ("你是客服话术教练，负责改写草稿。", "事实照抄，一个都不改。"))
            assert lie.told_by(lie.text, draft) or sort == "empty", (sort, lie)


def test_a_file_without_drafts_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever gives a file that holds no draft is told so, and nothing counts as passed."""
    path = tmp_path / "none.jsonl"
    path.write_text('{"text": " "}\n', encoding="utf-8")
    assert main([str(path)]) == 2
    assert "no drafts" in capsys.readouterr().err
