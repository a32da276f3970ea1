"""What comes of one row, and of a job's rows in one worker: everything but the store is in memory."""

import asyncio
import contextlib
from dataclasses import replace
from typing import Any

import pytest

from service.adapters.clock import SystemClock
from service.core.job_lines import (
    order_text,
    read_order,
    read_result,
    read_row,
    result_line,
    row_line,
)
from service.core.jobs import Order, Row, RowResult, Seen
from service.core.results import Caller, Checked, Draft, Rewrite, Severity, Verdict
from service.errors import JobsUnavailable, NoModel, UnknownPolicy, UnknownScenario
from service.flow.bulk import draft_of, work_row
from service.flow.bulk_chunks import Worker
from service.flow.bulk_jobs import Bulk, hand_out
from tests.kit.memory_apart import ApartHere
from tests.kit.memory_jobs import MemoryFiles, MemoryJobs, MemoryQueue, copied, memory_bulk, work_off
from tests.kit.memory_service import CALLER, GOOD, RUDE, MemoryService

ORDER = Order("jsonl", "macros.jsonl")


class Rewriting:
    """A rewriter over a service in memory; `drafts` are those it was asked to rewrite, `raises` what it does instead."""

    def __init__(self, service: MemoryService | None = None) -> None:
        self.service = service or MemoryService()
        self.drafts: list[Draft] = []
        self.raises: Exception | None = None

    async def check(self, draft: Draft, caller: Caller) -> Checked:
        """The report."""
        from service.flow.examining import checked  # noqa: PLC0415

        return checked(draft, self.service.policy, caller.tenant, self.service.ports.recall)

    async def rewrite(self, draft: Draft, caller: Caller) -> Rewrite:
        """The rewrite."""
        self.drafts.append(draft)
        await asyncio.sleep(0)
        if self.raises is not None:
            raise self.raises
        return await self.service.rewrite(draft, caller)


async def taken_in(bulk: Bulk, texts: list[str], **order: Any) -> str:
    """A job over these texts."""
    job_id = bulk.new_id()
    files = bulk.files
    assert isinstance(files, MemoryFiles)
    files.held[Bulk.key(job_id, "input")] = b"input\n"
    rows = [Row(index, text, f"id-{index}", title=f"t{index}") for index, text in enumerate(texts)]
    await bulk.take_in(CALLER.tenant, job_id, replace(ORDER, **order), rows)
    return job_id


async def test_a_rewritten_row() -> None:
    """A row tells what was wrong, what it says now, who wrote that, and what it cost."""
    row = Row(7, RUDE.text, "m-7", {"channel": "chat"}, "催单")
    done = await work_row(row, ORDER, CALLER, Rewriting())
    assert (done.index, done.custom_id, done.title, done.draft) == (7, "m-7", "催单", RUDE.text)
    assert (done.status, done.engine, done.calls) == ("rewritten", "model", 1)
    assert done.text == GOOD.replace("[TRACKING_1]", "SF1234567890")
    assert done.before is not None
    assert done.after is not None
    assert (done.before.verdict, done.after.verdict) == (Verdict.BLOCK, Verdict.PASS)
    assert done.policy_version is not None


async def test_a_dry_run_only_checks() -> None:
    """A dry run asks no engine: what passes is unchanged, the rest is for a person."""
    rewriting = Rewriting()
    order = replace(ORDER, dry_run=True)
    rude = await work_row(Row(0, RUDE.text), order, CALLER, rewriting)
    fine = await work_row(Row(1, "您好，请稍等。"), order, CALLER, rewriting)
    assert (rude.status, rude.text, rude.engine) == ("needs_review", None, "none")
    assert fine.status == "unchanged"
    assert rewriting.drafts == []


@pytest.mark.parametrize("text", ["", " \n", "\u200b"])
async def test_blank_rows_stay(text: str) -> None:
    """Nothing is made of nothing."""
    done = await work_row(Row(0, text), ORDER, CALLER, Rewriting())
    assert (done.status, done.text, done.before) == ("unchanged", None, None)


