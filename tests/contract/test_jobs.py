"""Job records over a real Valkey: what is acknowledged stays, each row counts once, and nobody sees another's jobs."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import pytest

from service.adapters import jobs as jobs_module
from service.adapters.jobs import RedisJobs
from service.adapters.jobs_calls import JobCalls
from service.adapters.jobs_ledger import RedisLedger
from service.adapters.redis_client import make_client
from service.core.jobs import Order, RowResult, Seen
from service.core.results import Severity, Verdict
from service.errors import Conflict, JobNotFound, JobsUnavailable
from service.ports import Lease
from tests.kit.valkey import Valkey

ORDER = Order("csv", "macros.csv", mode="minimal", context_fields=("客户问题",))


@pytest.fixture(scope="module")
def server() -> Iterator[Valkey]:
    """One server for the file; every test has its own tenants."""
    with Valkey() as running:
        yield running


@dataclass
class Records:
    """Jobs and ledger over one server, and a tenant that no other test has."""

    calls: JobCalls
    tenant: str = field(default_factory=lambda: f"租户 {{{secrets.token_hex(4)}")

    def __post_init__(self) -> None:
        self.jobs = RedisJobs(self.calls)
        self.ledger = RedisLedger(self.calls)

    async def make(self, total: int = 120, job_id: str | None = None, key: str | None = None) -> str:
        """A job of so many rows in chunks of 50."""
        job_id = job_id or "job_" + secrets.token_hex(6)
        await self.jobs.create(self.tenant, job_id, ORDER, total, 50, key)
        return job_id

    async def lease(self, job_id: str, chunk: int = 0) -> Lease:
        """A chunk that is out, taken."""
        taken = await self.ledger.take(self.tenant, job_id, chunk)
        assert taken is not None
        return taken.lease

    async def taken(self, total: int = 120) -> tuple[str, Lease]:
        """A job, and the lease of its first chunk."""
        job_id = await self.make(total)
        assert (job_id, 0) in await self.ledger.hand_out(self.tenant, 100)
        return job_id, await self.lease(job_id)


@pytest.fixture
async def records(server: Valkey) -> AsyncIterator[Records]:
    """Records with a tenant of their own."""
    calls = JobCalls(make_client(server.url))
    yield Records(calls)
    await calls.close()


def row(index: int, **more: object) -> RowResult:
    """A result that uses every field."""
    seen = Seen(Verdict.BLOCK, 12, (("forbidden.x", Severity.ERROR, "不知道"),))
    fields: dict[str, object] = {
        "status": "rewritten",
        "text": "您好\ud800",
        "before": seen,
        "calls": 2,
    } | more
    draft = str(fields.pop("draft", "不知道"))
    return RowResult(index, f"id-{index}", "标题", draft, **fields)  # type: ignore[arg-type]


async def test_a_job_comes_back_as_it_was_made(records: Records) -> None:
    """What was ordered is kept to the last field, with the store's own time."""
    job_id = await records.make(120)
    job = await records.jobs.get(records.tenant, job_id)
    assert (job.id, job.tenant, job.order, job.status, job.counts.total) == (
        job_id, records.tenant, ORDER, "queued", 120,
    )  # fmt: skip
    assert job.created_at > 1_700_000_000
    assert (job.started_at, job.finished_at, job.reason, job.rate) == (None,) * 4


async def test_a_row_counts_once(records: Records) -> None:
    """A result that is written twice is one result: the first; counters and cost move with it."""
    job_id, lease = await records.taken()
    assert await records.ledger.write(lease, row(3, cache="hit"))
    assert not await records.ledger.write(lease, row(3, text="another"))
    assert await records.ledger.write(lease, row(1, status="failed", repeat=True, input_tokens=7))
    job = await records.jobs.get(records.tenant, job_id)
    assert job.counts == (120, 2, 0, 1, 0, 1)
    assert job.cost == (4, 7, 0, 1, 1)
    kept = await records.jobs.kept(records.tenant, job_id, 0)
    assert kept is not None
    assert kept[3] == row(3, cache="hit")
    assert await records.jobs.finished(records.tenant, job_id, 0, 10) == [3, 1]
    assert await records.jobs.finished(records.tenant, job_id, 1, 10) == [1]


async def test_the_fence_keeps_a_zombie_out(records: Records) -> None:
    """R34: a worker that was away too long can neither begin, write, settle nor put back; the new one is not disturbed."""
    job_id, zombie = await records.taken(50)
    fresh = await records.lease(job_id)
    assert fresh.fence > zombie.fence
    assert await records.ledger.begin(zombie, 0) == "gone"
    assert not await records.ledger.write(zombie, row(0))
    await records.ledger.unbegin(zombie, 0)
    await records.ledger.put_back(zombie)
    for index in range(50):
        assert await records.ledger.write(fresh, row(index))
    assert not await records.ledger.settle(zombie)
    assert await records.ledger.settle(fresh)
    assert not await records.ledger.settle(fresh), "a chunk is settled once"
    assert await records.ledger.course(fresh) == "gone"


