"""R40: a disk without room, whoever's it is: live calls go on, nothing is half-written, and work goes on when there is room."""

import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.adapters.macros import GUARDED, Options
from service.core.jobs import Job
from service.errors import JobsUnavailable, StorageFull
from service.flow.scratch import scratch
from tests.e2e.test_bulk_workers import model, rude, whole
from tests.kit.bulk_workers import Nursery, Workers, bulk_workers, open_nursery
from tests.kit.default_policy import default_policy
from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest
from tests.kit.policy_folders import write_policy
from tests.kit.service import Service
from tests.kit.service_process import ROOT, clean_environ
from tests.kit.small_volume import SmallVolume, small_volume
from tests.kit.tables import samples
from tests.kit.valkey import Valkey

WITHIN_S = 60.0
SETTLED_S = 1.0
"""The log is written within a fifth of it."""
WATCHED_S = 3.0
"""More than a round of a worker: so long it is watched at having no room."""
PAGE_BYTES = 4096
IN_FLIGHT = 20
"""Rows that one worker has in work at once."""
DRAFT = "不知道，你找领导去。订单SF1234567890"
ITEMS = [{"custom_id": str(at), "draft": f"不知道，工单{at}号的事你找领导去。"} for at in range(60)]


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One process that has read the policy, for all workers of this file."""
    with open_nursery() as opened:
        default_policy()
        yield opened


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A policy that is loaded in no time."""
    folder = tmp_path_factory.mktemp("policies")
    write_policy(folder)
    return str(folder)


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[SmallVolume]:
    """A small volume."""
    with small_volume(tmp_path / "one", 2048) as made:
        yield made


@asynccontextmanager
async def served(
    folder: Path, environ: Mapping[str, str], *, with_worker: bool = False
) -> AsyncIterator[Service]:
    """A service whose log is in `folder`."""
    service = Service(environ, folder, with_worker=with_worker)
    service.start()
    try:
        await up(service)
        yield service
    finally:
        service.stop()
        await service.client.aclose()


async def up(service: Service) -> None:
    """Waits as long as a busy machine may need until it answers."""
    last = time.monotonic() + WITHIN_S
    while True:
        try:
            await service.live()
        except AssertionError:
            assert time.monotonic() < last, service.log
        else:
            return


async def live(service: Service) -> tuple[Any, ...]:
    """What live calls answer, but for what is new with each call; all of it 200."""
    checked = await service.post("/check", {"draft": DRAFT})
    rewritten = await service.post("/rewrite", {"draft": DRAFT, "cache": "bypass"})
    assert (checked.status_code, rewritten.status_code) == (200, 200)
    assert (await service.client.get("/health/ready")).status_code == 200
    found = rewritten.json()
    return checked.json()["score"], checked.json()["findings"], found["status"], found["text"], found["after"]


async def order(service: Service, key: str) -> httpx.Response:
    """A job of some rows."""
    return await service.client.post("/bulk", json={"items": ITEMS}, headers={"idempotency-key": key})


