"""The model's adapter against a server that misbehaves on real sockets."""

import asyncio
import gzip
import itertools
import json
import random
import socket
import sys
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import pytest

from service.adapters.openai_model import MAX_BODY_BYTES, OpenAIModel
from service.core.messages import Message
from service.errors import ModelError
from service.ports import ModelCall, ModelReply
from tests.kit.fake_model import FakeModel
from tests.kit.model_scripts import (
    Reply,
    Script,
    answer,
    completion,
    delta,
    drip,
    event,
    events,
    fixed,
    raw,
    reset,
    sequence,
    stall,
    status,
    truncate,
)

TIMEOUT_S = 0.5
# The promise is 100 ms after the deadline; three times that, as two cores are shared.
LATE_S = 0.3
HANG_UP_S = 1.0
CALM_S = 10.0
# The SDK looks at the machine before its first call.
CONNECT_ALLOWANCE_S = 1.0
BOTH = pytest.mark.parametrize("stream", [False, True])
HELLO = event(delta("您好"))


def a_call(text: str = "不知道", timeout_s: float = CALM_S, model: str = "m") -> ModelCall:
    """A call with one message."""
    return ModelCall(model, (Message("user", text),), 0.3, 100, timeout_s)


@asynccontextmanager
async def served(script: Script) -> AsyncIterator[tuple[FakeModel, OpenAIModel]]:
    """A fake server, and a model that speaks to it."""
    async with FakeModel(script) as fake:
        model = OpenAIModel(fake.base_url, "sk-test")
        try:
            yield fake, model
        finally:
            await model.close()


async def ask(model: OpenAIModel, call: ModelCall, *, stream: bool) -> ModelReply:
    """The reply, in either way."""
    if not stream:
        return await model.complete(call)
    async with aclosing(model.stream(call)) as items:
        got = [item async for item in items]
    assert isinstance(got[-1], ModelReply)
    return got[-1]


async def failure(model: OpenAIModel, call: ModelCall, *, stream: bool) -> ModelError:
    """The error that the call ends in."""
    with pytest.raises(ModelError) as caught:
        await ask(model, call, stream=stream)
    return caught.value


def steadily(*pieces: bytes, interval_s: float = 0.0, **how: Any) -> Script:
    """These pieces, then whatever `how` says."""
    return lambda _request, _index: Reply(pieces, interval_s=interval_s, framing="chunked", **how)


SLOW = {
    "silence": stall(),
    "drip": drip(interval_s=0.02),
    "stall after the head": steadily(ending="hang"),
    "stall in the body": truncate(ending="hang"),
    "stall after three events": steadily(HELLO, HELLO, HELLO, ending="hang"),
    "comments for ever": lambda _request, _index: Reply(
        itertools.repeat(b": ping\n\n"), interval_s=0.02, framing="chunked"
    ),
}


@BOTH
@pytest.mark.parametrize("name", SLOW)
async def test_a_slow_server_is_left_at_the_deadline(*, stream: bool, name: str) -> None:
    """Silent or dripping, a call ends at its deadline, and its socket is closed within a second (R18)."""
    async with served(SLOW[name]) as (fake, model):
        begun = time.monotonic()
        error = await failure(model, a_call(timeout_s=TIMEOUT_S), stream=stream)
        ended = time.monotonic()
        assert error.code == "timeout"
        assert TIMEOUT_S - 0.01 <= ended - begun <= TIMEOUT_S + LATE_S
        assert await fake.settle()
        assert fake.calls[0].gone
        assert (fake.calls[0].ended or 0.0) - ended <= HANG_UP_S


@BOTH
async def test_a_caller_who_leaves_ends_the_call(*, stream: bool) -> None:
    """A cancelled call closes its socket within a second, however long the model would have taken (R27)."""
    async with served(steadily(HELLO, ending="hang")) as (fake, model):
        task = asyncio.create_task(ask(model, a_call(timeout_s=60.0), stream=stream))
        await fake.called.wait()
        await asyncio.sleep(0.05)
        task.cancel()
        left = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await fake.settle()
        assert fake.calls[0].gone
        assert (fake.calls[0].ended or 0.0) - left <= HANG_UP_S


async def test_a_listener_who_leaves_ends_the_stream() -> None:
    """Closing the stream after its first piece closes the socket (R27)."""
    async with served(steadily(HELLO, ending="hang")) as (fake, model):
        async with aclosing(model.stream(a_call(timeout_s=60.0))) as items:
            async for _ in items:
                break
        assert await fake.settle()
        assert fake.calls[0].gone


