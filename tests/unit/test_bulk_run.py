"""Rows on the command line: several at once, equal ones once, none twice."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from service.cli.bulk_run import BulkRun
from service.core.jobs import Order, Row, RowResult
from service.core.results import Caller, Checked, Draft, Rewrite
from service.errors import NoModel
from tests.kit.app import LOCAL, FakeCoach
from tests.kit.results import rewritten

ORDER = Order(format="csv", filename="a.csv")


@dataclass
class _Kept:
    """Results in a dictionary; `twice` is every row that was kept again."""

    rows: dict[int, RowResult] = field(default_factory=dict)
    twice: list[int] = field(default_factory=list)

    def __contains__(self, index: int) -> bool:
        return index in self.rows

    def add(self, result: RowResult) -> None:
        if result.index in self.rows:
            self.twice.append(result.index)
        self.rows[result.index] = result

    def read(self, index: int) -> RowResult:
        return self.rows[index]


@dataclass
class _Rewriter:
    """Answers like the fake coach, after a turn of the loop; `most` is how many were at it at once."""

    coach: FakeCoach = field(default_factory=FakeCoach)
    at_it: int = 0
    most: int = 0

    async def check(self, draft: Draft, caller: Caller) -> Checked:
        return await self.coach.check(draft, caller)

    async def rewrite(self, draft: Draft, caller: Caller) -> Rewrite:
        self.at_it += 1
        self.most = max(self.most, self.at_it)
        try:
            await asyncio.sleep(0.001)
            if "炸" in draft.text:
                raise ZeroDivisionError
            return await self.coach.rewrite(draft, caller)
        finally:
            self.at_it -= 1


async def _run(rows: Iterable[Row], kept: _Kept, rewriter: _Rewriter, in_flight: int = 4) -> list[int]:
    came: list[int] = []
    run = BulkRun(rewriter, LOCAL, ORDER, kept, in_flight)
    await run.work(rows, lambda result: came.append(result.index))
    return came


async def test_every_row_is_done_once_and_told_once() -> None:
    """Of a hundred rows each is worked on and counted once, a few at a time."""
    kept, rewriter = _Kept(), _Rewriter()
    came = await _run([Row(at, f"不知道{at}") for at in range(100)], kept, rewriter)
    assert sorted(came) == sorted(kept.rows) == list(range(100))
    assert kept.twice == []
    assert 1 < rewriter.most <= 4


async def test_equal_rows_are_paid_for_once() -> None:
    """Rows with the same words and the same context share one answer, under their own ids; another context asks anew."""
    kept, rewriter = _Kept(), _Rewriter()
    rows = [Row(at, "不知道", custom_id=f"m{at}", title=f"t{at}") for at in range(20)]
    rows.append(Row(20, "不知道", context={"channel": "phone"}))
    await _run(rows, kept, rewriter)
    assert len(rewriter.coach.drafts) == 2
    assert [kept.rows[at].custom_id for at in range(20)] == [f"m{at}" for at in range(20)]
    assert [kept.rows[at].repeat for at in range(21)] == [False, *[True] * 19, False]
    assert {row.text for row in kept.rows.values()} == {"很抱歉，我帮您核实一下。"}
    assert sum(row.calls for row in kept.rows.values()) == 2


async def test_rows_of_an_earlier_run_are_left_alone_and_shared() -> None:
    """Going on asks nobody about what is done, and a repeat of a row of the earlier run costs nothing."""
    kept, rewriter = _Kept(), _Rewriter()
    kept.add(rewritten(0, draft="不知道"))
    came = await _run([Row(0, "不知道"), Row(1, "不知道"), Row(2, "")], kept, rewriter)
    assert sorted(came) == [1, 2]
    assert rewriter.coach.drafts == []
    assert (kept.rows[1].repeat, kept.rows[2].status) == (True, "unchanged")


async def test_one_bad_row_does_not_take_the_others_with_it() -> None:
    """A row that nobody foresaw is `failed` with the reason `internal`; the rest is done."""
    kept = _Kept()
    await _run([Row(at, "炸" if at == 3 else f"不知道{at}") for at in range(9)], kept, _Rewriter())
    assert [at for at, row in kept.rows.items() if row.status == "failed"] == [3]
    assert kept.rows[3].reasons == ("internal",)
    assert len(kept.rows) == 9


async def test_what_concerns_all_rows_ends_the_run() -> None:
    """A model that is insisted on and not there is told at once, not once a row."""
    rewriter = _Rewriter(FakeCoach(fails=NoModel("No model is configured.")))
    with pytest.raises(NoModel):
        await _run([Row(at, f"不知道{at}") for at in range(100)], _Kept(), rewriter)
    assert len(rewriter.coach.drafts) <= 4


async def test_calling_off_keeps_what_is_done() -> None:
    """Ctrl-C between two rows loses none that is done, and begins no other."""
    kept, rewriter = _Kept(), _Rewriter()
    run = BulkRun(rewriter, LOCAL, ORDER, kept, 4)
    enough = asyncio.Event()

    def came(_: RowResult) -> None:
        if len(kept.rows) == 20:
            enough.set()

    task = asyncio.create_task(run.work([Row(at, f"不知道{at}") for at in range(500)], came))
    await asyncio.wait_for(enough.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    done = len(kept.rows)
    await asyncio.sleep(0.02)
    assert 20 <= len(kept.rows) == done < 500
    assert rewriter.at_it == 0