async def test_tries_are_told_to_the_next_worker(records: Records) -> None:
    """R37: what was begun and not written is known, with how often; what was put back in good order is no suspect."""
    job_id, lease = await records.taken(50)
    for index in (4, 4, 5, 6):
        assert await records.ledger.begin(lease, index) == "go"
    await records.ledger.unbegin(lease, 5)
    await records.ledger.write(lease, row(6))
    again = await records.ledger.take(records.tenant, job_id, 0)
    assert again is not None
    assert again.tries == {4: 2}
    assert again.written == {6}
    assert (again.start, again.stop, again.order) == (0, 50, ORDER)


async def test_a_chunk_is_settled_when_all_its_rows_are_there(records: Records) -> None:
    """A chunk with a row missing stays; after the last one only the output is missing, and then nothing."""
    job_id, lease = await records.taken(2)
    await records.ledger.write(lease, row(0))
    assert not await records.ledger.settle(lease)
    assert await records.ledger.finishing(records.tenant, job_id) is None
    await records.ledger.write(lease, row(1))
    assert await records.ledger.settle(lease)
    assert await records.jobs.kept(records.tenant, job_id, 0) is None
    assert await records.ledger.take(records.tenant, job_id, 0) is None
    assert (records.tenant, job_id) in await records.ledger.due()
    assert await records.ledger.finishing(records.tenant, job_id) is not None
    await records.ledger.finish(records.tenant, job_id)
    await records.ledger.finish(records.tenant, job_id, "too late")
    job = await records.jobs.get(records.tenant, job_id)
    assert (job.status, job.reason) == ("completed", None)
    assert job.finished_at is not None
    assert (records.tenant, job_id) not in await records.ledger.due()


async def test_an_empty_job_is_due_at_once(records: Records) -> None:
    """A file without any text is done as soon as its output is written."""
    job_id = await records.make(0)
    assert (records.tenant, job_id) in await records.ledger.due()
    assert await records.ledger.hand_out(records.tenant, 9) == []


async def test_a_tenants_jobs_share_one_window(records: Records) -> None:
    """R41: a tenant has so many chunks out and no more; its jobs take turns, so that a small one is not behind a large."""
    large = await records.make(100_000)
    assert await records.ledger.hand_out(records.tenant, 3) == [(large, 0), (large, 1), (large, 2)]
    small = await records.make(10)
    assert await records.ledger.hand_out(records.tenant, 3) == []
    await records.ledger.put_back(await records.lease(large, 1))
    await records.ledger.put_back(await records.lease(large, 2))
    assert dict(await records.ledger.hand_out(records.tenant, 3)) == {large: 1, small: 0}
    assert (await records.ledger.out())[records.tenant] == sorted([(large, 0), (large, 1), (small, 0)])


async def test_pause_and_resume(records: Records) -> None:
    """A paused job begins no row and keeps what is in work; resumed it hands out what was put back, lost is nothing."""
    job_id, lease = await records.taken(120)
    assert (await records.jobs.pause(records.tenant, job_id)).status == "paused"
    with pytest.raises(Conflict):
        await records.jobs.pause(records.tenant, job_id)
    assert await records.ledger.begin(lease, 0) == "hold"
    assert await records.ledger.write(lease, row(1)), "what was in work is kept"
    await records.ledger.put_back(lease)
    for chunk in (1, 2):
        assert await records.ledger.take(records.tenant, job_id, chunk) is None
    assert await records.ledger.hand_out(records.tenant, 9) == []
    assert (await records.jobs.resume(records.tenant, job_id)).status == "running"
    with pytest.raises(Conflict):
        await records.jobs.resume(records.tenant, job_id)
    assert sorted(await records.ledger.hand_out(records.tenant, 9)) == [(job_id, 0), (job_id, 1), (job_id, 2)]


async def test_cancel_is_for_good(records: Records) -> None:
    """After a cancel no result counts any more, what is done stays, and the tenant's window is free again."""
    job_id, lease = await records.taken()
    await records.ledger.write(lease, row(0))
    job = await records.jobs.cancel(records.tenant, job_id)
    assert (job.status, job.counts.done) == ("cancelled", 1)
    assert job.finished_at is not None
    assert not await records.ledger.write(lease, row(1))
    assert await records.ledger.begin(lease, 1) == "gone"
    for act in (records.jobs.cancel, records.jobs.pause, records.jobs.resume):
        with pytest.raises(Conflict):
            await act(records.tenant, job_id)
    other = await records.make(50)
    assert await records.ledger.hand_out(records.tenant, 1) == [(other, 0)]
    kept = await records.jobs.kept(records.tenant, job_id, 0)
    assert kept is not None
    assert set(kept) == {0}


