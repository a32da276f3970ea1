"""A rewrite as server-sent events (WHATWG HTML 9.2): what happens to a draft, as it happens."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from litestar.types import Receive, Send

from service.core.results import Attempt, Checked, Rewrite, Segment
from service.flow.rewrite import Done, Event
from service.web.front import NO_STORE, Call
from service.web.problems import tell
from service.web.wire import attempt_bytes, checked_bytes, rewrite_bytes, segment_bytes

MEDIA_TYPE = b"text/event-stream"
# A proxy that collects an answer before it passes it on would spoil it.
_HEADERS = ((b"content-type", MEDIA_TYPE), NO_STORE, (b"x-accel-buffering", b"no"))


def asked_for(accept: bytes | None) -> bool:
    """Whether an `Accept` header names events; without it, or with `*/*`, the answer is one JSON object."""
    return accept is not None and MEDIA_TYPE in accept.lower()


async def send_events(
    events: AsyncGenerator[Event], text: str, call: Call, receive: Receive, send: Send
) -> None:
    """Send what happens to the draft `text` until it is done, or nobody listens any more.

    What is raised before the first event is raised here; later it becomes an `error` event, the last.
    """
    first = await anext(events)
    await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
    gone = asyncio.ensure_future(_gone(receive))
    try:
        number = 1
        event: Event | None = first
        while event is not None:
            name, data = _told(event, text)
            if isinstance(event, Done):
                call.answer = event.rewrite
            await _send(send, number, name, data)
            number += 1
            try:
                event = await _next(events, gone)
            except Exception as error:  # noqa: BLE001 - the head is out: it can only be told
                call.error = error
                await _send(send, number, b"error", tell(error, call.request_id).body)
                break
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()
        with suppress(asyncio.CancelledError):
            await gone


async def _next(events: AsyncGenerator[Event], gone: asyncio.Future[None]) -> Event | None:
    """The next event; None when there is none, or nobody to tell it to: then its work has been stopped."""
    coming = asyncio.ensure_future(anext(events, None))
    await asyncio.wait((coming, gone), return_when=asyncio.FIRST_COMPLETED)
    if coming.done():
        return coming.result()
    coming.cancel()
    with suppress(asyncio.CancelledError):
        await coming
    return None


async def _gone(receive: Receive) -> None:
    """Ends when the client has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _told(event: Event, text: str) -> tuple[bytes, bytes]:
    """The name of an event and its JSON object."""
    if isinstance(event, Checked):
        return b"check", checked_bytes(event, text)
    if isinstance(event, Attempt):
        return b"attempt", attempt_bytes(event)
    if isinstance(event, Segment):
        return b"segment", segment_bytes(event)
    rewrite: Rewrite = event.rewrite
    return b"done", rewrite_bytes(rewrite)


async def _send(send: Send, number: int, name: bytes, data: bytes) -> None:
    body = b"id: %d\nevent: %s\ndata: %s\n\n" % (number, name, data)
    await send({"type": "http.response.body", "body": body, "more_body": True})
