"""What an address says: the job in its path, and the values in its query, read strictly."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl

from litestar.types import Receive, Scope, Send

from service.errors import BadBody, InputProblem, JobNotFound
from service.web.front import send_bytes

T = TypeVar("T", bound=str)
Query = Mapping[str, str]
Act = Callable[[Scope, Receive, Send], Awaitable[None]]
"""What a route does with a connection."""
Headers = tuple[tuple[bytes, bytes], ...]


class Reply(NamedTuple):
    """A whole answer."""

    status: int
    body: bytes
    headers: Headers


def replying(reply_to: Callable[[Scope], Awaitable[Reply]]) -> Act:
    """A route that needs no body and answers all at once."""

    async def act(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - the shape of every route
        await send_bytes(send, *await reply_to(scope))

    return act


_JOB_ID = re.compile(r"job_[A-Za-z0-9]{1,60}")


def job_id_of(scope: Any) -> str:
    """The id of the job in the path. Raises `JobNotFound` for what no job is called."""
    name = scope["path_params"]["id"]
    if not _JOB_ID.fullmatch(name):
        raise JobNotFound("There is no such job.")
    return str(name)


def query_of(scope: Any) -> Query:
    """What stands in the query, each name once. Raises `BadBody` for one that stands twice."""
    raw: bytes = scope.get("query_string", b"")
    try:
        pairs = parse_qsl(raw.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise BadBody("The query has too many fields.") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadBody("A name stands twice in the query.")
    return found


def whole(query: Query, name: str, usual: int, least: int, most: int) -> int:
    """A whole number. Raises `BadBody` when it is none, or outside of its range."""
    text = query.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) <= 12) or not least <= int(text) <= most:
        raise refused(name, "not_allowed", f"A whole number from {least:,} to {most:,} is expected.")
    return int(text)


def one_of(query: Query, name: str, known: Iterable[T], usual: T | None = None) -> T | None:
    """One of the known words. Raises `BadBody` for another."""
    text = query.get(name)
    if text is None:
        return usual
    listed = list(known)
    if text not in listed:
        raise refused(name, "not_allowed", f"Known are {', '.join(listed)}.")
    return next(word for word in listed if word == text)


def refused(name: str, code: str, detail: str) -> BadBody:
    """A mistake in one name of the query."""
    return BadBody("The query has a mistake.", (InputProblem(f"/{name}", code, detail),))