async def test_delete_leaves_nothing(records: Records, server: Valkey) -> None:
    """A deleted job is gone with all its rows, for its workers too."""
    job_id, lease = await records.taken()
    await records.ledger.write(lease, row(0))
    await records.jobs.delete(records.tenant, job_id)
    assert not await records.ledger.write(lease, row(1))
    assert await records.ledger.take(records.tenant, job_id, 0) is None
    assert await records.ledger.hand_out(records.tenant, 9) == []
    assert job_id not in str(await records.calls.call("KEYS", b"*"))
    for ask in (
        records.jobs.get(records.tenant, job_id),
        records.jobs.delete(records.tenant, job_id),
        records.jobs.cancel(records.tenant, job_id),
        records.jobs.kept(records.tenant, job_id, 0),
    ):
        with pytest.raises(JobNotFound):
            await ask


async def test_another_tenants_jobs_are_not_there(records: Records) -> None:
    """R33: no call of one tenant reaches another's job, whatever the names look like."""
    job_id = await records.make()
    for other in (records.tenant + "}", "", records.tenant[:-1], f"{records.tenant}:job:{job_id}"):
        with pytest.raises(JobNotFound):
            await records.jobs.get(other, job_id)
        with pytest.raises(JobNotFound):
            await records.jobs.cancel(other, job_id)
        assert await records.jobs.newest(other, 10) == []
        assert await records.ledger.take(other, job_id, 0) is None


async def test_newest_first(records: Records) -> None:
    """A tenant's jobs are listed newest first, page by page; a page cannot begin behind a job that is gone."""
    made = [await records.make() for _ in range(5)][::-1]
    assert [job.id for job in await records.jobs.newest(records.tenant, 2)] == made[:2]
    assert [job.id for job in await records.jobs.newest(records.tenant, 9, made[1])] == made[2:]
    with pytest.raises(JobNotFound):
        await records.jobs.newest(records.tenant, 9, "job_none")


async def test_one_job_for_one_idempotency_key(records: Records) -> None:
    """R36: of fifty equal calls at once one makes the job; afterwards all hear of it, and another body is refused."""
    key = secrets.token_hex(100)
    ids = [f"job_{number}" for number in range(50)]
    heard = await asyncio.gather(*(records.jobs.reserve(records.tenant, key, "body", one) for one in ids))
    [ours] = [found.job_id for found in heard if found.kind == "new"]
    assert {found.kind for found in heard} == {"new", "taking"}
    assert {found.job_id for found in heard} == {ours}
    assert (await records.jobs.reserve(records.tenant, key, "body", ours)).kind == "new", "renewed"
    assert (await records.jobs.reserve(records.tenant, key, "other", "x")).kind == "other"
    await records.make(job_id=ours, key=key)
    assert await records.jobs.reserve(records.tenant, key, "body", "x") == ("same", ours)
    assert (await records.jobs.reserve(records.tenant, key, "other", "x")).kind == "other"
    assert (await records.jobs.reserve(records.tenant + "2", key, "other", "x")).kind == "new"
    await records.jobs.release(records.tenant, key, ours)
    assert (await records.jobs.reserve(records.tenant, key, "body", "x")).kind == "same"