def refused(answer: httpx.Response, status: int) -> None:
    """Refused as the contract says it."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (answer.json()["code"], answer.json()["status"]) == ("overloaded", status)
    assert ("retry-after" in answer.headers) == (status == 503)


async def completed(service: Service, answer: httpx.Response) -> dict[str, Any]:
    """The job that was just accepted, once it is completed with every row and its whole output."""
    assert (answer.status_code, answer.headers.get("idempotency-replayed")) == (202, None), answer.text
    last = time.monotonic() + WITHIN_S
    while (job := (await service.client.get(answer.json()["links"]["self"])).json())["status"] != "completed":
        assert job["status"] in ("queued", "running"), job
        assert time.monotonic() < last, job
        await asyncio.sleep(0.1)
    lines = (await service.client.get(job["links"]["output"])).text.splitlines()
    assert [json.loads(line)["custom_id"] for line in lines] == [item["custom_id"] for item in ITEMS]
    assert job["counts"]["done"] == len(ITEMS)
    found: dict[str, Any] = job
    return found


async def test_no_room_for_files(tmp_path: Path, volume: SmallVolume, policy: str) -> None:
    """With no room for files a job is refused with 507 and leaves nothing; a job deleted makes room, and the call is taken."""
    form = {"file": ("a.csv", "编号,话术\n1,不知道。\n".encode())}
    with small_volume(tmp_path / "two") as temporary, Valkey() as valkey:
        places = {"COACH_DATA_DIR": str(volume.path / "data"), "TMPDIR": str(temporary.path)}
        environ = {**places, "REDIS_URL": valkey.url, "COACH_POLICY_DIR": policy}
        async with served(tmp_path, environ, with_worker=True) as service:
            before = await live(service)
            first = await completed(service, await order(service, "first"))
            kept = volume.files("data/files")
            for full in (volume, temporary):
                full.fill()
                refused(await order(service, "second"), 507)
                refused(await service.client.post("/bulk", files=form), 507)
                assert await live(service) == before
                assert (await service.client.get("/health/ready")).json()["jobs"] == "up"
                assert (await service.client.get(first["links"]["output"])).status_code == 200
                table = await service.client.get(first["links"]["output"] + "?format=csv")
                assert table.status_code == (507 if full is temporary else 200)
                assert volume.files("data/files") == kept
                # The folder of an answer goes just after its last byte.
                await asyncio.sleep(SETTLED_S)
                assert set(temporary.files()) <= {"filler"}
                full.free()
            volume.fill()
            refused(await service.client.post("/bulk/preview", files=form), 507)
            assert (await service.client.delete(first["links"]["self"])).status_code == 204
            assert volume.files("data/files") == {}
            volume.free()
            await completed(service, await order(service, "second"))
            assert "Traceback" not in service.log
            assert '"exception"' not in service.log


def test_no_room_for_an_output(tmp_path: Path) -> None:
    """In every format, where there is no room for the new file that is what is said of it, and not that the file is bad."""
    with small_volume(tmp_path) as volume:
        for sample in samples():
            source, target = tmp_path / sample.filename, volume.path / "output"
            source.write_bytes(sample.data)
            # Of all characters, so that a workbook cannot pack them into the room that there is.
            words = "".join(map(chr, random.Random(1).choices(range(0x4E00, 0x9FA5), k=9000)))
            texts = [(at, words) for at, text in enumerate(sample.texts) if text]
            volume.fill(leave=4096)
            with pytest.raises(StorageFull):
                GUARDED[sample.format].write(source, target, Options(), iter(texts))
            assert set(volume.files()) == {"filler"}, sample.label
            volume.free()
            GUARDED[sample.format].write(source, target, Options(), iter(texts))
            target.unlink()


@pytest.mark.parametrize("place", ["results", "texts", "output"])
async def test_it_fills_under_way(nursery: Nursery, tmp_path: Path, volume: SmallVolume, place: str) -> None:
    """A job whose results, or the files on their way to its output, find no room waits, asks nobody again, and is completed."""
    texts = rude(120)
    with small_volume(tmp_path / "two") as temporary:
        places: dict[str, Any] = {"COACH_DATA_DIR": str(volume.path / "data"), "TMPDIR": str(temporary.path)}
        async with (
            FakeModel(honest(0.05)) as fake,
            bulk_workers(nursery, **places, **model(fake)) as workers,
        ):
            # A worker that finds its folder full when it first looks takes another one.
            await workers.until(await workers.order(rude(1), "before"), tenant="before")
            calls = len(fake.calls)
            job_id = await workers.order(texts)
            await workers.until_done(job_id, 20)
            full, leave = {"results": (volume, 0), "texts": (temporary, 0), "output": (temporary, 24_000)}[
                place
            ]
            full.fill(leave)
            await workers.until_done(job_id, len(texts))
            last = time.monotonic() + WATCHED_S
            while time.monotonic() < last:
                assert (await workers.bulk.get("acme", job_id)).status == "running", workers.log
                assert "output" not in volume.files(f"data/files/jobs/{job_id}")
                await asyncio.sleep(0.05)
            assert len([row async for row in workers.bulk.all_results("acme", job_id)]) == len(texts)
            full.free()
            job = await workers.until(job_id, "completed")
            await whole(workers, job, texts)
            assert len(fake.calls) - calls == len(texts), "nothing is paid for twice"
            assert volume.files("data/files/parts") == temporary.files() == {}
            assert workers.running[0].poll() is None
            assert '"exception"' not in workers.log, workers.log


async def refuses_writes(valkey: Valkey) -> None:
    """Returns once the store has found out that there is no room."""
    last = time.monotonic() + WITHIN_S
    while not valkey.ask("PING").startswith("-MISCONF"):
        assert time.monotonic() < last
        await asyncio.sleep(0.02)


async def test_no_room_for_the_journal_of_the_store(
    nursery: Nursery, tmp_path: Path, volume: SmallVolume, policy: str
) -> None:
    """With no room for its journal the store takes no job and no order; live calls go on, and the worker when there is room.

    A store that is killed while it has no room keeps every job, and every row that was done before.
    """
    texts, journal = rude(150), ("--dir", str(volume.path))
    async with (
        FakeModel(honest(0.1)) as fake,
        bulk_workers(nursery, store_options=journal, **model(fake)) as workers,
        served(tmp_path, {**workers.environ, "COACH_POLICY_DIR": policy}) as service,
    ):
        held = (await service.client.post("/bulk", json={"items": ITEMS})).json()["links"]["self"]
        assert (await service.client.post(f"{held}/pause")).status_code == 200
        before = await live(service)
        job_id = await workers.order(texts)
        await workers.until_done(job_id, 20)
        volume.fill()
        await refuses_writes(workers.valkey)
        refused(await order(service, "one"), 503)
        for act in ("resume", "cancel"):
            refused(await service.client.post(f"{held}/{act}"), 503)
        refused(await service.client.delete(held), 503)
        assert await live(service) == before
        ready = await service.ready(jobs="down")
        assert (ready["status"], ready["cache"]) == ("degraded", "up")
        still = await workers.bulk.get("acme", job_id)
        await asyncio.sleep(1.0)
        assert await workers.bulk.get("acme", job_id) == still, "without room no row is done"
        volume.free()
        done = (await workers.until_done(job_id, still.counts.done + 1)).counts.done
        volume.fill()
        await refuses_writes(workers.valkey)
        workers.valkey.kill()
        volume.free()
        workers.valkey.start()
        assert (await found(workers, job_id)).counts.done >= done
        job = await workers.until(job_id, "completed")
        await whole(workers, job, texts)
        assert (await service.client.get(held)).json()["status"] == "paused"
        assert (await service.client.delete(held)).status_code == 204
        assert (await order(service, "one")).status_code == 202
        extra = sum("件货" in str(call.request) for call in fake.calls) - len(texts)
        assert extra <= IN_FLIGHT, "only what was in work when the store was killed is asked again"
    print(f"R40: journal full twice, store killed once: 0 of 150 rows lost, {extra} calls more than rows")


async def test_what_is_acknowledged_is_in_the_journal(nursery: Nursery, volume: SmallVolume) -> None:
    """Whatever room is left when the disk fills up: a job that was taken in is there after the store is killed.

    The store itself says yes to the first write that finds no room, and keeps it in memory alone.
    """
    taken: list[str] = []
    async with bulk_workers(nursery, 0, store_options=("--dir", str(volume.path))) as workers:
        taken.append(await workers.order(rude(1)))
        for room in range(100, 2100, 200):
            leave_room_in_the_last_page(workers.valkey, volume, room)
            volume.fill()
            with suppress(JobsUnavailable):
                taken.append(await workers.order(rude(1)))
            workers.valkey.kill()
            volume.free()
            workers.valkey.start()
            assert (await found(workers, taken[-1])).counts.total == 1
    print(
        f"R40: {len(taken) - 1} of 10 jobs taken in while the disk filled up, all of them there after a kill"
    )
    assert 1 < len(taken) < 11


def leave_room_in_the_last_page(valkey: Valkey, volume: SmallVolume, room: int) -> None:
    """Pad the store's journal: so many bytes more fit into what it has of the volume."""
    valkey.ask("SET", "padding", "x")
    [size] = [size for name, size in volume.files().items() if name.endswith(".incr.aof")]
    command = len("*3\r\n$3\r\nSET\r\n$7\r\npadding\r\n$4000\r\n\r\n")
    length = -(size + command + room) % PAGE_BYTES
    valkey.ask("SET", "padding", "x" * (length if length >= 1000 else length + PAGE_BYTES))


