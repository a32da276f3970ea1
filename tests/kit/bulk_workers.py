"""Bulk jobs as processes: a store, workers that are started, killed and frozen, and the jobs they work on."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.adapters.macros import GUARDED, Options
from service.core.jobs import ENDED, Job, JobStatus, Order
from service.flow.bulk_jobs import Bulk
from service.settings import read_settings
from service.wiring import open_bulk
from tests.kit.service_process import ROOT, clean_environ
from tests.kit.valkey import Valkey


@dataclass(frozen=True)
class Born:
    """One worker process; `exits` is where its end is noted."""

    pid: int
    exits: Path

    def poll(self) -> int | None:
        """How it ended, like a `Popen`; None while it lives."""
        noted = self.exits / str(self.pid)
        return int(noted.read_text()) if noted.exists() else None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; one that is gone hears nothing."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def wait(self, within_s: float = 20.0) -> int:
        """How it ended."""
        last = time.monotonic() + within_s
        while (ended := self.poll()) is None:
            assert time.monotonic() < last, f"{self.pid} is still there"
            time.sleep(0.01)
        return ended


class Nursery:
    """The process that bears workers."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kit.worker_nursery"], env={**os.environ, **(environ or {})},
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._read() == "ready"

    def worker(self, traps: Path, log: Path, environ: Mapping[str, str]) -> Born:
        """A new worker."""
        assert self._process.stdin is not None
        order = {"traps": str(traps), "log": str(log), "environ": dict(environ)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Born(int(self._read()), Path(f"{traps}.exits"))

    def close(self) -> None:
        """Bear no more."""
        self._process.communicate()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def open_nursery(environ: Mapping[str, str] | None = None) -> Iterator[Nursery]:
    """A nursery for many tests."""
    nursery = Nursery(environ)
    try:
        yield nursery
    finally:
        nursery.close()


@dataclass
class Workers:
    """A store of jobs with any number of workers; `kills` counts those that died and were replaced."""

    nursery: Nursery
    folder: Path
    valkey: Valkey
    bulk: Bulk
    environ: dict[str, str]
    running: list[Born] = field(default_factory=list)
    kills: int = 0

    def start(self, count: int = 1) -> None:
        """So many workers more."""
        for _ in range(count):
            self.running.append(self.nursery.worker(self.traps, self.folder / "workers.log", self.environ))

    @property
    def traps(self) -> Path:
        """The folder of traps."""
        path = self.folder / "traps"
        path.mkdir(exist_ok=True)
        return path

    def trap(self, step: str, at: int = 1) -> None:
        """Let the first worker die that reaches a step for the `at`-th time in its life."""
        (self.traps / f"{step}.{time.monotonic_ns()}").write_text(str(at))

    def replace_dead(self) -> int:
        """Start a worker for each that died; how many did."""
        dead = [worker for worker in self.running if worker.poll() is not None]
        self.running = [worker for worker in self.running if worker not in dead]
        self.kills += len(dead)
        self.start(len(dead))
        return len(dead)

    async def stop(self, within_s: float = 20.0) -> float:
        """The seconds that the workers took to go after SIGTERM; all of them went well."""
        begun = time.monotonic()
        for worker in self.running:
            worker.signal(signal.SIGTERM)
        for worker in self.running:
            # In a thread: a model that runs in the test goes on answering.
            assert await asyncio.to_thread(worker.wait, within_s) == 0, self.log
        self.running.clear()
        return time.monotonic() - begun

    @property
    def log(self) -> str:
        """What the workers have written."""
        path = self.folder / "workers.log"
        return path.read_text("utf-8", errors="replace")[-4000:] if path.exists() else ""

    async def order(self, texts: Sequence[str], tenant: str = "acme", **order: Any) -> str:
        """A job over these texts as JSON Lines; its id."""
        job_id = self.bulk.new_id()
        source = self.folder / f"{job_id}.jsonl"
        lines = (json.dumps({"draft": text, "id": at}, ensure_ascii=False) for at, text in enumerate(texts))
        source.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        await self.bulk.files.put(Bulk.key(job_id, "input"), source)
        rows = GUARDED["jsonl"].rows(source, Options())
        await self.bulk.take_in(tenant, job_id, Order("jsonl", "macros.jsonl", **order), rows)
        return job_id

    async def until_done(
        self, job_id: str, count: int, *, within_s: float = 60.0, tenant: str = "acme"
    ) -> Job:
        """The job once so many rows are done."""
        last = time.monotonic() + within_s
        while (job := await self.bulk.get(tenant, job_id)).counts.done < count:
            assert time.monotonic() < last, f"{job.status} {job.counts}\n{self.log}"
            await asyncio.sleep(0.02)
        return job

    async def until(
        self, job_id: str, *states: JobStatus, within_s: float = 60.0, tenant: str = "acme"
    ) -> Job:
        """The job once it has ended, or is in one of these states."""
        last = time.monotonic() + within_s
        while (job := await self.bulk.get(tenant, job_id)).status not in (states or ENDED):
            assert time.monotonic() < last, f"{job.status} {job.counts}\n{self.log}"
            await asyncio.sleep(0.02)
        return job

    async def texts(self, job_id: str) -> list[str]:
        """The texts of a job's output."""
        raw = await self.bulk.files.read(Bulk.key(job_id, "output"))
        return [json.loads(line)["draft"] for line in raw.splitlines()]


@asynccontextmanager
async def bulk_workers(
    nursery: Nursery,
    count: int = 1,
    store_environ: Mapping[str, str] | None = None,
    store_options: Sequence[str] = (),
    **environ: str,
) -> AsyncIterator[Workers]:
    """A store of its own and so many workers, none of which is left at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="coach-bulk-") as name,
        Valkey(*store_options, environ=store_environ) as valkey,
    ):
        folder = Path(name)
        whole = clean_environ(folder / "data", {"REDIS_URL": valkey.url, **environ})
        parts = open_bulk(read_settings({"COACH_DATA_DIR": whole["COACH_DATA_DIR"]}), valkey.url)
        workers = Workers(nursery, folder, valkey, parts.bulk, whole)
        workers.start(count)
        try:
            yield workers
        finally:
            for worker in workers.running:
                worker.signal(signal.SIGKILL)
            for worker in workers.running:
                worker.wait()
            await parts.close()