async def test_a_key_of_somebody_who_died(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """R35: a server that dies while it takes a job in leaves a key that lapses; the same call then makes one job."""
    monkeypatch.setattr(jobs_module, "KEY_TAKING_S", 0.2)
    assert (await records.jobs.reserve(records.tenant, "k", "body", "a")).kind == "new"
    assert (await records.jobs.reserve(records.tenant, "k", "body", "b")).kind == "taking"
    await asyncio.sleep(0.3)
    assert (await records.jobs.reserve(records.tenant, "k", "body", "b")).kind == "new"
    await records.make(job_id="b", key="k")
    with pytest.raises(Conflict):
        await records.make(job_id="a", key="k")
    await asyncio.sleep(0.3)
    assert await records.jobs.reserve(records.tenant, "k", "body", "c") == ("same", "b")


async def test_a_key_whose_job_did_not_come_about(records: Records) -> None:
    """A key that is given back, or whose job was deleted, is free; one that went to another job makes none."""
    await records.jobs.reserve(records.tenant, "k", "body", "a")
    await records.jobs.release(records.tenant, "k", "b")
    assert (await records.jobs.reserve(records.tenant, "k", "body", "b")).kind == "taking"
    await records.jobs.release(records.tenant, "k", "a")
    assert (await records.jobs.reserve(records.tenant, "k", "body", "b")).kind == "new"
    with pytest.raises(Conflict):
        await records.make(job_id="a", key="k")
    await records.make(job_id="b", key="k")
    await records.jobs.delete(records.tenant, "b")
    assert (await records.jobs.reserve(records.tenant, "k", "body", "c")).kind == "new"


async def test_old_jobs_are_swept(records: Records) -> None:
    """A job past its days is forgotten, a younger one stays."""
    job_id = await records.make()
    assert (records.tenant, job_id) not in await records.ledger.sweep(60)
    assert await records.ledger.known(job_id)
    assert (records.tenant, job_id) in await records.ledger.sweep(-5)
    assert not await records.ledger.known(job_id)
    with pytest.raises(JobNotFound):
        await records.jobs.get(records.tenant, job_id)


async def test_workers_are_counted(records: Records) -> None:
    """How many workers there are is known to each of them."""
    await records.ledger.present("one")
    assert await records.ledger.present("two") == 2
    await records.ledger.absent("one")
    assert await records.ledger.present("two") == 1
    await records.ledger.absent("two")


@pytest.mark.parametrize(
    ("options", "state"),
    [
        ((), "safe"),
        (("--appendonly", "no"), "unsafe"),
        (("--maxmemory-policy", "allkeys-lru"), "unsafe"),
        (("--maxmemory-policy", "volatile-lru"), "safe"),
    ],
)
async def test_a_store_that_forgets_is_told_apart(options: tuple[str, ...], state: str) -> None:
    """R35: without a journal, or where records may be dropped for want of memory, no job is safe."""
    with Valkey(*options) as forgetful:
        calls = JobCalls(make_client(forgetful.url))
        assert await RedisJobs(calls).durable() is (state == "safe")
        await calls.close()


def _misconf(server: Valkey) -> None:
    """What a full disk does at a snapshot: from then on the server refuses all writes."""
    # A folder in the way of the file's name: the snapshot fails, also for a root who may write anywhere.
    (server.folder / "dump.rdb").mkdir()
    server.ask("BGSAVE")
    for _ in range(500):
        if server.ask("SET", "probe", "1").startswith("-MISCONF"):
            return
        time.sleep(0.01)
    raise AssertionError("the snapshot went well")


REFUSALS: dict[str, Callable[[Valkey], object]] = {
    "MISCONF": _misconf,
    "OOM": lambda server: server.ask("CONFIG", "SET", "maxmemory", "1"),
    "READONLY": lambda server: server.ask("REPLICAOF", "127.0.0.1", "1"),
    "NOREPLICAS": lambda server: server.ask("CONFIG", "SET", "min-replicas-to-write", "1"),
}


@pytest.mark.parametrize("name", sorted(REFUSALS))
async def test_a_store_that_takes_no_writes_is_told_apart(name: str) -> None:
    """R35: a store that answers and keeps a journal, but refuses what is to be written, is known before a file is sent."""
    with Valkey("--save", "900 1") as refusing:
        calls = JobCalls(make_client(refusing.url))
        assert await RedisJobs(calls).durable()
        REFUSALS[name](refusing)
        assert not await RedisJobs(calls).durable()
        with pytest.raises(JobsUnavailable, match="refuses"):
            await Records(calls).make()
        await calls.close()


async def test_a_store_that_is_full_or_away_says_so() -> None:
    """Every trouble of the store is `JobsUnavailable`; what it had acknowledged is there when it is back."""
    with Valkey("--maxmemory", "3mb", "--maxmemory-policy", "volatile-lru") as server:
        calls = JobCalls(make_client(server.url, timeout_s=0.5))
        records = Records(calls)
        job_id, lease = await records.taken(100)
        assert await records.ledger.write(lease, row(0))
        with pytest.raises(JobsUnavailable):
            await asyncio.gather(
                *(records.ledger.write(lease, row(index, draft="长" * 100_000)) for index in range(1, 50))
            )
        done = (await records.jobs.get(records.tenant, job_id)).counts.done
        server.kill()
        with pytest.raises(JobsUnavailable):
            await records.jobs.get(records.tenant, job_id)
        server.start()
        assert (await records.jobs.get(records.tenant, job_id)).counts.done == done
        kept = await records.jobs.kept(records.tenant, job_id, 0)
        assert kept is not None
        assert len(kept) == done
        await calls.close()
