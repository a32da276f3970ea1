"""`/bulk` from upload to download: what a quality team's own program sees."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from service.web.bulk_answers import JobListOut, JobOut, PreviewOut, RowListOut
from service.web.bulk_report_answers import BulkReportOut
from tests.kit import workbooks
from tests.kit.app import LOCAL, Bench
from tests.kit.events import read_events
from tests.kit.in_loop import client_of
from tests.kit.memory_jobs import MemoryJobs, work_off

CSV = "编号,话术\r\ng1,不知道，你找领导去。\r\ng2,不知道，等着。\r\ng3,\r\n".encode()
NEW = "很抱歉，我帮您核实一下。"


@pytest.fixture
def bench() -> Bench:
    """The application on fakes, its jobs in memory."""
    return Bench()


@pytest.fixture
async def client(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it."""
    async with client_of(bench.app) as made:
        yield made


async def _made(
    client: httpx.AsyncClient, data: bytes = CSV, name: str = "话术.csv", **fields: str
) -> dict[str, Any]:
    answer = await client.post("/bulk", files={"file": (name, data)}, data=fields)
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    JobOut.model_validate(job)
    assert answer.headers["location"] == job["links"]["self"] == f"/bulk/{job['id']}"
    return job


async def _done(client: httpx.AsyncClient, bench: Bench, **how: Any) -> dict[str, Any]:
    job = await _made(client, **how)
    await work_off(bench.coach.bulk, bench.coach, LOCAL)
    return job


async def _problem(
    client: httpx.AsyncClient, method: str, path: str, **more: Any
) -> tuple[int, str, list[tuple[str, str]]]:
    answer = await client.request(method, path, **more)
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, told["code"], [(one["pointer"], one["code"]) for one in told["errors"]]


async def test_a_file_is_a_job(client: httpx.AsyncClient, bench: Bench) -> None:
    """A form with a file is answered 202 with the job, its rows counted; once worked off every figure is there."""
    job = await _made(client, mode="minimal", context_fields="编号")
    assert (job["status"], job["counts"]["total"], job["counts"]["done"]) == ("queued", 3, 0)
    assert (job["filename"], job["format"], job["mode"], job["policy"]) == (
        "话术.csv",
        "csv",
        "minimal",
        "default",
    )
    assert (job["eta_seconds"], job["links"]["output"]) == (None, None)
    await work_off(bench.coach.bulk, bench.coach, LOCAL)
    job = (await client.get(job["links"]["self"])).json()
    JobOut.model_validate(job)
    assert job["counts"] == {
        "total": 3, "done": 3, "unchanged": 1, "rewritten": 2, "needs_review": 0, "failed": 0,
    }  # fmt: skip
    assert (job["status"], job["eta_seconds"]) == ("completed", 0)
    assert job["links"]["output"] == f"/bulk/{job['id']}/output"
    assert job["created_at"] <= job["started_at"] <= job["finished_at"]
    assert job["finished_at"].endswith("Z")


async def test_items_are_a_job(client: httpx.AsyncClient, bench: Bench) -> None:
    """A JSON body with texts is a job as well; ids and context go with each."""
    items = [
        {
            "custom_id": "a",
            "draft": "不知道。",
            "context": {"customer_message": "到哪了？", "customer": {"surname": "张"}},
        },
        {"draft": " "},
    ]
    answer = await client.post("/bulk", json={"items": items, "engine": "phrasebook"})
    assert (answer.status_code, answer.json()["format"], answer.json()["counts"]["total"]) == (
        202,
        "jsonl",
        2,
    )
    await work_off(bench.coach.bulk, bench.coach, LOCAL)
    draft, _ = bench.coach.drafts[-1]
    assert (draft.customer_message, draft.surname, draft.engine) == ("到哪了？", "张", "phrasebook")
    rows = (await client.get(f"{answer.json()['links']['items']}")).json()["items"]
    assert [(row["custom_id"], row["status"]) for row in rows] == [("a", "rewritten"), (None, "unchanged")]


