"""One call to an OpenAI-compatible endpoint, within a deadline and a size; no retry, no redirect, no proxy.

`openai` and `httpx` are imported when a model is made: they cost up to two seconds that no other command should pay.
"""

import asyncio
import logging
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from service.adapters.model_refusals import Filtered, refusal
from service.adapters.model_replies import EventReader, malformed, read_whole, too_large
from service.errors import ModelError, ModelMisconfigured, ModelTimeout, ModelUnavailable
from service.ports import ModelCall, ModelDelta, ModelReply

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

MAX_BODY_BYTES = 256 * 1024
MAX_ERROR_BYTES = 16 * 1024
# A streamed token costs its envelope: about 300 bytes, more where a server pads.
_STREAM_BYTES_PER_TOKEN = 512
_ERROR_BODY_S = 0.5
_CONNECT_S = 3.0
# The end of the body mostly comes with the closing mark; unread, the connection could not be used again.
_TAIL_S = 0.05
_PIECES_A_TURN = 64
# Each piece costs time whatever its size: an answer that needs more than this for its size is none.
_LEAST_BYTES_A_PIECE = 16
# h11's hint for a head that is too large; any other hint is a head that is not HTTP.
_HEAD_TOO_LARGE = 431


class OpenAIModel:
    """A `ChatModel` over one endpoint; make one for the process and close it at the end.

    A call raises `ModelError` alone, and no message of one holds a key or a text of the call or the answer.
    A redirect is not followed: the draft would go to a host that nobody set, so the set-up is at fault.
    """

    def __init__(self, base_url: str, api_key: str, *, max_connections: int = 512) -> None:
        import httpx  # noqa: PLC0415
        import openai  # noqa: PLC0415

        # OPENAI_LOG=debug turns the SDK's log on at import; what it writes there changes between versions.
        logging.getLogger("openai").setLevel(logging.WARNING)
        # The SDK's own client is another library's, follows redirects and takes proxies from the environment.
        client: Any = httpx.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(None, connect=_CONNECT_S),
            limits=httpx.Limits(
                max_connections=max_connections, max_keepalive_connections=128, keepalive_expiry=20
            ),
            # What is not compressed cannot be a bomb; a server that compresses all the same is read with the cap.
            headers={"Accept-Encoding": "identity"},
            event_hooks={"response": [self._take_only_answers]},
        )
        self._sdk = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key or "none",
            max_retries=0,
            timeout=client.timeout,
            http_client=client,
        )
        self._not_sent = openai.APIConnectionError
        self._bad_address = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL)
        self._broken: tuple[type[Exception], ...] = (httpx.HTTPError, httpx.StreamError, OSError)

    async def complete(self, call: ModelCall) -> ModelReply:
        """The whole answer to one call, without any retry."""
        deadline = asyncio.get_running_loop().time() + call.timeout_s
        try:
            body = await self._within(deadline, self._whole_body(call))
        except Filtered:
            return ModelReply("", call.model, refused=True)
        return read_whole(call.model, body)

    async def stream(self, call: ModelCall) -> AsyncGenerator[ModelDelta | ModelReply]:
        """The answer in pieces; the last item is the `ModelReply`. Close it (`aclosing`) to hang up early."""
        deadline = asyncio.get_running_loop().time() + call.timeout_s
        limit = max(MAX_BODY_BYTES, _STREAM_BYTES_PER_TOKEN * call.max_tokens)
        events = EventReader(call.model)
        async with AsyncExitStack() as stack:
            try:
                response = await self._within(
                    deadline, stack.enter_async_context(self._request(call, stream=True))
                )
            except Filtered:
                yield ModelReply("", call.model, refused=True)
                return
            pieces = await stack.enter_async_context(aclosing(_pieces(response.http_response, limit)))
            # A time limit around a `yield` would strike the caller: it stands around each wait of our own.
            while (
                not events.done and (piece := await self._within(deadline, anext(pieces, None))) is not None
            ):
                for delta in events.feed(piece):
                    yield delta
            reply = events.finish()
            with suppress(TimeoutError, ModelError, *self._broken):
                async with asyncio.timeout(_TAIL_S):
                    await anext(pieces, None)
        yield reply

    async def close(self) -> None:
        """Let go of connections."""
        await self._sdk.close()

    def _request(self, call: ModelCall, *, stream: bool) -> AbstractAsyncContextManager[Any]:
        """The response once its head is there; leaving the context closes it."""
        messages: list[Any] = [{"role": m.role, "content": _sendable(m.content)} for m in call.messages]
        extra: dict[str, Any] = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
        create: Any = self._sdk.chat.completions.with_streaming_response.create
        request: AbstractAsyncContextManager[Any] = create(
            model=call.model,
            messages=messages,
            temperature=call.temperature,
            max_tokens=call.max_tokens,
            **extra,
        )
        return request

    async def _whole_body(self, call: ModelCall) -> bytes:
        body = bytearray()
        async with self._request(call, stream=False) as response:
            async for piece in _pieces(response.http_response, MAX_BODY_BYTES):
                body += piece
        return bytes(body)

    async def _within(self, deadline: float, work: Awaitable[T]) -> T:
        """What the work gives; every failure of it as a `ModelError`."""
        try:
            async with asyncio.timeout_at(deadline):
                return await work
        except (ModelError, Filtered):
            raise
        except Exception as error:  # noqa: BLE001 - three libraries raise here; the port promises one kind
            failure = self._failure(error)
        # Raised out here: chained, the library's exception would carry the request with its key and its texts.
        raise failure

    def _failure(self, error: Exception) -> ModelError:
        if isinstance(error, TimeoutError):
            return ModelTimeout("The model gave no whole answer in time.")
        if isinstance(error, self._not_sent):
            return self._no_head(error.__cause__)
        if isinstance(error, self._broken):
            return ModelUnavailable("The connection broke in the midst of the answer.", code="connection")
        return ModelMisconfigured("The model cannot be called with this address and key.")

    def _no_head(self, cause: BaseException | None) -> ModelError:
        """Why no response came: a wrong address, a head that is none, or no connection."""
        if isinstance(cause, self._bad_address):
            return ModelMisconfigured("The model's address or key cannot be used.")
        hint = None
        while cause is not None:
            hint = getattr(cause, "error_status_hint", hint)
            cause = cause.__cause__ or cause.__context__
        if hint == _HEAD_TOO_LARGE:
            return too_large("The answer's head is larger than it may be.")
        if hint is not None:
            return malformed("The answer is not HTTP.")
        return ModelUnavailable("The model's server cannot be reached.", code="connection")

    async def _take_only_answers(self, response: "httpx.Response") -> None:
        """Raise for every status but 2xx, before the SDK reads a body of any length and keeps it in its exception."""
        if response.is_success:
            return
        body = bytearray()
        # Read to the end if it is near: the connection can then be used again.
        with suppress(TimeoutError, ModelError, *self._broken):
            async with asyncio.timeout(_ERROR_BODY_S):
                async for piece in _pieces(response, MAX_ERROR_BYTES):
                    body += piece
        await response.aclose()
        raise refusal(response.status_code, response.headers, bytes(body))