async def found(workers: Workers, job_id: str) -> Job:
    """A job, once the store is asked over connections of its present life."""
    last = time.monotonic() + WITHIN_S
    while True:
        try:
            return await workers.bulk.get("acme", job_id)
        except JobsUnavailable:
            assert time.monotonic() < last


async def test_no_room_for_the_own_store(tmp_path: Path, volume: SmallVolume, policy: str) -> None:
    """Without `REDIS_URL`, with all data on the full disk: jobs are refused, live calls go on, also after a start anew."""
    if not volume.resolves:
        pytest.skip("the own store resolves its folder, and only root can mount one that stays the same")
    environ = {"COACH_DATA_DIR": str(volume.path / "data"), "COACH_POLICY_DIR": policy}
    async with served(tmp_path, environ, with_worker=True) as service:
        before = await live(service)
        first = await completed(service, await order(service, "first"))
        volume.fill()
        for life in range(2):
            if life:
                service.stop()
                service.start()
                await up(service)
            assert (await order(service, "second")).status_code in (503, 507)
            assert await live(service) == before
        volume.free()
        await service.ready(jobs="up")
        await completed(service, await order(service, "second"))
        again = await order(service, "first")
        assert (again.json()["id"], again.headers["idempotency-replayed"]) == (first["id"], "true")


