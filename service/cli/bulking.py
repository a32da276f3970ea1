"""`script-coach bulk IN OUT`: a file of macros put right on this machine, without a server and without a store."""

import asyncio
import contextlib
import dataclasses
import hashlib
import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from service.adapters.cache_here import CacheHere
from service.adapters.journal import Journal
from service.adapters.macros import Format, Options, format_for
from service.adapters.tables.whole_files import whole_file
from service.cli import Mistake
from service.cli.bulk_run import BulkRun
from service.cli.printing import RANKS
from service.cli.progress import Progress
from service.core.bulk_report import BulkReport
from service.core.jobs import Order, RowResult
from service.core.results import Caller, Severity
from service.errors import BadTable, StorageFull
from service.flow.bulk import Rewriter
from service.settings import Settings, read_settings
from service.web.report import report_data, report_page
from service.web.report.words import STATUSES
from service.wiring import Coach, build

HEAD_BYTES = 8192
REPORTS = (".html", ".json")


@dataclasses.dataclass(frozen=True, slots=True)
class Paths:
    """The files of a run."""

    source: Path
    target: Path
    report: Path | None

    @property
    def journal(self) -> Path:
        """Where a run that was stopped left off."""
        return self.target.with_name(f"{self.target.name}.coach-journal")


def bulk(paths: Paths, order: Order, fail_on: str) -> int:
    """Does it all; the exit code. Raises `Mistake` and `CoachError`s; OUT then is as it was."""
    try:
        return _bulk(paths, order, fail_on)
    except OSError as trouble:
        if not StorageFull.means(trouble):
            raise
        raise StorageFull(
            f"磁盘已满，{paths.target} 没有写完。记下的结果都还在；腾出空间后再运行同一条命令，就从那里接着做。"
        ) from None


def _bulk(paths: Paths, order: Order, fail_on: str) -> int:
    _require(paths)
    options = Options(order.text_field, order.context_fields)
    try:
        made = _format(paths.source, order.format or None)
        total = sum(1 for _ in made.rows(paths.source, options))
    except BadTable as refused:
        raise _mistake(paths.source, refused) from None
    order = dataclasses.replace(order, format=made.NAME, filename=paths.source.name)
    settings = read_settings()
    coach = build(settings, with_model=order.engine != "phrasebook" and not order.dry_run)
    caller = coach.local_caller()
    policy = coach.policy(order.policy, caller)
    digest = _digest(paths.source)
    run = {
        "input": digest, "order": json.dumps(dataclasses.asdict(order), sort_keys=True), "policy": policy.stamp.version,
        "models": " ".join((settings.model or "", *settings.model_fallbacks)),
    }  # fmt: skip
    with Journal(paths.journal, run, total) as journal:
        if journal.began_anew:
            click.echo("上次的进度属于另一份文件或另一组选项，这次从头开始。", err=True)
        elif journal.done:
            click.echo(f"接着上次做：{journal.done:,}/{total:,} 条已经处理。", err=True)
        rows = made.rows(paths.source, options)
        stopped = asyncio.run(_work(coach, caller, order, journal, rows, total, settings))
        if stopped:
            journal.sync()
            return _stopped(journal, total, stopped)
        if _digest(paths.source) != digest:
            raise Mistake(f"{paths.source} has changed meanwhile; nothing was written, run again")
        try:
            texts = ((one.index, one.text) for one in journal if one.text is not None)
            made.write(paths.source, paths.target, options, texts)
            report, worst = BulkReport(total), -1
            for one in journal:
                report.add(one)
                worst = max(worst, _weight(one))
            if paths.report is not None:
                titles = {rule.id: rule.title for rule in policy.files.rules}
                _write_report(paths.report, report_data(report, titles, order, finished_at=_now()))
        except KeyboardInterrupt:
            return _stopped(journal, total, signal.SIGINT)
        journal.remove()
    _sum_up(report, paths, order)
    return int(worst >= RANKS[fail_on])


def _stopped(journal: Journal, total: int, number: int) -> int:
    """Tells how to go on; the exit code of a process that a signal ended."""
    journal.sync()
    click.echo(
        f"已停下，{journal.done:,}/{total:,} 条的结果都在。再运行同一条命令，就从这里接着做。", err=True
    )
    return 128 + number


