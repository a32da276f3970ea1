"""A `multipart/form-data` body as it arrives: small fields are kept, the file goes on piece by piece."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, NamedTuple

from litestar.types import Receive
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from service.errors import BadBody, BadMediaType, DraftTooLong, InputProblem
from service.web.body import READ_WITHIN_S

MAX_FIELDS = 32
MAX_FIELD_BYTES = 10_000
SLOWEST = 8_192
"""Bytes a second that an upload keeps up after its first 15 seconds; a slower one is given up."""
FORM_BYTES = 400_000
"""More than all fields, their names and the lines between them may take."""

Sink = Callable[[str, AsyncIterator[bytes]], Awaitable[None]]
"""Takes the file's name and its bytes, all of them."""
Pieces = AsyncGenerator[Any]
"""Of each part a `MultipartSegment`, its bytes, and None at its end."""


class Field(NamedTuple):
    """A field of a form."""

    name: str
    value: str


def boundary_of(content_type: bytes | None) -> str:
    """The boundary of a form's media type. Raises `BadMediaType` for anything that is no form."""
    kind, options = parse_options_header((content_type or b"").decode("latin-1"))
    boundary: str = options.get("boundary", "")
    if kind != "multipart/form-data" or not 0 < len(boundary) <= 200:
        raise BadMediaType("Send multipart/form-data with a boundary, or application/json.")
    return boundary


async def read_form(receive: Receive, boundary: str, limit: int, sink: Sink) -> list[Field]:
    """The fields of a form whose one file, the field `file`, goes to `sink` as it arrives.

    Raises `BadBody` for a form that is broken, has no file or more than one, or comes too slowly, and `DraftTooLong`
    beyond `limit` bytes and some for the fields.
    """
    fields: list[Field] = []
    seen = False
    async with aclosing(_pieces(_chunks(receive, limit + FORM_BYTES), boundary)) as pieces:
        async for piece in pieces:
            if not isinstance(piece, MultipartSegment):
                continue
            if piece.name != "file":
                fields.append(Field(piece.name, await _text(pieces)))
                continue
            if seen:
                raise _mistake("not_allowed", "One file is taken at a time.")
            seen = True
            async with aclosing(_content(pieces)) as content:
                await sink(piece.filename or "", content)
    if not seen:
        raise _mistake("missing", "Send the file in the field `file`.")
    return fields


async def _pieces(chunks: AsyncGenerator[bytes], boundary: str) -> Pieces:
    """What the parser makes of the body."""
    # Its strict mode refuses a body whose last line end comes in a packet of its own.
    parser = PushMultipartParser(boundary, max_segment_count=MAX_FIELDS)
    try:
        async with aclosing(chunks):
            async for chunk in chunks:
                if not parser.closed:
                    for piece in parser.parse(chunk):
                        yield piece
        parser.close()
    except ParserLimitReached:
        raise BadBody("The form has too many fields, or too much is said about one.") from None
    except (MultipartError, UnicodeError, ValueError):
        raise BadBody("The body is no whole multipart/form-data.") from None


async def _chunks(receive: Receive, limit: int) -> AsyncGenerator[bytes]:
    """The body as it comes, at most `limit` bytes, and not slower than `SLOWEST`."""
    loop = asyncio.get_running_loop()
    started, size = loop.time(), 0
    while True:
        try:
            async with asyncio.timeout_at(started + READ_WITHIN_S + size / SLOWEST):
                message: Any = await receive()
        except TimeoutError:
            raise BadBody("The upload came too slowly, or broke off.") from None
        if message["type"] != "http.request":
            raise BadBody("The upload broke off.")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise DraftTooLong("The upload is larger than this service takes.")
        if chunk:
            yield chunk
        if not message.get("more_body", False):
            return


async def _content(pieces: Pieces) -> AsyncGenerator[bytes]:
    """The bytes of the segment that has just begun."""
    while (piece := await anext(pieces, None)) is not None:
        if isinstance(piece, bytes | bytearray):
            yield bytes(piece)


async def _text(pieces: Pieces) -> str:
    held = bytearray()
    async with aclosing(_content(pieces)) as content:
        async for piece in content:
            held += piece
            if len(held) > MAX_FIELD_BYTES:
                raise BadBody("A field of the form is too long.")
    try:
        return held.decode("utf-8")
    except UnicodeDecodeError:
        raise BadBody("A field of the form is no UTF-8.") from None


def _mistake(code: str, detail: str) -> BadBody:
    return BadBody(detail, (InputProblem("/file", code, detail),))
