"""`script-coach bulk` as somebody at a shell types it: a file in, the same file with better texts out."""

import asyncio
import json
import os
import pty
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.adapters.macros import FORMATS, Options
from service.cli import cli, main
from service.web.bulk_report_answers import BulkReportOut
from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest
from tests.kit.model_scripts import sequence, status
from tests.kit.policy_folders import write_policy
from tests.kit.service_process import ROOT, clean_environ
from tests.kit.tables import Sample, samples

ONE_EACH = tuple({sample.format: sample for sample in samples()}.values())
RUDE, POLITE = "我们保证明天到货。", "您好，我帮您核实一下。"


@pytest.fixture
def _small_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy that is loaded in no time."""
    write_policy(tmp_path / "policies")
    monkeypatch.setenv("COACH_POLICY_DIR", str(tmp_path / "policies"))


def _bulk(source: Path, target: Path, *more: str) -> Result:
    return CliRunner().invoke(cli, ["bulk", str(source), str(target), *more])


def _table(tmp_path: Path, *texts: str, name: str = "in.csv") -> Path:
    file = tmp_path / name
    file.write_text(
        "编号,话术\r\n" + "".join(f"{at},{text}\r\n" for at, text in enumerate(texts)), "utf-8", newline=""
    )
    return file


@pytest.mark.parametrize("sample", ONE_EACH, ids=lambda sample: sample.label)
def test_the_same_file_comes_back_with_better_texts(tmp_path: Path, sample: Sample) -> None:
    """Of every format the texts that a rule found are put right, and with the old texts put back it is the file that came."""
    source, target, report = tmp_path / sample.filename, tmp_path / "out.bin", tmp_path / "report.json"
    source.write_bytes(sample.data)
    done = _bulk(source, target, "--report", str(report), "--fail-on", "never")
    assert (done.exit_code, done.stdout) == (0, "")
    counts = json.loads(report.read_text("utf-8"))["counts"]
    after = sample.read(target.read_bytes())
    changed = [at for at, (old, new) in enumerate(zip(sample.texts, after, strict=True)) if old != new]
    assert len(changed) == counts["rewritten"] >= 1
    assert sample.texts.index("不归我管，别再问了😀。") in changed
    assert all(mark in "".join(after) for mark in ("{{customer.name}}", "#{order_no}#", "%s", "[姓名]"))
    back = tmp_path / "back.bin"
    FORMATS[sample.format].write(target, back, Options(), iter([(at, sample.texts[at]) for at in changed]))
    if sample.format != "xlsx":
        assert back.read_bytes() == sample.data
    assert source.read_bytes() == sample.data
    assert {file.name for file in tmp_path.iterdir()} == {source.name, "out.bin", "back.bin", "report.json"}


@pytest.mark.usefixtures("_small_policy")
class TestSmall:
    """Calls on a small policy."""

    @pytest.mark.parametrize(
        ("texts", "arguments", "code"),
        [
            ((POLITE,), (), 0),
            ((RUDE, POLITE), (), 0),
            ((RUDE,), ("--dry-run",), 1),
            ((RUDE,), ("--dry-run", "--fail-on", "never"), 0),
            (("这款不能退。",), ("--dry-run",), 0),
            (("这款不能退。",), ("--dry-run", "--fail-on", "warning"), 1),
            ((), (), 0),
            (("", " "), (), 0),
        ],
    )
    def test_the_exit_code_says_what_is_left(
        self, tmp_path: Path, texts: tuple[str, ...], arguments: tuple[str, ...], code: int
    ) -> None:
        """0 is fine; 1 means that a text, as it comes out, still holds a finding at or above `--fail-on`."""
        done = _bulk(_table(tmp_path, *texts), tmp_path / "out.csv", *arguments)
        assert (done.exit_code, done.stdout) == (code, "")
        assert (tmp_path / "out.csv").exists()

    def test_a_dry_run_changes_nothing(self, tmp_path: Path) -> None:
        """OUT is a copy of IN; the summary says that texts were only checked."""
        source = _table(tmp_path, RUDE, POLITE)
        done = _bulk(source, tmp_path / "out.csv", "--dry-run")
        assert (tmp_path / "out.csv").read_bytes() == source.read_bytes()
        assert "共 2 条：1 条原稿可用，1 条需要人工处理。" in done.stderr
        assert "仅检查" in done.stderr

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("nothing.csv", "out.csv"), "no such file"),
            (("in.csv", "in.csv"), "must not be IN"),
            (("in.csv", "link.csv"), "must not be IN"),
            (("in.csv", "gone/out.csv"), "no place for a file"),
            (("in.csv", "."), "no place for a file"),
            (("in.csv", "out.csv", "--report", "report.pdf"), ".html or .json"),
            (("in.csv", "out.html", "--report", "out.html"), "must not be OUT"),
            (("in.csv", "out.csv", "--report", "in.csv"), "must not be IN"),
            (("in.csv", "out.csv", "--format", "word"), "known ones are jsonl, csv"),
            (("in.csv", "out.csv", "--text-field", "正文"), "no single column '正文'"),
            (("in.csv", "out.csv", "--context-field", "场景"), "no single column '场景'"),
            (("two.csv", "out.csv"), "Name one with --text-field"),
            (("broken.csv", "out.csv"), "Row 3, column 2: a NUL"),
            (("in.csv", "out.csv", "--engine", "model"), "No model is configured"),
            (("in.csv", "out.csv", "--policy", "other"), "Known: default"),
            (("in.csv", "out.csv", "--mode", "harsh"), "'harsh' is not one of"),
            (("in.csv",), "Missing argument 'OUT'"),
        ],
    )
    def test_a_mistake_in_the_call_is_a_2(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        arguments: tuple[str, ...],
        said: str,
    ) -> None:
        """A slip is told in one line before anything is worked on; IN is as it was and nothing new lies about."""
        monkeypatch.chdir(tmp_path)
        _table(tmp_path, RUDE)
        _table(tmp_path, RUDE, "坏\0了", name="broken.csv")
        (tmp_path / "two.csv").write_text("内容,回复\n不知道。,好的。\n", "utf-8")
        (tmp_path / "link.csv").symlink_to("in.csv")
        before = {file: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}
        monkeypatch.setattr(sys, "argv", ["script-coach", "bulk", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        assert (ended.value.code, told.out) == (2, "")
        assert said in told.err
        assert {file: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()} == before

    def test_an_output_that_was_there_is_replaced_whole(self, tmp_path: Path) -> None:
        """Yesterday's output makes room for today's."""
        (tmp_path / "out.csv").write_text("old " * 1000)
        _bulk(_table(tmp_path, POLITE), tmp_path / "out.csv")
        assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "in.csv").read_bytes()

    def test_both_reports_can_be_had(self, tmp_path: Path) -> None:
        """A page to show and JSON as the HTTP contract has it."""
        source = _table(tmp_path, RUDE, POLITE, "")
        assert _bulk(source, tmp_path / "out.csv", "--report", str(tmp_path / "r.html")).exit_code == 0
        _bulk(source, tmp_path / "out.csv", "--report", str(tmp_path / "r.json"))
        told = json.loads((tmp_path / "r.json").read_text("utf-8"))
        BulkReportOut.model_validate(told)
        assert (told["filename"], told["format"], told["partial"]) == ("in.csv", "csv", False)
        assert told["rules"][0]["title"] == "绝对保证"
        assert "绝对保证" in (tmp_path / "r.html").read_text("utf-8")

    def test_the_context_of_a_column_counts(self, tmp_path: Path) -> None:
        """A column named with --context-field is what the customer said; equal texts in other contexts are told apart."""
        file = tmp_path / "in.csv"
        file.write_text(f"话术,客户问题\n{RUDE},退款到哪了\n{RUDE},\n", "utf-8")
        report = tmp_path / "r.json"
        _bulk(file, tmp_path / "out.csv", "--context-field", "客户问题", "--report", str(report))
        assert json.loads(report.read_text("utf-8"))["cost"]["repeats"] == 0

    def test_another_call_does_not_take_over_a_journal(self, tmp_path: Path) -> None:
        """What was done with other options is done anew, and the call says so."""
        source, target = _table(tmp_path, *[f"{RUDE}{at}" for at in range(40)]), tmp_path / "out.csv"
        journal = tmp_path / "out.csv.coach-journal"
        journal.write_bytes(b'{"coach-journal": 1, "input": "other"}\n[0]\n')
        done = _bulk(source, target)
        assert "从头开始" in done.stderr
        assert not journal.exists()


async def _started(
    arguments: tuple[str, ...], environ: Mapping[str, str], stderr: int = asyncio.subprocess.PIPE
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "service", "bulk", *arguments,
        env={**environ, "PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE, stderr=stderr,
    )  # fmt: skip


def _drafts(path: Path, count: int) -> None:
    lines = [
        json.dumps({"draft": f"不知道，工单{at:04}号的事你找领导去。"}, ensure_ascii=False)
        for at in range(count)
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _environ(tmp_path: Path, model: FakeModel) -> dict[str, str]:
    return clean_environ(
        tmp_path / "data",
        {"OPENAI_BASE_URL": model.base_url, "COACH_MODEL": "m-1", "COACH_BULK_IN_FLIGHT": "4"},
    )


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") - 1 if path.exists() else 0


async def _until(journal: Path, rows: int) -> None:
    """Waits until so many rows are safe."""
    for _ in range(3000):
        if _lines(journal) >= rows:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{_lines(journal)} rows after a minute")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_a_run_that_is_stopped_goes_on(tmp_path: Path, how: signal.Signals) -> None:
    """Stopped at a third by Ctrl-C or by a crash, the same call does the rest: no row that was safe is asked again."""
    count, in_flight = 60, 4
    _drafts(tmp_path / "in.jsonl", count)
    target, journal = tmp_path / "out.jsonl", tmp_path / "out.jsonl.coach-journal"
    arguments = (
        str(tmp_path / "in.jsonl"),
        str(target),
        "--fail-on",
        "never",
        "--report",
        str(tmp_path / "r.json"),
    )
    async with FakeModel(honest(0.1)) as model:
        first = await _started(arguments, _environ(tmp_path, model))
        await _until(journal, count // 3)
        first.send_signal(how)
        _, said = await first.communicate()
        assert not target.exists()
        safe = _lines(journal)
        if how is not signal.SIGKILL:
            assert first.returncode == 128 + how
            assert re.search(rf"已停下，{safe}/{count} 条的结果都在。再运行同一条命令", said.decode())
        second = await _started(arguments, _environ(tmp_path, model))
        _, said = await asyncio.wait_for(second.communicate(), 60)
        assert second.returncode == 0
        assert f"接着上次做：{safe}/{count} 条已经处理。" in said.decode()
        # What was in flight, and after a crash what the last second had not put on the disk yet.
        again = in_flight if how is not signal.SIGKILL else in_flight + 4 * 10 + in_flight
        assert len(model.calls) <= count + again
    told = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert told["counts"]["done"] == told["counts"]["rewritten"] == count
    assert target.read_text("utf-8").count("\n") == count
    assert not journal.exists()


async def test_texts_that_are_masked_alike_are_asked_once(tmp_path: Path) -> None:
    """Rows that differ by nothing but the order number share one answer of the model, each with its own number."""
    lines = [
        json.dumps({"draft": f"不知道，订单SF12345678{at:02}你找领导去。"}, ensure_ascii=False)
        for at in range(30)
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), "utf-8")
    async with FakeModel(honest()) as model:
        process = await _started(
            (str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")), _environ(tmp_path, model)
        )
        await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0
        assert len(model.calls) == 1
    out = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert [f"SF12345678{at:02}" in line for at, line in enumerate(out)] == [True] * 30


async def test_a_model_that_is_busy_slows_the_run_and_fails_no_row(tmp_path: Path) -> None:
    """After a 429 the row is asked again; the phrasebook does not stand in for a model that only wants time."""
    _drafts(tmp_path / "in.jsonl", 12)
    busy = status(429, {"Retry-After": "0"})
    async with FakeModel(sequence(busy, honest(), busy, busy, honest())) as model:
        process = await _started(
            (str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"), "--report", str(tmp_path / "r.json")),
            _environ(tmp_path, model),
        )
        await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0
    told = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert told["engines"] == {"model": 12, "phrasebook": 0, "none": 0}


async def test_a_terminal_shows_how_far_it_is(tmp_path: Path) -> None:
    """On a terminal there is a bar with the count, the rate and the remaining time; standard output stays empty."""
    _drafts(tmp_path / "in.jsonl", 40)
    ours, theirs = pty.openpty()
    try:
        async with FakeModel(honest(0.1)) as model:
            arguments = (str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl"))
            environ = {**_environ(tmp_path, model), "COLUMNS": "120", "TERM": "xterm"}
            process = await _started(arguments, environ, stderr=theirs)
            os.close(theirs)
            shown = await asyncio.wait_for(asyncio.to_thread(_read_all, ours), 60)
            out, _ = await process.communicate()
    finally:
        os.close(ours)
    assert (process.returncode, out) == (0, b"")
    assert re.search(r"话术 .*\d+/40.*条/秒，约剩 \d+ 秒", shown)
    assert "共 40 条" in shown


def _read_all(terminal: int) -> str:
    held = b""
    try:
        while piece := os.read(terminal, 4096):
            held += piece
    except OSError:
        # The other side has hung up.
        pass
    return held.decode("utf-8", "replace")
