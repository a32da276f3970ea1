"""`/bulk` and below: jobs made, looked at, steered and forgotten; the table of all their routes."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict

from litestar import delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from service.adapters.telemetry import Telemetry
from service.core.jobs import Job
from service.errors import JobNotFound
from service.flow.bulk_jobs import Bulk
from service.web.bulk_answers import JobListOut, JobOut, PreviewOut, RowListOut, encoded, job_told
from service.web.bulk_events import events_of
from service.web.bulk_intake import Intake
from service.web.bulk_output import output_of
from service.web.bulk_query import Act, Reply, job_id_of, query_of, refused, replying, whole
from service.web.bulk_report import report_of
from service.web.bulk_report_answers import BulkReportOut
from service.web.bulk_requests import BulkIn, UploadIn
from service.web.bulk_rows import items_of
from service.web.drafts import JSON_HEADERS, caller_of
from service.web.front import NO_STORE, call_of, send_bytes
from service.web.operations import BODY_ERRORS, KEY_ERRORS, Operation, Parameter
from service.web.seam import Coach

LISTED, MOST_LISTED = 20, 100
_JOB_ERRORS = (*KEY_ERRORS, "not_found", "overloaded")
_STEER_ERRORS = (*_JOB_ERRORS, "conflict")
_INTAKE_ERRORS = (*(code for code in BODY_ERRORS if code != "unknown_scenario"), "conflict")
_JOB = Parameter("id", "path", "The id of a job.", "job_0123456789abcdef01234567")
_KEY = Parameter(
    "Idempotency-Key", "header",
    "At most 255 characters, kept for 24 hours: the same key and body answer the same job.", "upload-2026-11-22",
)  # fmt: skip


def _query(name: str, description: str, example: str) -> Parameter:
    return Parameter(name, "query", description, example)


_CURSOR = _query("cursor", "The `cursor` of the page before.", "50")

OPERATIONS = (
    Operation(
        "POST", "/bulk", "Bulk", "Make a job of a file",
        "A form with the file and how to do it, or a JSON body with the texts (at most 16 MiB). Answered 202 once the job "
        "is safe in the store; nothing that was answered is lost. Formats: `jsonl`, `csv`, `xlsx`, `zendesk`, "
        "`chatwoot`, `qianniu`, `json`, known by the file's name and first bytes unless `format` says it. At most 1,000,000 "
        "texts. The same `Idempotency-Key` and body answer the same job with `Idempotency-Replayed: true`; another body "
        "is a 422, and a 409 means that the first call is still being taken in.",
        body=BulkIn, form=UploadIn, answer=JobOut, status=202, errors=_INTAKE_ERRORS, parameters=(_KEY,),
        example={"items": [{"custom_id": "greeting-1", "draft": "不知道，你找领导去。"}], "mode": "polish"},
    ),
    Operation(
        "POST", "/bulk/preview", "Bulk", "Look at a file before making a job of it",
        "Its format, columns and first rows, and which column holds the text. Nothing of the file is kept.",
        form=UploadIn, answer=PreviewOut, errors=tuple(code for code in _INTAKE_ERRORS if code not in ("conflict", "unknown_policy")),
    ),
    Operation(
        "GET", "/bulk", "Bulk", "List jobs", "The caller's own, the newest first.", JobListOut,
        errors=(*KEY_ERRORS, "invalid_body", "overloaded"),
        parameters=(_query("limit", "How many at most, 1-100; 20 when absent.", "20"), _CURSOR),
    ),
    Operation("GET", "/bulk/{id}", "Bulk", "One job", "How far it is.", JobOut, errors=_JOB_ERRORS, parameters=(_JOB,)),
    Operation(
        "POST", "/bulk/{id}/pause", "Bulk", "Pause a job", "Rows in work end, no other begins.", JobOut,
        errors=_STEER_ERRORS, parameters=(_JOB,),
    ),
    Operation(
        "POST", "/bulk/{id}/resume", "Bulk", "Go on with a job", "", JobOut, errors=_STEER_ERRORS, parameters=(_JOB,)
    ),
    Operation(
        "POST", "/bulk/{id}/cancel", "Bulk", "Stop a job for good", "What is done stays.", JobOut,
        errors=_STEER_ERRORS, parameters=(_JOB,),
    ),
    Operation(
        "DELETE", "/bulk/{id}", "Bulk", "Forget a job and its data", "", "", errors=_JOB_ERRORS, parameters=(_JOB,),
        status=204,
    ),
    Operation(
        "GET", "/bulk/{id}/items", "Bulk", "Row by row", "Also while the job runs: the rows that are done so far.",
        RowListOut, errors=(*_JOB_ERRORS, "invalid_body"),
        parameters=(
            _JOB, _CURSOR, _query("limit", "How many at most, 1-500; 50 when absent.", "50"),
            _query("status", "`unchanged`, `rewritten`, `needs_review` or `failed`.", "needs_review"),
            _query("rule", "Only rows on which this rule fired before.", "forbidden.ignorance-as-answer"),
        ),
    ),
    Operation(
        "GET", "/bulk/{id}/output", "Bulk", "The whole file with the new texts",
        "In its own format, everything but the texts as it was sent, or the results as a table. 409 until the job is "
        "completed.",
        "application/octet-stream", errors=(*_STEER_ERRORS, "invalid_body"),
        parameters=(_JOB, _query("format", "Its own format (when absent), `jsonl`, `csv` or `xlsx`.", "csv")),
    ),
    Operation(
        "GET", "/bulk/{id}/report", "Bulk", "The report",
        "A page for people to show and print, or JSON. Also while the job runs; then it says so.",
        BulkReportOut, errors=(*_JOB_ERRORS, "invalid_body"), more=("text/html",),
        parameters=(_JOB, _query("format", "`html` (when absent) or `json`.", "json")),
    ),
    Operation(
        "GET", "/bulk/{id}/events", "Bulk", "What happens to a job, as it happens",
        "Server-sent events, each with an `id` and one JSON object: `progress` (the job), `item` (a row that is done), "
        "`done` (the job, the last event). The `id` counts the rows told; `Last-Event-ID` goes on behind it. A comment "
        "comes every 15 seconds when nothing happens.",
        "text/event-stream", errors=(*_JOB_ERRORS, "invalid_body"),
        parameters=(
            _JOB, Parameter("Last-Event-ID", "header", "The `id` of the last event that was seen.", "120"),
            _query("items", "`false`: without the rows.", "false"),
        ),
    ),
)  # fmt: skip


def bulk_routes(coach: Coach, max_upload_bytes: int, telemetry: Telemetry) -> list[HTTPRouteHandler]:
    """The routes over the jobs of one service; where it keeps none, each answers 503. What changes a job is logged."""
    intake = Intake(coach, max_upload_bytes)
    return [
        _route("POST", "/bulk", _create(intake, telemetry)),
        _route("POST", "/bulk/preview", _preview(intake)),
        _route("GET", "/bulk", _listed(coach)),
        _route("GET", "/bulk/{id}", _job(coach, Bulk.get)),
        _route("DELETE", "/bulk/{id}", _forget(coach, telemetry)),
        _route("POST", "/bulk/{id}/pause", _job(coach, Bulk.pause, telemetry, "paused")),
        _route("POST", "/bulk/{id}/resume", _job(coach, Bulk.resume, telemetry, "resumed")),
        _route("POST", "/bulk/{id}/cancel", _job(coach, Bulk.cancel, telemetry, "cancelled")),
        _route("GET", "/bulk/{id}/items", items_of(coach)),
        _route("GET", "/bulk/{id}/output", output_of(coach)),
        _route("GET", "/bulk/{id}/report", report_of(coach)),
        _route("GET", "/bulk/{id}/events", events_of(coach)),
    ]


def _route(method: str, path: str, act: Act) -> HTTPRouteHandler:
    """A route that hands the connection to `act`: Litestar's plain ASGI routes know no parameters in a path."""

    def route() -> ASGIApp:
        return act

    kind = {"GET": get, "POST": post, "DELETE": delete}[method]
    made: HTTPRouteHandler = kind(path.replace("{id}", "{id:str}"), status_code=200, sync_to_thread=False)(
        route
    )
    return made


