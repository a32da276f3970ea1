"""What an operator of the whole service sees of bulk jobs: figures, readiness, and a store that stops keeping them."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from tests.kit.service import Service, service
from tests.kit.valkey import Valkey

WITHIN_S = 3 * 5
"""Three times as long as what is told may be old."""
ITEMS = {"items": [{"draft": "不知道，你找领导去。"}] * 60, "engine": "phrasebook"}


async def _figures(coach: Service) -> dict[str, float]:
    text = (await coach.client.get("/metrics")).text
    return {name: float(value) for name, value in re.findall(r"^(coach_\w*\S*) (\S+)$", text, re.MULTILINE)}


async def _until(what: str, ask: Callable[[], Awaitable[bool]]) -> None:
    loop = asyncio.get_running_loop()
    last = loop.time() + WITHIN_S
    while not await ask():
        assert loop.time() < last, what
        await asyncio.sleep(0.1)


def _lines(coach: Service, event: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, coach.log.splitlines()) if line["event"] == event]


async def test_r35_a_store_that_keeps_nothing_shows_in_readiness() -> None:
    """While jobs would be refused readiness and metrics say so, drafts are answered, and all mends when the store does."""
    with Valkey("--appendonly", "no") as valkey:
        async with service(REDIS_URL=valkey.url) as coach:
            found = await coach.ready(cache="up", jobs="down")
            assert found["status"] == "degraded"
            assert (await coach.post("/bulk", ITEMS)).status_code == 503
            assert (await coach.rewrite("不知道，你找领导去。"))["status"] == "rewritten"
            assert (await _figures(coach))["coach_jobs_up"] == 0.0
            valkey.ask("CONFIG", "SET", "appendonly", "yes")
            await coach.ready(jobs="up")
            assert (await coach.post("/bulk", ITEMS)).status_code == 202

            async def told() -> bool:
                return [line["state"] for line in _lines(coach, "jobs")] == ["down", "up"]

            await _until("two lines in the log", told)


async def test_what_waits_is_in_the_metrics() -> None:
    """A job that nobody works on shows as one: rows waiting and no worker; with the store away there are no figures."""
    with Valkey() as valkey:
        async with service(REDIS_URL=valkey.url) as coach:
            await coach.ready(jobs="up")
            job = (await coach.post("/bulk", ITEMS)).json()

            async def waits() -> bool:
                return (await _figures(coach)).get('coach_bulk_rows_waiting{status="queued"}') == 60.0

            await _until("the job is not seen", waits)
            found = await _figures(coach)
            assert (found["coach_bulk_workers"], found['coach_bulk_jobs{status="queued"}']) == (0.0, 1.0)
            assert found["coach_bulk_calls_in_flight"] == 0.0
            assert found["coach_bulk_calls_limit"] > 0
            bulk = [name for name in found if name.startswith("coach_bulk")]
            assert not [name for name in bulk if "tenant" in name or "local" in name]

            async def told() -> bool:
                said = [(line["act"], line["job"], line["total"]) for line in _lines(coach, "job")]
                return said == [("accepted", job["id"], 60)]

            await _until("a line in the log", told)
            valkey.kill()

            async def silent() -> bool:
                return not [name for name in await _figures(coach) if name.startswith("coach_bulk")]

            await _until("figures of a store that is away", silent)
            assert (await _figures(coach))["coach_jobs_up"] == 0.0
            valkey.start()
            await _until("the job is not seen again", waits)
