"""R35 at full length: ten thousand rows, and a store that is killed again and again while they are worked on."""

import asyncio
import time
from collections import Counter

import pytest

from tests.chaos.stage import table
from tests.kit.bulk_workers import bulk_workers, open_nursery

ROWS, KILLS = 10_000, 5


@pytest.mark.chaos
@pytest.mark.timeout(900)
async def test_the_store_is_killed_over_ten_thousand_rows() -> None:
    """R35: of 10,000 rows and six jobs that were acknowledged none is lost or done twice over five kills of the store."""
    texts = [f"不知道第{at}件货，你自己看。" for at in range(ROWS)]
    begun, gaps, others, steps = time.monotonic(), [], [], []
    with open_nursery() as nursery:
        async with bulk_workers(nursery, 2) as workers:
            job_id = await workers.order(texts)
            for number in range(KILLS):
                before = await workers.until_done(job_id, number * ROWS // (KILLS + 1) + 50, within_s=300)
                others.append(await workers.order([f"不知道，你等{number}天吧。"]))
                workers.valkey.kill()
                await asyncio.sleep(0.5)
                workers.valkey.start()
                back_at = time.monotonic()
                after = await workers.bulk.get("acme", job_id)
                steps.append(after.counts.done - before.counts.done)
                await workers.until_done(job_id, after.counts.done + 1, within_s=60)
                gaps.append(time.monotonic() - back_at)
            job = await workers.until(job_id, "completed", within_s=300)
            for other in others:
                assert (await workers.until(other, "completed")).counts.done == 1
            rows = [row async for row in workers.bulk.all_results("acme", job_id)]
            written = Counter(await workers.bulk.jobs.finished("acme", job_id, 0, 2 * ROWS))
            output = await workers.texts(job_id)
    figures = {
        "rows, kills of the store": f"{ROWS:,}, {KILLS}",
        "rows lost, written twice": f"{ROWS - len(written)}, {sum(written.values()) - len(written)}",
        "acknowledged jobs lost": "0",
        "longest time to go on once the store is back": f"{max(gaps):.1f} s",
        "took": f"{time.monotonic() - begun:.0f} s with 2 workers",
    }
    print(table("R35: kill -9 of the store", figures))
    assert min(steps) >= 0, "what was counted as done stays so"
    assert [row.draft for row in rows] == texts
    assert written == Counter(range(ROWS))
    assert sum(job.counts[2:]) == job.counts.done == ROWS
    assert output == [row.draft if row.text is None else row.text for row in rows]
