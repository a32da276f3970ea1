"""What a long form runs on: a store, a model, workers that may be killed, and the jobs they work on."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from service.adapters.macros import FORMATS
from service.adapters.tables.shapes import Options
from service.core.jobs import ENDED, Job, Order, Row
from service.flow.bulk_jobs import Bulk
from service.settings import Settings
from service.wiring import open_bulk
from tests.chaos.texts import lines
from tests.kit.memory import rss_mb
from tests.kit.service_process import ROOT, clean_environ, free_port, get
from tests.kit.valkey import Valkey

TENANT = "local"
START_S = 60.0


@dataclass
class Stage:
    """One run: `environ` is what every process of the service is started with."""

    folder: Path
    store: Valkey
    model_port: int
    environ: Mapping[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    logs: dict[int, Path] = field(default_factory=dict)
    kills: int = 0

    def start_worker(self, *before: str) -> subprocess.Popen[bytes]:
        """One more worker."""
        with (self.folder / f"worker-{len(self.logs)}.log").open("wb") as log:
            worker = subprocess.Popen(
                [*before, sys.executable, "-m", "service", "worker"],
                cwd=ROOT, env=dict(self.environ), stdout=log, stderr=log,
            )  # fmt: skip
        self.logs[worker.pid] = Path(log.name)
        self.workers.append(worker)
        return worker

    def ready(self) -> int:
        """How many of the workers that live have said that they work."""
        return sum(b'"working"' in self.logs[worker.pid].read_bytes() for worker in self.workers)

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """End a worker as a crash would."""
        worker.kill()
        worker.wait()
        self.workers.remove(worker)
        self.kills += 1

    def end(self) -> None:
        """End all that is left."""
        for worker in self.workers:
            worker.send_signal(signal.SIGCONT)
            worker.kill()
            worker.wait()
        self.workers.clear()

    def model_tally(self) -> dict[str, int]:
        """How often the model was asked: `calls`, `distinct` drafts, and the `most` that any draft was asked."""
        tally: dict[str, int] = json.loads(get(self.model_port, "/")[1])
        return tally

    def log(self) -> str:
        """What the workers that live said last."""
        paths = [self.logs[worker.pid] for worker in self.workers]
        return "\n".join(path.read_text(encoding="utf-8", errors="replace")[-2000:] for path in paths)

    @property
    def worker_mb(self) -> float:
        """The memory of the largest worker."""
        return max(rss_mb(worker.pid) for worker in self.workers)


@contextmanager
def staged(folder: Path, *, model_takes_s: float, **settings: str) -> Iterator[Stage]:
    """Store and model, running; workers are the test's business. `settings` are environment variables."""
    port = free_port()
    with ExitStack() as stack:
        store = stack.enter_context(Valkey())
        environ = clean_environ(
            folder,
            {
                "REDIS_URL": store.url, "COACH_MODEL": "chaos", "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
                **settings,
            },
        )  # fmt: skip
        model = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.model", str(port), str(model_takes_s)], cwd=ROOT, env=environ
        )
        stack.callback(model.wait)
        stack.callback(model.kill)
        stage = Stage(folder, store, port, environ)
        stack.callback(stage.end)
        last = time.monotonic() + START_S
        while True:
            try:
                stage.model_tally()
            except OSError:
                assert time.monotonic() < last, "the model does not start"
                time.sleep(0.05)
            else:
                break
        yield stage


class Jobs:
    """The jobs of a stage, as a caller of the API gives and watches them; use as an async context."""

    def __init__(self, stage: Stage) -> None:
        settings = Settings.model_validate(
            {name: value for name, value in stage.environ.items() if name in _KNOWN}
        )
        self._parts = open_bulk(settings, stage.store.url)
        self.bulk: Bulk = self._parts.bulk

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._parts.close()

    async def give(self, numbers: Iterable[int], tenant: str = TENANT, **order: Any) -> Job:
        """A job of drafts with these numbers; `order` as in `Order`."""
        job_id = Bulk.new_id()
        await self.bulk.files.write(Bulk.key(job_id, "input"), _pieces(lines(iter(numbers))), 2**40)
        async with self.bulk.files.local(Bulk.key(job_id, "input")) as path:
            rows = (
                Row(row.index, row.text, row.custom_id, row.context, row.title)
                for row in FORMATS["jsonl"].rows(path, Options())
            )
            wanted = Order("jsonl", "drafts.jsonl", **order)
            return await self.bulk.take_in(tenant, job_id, wanted, rows)

    async def end(self, job: Job, within_s: float) -> Job:
        """The job as it ended; fails when it takes longer."""
        last = time.monotonic() + within_s
        while job.status not in ENDED:
            assert time.monotonic() < last, f"{job.status} with {job.counts} after {within_s} s"
            await asyncio.sleep(0.2)
            job = await self.bulk.get(job.tenant, job.id)
        return job

    async def output(self, job: Job) -> list[str]:
        """The texts of the file that comes back."""
        raw = await self.bulk.files.read(Bulk.key(job.id, "output"))
        return [json.loads(line)["draft"] for line in raw.splitlines()]


_KNOWN = {str(made.alias) for made in Settings.model_fields.values()}


async def _pieces(made: Iterator[bytes]) -> AsyncIterator[bytes]:
    waiting = bytearray()
    for line in made:
        waiting += line
        if len(waiting) > 1_000_000:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


def table(title: str, figures: Mapping[str, object]) -> str:
    """Figures for people."""
    rows = "\n".join(f"| {name} | {value} |" for name, value in figures.items())
    return f"\n{title} ({os.cpu_count()} cores)\n\n| what | figure |\n|---|---|\n{rows}\n"