async def test_a_job_can_be_looked_at_row_by_row(client: httpx.AsyncClient, bench: Bench) -> None:
    """Rows come in the file's order, a page at a time, by status and by rule."""
    job = await _done(client, bench)
    items = job["links"]["items"]
    first = (await client.get(f"{items}?limit=2")).json()
    RowListOut.model_validate(first)
    assert [(row["index"], row["custom_id"], row["text"]) for row in first["items"]] == [
        (0, "g1", NEW),
        (1, "g2", NEW),
    ]
    rest = (await client.get(f"{items}?limit=2&cursor={first['cursor']}")).json()
    assert ([row["index"] for row in rest["items"]], rest["cursor"]) == ([2], None)
    blank = rest["items"][0]
    assert (blank["status"], blank["text"], blank["before"]) == ("unchanged", "", None)
    for query, indices in (
        ("status=rewritten", [0, 1]), ("status=failed", []), ("rule=politeness.apology", [0, 1]), ("rule=none.such", []),
    ):  # fmt: skip
        found = (await client.get(f"{items}?{query}")).json()
        assert [row["index"] for row in found["items"]] == indices
    row = first["items"][0]
    assert row["before"]["rules"][0] == {"rule": "forbidden.not-knowing", "severity": "error", "text": "不知"}
    assert (row["before"]["verdict"], row["after"]["score"], row["policy_version"]) == (
        "block",
        91,
        "1.0+0123abcd",
    )


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("items?limit=0", "/limit"), ("items?limit=501", "/limit"), ("items?limit=x", "/limit"), ("items?limit=", "/limit"),
        ("items?cursor=-1", "/cursor"), ("items?cursor=%F0%9F%98%80", "/cursor"), ("items?cursor=9999999999999", "/cursor"),
        ("items?status=done", "/status"), ("items?rule=", "/rule"), ("output?format=zendesk", "/format"),
        ("report?format=pdf", "/format"), ("events?items=1", "/items"),
    ],
)  # fmt: skip
async def test_a_query_that_means_nothing_is_a_400(
    client: httpx.AsyncClient, bench: Bench, query: str, pointer: str
) -> None:
    """A slip in a query is pointed at, not passed over."""
    job = await _done(client, bench)
    found = await _problem(client, "GET", f"/bulk/{job['id']}/{query}")
    assert found == (400, "invalid_body", [(pointer, "not_allowed")])


async def test_a_name_that_stands_twice_is_a_400(client: httpx.AsyncClient, bench: Bench) -> None:
    """Two values for one name would be two meanings."""
    job = await _made(client)
    assert (await _problem(client, "GET", f"/bulk/{job['id']}/items?limit=1&limit=2"))[0] == 400


async def test_the_newest_jobs_come_first(client: httpx.AsyncClient) -> None:
    """A list of jobs can be gone through page by page."""
    made = [(await _made(client))["id"] for _ in range(5)]
    first = (await client.get("/bulk?limit=3")).json()
    JobListOut.model_validate(first)
    assert [job["id"] for job in first["jobs"]] == made[:1:-1]
    rest = (await client.get(f"/bulk?limit=3&cursor={first['cursor']}")).json()
    assert ([job["id"] for job in rest["jobs"]], rest["cursor"]) == (made[1::-1], None)
    gone = await _problem(client, "GET", "/bulk?cursor=job_gone")
    assert gone == (400, "invalid_body", [("/cursor", "not_allowed")])


async def test_a_job_is_steered(client: httpx.AsyncClient) -> None:
    """Pause, resume and cancel answer the job as it is then; where the state does not allow it, 409."""
    job = (await _made(client))["links"]["self"]
    seen = []
    for act in ("resume", "pause", "pause", "resume", "cancel", "cancel", "pause", "resume"):
        answer = await client.post(f"{job}/{act}")
        seen.append((act, answer.status_code, answer.json().get("status")))
    assert seen == [
        ("resume", 409, 409), ("pause", 200, "paused"), ("pause", 409, 409), ("resume", 200, "queued"),
        ("cancel", 200, "cancelled"), ("cancel", 409, 409), ("pause", 409, 409), ("resume", 409, 409),
    ]  # fmt: skip


