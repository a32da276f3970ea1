"""A request body: read within a time and a size, and decoded as JSON that all readers understand alike."""

import asyncio
import math
from collections.abc import Generator
from types import coroutine
from typing import Any

import jiter
from litestar.types import Receive

from service.errors import BadJson, BadMediaType, DraftTooLong

MAX_BODY_BYTES = 1_048_576
READ_WITHIN_S = 15.0

_PLAIN_JSON = (b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8")


def require_json(content_type: bytes | None, content_encoding: bytes | None) -> None:
    """Raises `BadMediaType` unless the body is declared as uncompressed `application/json` in UTF-8."""
    if content_encoding is not None and content_encoding.lower() != b"identity":
        raise BadMediaType("The body must not be compressed.")
    if content_type in _PLAIN_JSON:
        return
    kind, _, parameter = (content_type or b"").lower().partition(b";")
    name, _, value = parameter.strip().partition(b"=")
    utf8 = not parameter.strip() or (name.strip() == b"charset" and value.strip().strip(b'"') == b"utf-8")
    if kind.strip() != b"application/json" or not utf8:
        raise BadMediaType("The body must be application/json in UTF-8.")


async def read_body(receive: Receive, content_length: bytes | None, most: int = MAX_BODY_BYTES) -> bytes:
    """The whole body. Raises `DraftTooLong` beyond `most` bytes, `BadJson` when it does not come whole within 15 s."""
    if content_length is not None and (not content_length.isdigit() or int(content_length) > most):
        raise _too_large(most)
    first: Any = receive()
    try:
        yielded = first.send(None)
    except StopIteration as done:
        # Nearly every body is there with its headers; a timer for it would cost as much as its JSON.
        message = done.value
        if not message.get("more_body", False):
            return _take(message, 0, most)
        first = None
    try:
        async with asyncio.timeout(READ_WITHIN_S):
            return await _collect(receive, message if first is None else await _resume(first, yielded), most)
    except TimeoutError:
        raise BadJson(f"The body did not arrive within {READ_WITHIN_S:g} seconds.") from None


@coroutine
def _resume(started: Any, yielded: Any) -> Generator[Any, Any, Any]:
    """The rest of a coroutine that has taken its first step."""
    try:
        while True:
            try:
                sent = yield yielded
            except BaseException as error:  # noqa: BLE001 - a cancellation belongs to the inner one
                yielded = started.throw(error)
            else:
                yielded = started.send(sent)
    except StopIteration as done:
        return done.value


async def _collect(receive: Receive, message: Any, most: int) -> bytes:
    """The body from its first message on."""
    parts: list[bytes] = []
    size = 0
    while True:
        part = _take(message, size, most)
        size += len(part)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()


def _take(message: Any, before: int, most: int) -> bytes:
    """The bytes of one message, `before` bytes having come already."""
    if message["type"] != "http.request":
        raise BadJson("The body ended before its time.")
    part: bytes = message.get("body", b"")
    if before + len(part) > most:
        raise _too_large(most)
    return part


def _too_large(most: int) -> DraftTooLong:
    return DraftTooLong(f"The body is over {most:,} bytes.")


def decode(body: bytes) -> Any:
    """The value of a JSON text. Raises `BadJson`, without a word of the body.

    Refused: bytes that are no UTF-8, a byte order mark, a key that stands twice in one object, lone surrogates,
    NaN and infinities, whole numbers beyond 4,300 digits, more than 200 levels, and anything after the value.
    """
    try:
        # Kept strings would outlive the request, and they are a customer's.
        return jiter.from_json(body, allow_inf_nan=False, catch_duplicate_keys=True, cache_mode="none")
    except ValueError as error:
        detail = str(error)
    if not body.strip():
        raise BadJson("The body is empty.")
    if body.startswith(b"\xef\xbb\xbf"):
        raise BadJson("The body begins with a byte order mark.")
    if detail.startswith("Detected duplicate key"):
        raise BadJson("A key stands twice in one object.")
    # The decoder's own words quote keys, so only the place is taken from them.
    _, _, place = detail.rpartition(" at ")
    raise BadJson(
        f"The body is no JSON text; see {place}."
        if place.startswith("line ")
        else "The body is no JSON text."
    )


def require_finite(value: Any) -> None:
    """Raises `BadJson` when a number anywhere within is too large for a double (1e400): it would not come back."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, float) and not math.isfinite(one):
            raise BadJson("A number is too large.")
