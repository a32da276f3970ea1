"""A server that is killed while it takes a job in: the job is there whole, or nobody was told so."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from service.adapters import jobs
from service.flow.bulk_files import read_rows
from service.settings import read_settings
from service.wiring import open_bulk
from tests.kit.dying_intake import ROWS, TENANT, take_in
from tests.kit.valkey import Valkey

TAKING_S = 0.3


async def test_a_kill_at_each_step_of_the_intake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R35: killed before any call that the intake makes, the same call made again yields one job, and it is whole."""
    monkeypatch.setattr(jobs, "KEY_TAKING_S", TAKING_S)
    with Valkey() as valkey:
        parts = open_bulk(read_settings({"COACH_DATA_DIR": str(tmp_path)}), valkey.url)
        killed = 0
        for call in range(1, 100):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.kit.dying_intake",
                valkey.url, str(tmp_path), f"key-{call}", str(TAKING_S), str(call), stdout=PIPE,
            )  # fmt: skip
            told, _ = await process.communicate()
            for _ in range(100):
                heard, job_id = await take_in(parts.bulk, tmp_path, f"key-{call}")
                if heard != "taking":
                    break
                await asyncio.sleep(0.05)
            assert heard in {"made", "same"}
            found = await parts.bulk.newest(TENANT, 1000)
            assert len(found) == call, "one job for each key"
            assert found[0].id == job_id
            rows = [row for chunk in (0, 1) for row in await read_rows(parts.bulk.files, job_id, chunk)]
            assert rows == ROWS
            if process.returncode == 0:
                assert told.decode().split() == ["made", job_id]
                break
            killed += 1
        await parts.close()
    print(f"R35: killed at each of {killed} calls of an intake: {killed + 1} keys, {killed + 1} whole jobs")
    assert killed >= 6
