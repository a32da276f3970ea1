"""`GET /bulk/{id}/report`: what came of a job, as a page or as JSON; once it has ended it is kept beside its files."""

import json
from contextlib import suppress
from typing import Any

from litestar.types import Scope

from service.core.jobs import ENDED, Job
from service.core.results import Caller
from service.errors import JobNotFound, StoreError, UnknownPolicy
from service.flow.bulk_jobs import Bulk
from service.flow.bulk_reports import BulkReports
from service.web.bulk_answers import encoded, instant
from service.web.bulk_query import Act, Reply, job_id_of, one_of, query_of, replying
from service.web.drafts import JSON_HEADERS, caller_of
from service.web.front import NO_STORE, call_of
from service.web.report import content_policy, report_data, report_page
from service.web.seam import Coach

KEPT_AS = "report.json"
MOST_BYTES = 16_000_000
_PAGE_HEADERS = (
    (b"content-type", b"text/html; charset=utf-8"),
    NO_STORE,
    (b"content-security-policy", f"{content_policy()}; frame-ancestors 'none'".encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)


def report_of(coach: Coach) -> Act:
    """The route over the jobs; the rules' titles are those of the policy in force."""
    reports = BulkReports()

    async def report(scope: Scope) -> Reply:
        caller = caller_of(call_of(scope))
        as_json = one_of(query_of(scope), "format", ("html", "json"), "html") == "json"
        bulk = coach.bulk
        job = await bulk.get(caller.tenant, job_id_of(scope))
        data = await _kept(bulk, job) or await _made(reports, coach, job, caller)
        if as_json:
            return Reply(200, encoded(data), JSON_HEADERS)
        return Reply(200, report_page(data).encode("utf-8", "replace"), _PAGE_HEADERS)

    return replying(report)


async def _kept(bulk: Bulk, job: Job) -> dict[str, Any] | None:
    if job.status not in ENDED:
        return None
    with suppress(JobNotFound, ValueError):
        data: dict[str, Any] = json.loads(await bulk.files.read(bulk.key(job.id, KEPT_AS)))
        return data
    return None


async def _made(reports: BulkReports, coach: Coach, job: Job, caller: Caller) -> dict[str, Any]:
    bulk = coach.bulk
    data = report_data(
        await reports.of(bulk, job), _titles(coach, job, caller), job.order, job_id=job.id, status=job.status,
        created_at=instant(job.created_at), finished_at=instant(job.finished_at),
    )  # fmt: skip
    if job.status in ENDED:
        # A report that cannot be kept is made again when it is next asked for.
        with suppress(StoreError):
            await bulk.files.write(bulk.key(job.id, KEPT_AS), _once(encoded(data)), MOST_BYTES)
            reports.forget(job)
    return data


async def _once(whole: bytes) -> Any:
    yield whole


def _titles(coach: Coach, job: Job, caller: Caller) -> dict[str, str]:
    try:
        policy = coach.policy(job.order.policy, caller)
    except UnknownPolicy:
        return {}
    return {rule.id: rule.title for rule in policy.files.rules}
