"""`GET /bulk/{id}/events`: what happens to a job as server-sent events, from where the listener left off."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from litestar.types import Receive, Scope, Send

from service.core.jobs import ENDED, Job
from service.errors import CoachError
from service.flow.bulk_jobs import Bulk
from service.web.bulk_answers import encoded, job_told, row_told
from service.web.bulk_query import Act, job_id_of, one_of, query_of
from service.web.drafts import caller_of
from service.web.events import block, next_or_gone, send_event, stream
from service.web.front import call_of
from service.web.problems import tell
from service.web.seam import Coach

LOOK_S = 0.5
BEAT_S = 15.0
AT_ONCE = 100


def events_of(coach: Coach) -> Act:
    """The route over the jobs."""

    async def events(scope: Scope, receive: Receive, send: Send) -> None:
        call = call_of(scope)
        tenant, job_id = caller_of(call).tenant, job_id_of(scope)
        with_items = one_of(query_of(scope), "items", ("true", "false"), "true") == "true"
        # Whatever is wrong with the call is answered before the stream begins.
        bulk = coach.bulk
        job = await bulk.get(tenant, job_id)
        last = call.headers.get(b"last-event-id", b"")
        after = int(last) if last.isdigit() and len(last) < 12 else 0
        async with (
            stream(receive, send) as hung_up,
            aclosing(_told(bulk, job, after, with_items=with_items)) as blocks,
        ):
            try:
                while (told := await next_or_gone(blocks, hung_up)) is not None:
                    await send_event(send, told)
            except CoachError as error:
                call.error = error
                # Without a number: who calls again begins behind the last row that was told.
                body = tell(error, call.request_id, in_body=False).body
                await send_event(send, b"event: error\ndata: %s\n\n" % body)

    return events


async def _told(bulk: Bulk, job: Job, after: int, *, with_items: bool) -> AsyncGenerator[bytes]:
    """The events as they go over the wire; `done` is the last."""
    loop = asyncio.get_running_loop()
    shown: Job | None = None
    spoken = loop.time()
    while True:
        if shown is None or (job.counts, job.status) != (shown.counts, shown.status):
            shown, spoken = job, loop.time()
            yield block(after, b"progress", encoded(job_told(job)))
        more = with_items
        while more:
            rows, behind = await bulk.finished(job.tenant, job.id, after, AT_ONCE)
            first = behind - len(rows)
            for number, row in enumerate(rows, first + 1):
                yield block(number, b"item", encoded(row_told(row)))
            if behind > after:
                after, spoken = behind, loop.time()
            more = len(rows) == AT_ONCE
        if job.status in ENDED:
            yield block(after, b"done", encoded(job_told(job)))
            return
        if loop.time() - spoken >= BEAT_S:
            spoken = loop.time()
            yield b": still here\n\n"
        await asyncio.sleep(LOOK_S)
        job = await bulk.get(job.tenant, job.id)