async def test_a_job_is_forgotten(client: httpx.AsyncClient, bench: Bench) -> None:
    """DELETE leaves nothing: no job, no file, and 404 from then on."""
    job = await _done(client, bench)
    answer = await client.delete(f"/bulk/{job['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await _problem(client, "GET", f"/bulk/{job['id']}"))[:2] == (404, "not_found")
    assert (await _problem(client, "DELETE", f"/bulk/{job['id']}"))[0] == 404
    assert bench.coach.bulk.files.held == {}  # type: ignore[attr-defined]


async def test_the_output_is_a_file_to_keep(client: httpx.AsyncClient, bench: Bench) -> None:
    """The whole file comes back under its own name, in its own type."""
    job = await _done(client, bench)
    answer = await client.get(f"/bulk/{job['id']}/output")
    assert answer.content.startswith(CSV)
    assert answer.headers["content-type"] == "text/csv"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"macros.csv\"; filename*=UTF-8''%E8%AF%9D%E6%9C%AF.csv"
    )
    assert int(answer.headers["content-length"]) == len(answer.content)


async def test_the_results_can_be_had_as_tables(client: httpx.AsyncClient, bench: Bench) -> None:
    """Results come as JSON Lines, CSV or a workbook with ids, both texts and the status."""
    job = (await _done(client, bench, name='x/..\\a"b.csv'))["id"]
    lines = await client.get(f"/bulk/{job}/output?format=jsonl")
    told = [json.loads(line) for line in lines.text.splitlines()]
    assert [(one["custom_id"], one["text"], one["status"]) for one in told] == [
        ("g1", NEW, "rewritten"), ("g2", NEW, "rewritten"), ("g3", "", "unchanged"),
    ]  # fmt: skip
    assert (
        lines.headers["content-disposition"]
        == "attachment; filename=\"a_b.jsonl\"; filename*=UTF-8''a%22b.jsonl"
    )
    book = await client.get(f"/bulk/{job}/output?format=xlsx")
    assert [row[3].value for row in workbooks.cells(book.content)] == ["text", NEW, NEW, ""]
    own = await client.get(f"/bulk/{job}/output?format=csv")
    assert own.content.startswith(CSV)


async def test_there_is_no_output_before_the_end(client: httpx.AsyncClient) -> None:
    """409 while the job waits, is paused or was cancelled: a file with half its texts put right is no answer."""
    job = (await _made(client))["links"]["self"]
    for act in (None, "pause", "resume", "cancel"):
        if act is not None:
            await client.post(f"{job}/{act}")
        assert (await _problem(client, "GET", f"{job}/output"))[:2] == (409, "conflict")


async def test_the_report_is_a_page_and_json(client: httpx.AsyncClient, bench: Bench) -> None:
    """The page is shown by a browser as it stands; JSON has what is documented, and stays when the policy changes."""
    job = await _done(client, bench)
    page = await client.get(f"/bulk/{job['id']}/report")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "以不知道作答" in page.text
    told = (await client.get(f"/bulk/{job['id']}/report?format=json")).json()
    BulkReportOut.model_validate(told)
    assert (told["id"], told["partial"], told["counts"]["rewritten"]) == (job["id"], False, 2)
    assert told["rules"][0]["title"] == "以不知道作答"


async def test_a_report_before_the_end_says_so(client: httpx.AsyncClient, bench: Bench) -> None:
    """While rows are to come the report is marked as partial, and the one after the end is another."""
    job = await _made(client)
    before = (await client.get(f"/bulk/{job['id']}/report?format=json")).json()
    assert (before["partial"], before["counts"]["done"], before["counts"]["total"]) == (True, 0, 3)
    await work_off(bench.coach.bulk, bench.coach, LOCAL)
    after = (await client.get(f"/bulk/{job['id']}/report?format=json")).json()
    assert (after["partial"], after["counts"]["done"]) == (False, 3)