async def run(policy: str, fake: FakeModel, source: Path, target: Path) -> asyncio.subprocess.Process:
    """`script-coach bulk`, started."""
    more = {**model(fake), "COACH_BULK_IN_FLIGHT": "4", "COACH_POLICY_DIR": policy}
    environ = clean_environ(source.parent / "data", more)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "service", "bulk", str(source), str(target), "--fail-on", "never",
        env={**environ, "PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


async def until_gone(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    """Its exit code, and what it said."""
    said, _ = await asyncio.wait_for(process.communicate(), WITHIN_S)
    return process.returncode, said.decode()


async def test_no_room_on_the_command_line(tmp_path: Path, volume: SmallVolume, policy: str) -> None:
    """`script-coach bulk` that finds no room, for its journal or for OUT, says so; run again, it does what is left."""
    source, target = tmp_path / "in.csv", volume.path / "out.csv"
    note = "".join(map(chr, random.Random(1).choices(range(0x4E00, 0x9FA5), k=60_000)))
    rows = [f"{at},我们保证第{at}件货明天到。,{'' if at else note}\n" for at in range(40)]
    source.write_text("".join(["编号,话术,备注\n", *rows]), "utf-8")
    async with FakeModel(honest(0.2)) as fake:
        first = await run(policy, fake, source, target)
        await safe(volume, 10)
        volume.fill()
        told = [await until_gone(first)]
        before, kept = len(fake.calls), lines(volume)
        # Enough for the journal of forty rows, and not for the long note as well.
        volume.fill(leave=150_000)
        told.append(await until_gone(await run(policy, fake, source, target)))
        asked = len(fake.calls)
        assert asked - before == 40 - kept, "what is in the journal is not asked again"
        assert set(volume.files()) == {"filler", "out.csv.coach-journal"}
        volume.free()
        code, said = await until_gone(await run(policy, fake, source, target))
        assert (code, len(fake.calls)) == (0, asked), said
    for code, said in told:
        assert code == 2, said
        assert "磁盘已满" in said
        assert "再运行同一条命令" in said
        assert "Traceback" not in said
    assert f"接着上次做：{kept}/40" in told[1][1]
    assert set(volume.files()) == {"out.csv"}
    assert note in target.read_text("utf-8")
    assert target.read_text("utf-8").count("\n") == 41


def lines(volume: SmallVolume) -> int:
    """Rows in the journal of a run, whole ones."""
    journal = volume.path / "out.csv.coach-journal"
    return max(0, journal.read_bytes().count(b"\n") - 1) if journal.exists() else 0


async def safe(volume: SmallVolume, rows: int) -> None:
    """Returns once so many rows are in the journal."""
    last = time.monotonic() + WITHIN_S
    while lines(volume) < rows:
        assert time.monotonic() < last
        await asyncio.sleep(0.02)


async def test_no_room_for_the_log(tmp_path: Path, volume: SmallVolume, policy: str) -> None:
    """A log that goes to a full disk stops nobody; each line that is not in it is counted, and later ones are whole."""
    environ = {"COACH_DATA_DIR": str(tmp_path / "data"), "COACH_POLICY_DIR": policy}
    async with served(volume.path, environ) as service:
        await checks(service, 20)
        await asyncio.sleep(SETTLED_S)
        volume.fill()
        await checks(service, 200)
        await asyncio.sleep(SETTLED_S)
        volume.free()
        await checks(service, 50)
        await asyncio.sleep(SETTLED_S)
        metrics = (await service.client.get("/metrics")).text
    dropped = int(float(metrics.partition("\ncoach_log_lines_dropped ")[2].split()[0]))
    lines = [line for line in service.log.splitlines() if line]
    told = [json.loads(line) for line in lines if line.endswith("}")]
    assert len(lines) - len(told) <= 1, "at most the line that was being written is broken"
    assert sum(line.get("route") == "/check" for line in told) + dropped == 270
    assert dropped >= 150
    print(f"R40: log on a full disk: 270 calls answered, {dropped} lines dropped and counted")


async def checks(service: Service, count: int) -> None:
    """So many checks, all answered."""
    for _ in range(count):
        assert (await service.post("/check", {"draft": "您好。"})).status_code == 200


def test_no_room_for_files_on_their_way(volume: SmallVolume, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no folder of the whole machine takes a file, that is a want of room like any other, and over when it is."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(volume.path)])
    volume.fill()
    with pytest.raises(StorageFull), scratch("rows"):
        raise AssertionError("there is room")
    volume.free()
    with scratch("rows") as folder:
        assert folder.parent == volume.path
