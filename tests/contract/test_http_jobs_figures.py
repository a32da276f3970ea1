"""What an operator sees of bulk over HTTP and in the log: figures, readiness, and a line for what is done to a job."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar.testing import AsyncTestClient

from service.core.jobs import BulkFigures
from service.web import states as states_module
from service.web.states import States
from tests.kit.app import LOCAL, Bench, FakeReadiness
from tests.kit.in_loop import client_of
from tests.kit.memory_jobs import work_off
from tests.kit.secrets import TEXT, found_in

FIGURES = BulkFigures(
    2, {"queued": 1, "running": 3, "paused": 0}, {"queued": 50, "running": 1200, "paused": 0}, 9, 12, 3
)
SERIES = {
    "coach_bulk_workers": 2.0,
    'coach_bulk_jobs{status="queued"}': 1.0,
    'coach_bulk_jobs{status="running"}': 3.0,
    'coach_bulk_jobs{status="paused"}': 0.0,
    'coach_bulk_rows_waiting{status="queued"}': 50.0,
    'coach_bulk_rows_waiting{status="running"}': 1200.0,
    'coach_bulk_rows_waiting{status="paused"}': 0.0,
    "coach_bulk_chunks_out": 9.0,
    "coach_bulk_calls_in_flight": 12.0,
    "coach_bulk_calls_limit": 3.0,
}


@pytest.fixture
def bench() -> Bench:
    """The application on fakes, its jobs in memory."""
    return Bench()


@pytest.fixture
async def client(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it."""
    async with client_of(bench.app) as made:
        yield made


async def _series(client: httpx.AsyncClient) -> dict[str, float]:
    text = (await client.get("/metrics")).text
    return {name: float(value) for name, value in re.findall(r"^(coach_bulk_\S+) (\S+)$", text, re.MULTILINE)}


async def test_the_metrics_tell_of_bulk(client: httpx.AsyncClient, bench: Bench) -> None:
    """Workers, open jobs, rows to do, chunks out, calls and their limit can be graphed, and nobody's name is on them."""
    bench.coach.readiness = FakeReadiness(bulk=FIGURES)
    assert await _series(client) == SERIES


async def test_what_is_not_known_is_not_told(client: httpx.AsyncClient, bench: Bench) -> None:
    """With the store of jobs away there is no figure at all: a zero would say that nothing waits."""
    bench.coach.readiness = FakeReadiness(jobs="down")
    assert await _series(client) == {}
    bench.coach.readiness = FakeReadiness(bulk=FIGURES._replace(calls=None, calls_limit=None))
    assert await _series(client) == {name: value for name, value in SERIES.items() if "calls" not in name}


async def test_a_scrape_asks_no_store(client: httpx.AsyncClient, bench: Bench) -> None:
    """However often metrics and readiness are asked for, the store is looked at by the server's own clock alone."""
    for _ in range(10):
        await client.get("/metrics")
        await client.get("/health/ready")
    assert bench.coach.looks == 0


async def test_jobs_are_looked_at_while_serving(monkeypatch: pytest.MonkeyPatch) -> None:
    """The running application looks at once and then every few seconds, without anybody asking."""
    monkeypatch.setattr(states_module, "JOBS_EVERY_S", 0.01)
    bench = Bench()
    async with AsyncTestClient(bench.app):
        for _ in range(300):
            if bench.coach.looks > 2:
                break
            await asyncio.sleep(0.01)
    looks = bench.coach.looks
    assert looks > 2
    await asyncio.sleep(0.05)
    assert bench.coach.looks == looks, "nobody looks any more when the application has ended"