async def test_a_row_longer_than_any_draft() -> None:
    """A text that no caller could send as a draft is for a person, and keeps nobody busy."""
    done = await work_row(Row(0, "长" * 50_001), ORDER, CALLER, Rewriting())
    assert (done.status, done.reasons) == ("needs_review", ("too_long",))


async def test_context_that_has_no_place_in_a_draft() -> None:
    """A file's columns hold anything: what a draft takes is taken, the rest is no reason to fail a row."""
    context = {
        "channel": "微信", "stage": "closing", "scenario": "  ", "customer": {"surname": "张", "title": 3},
        "agent": "1024", "history": [{"role": "customer", "text": "在吗"}, {"role": "robot", "text": "x"}, "y"],
    }  # fmt: skip
    draft = draft_of(Row(0, "您好", context=context), ORDER)
    assert (draft.channel, draft.stage, draft.scenario, draft.surname, draft.title) == (
        None, "closing", None, "张", None,
    )  # fmt: skip
    assert [turn.text for turn in draft.history] == ["在吗"]


async def test_a_scenario_that_the_policy_does_not_have() -> None:
    """A row that names a scenario of another system is worked on as if it named none."""

    class Strict(Rewriting):
        async def rewrite(self, draft: Draft, caller: Caller) -> Rewrite:
            if draft.scenario is not None:
                raise UnknownScenario("Known: none")
            return await super().rewrite(draft, caller)

    done = await work_row(Row(0, RUDE.text, context={"scenario": "退款"}), ORDER, CALLER, Strict())
    assert done.status == "rewritten"


async def test_a_job_from_rows_to_output() -> None:
    """A job of more than one chunk is worked off, each row once, and its output holds the new texts in order."""
    bulk, rewriting = memory_bulk(), Rewriting()
    texts = [f"{RUDE.text}{number}" for number in range(49)] + ["", "您好，请稍等。"]
    job_id = await taken_in(bulk, texts, mode="minimal")
    await work_off(bulk, rewriting, CALLER)
    job = await bulk.get(CALLER.tenant, job_id)
    assert (job.status, job.counts.total, job.counts.done) == ("completed", 51, 51)
    rows = [row async for row in bulk.all_results(CALLER.tenant, job_id)]
    assert [row.index for row in rows] == list(range(51))
    output = (await bulk.files.read(Bulk.key(job_id, "output"))).decode()
    written = [f"{row.index}: {row.text}\n" for row in rows if row.text is not None]
    assert output == "input\n" + "".join(written)


async def test_equal_rows_are_worked_on_once() -> None:
    """The same words in the same context cost once; each row tells that it is a repeat, under its own name."""
    bulk, rewriting = memory_bulk(), Rewriting()
    job_id = await taken_in(bulk, [RUDE.text] * 60)
    await work_off(bulk, rewriting, CALLER)
    job = await bulk.get(CALLER.tenant, job_id)
    assert len(rewriting.drafts) == 1
    assert (job.counts.rewritten, job.cost.repeats, job.cost.calls) == (60, 59, 1)
    rows = await bulk.results(CALLER.tenant, job_id, 0, 60)
    assert [row.custom_id for row in rows] == [f"id-{index}" for index in range(60)]
    assert len({row.text for row in rows}) == 1


async def test_a_row_that_breaks_us_does_not_break_the_job() -> None:
    """A mistake of ours on one row is told to the operator, and the row is failed; the others go on."""
    bulk, rewriting = memory_bulk(), Rewriting()
    rewriting.raises = ZeroDivisionError()
    job_id = await taken_in(bulk, [RUDE.text, ""])
    heard: list[Exception] = []
    apart = ApartHere(rewriting, lambda *_: CALLER)
    worker = Worker(bulk, rewriting, lambda *_: CALLER, copied, SystemClock(), apart, alarm=heard.append)
    await hand_out(bulk.ledger, bulk.queue, CALLER.tenant)
    await worker.work(CALLER.tenant, job_id, 0)
    job = await bulk.get(CALLER.tenant, job_id)
    assert (job.counts.failed, job.counts.unchanged) == (1, 1)
    assert [type(one) for one in heard] == [ZeroDivisionError]


