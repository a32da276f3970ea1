"""What is written of a request: one short line of facts, never a word of anybody's text."""

import io
import json
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from service.adapters import log_lines
from service.adapters.library_logs import take_over_library_logs
from service.adapters.log_lines import LogLines
from service.adapters.telemetry import MAX_LINE_BYTES, Served, Telemetry
from service.core.results import Checked, Draft
from tests.kit.app import LOCAL, STAMP, FakeCoach, a_report
from tests.kit.secrets import TEXT, found_in


class Log:
    """A telemetry at debug level, and its lines."""

    def __init__(self, level: str = "debug") -> None:
        self.stream = io.BytesIO()
        self.lines = LogLines(self.stream)
        self.telemetry = Telemetry(self.lines, level, now=lambda: 1_700_000_000.25)

    def raw(self) -> bytes:
        """All that was written."""
        self.lines.flush()
        return self.stream.getvalue()

    def read(self) -> list[dict[str, Any]]:
        """The same, line by line."""
        return [json.loads(line) for line in self.raw().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    """A log, closed at the end."""
    made = Log()
    yield made
    made.lines.close()


async def test_a_rewrite_leaves_its_facts(log: Log) -> None:
    """The line says how the rewrite came about: status, engine, cache, attempts, policy, counts."""
    done = await FakeCoach().rewrite(Draft(TEXT), LOCAL)
    log.telemetry.record(Served("r1", "POST", "/rewrite", "shop", 200, 3.14159, done))
    assert log.read() == [
        {
            "time": "2023-11-14T22:13:20.250Z", "level": "info", "event": "request", "request_id": "r1",
            "tenant": "shop", "method": "POST", "route": "/rewrite", "status": 200, "elapsed_ms": 3.142,
            "rewrite": "rw_0001", "outcome": "rewritten", "engine": "phrasebook", "cache": "miss",
            "attempts": [["model", "failed", "timeout"]], "findings": {"error": 1}, "missing": 1,
            "policy": "default", "policy_version": STAMP.version, "prompt_version": "rewrite@v1",
        }
    ]  # fmt: skip


async def test_no_text_is_written(log: Log) -> None:
    """Neither the log nor the metrics hold a word of the draft, at debug level."""
    done = await FakeCoach().rewrite(Draft(TEXT, customer_message=TEXT, metadata={"a": TEXT}), LOCAL)
    log.telemetry.record(Served("r1", "POST", "/rewrite", "shop", 200, 1.0, done))
    log.telemetry.record(
        Served("r2", "POST", "/check", "shop", 200, 1.0, Checked(a_report(TEXT), None, STAMP))
    )
    assert found_in([log.raw(), log.telemetry.render()]) == []


async def test_the_metrics_count(log: Log) -> None:
    """Prometheus sees requests by route and status, times, verdicts, rules, rewrites and what became of attempts."""
    done = await FakeCoach().rewrite(Draft("a"), LOCAL)
    log.telemetry.record(Served("r1", "POST", "/rewrite", "shop", 200, 3.0, done))
    for _ in range(2):
        answer = Checked(a_report("a"), None, STAMP)
        log.telemetry.record(Served("r2", "POST", "/check", "shop", 200, 0.3, answer))
    log.telemetry.error("r3", RuntimeError())
    metrics = log.telemetry.render().decode().splitlines()
    for line in (
        'coach_requests_total{method="POST",route="/check",status="200"} 2.0',
        'coach_request_seconds_bucket{le="0.0005",route="/check"} 2.0',
        'coach_request_seconds_bucket{le="0.002",route="/rewrite"} 0.0',
        'coach_request_seconds_bucket{le="+Inf",route="/rewrite"} 1.0',
        'coach_request_seconds_count{route="/rewrite"} 1.0',
        'coach_checks_total{verdict="block"} 2.0',
        # Of three drafts each, whatever a draft breaks more than once.
        'coach_findings_total{policy="default",rule="forbidden.not-knowing"} 3.0',
        'coach_findings_total{policy="default",rule="politeness.apology"} 3.0',
        'coach_rewrites_total{cache="miss",engine="phrasebook",status="rewritten"} 1.0',
        'coach_attempts_total{code="timeout",engine="model",outcome="failed"} 1.0',
        "coach_errors_total 1.0",
    ):
        assert line in metrics


def _fail(text: str) -> None:
    kept = text  # a local that a careless trace would show
    raise ValueError(f"cannot take {kept}")


def test_an_exception_is_logged_without_its_words(log: Log) -> None:
    """An operator finds class, causes and places under the request id; message and locals stay out."""
    try:
        try:
            _fail(TEXT)
        except ValueError as error:
            raise KeyError(TEXT) from error
    except KeyError as error:
        log.telemetry.error("r1", error)
    (line,) = log.read()
    assert (line["level"], line["event"], line["request_id"]) == ("error", "exception", "r1")
    assert line["exception"] == "KeyError < ValueError"
    assert line["stack"][-1].startswith("tests/unit/test_telemetry.py:")
    assert found_in([log.raw()]) == []


def test_a_deep_stack_stays_short(log: Log) -> None:
    """The line of an exception a thousand calls deep is under 2,000 bytes and still says where it broke."""

    def dive_into_a_function_with_quite_a_long_name_indeed(depth: int) -> None:
        if depth:
            dive_into_a_function_with_quite_a_long_name_indeed(depth - 1)
        raise RuntimeError

    try:
        dive_into_a_function_with_quite_a_long_name_indeed(900)
    except RuntimeError as error:
        log.telemetry.error("r" * 128, error)
    (raw,) = log.raw().splitlines()
    assert len(raw) < MAX_LINE_BYTES
    assert "dive_into" in json.loads(raw)["stack"][-1]


def test_no_value_can_forge_a_line(log: Log) -> None:
    """Line breaks and terminal escapes in a value stay inside the value."""
    served = Served('r1"}\r\n{"level":"error"\x1b[31m\x00\u2028', "POST", "/check", "shop\n", 200)
    log.telemetry.record(served)
    raw = log.raw()
    assert raw.count(b"\n") == 1
    assert not any(byte < 0x20 for byte in raw[:-1])
    assert log.read()[0]["request_id"] == served.request_id


@pytest.mark.parametrize(("level", "expected"), [("debug", 3), ("info", 3), ("warning", 2), ("error", 2)])
def test_the_level_is_kept(level: str, expected: int) -> None:
    """At `warning` only what went wrong is written; the metrics count all the same."""
    log = Log(level)
    log.telemetry.record(Served("r1", "GET", "/policy", None, 200))
    log.telemetry.record(Served("r2", "GET", "/policy", None, 500))
    log.telemetry.error("r2", RuntimeError())
    assert len(log.read()) == expected
    assert b'status="200"} 1.0' in log.telemetry.render()
    log.lines.close()


@pytest.fixture
def _logging() -> Iterator[None]:
    """Put the process's logging back afterwards."""
    root = logging.getLogger()
    before, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    yield
    root.handlers[:], logging.raiseExceptions = before, raising
    root.setLevel(level)


@pytest.mark.usefixtures("_logging")
def test_libraries_cannot_write_texts(log: Log) -> None:
    """Whatever a library logs, even asked for debug output, comes out as its template at most."""
    take_over_library_logs(log.telemetry)
    openai = logging.getLogger("openai")
    openai.setLevel(logging.DEBUG)
    openai.debug("Request options: %s", {"body": TEXT})
    openai.warning("Retrying %s", TEXT)
    openai.warning(f"Failed: {TEXT}")
    try:
        _fail(TEXT)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    lines = log.read()
    assert [line.get("template") for line in lines] == ["Retrying %s", None, None]
    assert lines[2]["exception"] == "ValueError"
    assert found_in([log.raw()]) == []


def test_lines_are_written_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody need wait for the end to see what happens."""
    monkeypatch.setattr(log_lines, "FLUSH_EVERY_S", 0.01)
    stream = io.BytesIO()
    lines = LogLines(stream)
    lines.write(b"one\n")
    last = time.monotonic() + 5
    while not stream.getvalue() and time.monotonic() < last:
        time.sleep(0.01)
    assert stream.getvalue() == b"one\n"
    lines.close()


def test_nothing_is_lost_at_the_end() -> None:
    """Lines of several threads are all there, whole and once, after the log is closed."""
    stream = io.BytesIO()
    lines = LogLines(stream)

    def write(name: str) -> None:
        for number in range(500):
            lines.write(f"{name}{number}\n".encode())

    writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines.close()
    expected = {f"{name}{number}" for name in "abcd" for number in range(500)}
    written = stream.getvalue().decode().splitlines()
    assert (len(written), set(written)) == (2000, expected)


class Stuck(io.BytesIO):
    """A stream whose reader has stopped reading."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()

    def write(self, data: Any) -> int:
        """Wait until somebody reads."""
        self.free.wait(10)
        return super().write(data)


def test_a_stuck_reader_stalls_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """When nobody reads the log, requests go on, memory stays bounded, and what is dropped is counted."""
    monkeypatch.setattr(log_lines, "FLUSH_EVERY_S", 0.01)
    stream = Stuck()
    lines = LogLines(stream)
    telemetry = Telemetry(lines)
    line = b"x" * 9999 + b"\n"
    lines.write(line)
    time.sleep(0.1)
    for _ in range(2000):
        lines.write(line)
    assert lines.dropped > 1000
    assert f"coach_log_lines_dropped {float(lines.dropped)}".encode() in telemetry.render()
    stream.free.set()
    lines.close()
    assert len(stream.getvalue()) < 9_000_000


def test_a_reader_that_is_gone_stops_nothing() -> None:
    """A broken pipe is no reason to fail."""
    stream = io.BytesIO()
    stream.close()
    lines = LogLines(stream)
    lines.write(b"one\n")
    lines.close()