BROKEN_WIRE: dict[str, tuple[Script, str]] = {
    "reset before the head": (reset(), "connection"),
    "closed before the head": (lambda _request, _index: Reply(silent=True, ending="cut"), "connection"),
    "closed in the body": (truncate(), "connection"),
    "reset in the body": (truncate(ending="reset"), "connection"),
    "closed after an event": (steadily(HELLO, ending="cut"), "connection"),
    "reset after an event": (steadily(HELLO, ending="reset"), "connection"),
    "shorter than announced": (
        raw(b'{"choices":[', headers={"content-length": "999"}, ending="cut"),
        "connection",
    ),
    "closed in place of an end": (raw(b'{"choices":[{"mess', framing="close"), "truncated"),
    "status line that is none": (raw(b"", status=99999), "malformed"),
    "gzip that is none": (raw(b"{}" * 99, headers={"content-encoding": "gzip"}), "malformed"),
    "brotli": (raw(b"{}" * 99, headers={"content-encoding": "br"}), "malformed"),
    "error with a body that never ends": (steadily(ending="hang", status=503), "unavailable"),
    "error with a body of 10 MB": (raw(b"x" * 10_000_000, status=500), "unavailable"),
    "error with a reset in its body": (steadily(b"{", ending="reset", status=502), "unavailable"),
}


@pytest.mark.parametrize("name", BROKEN_WIRE)
async def test_a_broken_wire(name: str) -> None:
    """However the connection breaks, the call ends soon, in the right reason, and nothing else is raised (R17, R19)."""
    script, code = BROKEN_WIRE[name]
    async with served(script) as (_, model):
        begun = time.monotonic()
        assert (await failure(model, a_call(), stream=False)).code == code
        assert time.monotonic() - begun <= CALM_S / 2


@pytest.mark.parametrize(
    "name", [name for name in BROKEN_WIRE if "announced" not in name and "place" not in name]
)
async def test_a_broken_stream(name: str) -> None:
    """A stream that breaks fails like a whole answer: no piece of it is taken for all of it (R17, R19)."""
    script, code = BROKEN_WIRE[name]
    async with served(script) as (_, model):
        assert (await failure(model, a_call(), stream=True)).code == code


@BOTH
async def test_nobody_listens(*, stream: bool) -> None:
    """A refused connection is `connection` (R17)."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        model = OpenAIModel(f"http://127.0.0.1:{taken.getsockname()[1]}/v1", "sk-test")
        assert (await failure(model, a_call(), stream=stream)).code == "connection"
        await model.close()


async def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host without an address is `connection` (R1)."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    model = OpenAIModel("https://model.invalid/v1", "sk-test")
    assert (await failure(model, a_call(), stream=False)).code == "connection"
    await model.close()


@BOTH
async def test_a_server_without_tls(*, stream: bool) -> None:
    """A TLS handshake that fails is `connection` (R17)."""

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await reader.read(5)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" if hello else b"")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    model = OpenAIModel(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", "sk-test")
    begun = time.monotonic()
    assert (await failure(model, a_call(), stream=stream)).code == "connection"
    assert time.monotonic() - begun < CONNECT_ALLOWANCE_S
    await model.close()
    server.close()


def flood(piece: bytes, times: int | None = None) -> Script:
    """The same piece again and again, in chunks, for ever if not told how often."""

    def script(_request: object, _index: int) -> Reply:
        pieces: Iterator[bytes] = itertools.repeat(piece) if times is None else itertools.repeat(piece, times)
        return Reply(pieces, framing="chunked")

    return script


def bomb() -> bytes:
    """200 MB of one letter in 200 KB of gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join([packer.compress(b"A" * 1_000_000) for _ in range(200)]) + packer.flush()


HUGE: dict[str, Script] = {
    "10 MB": flood(b"A" * 65_536, 160),
    "gzip bomb": raw(bomb(), headers={"content-encoding": "gzip"}),
    "deflate bomb": raw(zlib.compress(b"A" * 20_000_000), headers={"content-encoding": "deflate"}),
    "endless events": flood(event(delta("啊" * 20))),
    "endless line": flood(b"data: " + b"A" * 4096),
    "a million tiny chunks": flood(b"a", 1_000_000),
    "header of 1 MB": raw(b"{}", headers={"x-long": "a" * 1_000_000}),
    "endless headers": raw(b"{}", headers={f"x-{i}": "a" * 100 for i in range(5_000)}),
}


