"""An answer as server-sent events (WHATWG HTML 9.2): what happens, as it happens."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from litestar.types import Receive, Send

from service.web.front import NO_STORE, Call
from service.web.problems import tell

T = TypeVar("T")
MEDIA_TYPE = b"text/event-stream"
# A proxy that collects an answer before it passes it on would spoil it.
HEADERS = ((b"content-type", MEDIA_TYPE), NO_STORE, (b"x-accel-buffering", b"no"))


def asked_for(accept: bytes | None) -> bool:
    """Whether an `Accept` header names events; without it, or with `*/*`, the answer is one JSON object."""
    return accept is not None and MEDIA_TYPE in accept.lower()


Told = tuple[bytes, bytes]
"""The name of an event, and its JSON object."""


async def send_events(
    events: AsyncGenerator[T], tell_of: Callable[[T], Told], call: Call, receive: Receive, send: Send
) -> None:
    """Send what happens until it is over, or nobody listens any more.

    What is raised before the first event is raised here; later it becomes an `error` event, the last.
    """
    first = await anext(events)
    async with stream(receive, send) as hung_up:
        number = 1
        event: T | None = first
        while event is not None:
            await send_event(send, block(number, *tell_of(event)))
            number += 1
            try:
                event = await next_or_gone(events, hung_up)
            except Exception as error:  # noqa: BLE001 - the head is out: it can only be told
                call.error = error
                await send_event(send, block(number, b"error", tell(error, call.request_id).body))
                break


@asynccontextmanager
async def stream(receive: Receive, send: Send) -> AsyncIterator[asyncio.Future[None]]:
    """The head of a stream before, its end behind; what comes out is done as soon as the client has hung up."""
    await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
    hung_up = asyncio.ensure_future(gone(receive))
    try:
        yield hung_up
        if not hung_up.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        hung_up.cancel()
        with suppress(asyncio.CancelledError):
            await hung_up


async def next_or_gone(events: AsyncGenerator[T], hung_up: asyncio.Future[None]) -> T | None:
    """The next event; None when there is none, or nobody to tell it to: then its work has been stopped."""
    coming = asyncio.ensure_future(anext(events, None))
    await asyncio.wait((coming, hung_up), return_when=asyncio.FIRST_COMPLETED)
    if coming.done():
        return coming.result()
    coming.cancel()
    with suppress(asyncio.CancelledError):
        await coming
    return None


async def send_event(send: Send, block: bytes) -> None:
    """Send one event as `block` wrote it."""
    await send({"type": "http.response.body", "body": block, "more_body": True})


def block(number: int, name: bytes, data: bytes) -> bytes:
    """One event as it goes over the wire."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, name, data)


async def gone(receive: Receive) -> None:
    """Ends when the client has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass
