"""Who sends a job twice gets it once (R36), and nobody sees another's (R33)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from service.core.results import Caller
from tests.kit.app import Bench, FakeKeys
from tests.kit.in_loop import client_of
from tests.kit.memory_jobs import MemoryJobs, work_off

SHOP = Caller("shop", frozenset({"default"}), b"1" * 32)
BANK = Caller("bank", frozenset({"default"}), b"2" * 32)
CSV = "编号,话术\r\ng1,不知道，你找领导去。\r\n".encode()


@pytest.fixture
def bench() -> Bench:
    """The application with two tenants."""
    return Bench(keys=FakeKeys({"k1": SHOP, "k2": BANK}))


@pytest.fixture
async def client(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it."""
    async with client_of(bench.app) as made:
        yield made


def _jobs(bench: Bench) -> MemoryJobs:
    jobs = bench.coach.bulk.jobs
    assert isinstance(jobs, MemoryJobs)
    return jobs


async def _send(
    client: httpx.AsyncClient,
    key: str | None,
    data: bytes = CSV,
    who: str = "k1",
    name: str = "a.csv",
    **fields: str,
) -> httpx.Response:
    headers = {"authorization": f"Bearer {who}"} | ({} if key is None else {"idempotency-key": key})
    return await client.post("/bulk", files={"file": (name, data)}, data=fields, headers=headers)


async def test_fifty_at_once_make_one_job(client: httpx.AsyncClient, bench: Bench) -> None:
    """The same key and body fifty times at once: one job; the others hear 409 while it is taken in, or get it replayed."""
    answers = await asyncio.gather(*[_send(client, "once") for _ in range(50)])
    made = [answer for answer in answers if answer.status_code == 202]
    assert len(_jobs(bench).all) == 1
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.json()["id"] for answer in made}) == 1
    assert [answer.headers.get("idempotency-replayed") for answer in made].count(None) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"conflict"}
    again = await _send(client, "once")
    assert (again.status_code, again.json()["id"]) == (202, made[0].json()["id"])
    assert again.headers["idempotency-replayed"] == "true"
    # Of the fifty uploads one is kept.
    held = bench.coach.bulk.files.held  # type: ignore[attr-defined]
    assert {key.split("/")[1] for key in held} == {made[0].json()["id"]}


@pytest.mark.parametrize(
    "other",
    [
        {"data": CSV + b"g2,x\r\n"},
        {"mode": "minimal"},
        {"dry_run": "true"},
        {"name": "b.csv"},
        {"text_field": "#2"},
    ],
)
async def test_another_body_is_refused(
    client: httpx.AsyncClient, bench: Bench, other: dict[str, Any]
) -> None:
    """The same key with another file or other options is a 422: one of the two was not meant."""
    assert (await _send(client, "k")).status_code == 202
    answer = await _send(client, "k", **other)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")
    assert len(_jobs(bench).all) == 1


async def test_keys_of_tenants_are_their_own(client: httpx.AsyncClient, bench: Bench) -> None:
    """Two tenants may use the same key, and get a job each."""
    one, other = await _send(client, "k"), await _send(client, "k", who="k2")
    assert (one.status_code, other.status_code) == (202, 202)
    assert one.json()["id"] != other.json()["id"]
    assert "idempotency-replayed" not in other.headers


async def test_a_job_that_is_done_is_answered_again(client: httpx.AsyncClient, bench: Bench) -> None:
    """Who asks again after the end gets the job as it is now, and nothing is worked on twice."""
    first = (await _send(client, "k")).json()["id"]
    await work_off(bench.coach.bulk, bench.coach, SHOP)
    again = await _send(client, "k")
    assert (again.json()["id"], again.json()["status"]) == (first, "completed")
    assert len(bench.coach.drafts) == 1


async def test_without_a_key_each_call_is_a_job(client: httpx.AsyncClient, bench: Bench) -> None:
    """No key, or an empty one: a new job each time."""
    for key in (None, None, "", " "):
        assert (await _send(client, key)).status_code == 202
    assert len(_jobs(bench).all) == 4


@pytest.mark.parametrize(("length", "status"), [(255, 202), (256, 400)])
async def test_a_key_has_a_length(client: httpx.AsyncClient, length: int, status: int) -> None:
    """255 characters are taken, 256 are a 400."""
    assert (await _send(client, "k" * length)).status_code == status


async def test_a_key_of_a_file_that_was_refused_is_free(client: httpx.AsyncClient) -> None:
    """A broken file does not use the key up: mended, it may come with the same one."""
    broken = await _send(client, "k", "编号,话术\r\n1,坏\0了\r\n".encode())
    assert broken.status_code == 422
    assert (await _send(client, "k")).status_code == 202


async def test_json_and_form_are_different_bodies(client: httpx.AsyncClient) -> None:
    """A key that came with a form is not that of a JSON body."""
    await _send(client, "k")
    answer = await client.post(
        "/bulk",
        json={"items": [{"draft": "a"}]},
        headers={"authorization": "Bearer k1", "idempotency-key": "k"},
    )
    assert answer.status_code == 422


ROUTES = [
    ("GET", ""), ("DELETE", ""), ("POST", "/pause"), ("POST", "/resume"), ("POST", "/cancel"), ("GET", "/items"),
    ("GET", "/output"), ("GET", "/output?format=jsonl"), ("GET", "/report"), ("GET", "/report?format=json"),
    ("GET", "/events"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_another_tenants_job_is_not_there(
    client: httpx.AsyncClient, bench: Bench, method: str, path: str
) -> None:
    """Every address of another's job answers as one that does not exist: 404, never 403, and the job is untouched."""
    job = (await _send(client, None)).json()["id"]
    await work_off(bench.coach.bulk, bench.coach, SHOP)
    bank = {"authorization": "Bearer k2"}
    theirs = await client.request(method, f"/bulk/{job}{path}", headers=bank)
    nobodys = await client.request(method, f"/bulk/job_{'0' * 24}{path}", headers=bank)
    assert (theirs.status_code, theirs.json()["code"]) == (404, "not_found")
    for varying in ("instance", "request_id"):
        assert theirs.json()[varying] != nobodys.json()[varying]
    assert {**theirs.json(), "instance": 0, "request_id": 0} == {
        **nobodys.json(),
        "instance": 0,
        "request_id": 0,
    }
    assert (await client.get("/bulk", headers=bank)).json() == {"jobs": [], "cursor": None}
    mine = await client.get(f"/bulk/{job}", headers={"authorization": "Bearer k1"})
    assert mine.json()["status"] == "completed"


@pytest.mark.parametrize(
    "job", ["job_", "job_..", "job_%2e%2e", "rw_1", "%2e%2e", "job_" + "a" * 61, "job_a%00b", "job_a:b"]
)
@pytest.mark.parametrize(("method", "path"), ROUTES[:6])
async def test_what_is_no_id_is_not_there(
    client: httpx.AsyncClient, job: str, method: str, path: str
) -> None:
    """No spelling of an id reaches the store: it is 404 (or no route at all)."""
    answer = await client.request(method, f"/bulk/{job}{path}", headers={"authorization": "Bearer k1"})
    assert answer.status_code in (404, 405)


@pytest.mark.parametrize(("method", "path"), [("POST", "/bulk"), ("POST", "/bulk/preview"), ("GET", "/bulk"), *[(m, f"/bulk/job_1{p}") for m, p in ROUTES]])  # fmt: skip
async def test_without_a_key_nothing_is_told(
    client: httpx.AsyncClient, bench: Bench, method: str, path: str
) -> None:
    """401 before anything is read, on every address."""
    answer = await client.request(method, path, content=b"x" * 1000)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert bench.coach.bulk.files.held == {}  # type: ignore[attr-defined]