def test_a_store_that_stops_keeping_jobs_is_told_once() -> None:
    """One line when jobs are refused and one when they are taken again; none of its own while the whole store is away."""
    bench = Bench()
    states = States(bench.coach, bench.keys, bench.telemetry)
    for cache, jobs in (
        ("up", "up"), ("down", "down"), ("up", "up"), ("up", "down"), ("up", "down"), ("down", "down"), ("up", "up"),
    ):  # fmt: skip
        bench.coach.readiness = FakeReadiness(cache=cache, jobs=jobs)  # type: ignore[arg-type]
        states.look()
    told = [(line["level"], line["event"], line["state"]) for line in bench.log_lines()]
    assert [line for line in told if line[1] == "jobs"] == [
        ("warning", "jobs", "down"),
        ("info", "jobs", "up"),
    ]


def _job_lines(bench: Bench) -> list[dict[str, Any]]:
    return [line for line in bench.log_lines() if line["event"] == "job"]


async def _made(client: httpx.AsyncClient, **headers: str) -> dict[str, Any]:
    data = f"编号,话术\r\ng1,{TEXT}\r\ng2,不知道，等着。\r\n".encode()
    answer = await client.post("/bulk", files={"file": (f"{TEXT}.csv", data)}, headers=headers)
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    return job


async def test_what_is_done_to_a_job_is_logged(client: httpx.AsyncClient, bench: Bench) -> None:
    """Who took a job in, held, stopped or deleted it can be found later, by job, tenant and request."""
    job = await _made(client, **{"X-Request-ID": "req-made"})
    path = f"/bulk/{job['id']}"
    for act in ("pause", "resume", "cancel"):
        assert (await client.post(f"{path}/{act}")).status_code == 200
    assert (await client.delete(path)).status_code == 204
    lines = _job_lines(bench)
    assert [line["act"] for line in lines] == ["accepted", "paused", "resumed", "cancelled", "deleted"]
    assert {line["job"] for line in lines} == {job["id"]}
    first, *others = lines
    elapsed_s, _ = first.pop("elapsed_s"), first.pop("time")
    assert elapsed_s >= 0
    requests = [line["request_id"] for line in bench.log_lines() if line["event"] == "request"]
    assert first == {
        "level": "info", "event": "job", "act": "accepted", "job": job["id"], "tenant": "local", "status": "queued",
        "format": "csv", "dry_run": False, "policy": "default",
        "total": 2, "done": 0, "unchanged": 0, "rewritten": 0, "needs_review": 0, "failed": 0,
        "calls": 0, "input_tokens": 0, "output_tokens": 0, "hits": 0, "repeats": 0, "request_id": requests[0],
    }  # fmt: skip
    assert [line["request_id"] for line in others] == requests[1:]


async def test_what_changes_nothing_is_no_line(client: httpx.AsyncClient, bench: Bench) -> None:
    """A repeated upload, an act that is refused and a look at a job are no news of it."""
    key = {"Idempotency-Key": "macros-1"}
    job = await _made(client, **key)
    await _made(client, **key)
    path = f"/bulk/{job['id']}"
    assert (await client.post(f"{path}/resume")).status_code == 409
    assert (await client.post("/bulk/job_other/cancel")).status_code == 404
    assert (await client.delete("/bulk/job_other")).status_code == 404
    for look in ("", "/items", "/report"):
        assert (await client.get(path + look)).status_code == 200
    assert [line["act"] for line in _job_lines(bench)] == ["accepted"]


async def test_no_line_of_a_job_holds_its_texts(client: httpx.AsyncClient, bench: Bench) -> None:
    """R51: neither a text nor the file's name nor the reason that may quote it is in any line of a job's life."""
    job = await _made(client)
    await work_off(bench.coach.bulk, bench.coach, LOCAL)
    other = await _made(client)
    await bench.coach.bulk.ledger.finish("local", other["id"], TEXT)
    for one in (job, other):
        bench.telemetry.job("failed", await bench.coach.bulk.get("local", one["id"]))
        await client.delete(f"/bulk/{one['id']}")
    assert len(_job_lines(bench)) == 6
    assert found_in([bench.log()]) == []
