"""`GET /bulk/{id}/items`: the rows that are done, a page at a time."""

from typing import get_args

from litestar.types import Scope

from service.core.jobs import RowResult, RowStatus
from service.flow.bulk_files import MAX_ROWS
from service.web.bulk_answers import encoded, row_told
from service.web.bulk_query import Act, Reply, job_id_of, one_of, query_of, refused, replying, whole
from service.web.drafts import JSON_HEADERS, caller_of
from service.web.front import call_of
from service.web.seam import Coach

USUAL, MOST = 50, 500
MOST_LOOKS = 20
"""A filter that fits hardly any row is answered after so many pages, short and with a cursor to go on from."""


def items_of(coach: Coach) -> Act:
    """The route over the jobs."""

    async def items(scope: Scope) -> Reply:
        query = query_of(scope)
        limit = whole(query, "limit", USUAL, 1, MOST)
        cursor: int | None = whole(query, "cursor", 0, 0, MAX_ROWS)
        status: RowStatus | None = one_of(query, "status", get_args(RowStatus))
        rule = query.get("rule")
        if rule is not None and not 0 < len(rule) <= 200:
            raise refused("rule", "not_allowed", "The id of a rule is expected.")
        tenant, job_id = caller_of(call_of(scope)).tenant, job_id_of(scope)
        rows: list[RowResult] = []
        for _ in range(MOST_LOOKS):
            page = await coach.bulk.page(
                tenant, job_id, cursor or 0, limit - len(rows), status=status, rule=rule
            )
            rows += page.rows
            cursor = page.cursor
            if cursor is None or len(rows) >= limit:
                break
        told = {"items": [row_told(row) for row in rows], "cursor": None if cursor is None else str(cursor)}
        return Reply(200, encoded(told), JSON_HEADERS)

    return replying(items)
