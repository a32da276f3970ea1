"""A bulk job as a quality team lives it: the whole service, a file up, the same file down, and a report to show."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.adapters.macros import FORMATS, Options
from tests.kit.events import read_events
from tests.kit.service import Service
from tests.kit.tables import Sample, samples

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITHIN_S = 60.0
RUDE = "不归我管，别再问了😀。"
MARKS = ("{{customer.name}}", "#{order_no}#", "%s", "[姓名]")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """One service with the worker that starts beside it."""
    running = Service({}, tmp_path_factory.mktemp("bulk"), with_worker=True)
    running.start()
    try:
        await _up(running)
        yield running
    finally:
        running.stop()
        await running.client.aclose()


async def _up(service: Service) -> None:
    """Waits as long as a busy machine may need."""
    for _ in range(3):
        with suppress(AssertionError):
            await service.live()
            break
    await service.ready(jobs="up")


async def _ended(client: httpx.AsyncClient, job: dict[str, Any]) -> dict[str, Any]:
    for _ in range(int(WITHIN_S / 0.1)):
        found: dict[str, Any] = (await client.get(job["links"]["self"])).json()
        if found["status"] in ("completed", "failed", "cancelled"):
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"not at its end: {found}")


async def _one(client: httpx.AsyncClient, sample: Sample, folder: Path) -> None:
    answer = await client.post("/bulk", files={"file": (sample.filename, sample.data)})
    assert answer.status_code == 202, answer.text
    job = await _ended(client, answer.json())
    assert (job["status"], job["format"], job["reason"]) == ("completed", sample.format, None)
    assert job["counts"]["total"] == job["counts"]["done"] == len(sample.texts)
    output = await client.get(job["links"]["output"])
    after = sample.read(output.content)
    changed = [at for at, (old, new) in enumerate(zip(sample.texts, after, strict=True)) if old != new]
    assert sample.texts.index(RUDE) in changed
    assert len(changed) == job["counts"]["rewritten"]
    assert all(mark in "".join(after) for mark in MARKS)
    rows = (await client.get(job["links"]["items"])).json()["items"]
    assert [row["text"] for row in rows if row["status"] != "needs_review"] == [
        text for row, text in zip(rows, after, strict=True) if row["status"] != "needs_review"
    ]
    if sample.format != "xlsx":
        out, back = folder / f"{job['id']}.out", folder / f"{job['id']}.back"
        out.write_bytes(output.content)
        texts = iter([(at, sample.texts[at]) for at in changed])
        FORMATS[sample.format].write(out, back, Options(), texts)
        assert back.read_bytes() == sample.data


async def test_every_format_goes_up_and_comes_down(service: Service, tmp_path: Path) -> None:
    """All samples at once: each comes back with its rude text put right, every placeholder there, all else to the byte."""
    await asyncio.gather(*[_one(service.client, sample, tmp_path) for sample in samples()])
    for word in ("不归我管", RUDE):
        assert word not in service.log


async def test_a_job_is_watched_and_shown(service: Service) -> None:
    """The events tell every row once and end with the job; the report counts what they told; deleting leaves no file."""
    client = service.client
    items = [{"custom_id": str(at), "draft": f"不知道，工单{at}号的事你找领导去。"} for at in range(120)]
    job = (await client.post("/bulk", json={"items": items})).json()
    events = read_events((await client.get(job["links"]["events"], timeout=WITHIN_S)).text)
    told = [event.data for event in events if event.name == "item"]
    assert sorted(row["index"] for row in told) == list(range(120))
    assert (events[-1].name, events[-1].data["status"]) == ("done", "completed")
    assert [event.id for event in events if event.name == "item"] == [str(at) for at in range(1, 121)]
    report = (await client.get(f"{job['links']['report']}?format=json")).json()
    assert report["counts"]["done"] == 120
    assert report["counts"]["rewritten"] == sum(row["status"] == "rewritten" for row in told)
    lines = (await client.get(f"{job['links']['self']}/output")).text.splitlines()
    assert [json.loads(line)["custom_id"] for line in lines] == [str(at) for at in range(120)]
    assert list(service.folder.glob(f"data/files/jobs/{job['id']}"))
    assert (await client.delete(job["links"]["self"])).status_code == 204
    assert list(service.folder.glob(f"data/files/jobs/{job['id']}")) == []


async def test_a_job_survives_its_server(service: Service) -> None:
    """Whoever was answered 202 finds the job done after the server was killed and started again; the key still holds."""
    items = [{"draft": f"不知道，工单{at}号。"} for at in range(200)]
    head = {"idempotency-key": "once"}
    first = await service.client.post("/bulk", json={"items": items}, headers=head)
    assert first.status_code == 202
    service.kill()
    service.start()
    await _up(service)
    again = await service.client.post("/bulk", json={"items": items}, headers=head)
    assert (again.json()["id"], again.headers["idempotency-replayed"]) == (first.json()["id"], "true")
    job = await _ended(service.client, first.json())
    assert (job["status"], job["counts"]["done"]) == ("completed", 200)


async def test_fifty_at_once_make_one_job(service: Service) -> None:
    """R36 over the real store: the same key and body fifty times at once is one job; nobody hears anything but 202 or 409."""

    async def send() -> httpx.Response:
        return await service.client.post(
            "/bulk",
            files={"file": ("a.csv", "编号,话术\n1,不知道。\n".encode())},
            headers={"idempotency-key": "fifty"},
        )

    before = {folder.name for folder in service.folder.glob("data/files/jobs/*")}
    answers = await asyncio.gather(*[send() for _ in range(50)])
    assert {answer.status_code for answer in answers} <= {202, 409}
    again = await send()
    assert again.headers["idempotency-replayed"] == "true"
    made = {answer.json()["id"] for answer in (*answers, again) if answer.status_code == 202}
    assert made == {again.json()["id"]}
    assert {folder.name for folder in service.folder.glob("data/files/jobs/*")} - before == made