def _sendable(text: str) -> str:
    """The text as UTF-8 can carry it: lone surrogates become replacement characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _decoder(encoding: str) -> Callable[[bytes, int], bytes]:
    """A function from raw bytes and the most to give out, to plain bytes."""
    if encoding in ("", "identity"):
        return lambda raw, _most: raw
    if encoding not in ("gzip", "deflate"):
        raise malformed("The answer is in an encoding that was not asked for.")
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress


async def _pieces(response: "httpx.Response", limit: int) -> AsyncGenerator[bytes]:
    """The decoded body as it comes, at most `limit` bytes of it; then `too_large`."""
    decode = _decoder(response.headers.get("content-encoding", "").strip().lower())
    left, count = limit, 0
    raw_pieces: AsyncIterator[bytes] = response.aiter_raw()
    async for raw in raw_pieces:
        try:
            piece = decode(raw, left + 1)
        except zlib.error:
            break
        left -= len(piece)
        count += 1
        if left < 0 or count > limit // _LEAST_BYTES_A_PIECE:
            raise too_large("The answer is larger than it may be, or comes in too many pieces.")
        yield piece
        # Pieces that have arrived already are read without a pause: a flood of them must not hold up the rest.
        if count % _PIECES_A_TURN == 0:
            await asyncio.sleep(0)
    else:
        return
    raise malformed("The answer is not in the encoding that it names.")