def _create(intake: Intake, telemetry: Telemetry) -> Act:
    async def create(scope: Scope, receive: Receive, send: Send) -> None:
        call = call_of(scope)
        job, replayed = await intake.take(call, caller_of(call), receive)
        if not replayed:
            telemetry.job("accepted", job, request_id=call.request_id)
        more = ((b"idempotency-replayed", b"true"),) if replayed else ()
        location = (b"location", f"/bulk/{job.id}".encode())
        await send_bytes(send, 202, encoded(job_told(job)), (*JSON_HEADERS, location, *more))

    return create


def _preview(intake: Intake) -> Act:
    async def preview(scope: Scope, receive: Receive, send: Send) -> None:
        call = call_of(scope)
        caller_of(call)
        found = await intake.preview(call, receive)
        await send_bytes(send, 200, encoded(asdict(found)), JSON_HEADERS)

    return preview


def _listed(coach: Coach) -> Act:
    async def listed(scope: Scope) -> Reply:
        query = query_of(scope)
        limit = whole(query, "limit", LISTED, 1, MOST_LISTED)
        try:
            jobs = await coach.bulk.newest(caller_of(call_of(scope)).tenant, limit, query.get("cursor"))
        except JobNotFound:
            raise refused("cursor", "not_allowed", "The job that it names is gone; begin anew.") from None
        cursor = jobs[-1].id if len(jobs) == limit else None
        told = {"jobs": [job_told(job) for job in jobs], "cursor": cursor}
        return Reply(200, encoded(told), JSON_HEADERS)

    return replying(listed)


def _job(
    coach: Coach,
    act: Callable[[Bulk, str, str], Awaitable[Job]],
    telemetry: Telemetry | None = None,
    done: str = "",
) -> Act:
    """The route of something that is done to one job and answers it; with `telemetry` what was `done` is logged."""

    async def one(scope: Scope) -> Reply:
        call = call_of(scope)
        job = await act(coach.bulk, caller_of(call).tenant, job_id_of(scope))
        if telemetry is not None:
            telemetry.job(done, job, request_id=call.request_id)
        return Reply(200, encoded(job_told(job)), JSON_HEADERS)

    return replying(one)


def _forget(coach: Coach, telemetry: Telemetry) -> Act:
    async def forget(scope: Scope) -> Reply:
        call = call_of(scope)
        tenant, job_id = caller_of(call).tenant, job_id_of(scope)
        job = await coach.bulk.get(tenant, job_id)
        await coach.bulk.delete(tenant, job_id)
        telemetry.job("deleted", job, request_id=call.request_id)
        return Reply(204, b"", (NO_STORE,))

    return replying(forget)