async def test_a_job_that_cannot_be_done() -> None:
    """What is wrong with the order ends the job with one sentence, instead of failing each of its rows."""
    bulk, rewriting = memory_bulk(), Rewriting()
    rewriting.raises = UnknownPolicy("Unknown policy. Known: default")
    job_id = await taken_in(bulk, [RUDE.text] * 120)
    await work_off(bulk, rewriting, CALLER)
    job = await bulk.get(CALLER.tenant, job_id)
    assert (job.status, job.reason, job.counts.done) == ("failed", "Unknown policy. Known: default", 0)


def suspected(bulk: Bulk, job_id: str, *rows: int) -> None:
    """Let rows have been in work when a worker died."""
    assert isinstance(bulk.jobs, MemoryJobs)
    bulk.jobs.all[CALLER.tenant, job_id].tries.update(dict.fromkeys(rows, 1))


async def test_only_a_row_that_kills_alone_is_crashed() -> None:
    """R37: after the worker two processes of its own die of a row, then it is given up; an innocent one is rewritten."""
    bulk, rewriting = memory_bulk(), Rewriting()
    texts = [f"{RUDE.text}{number}" for number in "一二三"]
    apart = ApartHere(rewriting, lambda *_: CALLER, {texts[1]: 9})
    job_id = await taken_in(bulk, texts)
    suspected(bulk, job_id, 1, 2)
    await work_off(bulk, rewriting, CALLER, apart=apart)
    [bad] = (await bulk.page(CALLER.tenant, job_id, 0, 9, status="failed")).rows
    assert (bad.index, bad.reasons) == (1, ("crashed",))
    assert apart.asked == [texts[1], texts[1], texts[2]]
    assert (await bulk.get(CALLER.tenant, job_id)).counts.rewritten == 2


async def test_workers_that_die_of_other_things_are_not_held_against_a_row() -> None:
    """R34: a row that is alone in its process is not blamed when its worker dies, however often that happens."""
    bulk, rewriting = memory_bulk(), Rewriting()
    job_id = await taken_in(bulk, [RUDE.text])
    suspected(bulk, job_id, 0)

    class Slow(ApartHere):
        async def ask(self, asked: bytes) -> bytes:
            begun.set()
            await asyncio.sleep(60)
            return asked

    for _ in range(5):
        begun, apart = asyncio.Event(), Slow(rewriting, lambda *_: CALLER)
        working = asyncio.create_task(work_off(bulk, rewriting, CALLER, apart=apart))
        await begun.wait()
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
    await work_off(bulk, rewriting, CALLER)
    assert (await bulk.get(CALLER.tenant, job_id)).counts.rewritten == 1


async def test_without_a_process_a_suspect_waits() -> None:
    """A suspect is not worked on among others because there is no process for it: its chunk is asked for again."""
    bulk, rewriting = memory_bulk(), Rewriting()
    apart = ApartHere(rewriting, lambda *_: CALLER, gone=True)
    job_id = await taken_in(bulk, [RUDE.text])
    suspected(bulk, job_id, 0)
    with pytest.raises(JobsUnavailable):
        await work_off(bulk, rewriting, CALLER, apart=apart)
    assert rewriting.drafts == []
    await work_off(bulk, rewriting, CALLER)
    assert (await bulk.get(CALLER.tenant, job_id)).counts.rewritten == 1


