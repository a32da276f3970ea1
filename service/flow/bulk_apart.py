"""A suspect row in a process of its own: what goes there, what is done there and what comes back, in lines."""

import json
from collections.abc import Callable

from service.core.job_lines import order_text, read_order, read_result, read_row, result_line, row_line
from service.core.jobs import Order, Row, RowResult
from service.core.results import Caller
from service.errors import CoachError, NoModel, UnknownPolicy
from service.flow.bulk import Rewriter, failed, work_row
from service.ports import Apart

# About the job, not about the row: whoever asked has to hear of it.
_REFUSALS: dict[bytes, type[CoachError]] = {b"no model": NoModel, b"unknown policy": UnknownPolicy}
_RESULT = b"result"


async def work_apart(apart: Apart, tenant: str, order: Order, row: Row) -> RowResult:
    """What comes of a row. Raises what `work_row` and `Apart.ask` raise."""
    asked = b"%s\n%s\n%s" % (json.dumps(tenant).encode(), order_text(order).encode(), row_line(row))
    kind, _, said = (await apart.ask(asked)).partition(b"\n")
    if kind == _RESULT:
        return read_result(said)
    raise _REFUSALS[kind](said.decode())


async def answer_apart(
    asked: bytes,
    callers: Callable[[str, str], Caller],
    rewriter: Rewriter,
    alarm: Callable[[Exception], None],
) -> bytes:
    """The other side of it: the answer for `work_apart`."""
    named, ordered, line = asked.split(b"\n", 2)
    tenant, order, row = json.loads(named), read_order(ordered), read_row(line)
    try:
        result = await work_row(row, order, callers(tenant, order.policy), rewriter)
    except tuple(_REFUSALS.values()) as refused:
        kind = next(kind for kind, refusal in _REFUSALS.items() if isinstance(refused, refusal))
        return kind + b"\n" + refused.detail.encode()
    except Exception as trouble:  # noqa: BLE001 - whatever it is, it is this row's alone
        alarm(trouble)
        result = failed(row, "internal")
    return _RESULT + b"\n" + result_line(result)