async def test_events_tell_what_happens(client: httpx.AsyncClient, bench: Bench) -> None:
    """A listener from the beginning hears of every row once, of the progress, and of the end, which is the last."""
    job = await _made(client)
    listening = asyncio.create_task(client.get(f"/bulk/{job['id']}/events"))
    await asyncio.sleep(0.1)
    await work_off(bench.coach.bulk, bench.coach, LOCAL)
    answer = await asyncio.wait_for(listening, 10)
    assert answer.headers["content-type"] == "text/event-stream"
    events = read_events(answer.text)
    assert [event.data["index"] for event in events if event.name == "item"] == [0, 1, 2]
    assert (events[0].name, events[0].data["status"]) == ("progress", "queued")
    assert (events[-1].name, events[-1].data["status"]) == ("done", "completed")
    assert [event.id for event in events if event.name == "item"] == ["1", "2", "3"]


@pytest.mark.parametrize(("last", "told"), [("1", [1, 2]), ("3", []), ("x", [0, 1, 2]), ("-1", [0, 1, 2])])
async def test_events_go_on_where_they_broke_off(
    client: httpx.AsyncClient, bench: Bench, last: str, told: list[int]
) -> None:
    """Who comes back with `Last-Event-ID` hears of the rows after it, none twice."""
    job = await _done(client, bench)
    answer = await client.get(f"/bulk/{job['id']}/events", headers={"last-event-id": last})
    events = read_events(answer.text)
    assert [event.data["index"] for event in events if event.name == "item"] == told
    assert events[-1].name == "done"


async def test_events_can_leave_the_rows_out(client: httpx.AsyncClient, bench: Bench) -> None:
    """A progress bar need not be sent a million rows."""
    job = await _done(client, bench)
    answer = await client.get(f"/bulk/{job['id']}/events?items=false")
    assert [event.name for event in read_events(answer.text)] == ["progress", "done"]


async def test_events_end_when_the_job_is_forgotten(client: httpx.AsyncClient) -> None:
    """A listener whose job is deleted is told, and the stream ends."""
    job = await _made(client)
    listening = asyncio.create_task(client.get(f"/bulk/{job['id']}/events"))
    await asyncio.sleep(0.1)
    await client.delete(f"/bulk/{job['id']}")
    answer = await asyncio.wait_for(listening, 10)
    assert answer.text.split("\n\n")[-2].startswith("event: error\ndata: ")
    assert '"code":"not_found"' in answer.text


async def test_a_file_can_be_looked_at_first(client: httpx.AsyncClient, bench: Bench) -> None:
    """A preview tells format, columns, the text's column and the first rows; nothing of the file is kept."""
    answer = await client.post("/bulk/preview", files={"file": ("a.csv", CSV)})
    told = answer.json()
    PreviewOut.model_validate(told)
    assert (told["format"], told["columns"], told["text_field"], told["rows"]) == (
        "csv",
        ["编号", "话术"],
        "话术",
        3,
    )
    assert told["samples"][0] == {
        "index": 0, "text": "不知道，你找领导去。", "custom_id": "g1", "title": None, "context": {},
    }  # fmt: skip
    assert bench.coach.bulk.files.held == {}  # type: ignore[attr-defined]


async def test_an_open_choice_is_asked_about(client: httpx.AsyncClient) -> None:
    """Two columns that may hold the text: the preview offers both, a job asks for one."""
    data = "内容,回复\n不知道。,好的。\n".encode()
    told = (await client.post("/bulk/preview", files={"file": ("a.csv", data)})).json()
    assert (told["text_field"], told["candidates"]) == (None, ["内容", "回复"])
    answer = await client.post("/bulk", files={"file": ("a.csv", data)})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/file")
    assert "内容 (#1), 回复 (#2). Name one with `text_field`" in answer.json()["detail"]
    assert (await _made(client, data, text_field="回复"))["counts"]["total"] == 1