async def test_what_is_wrong_with_the_job_is_told_from_a_process_too() -> None:
    """A suspect's own process says what any row would have said: the job fails with the reason, or the row does."""
    bulk, rewriting = memory_bulk(), Rewriting()
    apart = ApartHere(rewriting, lambda *_: CALLER)
    rewriting.raises = ZeroDivisionError()
    job_id = await taken_in(bulk, [RUDE.text])
    suspected(bulk, job_id, 0)
    await work_off(bulk, rewriting, CALLER, apart=apart)
    [bad] = (await bulk.page(CALLER.tenant, job_id, 0, 9, status="failed")).rows
    assert bad.reasons == ("internal",)
    assert [type(one) for one in apart.heard] == [ZeroDivisionError]
    for trouble in (UnknownPolicy("Unknown policy. Known: default"), NoModel("There is no model.")):
        rewriting.raises = trouble
        job_id = await taken_in(bulk, [RUDE.text])
        suspected(bulk, job_id, 0)
        await work_off(bulk, rewriting, CALLER, apart=apart)
        job = await bulk.get(CALLER.tenant, job_id)
        assert (job.status, job.reason) == ("failed", trouble.detail)


async def test_a_result_is_offered_until_the_store_takes_it() -> None:
    """A result that is paid for is not thrown away because the store restarts just then."""

    class Shaky(MemoryJobs):
        refusals = 3

        async def write(self, lease: Any, result: RowResult) -> bool:
            self.refusals -= 1
            if self.refusals >= 0:
                raise JobsUnavailable("away")
            return await super().write(lease, result)

    jobs = Shaky()
    bulk, rewriting = Bulk(jobs, jobs, MemoryQueue(), MemoryFiles()), Rewriting()
    job_id = await taken_in(bulk, [RUDE.text])
    await work_off(bulk, rewriting, CALLER)
    assert (await bulk.get(CALLER.tenant, job_id)).counts.rewritten == 1
    assert len(rewriting.drafts) == 1


async def test_pages_of_rows() -> None:
    """Rows come page by page, all or of one status or with one rule, each once; the last page has no cursor."""
    bulk = memory_bulk()
    texts = [RUDE.text + str(at) if at % 7 == 0 else "" for at in range(230)]
    job_id = await taken_in(bulk, texts)
    await work_off(bulk, Rewriting(), CALLER)
    for status, rule, expected in (
        (None, None, range(230)),
        ("rewritten", None, range(0, 230, 7)),
        ("failed", None, range(0)),
        (None, "no.such", range(0)),
    ):
        found: list[int] = []
        cursor: int | None = 0
        while cursor is not None:
            page = await bulk.page(CALLER.tenant, job_id, cursor, 9, status=status, rule=rule)  # type: ignore[arg-type]
            assert len(page.rows) <= 9
            found += [row.index for row in page.rows]
            cursor = page.cursor
        assert found == list(expected)
    rows, after = await bulk.finished(CALLER.tenant, job_id, 200, 100)
    assert (len(rows), after) == (30, 230)


def test_lines_come_back_as_they_were() -> None:
    """What is written to a job's files is read again to the last field, lone surrogates too."""
    row = Row(3, "您好\ud800\n", "a", {"customer": {"surname": "张"}}, None)
    assert read_row(row_line(row)) == row
    seen = Seen(Verdict.REVISE, 60, (("a.b", Severity.WARNING, "你"), ("c.d", Severity.INFO, "")))
    result = RowResult(
        3,
        None,
        "题",
        "您好\ud800",
        "rewritten",
        "文",
        ("echo",),
        "model",
        "hit",
        "s",
        seen,
        seen,
        "1",
        True,
        2,
        3,
        4,
        5.5,
    )
    assert read_result(result_line(result)) == result
    assert b"\n" not in result_line(result)[:-1]
    order = Order("csv", "表.csv", context_fields=("a", "b"), dry_run=True)
    assert read_order(order_text(order)) == order
    for raw in (b"", b"[]\n", b"{}\n", result_line(result)[:-9]):
        with pytest.raises(ValueError):
            read_row(raw)
        with pytest.raises(ValueError):
            read_result(raw)