@BOTH
@pytest.mark.parametrize("name", HUGE)
async def test_a_huge_answer_is_cut_off(*, stream: bool, name: str) -> None:
    """An answer beyond 256 KB decoded is `too_large`, read no further, and costs under 5 MB of memory (R24)."""
    async with served(HUGE[name]) as (fake, model):
        fake.script = fixed("您好")
        await ask(model, a_call(), stream=stream)
        fake.script = HUGE[name]
        tracemalloc.start()
        try:
            error = await failure(model, a_call(timeout_s=60.0), stream=stream)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert error.code == "too_large"
        assert peak <= 5_000_000
        assert await fake.settle()
        if name.startswith("endless e"):
            # What was on its way in the sockets' buffers comes on top.
            assert fake.calls[-1].sent <= MAX_BODY_BYTES + 8_000_000


async def test_a_long_stream_is_no_huge_answer() -> None:
    """An honest stream of 2000 tokens, half a megabyte of envelopes, is taken: a cap in bytes would cut it off."""
    text = "很" * 2000
    padded = [event(delta(char) | {"padding": "x" * 120}) for char in text]
    body = (*padded, *events("")[-3:])
    assert sum(map(len, body)) > MAX_BODY_BYTES
    async with served(steadily(*body)) as (_, model):
        call = ModelCall("m", (Message("user", "不知道"),), 0.3, 2000, CALM_S)
        assert (await ask(model, call, stream=True)).text == text


async def test_a_compressed_answer_is_read() -> None:
    """A server that compresses without being asked is understood."""
    body = gzip.compress(json.dumps(completion("您好")).encode())
    async with served(raw(body, headers={"content-encoding": "gzip"})) as (_, model):
        assert (await ask(model, a_call(), stream=False)).text == "您好"


@BOTH
@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(*, stream: bool, code: int) -> None:
    """A redirect is a wrong set-up: the host it names gets not even a connection (R26)."""
    async with FakeModel(fixed("您好")) as other:
        script = status(code, {"Location": f"{other.base_url}/chat/completions"})
        async with served(script) as (fake, model):
            assert (await failure(model, a_call(), stream=stream)).code == "misconfigured"
            assert (other.connections, len(fake.calls)) == (0, 1)


async def test_no_proxy_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy named in the environment gets not even a connection (R26)."""
    async with FakeModel(fixed("您好")) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        async with served(fixed("很抱歉")) as (_, model):
            assert (await ask(model, a_call(), stream=False)).text == "很抱歉"
        assert proxy.connections == 0


async def test_connections_are_used_again() -> None:
    """Answers, streams and errors one after the other go over one connection."""
    script = sequence(fixed("您好"), fixed("您好"), status(500), fixed("您好"))
    async with served(script) as (fake, model):
        for stream in (False, True, False, True, True):
            if len(fake.calls) == 2:
                await failure(model, a_call(), stream=stream)
            else:
                await ask(model, a_call(), stream=stream)
        assert (len(fake.calls), fake.connections) == (5, 1)


async def test_a_cancelled_call_never_hands_its_answer_to_another() -> None:
    """With a third of 1500 calls cancelled at random, each of the others gets its own answer (R13)."""
    dice = random.Random(13)

    def script(request: dict[str, Any], _index: int) -> Reply:
        return answer(request["messages"][-1]["content"], request, delay_s=dice.random() * 0.02)

    async def one(model: OpenAIModel, number: int) -> bool:
        nonce = f"{number}-{dice.random()}"
        task = asyncio.create_task(ask(model, a_call(nonce), stream=number % 2 == 0))
        if dice.random() < 0.33:
            await asyncio.sleep(dice.random() * 0.03)
            task.cancel()
        try:
            return (await task).text == nonce
        except asyncio.CancelledError:
            return True

    async with served(script) as (fake, model):
        for start in range(0, 1500, 50):
            results = await asyncio.gather(*(one(model, start + i) for i in range(50)))
            assert all(results)
        assert await fake.settle()


async def test_hundreds_of_calls_at_once() -> None:
    """Three hundred calls in flight all get an answer; none waits for another's connection."""
    async with served(fixed("您好", delay_s=1.0)) as (fake, model):
        replies = await asyncio.gather(
            *(ask(model, a_call(timeout_s=30.0), stream=False) for _ in range(300))
        )
        assert {reply.text for reply in replies} == {"您好"}
        assert fake.connections == 300


async def test_the_fake_server_runs_as_a_process() -> None:
    """For whole-service tests the fake server runs on its own, prints its address and tells what it saw."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.kit.fake_model", "--mode", "echo", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    base_url = (await process.stdout.readline()).decode().strip()
    model = OpenAIModel(base_url, "sk-test")
    try:
        assert (await ask(model, a_call("请稍等"), stream=True)).text == "请稍等"
    finally:
        await model.close()
    async with httpx.AsyncClient(trust_env=False) as client:
        seen = (await client.get(base_url.replace("/v1", "/calls"))).json()
    process.terminate()
    await process.wait()
    assert seen["calls"] == 1
    assert "请稍等" in seen["bodies"][0]