def _require(paths: Paths) -> None:
    """Raises `Mistake` where paths cannot be meant: a slip must not cost the file that was to be put right."""
    source, target, report = paths.source, paths.target, paths.report
    if not source.is_file():
        raise Mistake(f"{source}: there is no such file")
    written = [path for path in (target, report) if path is not None]
    for path in written:
        if path.is_dir() or not path.parent.is_dir():
            raise Mistake(f"{path} is no place for a file")
        if path.exists() and path.samefile(source):
            raise Mistake("OUT and the report must not be IN: the original stays as it is")
    if report is not None:
        if report.suffix.lower() not in REPORTS:
            raise Mistake("--report takes a file that ends in .html or .json")
        if report.resolve() == target.resolve():
            raise Mistake("the report must not be OUT")


def _format(source: Path, name: str | None) -> Format:
    with source.open("rb") as file:
        return format_for(name, source.name, file.read(HEAD_BYTES))


def _digest(source: Path) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mistake(source: Path, refused: BadTable) -> Mistake:
    """What is wrong with a file, and where, in the words of the command line."""
    detail = refused.detail.replace("`text_field`", "--text-field").replace("`format`", "--format")
    return Mistake(f"{source}: {detail}")


async def _work(
    coach: Coach,
    caller: Caller,
    order: Order,
    journal: Journal,
    rows: Iterator[Any],
    total: int,
    settings: Settings,
) -> int:
    """Work on all rows; the number of the signal that stopped it, or 0."""
    loop = asyncio.get_running_loop()
    stopped: list[int] = []
    with Progress(total, journal.done) as progress:

        def came(_: RowResult) -> None:
            progress.one()

        run = BulkRun(_rewriter(coach), caller, order, journal, settings.bulk_in_flight)
        work = asyncio.create_task(run.work(rows, came))
        keeper = asyncio.create_task(_sync(journal))

        def stop(number: int) -> None:
            stopped.append(number)
            work.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop, number)
        try:
            await work
        except asyncio.CancelledError:
            if not stopped:
                raise
        finally:
            keeper.cancel()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
            await coach.close()
    return stopped[0] if stopped else 0


def _rewriter(coach: Coach) -> Rewriter:
    """The rewriter of rows, with what is masked alike remembered here: there is no store to share it through."""
    rows = coach.rows()
    return dataclasses.replace(rows, ports=dataclasses.replace(rows.ports, cache=CacheHere()))


async def _sync(journal: Journal) -> None:
    """What a slow model has answered is safe within a second, whenever the next answer comes."""
    while True:
        await asyncio.sleep(1)
        # Where there is no room, the next result says so and ends the run.
        with contextlib.suppress(OSError):
            journal.sync()


def _weight(one: RowResult) -> int:
    """The weight of the worst finding in the text as it comes out; a row that failed weighs as an error."""
    if one.status == "failed":
        return RANKS[Severity.ERROR.value]
    seen = one.after or one.before
    return max((RANKS[severity.value] for _, severity, _ in seen.rules), default=-1) if seen else -1


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _write_report(path: Path, report: dict[str, Any]) -> None:
    as_page = path.suffix.lower() == ".html"
    text = report_page(report) if as_page else json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    with whole_file(path) as out:
        out.write(text.encode("utf-8", "replace"))


def _sum_up(report: BulkReport, paths: Paths, order: Order) -> None:
    """What came of it, and where it lies."""
    counts, cost = report.counts, report.cost
    told = ("rewritten", "unchanged", "needs_review", "failed")
    said = [f"{getattr(counts, name):,} 条{STATUSES[name].zh}" for name in told if getattr(counts, name)]
    click.echo(f"共 {counts.total:,} 条：{'，'.join(said) or '没有要处理的'}。", err=True)
    if counts.needs_review and order.dry_run:
        click.echo("仅检查，没有改动文字。", err=True)
    if cost.calls:
        click.echo(
            f"模型调用 {cost.calls:,} 次，词元 {cost.input_tokens:,} + {cost.output_tokens:,}；"
            f"重复 {cost.repeats:,} 条。",
            err=True,
        )
    click.echo(f"文件：{paths.target}" + (f"；报告：{paths.report}" if paths.report else ""), err=True)
