"""Takes a job in as the API does, and dies before a given call to the outside: `... URL FOLDER KEY TAKING_S CALL`.

A call number beyond the last lets it live; it then prints `made JOB`.
"""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from service.adapters import jobs
from service.core.jobs import Order, Row
from service.flow.bulk_jobs import Bulk
from service.settings import read_settings
from service.wiring import open_bulk

TENANT = "acme"
ROWS = [Row(index, f"不知道第{index}件货，你自己看。") for index in range(60)]


class Dying:
    """Anything, whose calls are counted together with those of others."""

    left = 0

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        """The method, unless this is the call at which to die."""
        Dying.left -= 1
        if not Dying.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return getattr(self._inner, name)


async def take_in(bulk: Bulk, folder: Path, key: str) -> tuple[str, str]:
    """What became of the call: `made` or what the key said, and the job."""
    job_id = bulk.new_id()
    source = folder / f"{job_id}.txt"
    source.write_text("input\n")
    await bulk.files.put(Bulk.key(job_id, "input"), source)
    async with bulk.taking(TENANT, job_id, key, "body") as reserved:
        if reserved.kind != "new":
            return reserved.kind, reserved.job_id
        await bulk.take_in(TENANT, job_id, Order("jsonl", "macros.jsonl"), ROWS, key)
    return "made", job_id


async def main(url: str, folder: str, key: str, taking_s: str, call: str) -> None:
    """Take one job in."""
    vars(jobs)["KEY_TAKING_S"] = float(taking_s)
    parts = open_bulk(read_settings({"COACH_DATA_DIR": folder}), url)
    Dying.left = int(call)
    bulk: Any = parts.bulk
    bulk = replace(
        bulk,
        jobs=Dying(bulk.jobs),
        files=Dying(bulk.files),
        queue=Dying(bulk.queue),
        ledger=Dying(bulk.ledger),
    )
    sys.stdout.write(" ".join(await take_in(bulk, Path(folder), key)) + "\n")
    await parts.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