@pytest.mark.parametrize(
    ("body", "status", "errors"),
    [
        ({"items": []}, 400, [("/items", "missing")]),
        ({}, 400, [("/items", "missing")]),
        ({"items": [{"draft": "a", "x": 1}]}, 400, [("/items/0/x", "unknown_field")]),
        ({"items": [{"draft": "字" * 50_001}]}, 413, [("/items/0/draft", "too_long")]),
        ({"items": [{"draft": "a"}], "mode": "harsh"}, 400, [("/mode", "not_allowed")]),
        ({"items": [{"draft": "a"}], "policy": "other"}, 422, [("/policy", "unknown_policy")]),
        ({"items": [{"draft": "a"}], "engine": "model"}, 422, [("/engine", "not_configured")]),
        ({"items": [{"draft": "a"}], "dry_run": "yes"}, 400, [("/dry_run", "wrong_type")]),
        ([], 400, [("", "wrong_type")]),
    ],
)
async def test_items_that_cannot_be_taken_are_pointed_at(
    client: httpx.AsyncClient, bench: Bench, body: Any, status: int, errors: list[tuple[str, str]]
) -> None:
    """Each mistake of a JSON body has its pointer, and nothing is kept of it."""
    found = await _problem(client, "POST", "/bulk", json=body)
    assert (found[0], found[2]) == (status, errors)
    assert bench.coach.bulk.files.held == {}  # type: ignore[attr-defined]


async def test_a_dry_run_needs_no_model(client: httpx.AsyncClient) -> None:
    """Who only checks may name any engine."""
    body = {"items": [{"draft": "a"}], "engine": "model", "dry_run": True}
    assert (await client.post("/bulk", json=body)).status_code == 202


async def test_a_store_that_keeps_no_journal_takes_no_job(client: httpx.AsyncClient, bench: Bench) -> None:
    """503 with Retry-After and the reason, before anything is read or acknowledged."""
    jobs = bench.coach.bulk.jobs
    assert isinstance(jobs, MemoryJobs)
    jobs.journal = False
    answer = await client.post("/bulk", files={"file": ("a.csv", CSV)})
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert "appendonly" in answer.json()["detail"]
    assert answer.headers["retry-after"] == "1"
    assert (jobs.all, bench.coach.bulk.files.held) == ({}, {})  # type: ignore[attr-defined]


async def test_a_wrong_method_is_told_the_right_ones(client: httpx.AsyncClient) -> None:
    """405 names what the address takes."""
    for method, path, allowed in (
        ("DELETE", "/bulk", {"GET", "POST"}), ("GET", "/bulk/preview", {"POST"}), ("POST", "/bulk/job_1", {"GET", "DELETE"}),
    ):  # fmt: skip
        answer = await client.request(method, path)
        assert answer.status_code == 405
        assert allowed <= set(answer.headers["allow"].split(", "))


async def test_what_may_be_read_has_a_head(client: httpx.AsyncClient, bench: Bench) -> None:
    """A download manager that asks by HEAD is told the size and gets no body."""
    job = await _done(client, bench)
    for path in ("", "/items", "/output", "/report"):
        head, whole = (
            await client.head(f"/bulk/{job['id']}{path}"),
            await client.get(f"/bulk/{job['id']}{path}"),
        )
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(whole.content))


async def test_the_log_tells_the_route_and_no_text(client: httpx.AsyncClient, bench: Bench) -> None:
    """Calls about jobs are logged by their template, what is done to a job by its id; no file name or text is there."""
    job = await _done(client, bench)
    await client.get(f"/bulk/{job['id']}/items?rule=forbidden.not-knowing")
    requests = [line for line in bench.log_lines() if line["event"] == "request"]
    assert [line["route"] for line in requests] == ["/bulk", "/bulk/{id}/items"]
    assert job["id"] not in str(requests)
    assert not [word for word in ("话术", "不知道", "forbidden") if word.encode() in bench.log()]
