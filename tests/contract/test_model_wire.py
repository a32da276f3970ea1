"""What goes over the wire to a model's server, and what is taken for an answer."""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import aclosing
from email.utils import formatdate
from typing import Any

import httpx
import pytest
import respx

from service.adapters.model_refusals import retry_after_s
from service.adapters.openai_model import OpenAIModel
from service.core.messages import Message
from service.errors import ModelError
from service.ports import ModelCall, ModelDelta, ModelReply
from tests.kit.fake_model import FakeModel
from tests.kit.model_scripts import completion, delta, event, events, fixed, status

BASE = "https://model.invalid/v1"
URL = f"{BASE}/chat/completions"
KEY = "sk-canary-key-1234567890"
SECRET = "13812345678"
CALL = ModelCall("m", (Message("system", "规则"), Message("user", SECRET)), 0.3, 100, 5.0)
DONE = event(b"[DONE]")


async def ask(call: ModelCall = CALL, *, stream: bool, base_url: str = BASE) -> tuple[ModelReply, list[str]]:
    """One call with a client of its own: the reply, and the pieces before it."""
    model = OpenAIModel(base_url, KEY)
    try:
        if not stream:
            return await model.complete(call), []
        async with aclosing(model.stream(call)) as items:
            got = [item async for item in items]
        reply = got[-1]
        assert isinstance(reply, ModelReply)
        return reply, [item.text for item in got[:-1] if isinstance(item, ModelDelta)]
    finally:
        await model.close()


def dumped(value: Any) -> bytes:
    """JSON as servers write it, NaN included."""
    return json.dumps(value, ensure_ascii=False).encode()


@respx.mock
async def test_respx_intercepts() -> None:
    """No test of this file reaches a network: the answer of a host that does not exist comes from the mock."""
    route = respx.post(URL).respond(content=dumped(completion("您好")))
    reply, _ = await ask(stream=False)
    assert (reply.text, route.call_count) == ("您好", 1)


@pytest.mark.parametrize("stream", [False, True])
@respx.mock
async def test_what_is_sent(*, stream: bool) -> None:
    """The server gets the model, the messages and the limits, the key in its header, and nothing about the caller."""
    body = b"".join(events("您好")) if stream else dumped(completion("您好"))
    route = respx.post(URL).respond(content=body)
    assert (await ask(stream=stream))[0] == ModelReply("您好", "m", False, 11, 7)
    request = route.calls.last.request
    expected: dict[str, Any] = {
        "model": "m",
        "messages": [{"role": "system", "content": "规则"}, {"role": "user", "content": SECRET}],
        "temperature": 0.3,
        "max_tokens": 100,
    }
    if stream:
        expected |= {"stream": True, "stream_options": {"include_usage": True}}
    assert json.loads(request.content) == expected
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["accept-encoding"] == "identity"


@respx.mock
async def test_a_lone_surrogate_does_not_break_the_call() -> None:
    """A draft with half a character is sent with a replacement character in its place."""
    route = respx.post(URL).respond(content=dumped(completion("您好")))
    call = ModelCall("m", (Message("user", "a\ud800b😀"),), 0.3, 100, 5.0)
    await ask(call, stream=False)
    assert json.loads(route.calls.last.request.content)["messages"][0]["content"] == "a�b😀"


@respx.mock
async def test_a_stream_in_awkward_pieces() -> None:
    """Characters and events cut anywhere, comments and CRLF between them: the text is the same."""
    whole = b": hi\r\n\r\n" + b"".join(events("很抱歉，请您稍等😀。", 3)).replace(b"\n", b"\r\n")
    for size in (1, 2, 3, 7, 1000):

        async def cut(size: int = size) -> Any:
            for start in range(0, len(whole), size):
                yield whole[start : start + size]

        respx.post(URL).mock(return_value=httpx.Response(200, content=cut()))
        reply, pieces = await ask(stream=True)
        assert reply == ModelReply("很抱歉，请您稍等😀。", "m", False, 11, 7)
        assert "".join(pieces) == reply.text


MESSAGE = {"role": "assistant", "content": "您好"}
BROKEN_WHOLE: dict[str, tuple[bytes, str]] = {
    "web page": (b"<!doctype html><p>login</p>", "malformed"),
    "nothing": (b"", "malformed"),
    "not JSON": (b"{'choices': 1}", "malformed"),
    "cut JSON": (dumped(completion("您好"))[:-20], "truncated"),
    "cut in a character": (dumped(completion("您好"))[:118], "truncated"),
    "two JSON texts": (dumped(completion("您好")) * 2, "malformed"),
    "a list": (b"[]", "malformed"),
    "a string": (b'"\xe6\x82\xa8"', "malformed"),
    "null": (b"null", "malformed"),
    "no choices": (b'{"object":"chat.completion"}', "malformed"),
    "choices empty": (b'{"choices":[]}', "malformed"),
    "choices null": (b'{"choices":null}', "malformed"),
    "choices an object": (b'{"choices":{"0":{}}}', "malformed"),
    "choice null": (b'{"choices":[null]}', "malformed"),
    "two choices": (dumped({"choices": completion("您好")["choices"] * 2}), "malformed"),
    "no message": (b'{"choices":[{"finish_reason":"stop"}]}', "malformed"),
    "message null": (dumped(completion("", message=None)), "malformed"),
    "content null": (dumped(completion(None)), "malformed"),
    "content missing": (dumped(completion("", message={"role": "assistant"})), "malformed"),
    "content a list": (dumped(completion([{"type": "text", "text": "您好"}])), "malformed"),
    "content a number": (dumped(completion(7)), "malformed"),
    "tool calls only": (
        dumped(
            completion("", message={"content": None, "tool_calls": [{"id": "1"}]}, finish_reason="tool_calls")
        ),
        "malformed",
    ),
    "finish null": (dumped(completion("您好", finish_reason=None)), "malformed"),
    "finish missing": (dumped({"choices": [{"message": MESSAGE}]}), "malformed"),
    "finish unknown": (dumped(completion("您好", finish_reason="eos_token_maybe")), "malformed"),
    "finish a number": (dumped(completion("您好", finish_reason=1)), "malformed"),
    "finish length": (dumped(completion("您好", finish_reason="length")), "truncated"),
    "NaN log probabilities": (dumped(completion("您好", logprobs={"content": [float("nan")]})), "malformed"),
    "infinite log probabilities": (dumped(completion("您好", logprobs=float("inf"))), "malformed"),
    "bytes that are no UTF-8": (dumped(completion("您好")).replace("好".encode(), b"\xff\xfe"), "malformed"),
    "half a surrogate": (dumped(completion("X")).replace(b'"X"', rb'"\ud800"'), "malformed"),
    "deep nesting": (b'{"choices":' + b"[" * 5000 + b"]" * 5000 + b"}", "malformed"),
    "error in place of choices": (b'{"error":{"message":"overloaded","code":502}}', "unavailable"),
    "events not asked for": (b"".join(events("您好")), "malformed"),
}
HELLO = event(delta("您好"))
STOP = event(delta("", "stop"))
BROKEN_STREAM: dict[str, tuple[bytes, str]] = {
    "web page": (b"<!doctype html>\n\n<p>login</p>\n\n", "malformed"),
    "nothing": (b"", "malformed"),
    "comments only": (b": ping\n\n" * 9, "malformed"),
    "a whole answer not asked for": (dumped(completion("您好")), "malformed"),
    "only the closing mark": (DONE, "malformed"),
    "not JSON": (HELLO + event(b"{'choices': 1}") + STOP + DONE, "malformed"),
    "an event cut in its JSON": (HELLO + STOP[:-20] + b"\n\n" + DONE, "truncated"),
    "a last event cut in its JSON": (HELLO + STOP[:-20], "truncated"),
    "a list": (event(b"[]") + STOP + DONE, "malformed"),
    "null": (event(b"null") + STOP + DONE, "malformed"),
    "no choices": (HELLO + event(b'{"object":"x"}') + STOP + DONE, "malformed"),
    "choices empty for ever": (event(b'{"choices":[]}') * 3 + DONE, "truncated"),
    "choices null": (event(b'{"choices":null}') + STOP + DONE, "malformed"),
    "choices an object": (event(b'{"choices":{}}') + STOP + DONE, "malformed"),
    "choice null": (event(b'{"choices":[null]}') + STOP + DONE, "malformed"),
    "a second choice": (HELLO + event(delta("Hi", index=1)) + STOP + DONE, "malformed"),
    "delta null": (event(delta("", delta=None)) + STOP + DONE, "malformed"),
    "no content ever": (event(delta(None)) + event(delta(None, "stop")) + DONE, "malformed"),
    "content a list": (event(delta([{"text": "您好"}])) + STOP + DONE, "malformed"),
    "content a number": (event(delta(7)) + STOP + DONE, "malformed"),
    "tool calls only": (
        event(delta(None, delta={"tool_calls": [{"index": 0}]})) + event(delta(None, "tool_calls")) + DONE,
        "malformed",
    ),
    "closing mark without a finish": (HELLO + DONE, "truncated"),
    "clean end without a finish": (HELLO, "truncated"),
    "finish unknown": (HELLO + event(delta("", "eos_token_maybe")) + DONE, "malformed"),
    "finish a number": (HELLO + event(delta("", finish_reason=1)) + DONE, "malformed"),
    "finish length": (HELLO + event(delta("", "length")) + DONE, "truncated"),
    "two finishes": (HELLO + event(delta("", "stop")) + event(delta("", "length")) + DONE, "malformed"),
    "text after the finish": (HELLO + STOP + HELLO + DONE, "malformed"),
    "NaN log probabilities": (event(delta("您好", logprobs=float("nan"))) + STOP + DONE, "malformed"),
    "bytes that are no UTF-8": (HELLO.replace("好".encode(), b"\xff\xfe") + STOP + DONE, "malformed"),
    "half a surrogate": (event(delta("X")).replace(b'"X"', rb'"\ud800"') + STOP + DONE, "malformed"),
    "deep nesting": (event(b'{"choices":' + b"[" * 5000 + b"]" * 5000 + b"}") + DONE, "malformed"),
    "error in the midst": (HELLO + event(b'{"error":{"message":"overloaded"}}'), "unavailable"),
}
CASES = [(False, name, *case) for name, case in BROKEN_WHOLE.items()] + [
    (True, name, *case) for name, case in BROKEN_STREAM.items()
]


@pytest.mark.parametrize(
    ("stream", "body", "code"),
    [
        pytest.param(stream, body, code, id=f"{'stream' if stream else 'whole'}: {name}")
        for stream, name, body, code in CASES
    ],
)
@respx.mock
async def test_what_is_no_answer_is_not_taken_for_one(*, stream: bool, body: bytes, code: str) -> None:
    """Every broken answer is a `ModelError` with its reason, and quotes nothing of what was sent or received (R19)."""
    respx.post(URL).respond(content=body)
    with pytest.raises(ModelError) as caught:
        await ask(stream=stream)
    error: BaseException | None = caught.value
    assert caught.value.code == code
    assert caught.value.detail
    while error is not None:
        told = f"{error!r}"
        assert not any(canary in told for canary in (KEY, SECRET, "您好", "login", "overloaded"))
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(
    ("stream", "body"),
    [
        (False, dumped(completion("部分", finish_reason="content_filter"))),
        (False, dumped(completion(None, finish_reason="content_filter"))),
        (False, dumped(completion("", message={"content": None, "refusal": "I cannot."}))),
        (True, HELLO + event(delta("", "content_filter")) + DONE),
        (True, event(delta(None, delta={"refusal": "I cannot."})) + STOP + DONE),
    ],
)
@respx.mock
async def test_a_filtered_answer_is_a_refusal(*, stream: bool, body: bytes) -> None:
    """When the server's own filter ends an answer, that is a reply, `refused`, and no failure of the server (R20)."""
    respx.post(URL).respond(content=body)
    assert (await ask(stream=stream))[0].refused


@pytest.mark.parametrize("stream", [False, True])
@respx.mock
async def test_a_filtered_question_is_a_refusal(*, stream: bool) -> None:
    """Some servers filter the question and say so with status 400: a refusal too, not a wrong set-up."""
    respx.post(URL).respond(400, json={"error": {"code": "content_filter", "message": SECRET}})
    assert await ask(stream=stream) == (ModelReply("", "m", refused=True), [])


@pytest.mark.parametrize(
    "usage", [None, [], {}, {"prompt_tokens": "9", "completion_tokens": -1}, {"prompt_tokens": 1e99}]
)
@respx.mock
async def test_nonsense_in_the_usage_costs_no_answer(usage: Any) -> None:
    """A good answer with a bad token count is a good answer with the count 0."""
    respx.post(URL).respond(content=dumped(completion("您好") | {"usage": usage}))
    assert (await ask(stream=False))[0] == ModelReply("您好", "m")


STATUSES = [
    (301, "", "misconfigured"), (302, "", "misconfigured"), (307, "", "misconfigured"), (308, "", "misconfigured"),
    (400, "model_not_found", "misconfigured"), (400, "invalid_api_key", "misconfigured"),
    (400, "context_length_exceeded", "too_large"), (400, "", "malformed"), (422, "", "malformed"),
    (401, "", "misconfigured"), (402, "", "misconfigured"), (403, "", "misconfigured"), (404, "", "misconfigured"),
    (405, "", "misconfigured"), (408, "", "unavailable"), (409, "", "unavailable"), (413, "", "too_large"),
    (429, "", "rate_limited"), (429, "insufficient_quota", "rate_limited"), (500, "", "unavailable"),
    (502, "", "unavailable"), (503, "", "unavailable"), (504, "", "unavailable"), (529, "", "unavailable"),
]  # fmt: skip


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("code", "name", "expected"), STATUSES)
@respx.mock
async def test_statuses(*, stream: bool, code: int, name: str, expected: str) -> None:
    """Each error status has its reason; the server is called once, and its words are not repeated (R17, R25)."""
    route = respx.post(URL).respond(
        code,
        json={"error": {"code": name, "message": SECRET}},
        headers={"location": "https://elsewhere.invalid/"},
    )
    with pytest.raises(ModelError) as caught:
        await ask(stream=stream)
    assert caught.value.code == expected
    assert route.call_count == 1
    assert SECRET not in repr(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1"}, 1.0),
        ({"retry-after": " 2.5 "}, 2.5),
        ({"retry-after": "9999"}, 9999.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": formatdate(NOW + 30, usegmt=True)}, 30.0),
        ({"retry-after": formatdate(NOW - 30, usegmt=True)}, None),
        ({"retry-after": "Fri, 31 Feb 2026 99:99:99 GMT"}, None),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9.0),
    ],
)
def test_retry_after(headers: dict[str, str], expected: float | None) -> None:
    """Milliseconds, seconds and dates are understood; what makes no sense counts as nothing said (R16)."""
    assert retry_after_s(headers, NOW) == expected


@respx.mock
async def test_retry_after_travels_with_the_error() -> None:
    """The flow learns from the error how long the server wants to be left alone."""
    respx.post(URL).respond(429, headers={"Retry-After": "7"})
    with pytest.raises(ModelError) as caught:
        await ask(stream=False)
    assert caught.value.retry_after_s == 7.0


@pytest.mark.parametrize(
    ("base_url", "key"),
    [("ftp://model.invalid/v1", KEY), ("model.invalid", KEY), (BASE, KEY + "\n"), (BASE, "密钥")],
)
async def test_an_address_or_key_that_cannot_be_used(base_url: str, key: str) -> None:
    """A wrong setting is `misconfigured`, and the error does not show the key (R25)."""
    model = OpenAIModel(base_url, key)
    with pytest.raises(ModelError) as caught:
        await model.complete(CALL)
    await model.close()
    assert caught.value.code == "misconfigured"
    assert key.strip() not in repr(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


LOGGED_CALL = f"""
import asyncio, logging, sys
logging.basicConfig(level=logging.DEBUG)
from service.adapters.openai_model import OpenAIModel
from service.core.messages import Message
from service.errors import ModelError
from service.ports import ModelCall
async def main():
    model = OpenAIModel(sys.argv[1], "{KEY}")
    for _ in range(2):
        try:
            reply = await model.complete(ModelCall("m", (Message("user", "{SECRET}"),), 0.3, 100, 5.0))
            print(len(reply.text))
        except ModelError as error:
            logging.exception("failed")
            print(error.code)
    await model.close()
asyncio.run(main())
"""


async def test_openai_log_debug_shows_no_text() -> None:
    """With OPENAI_LOG=debug and every logger at debug, the SDK is silent; no key, draft or answer is written (R51)."""
    replies = [fixed("机密答复"), status(500, body=b'{"error":{"message":"\xe6\x9c\xba\xe5\xaf\x86"}}')]
    async with FakeModel(lambda request, index: replies[index](request, index)) as fake:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", LOGGED_CALL, fake.base_url,
            env=os.environ | {"OPENAI_LOG": "debug"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        output = (await process.communicate())[0].decode()
    assert output.count("failed") == 1
    assert "unavailable" in output
    # Not even what the SDK holds to be harmless: that changes between its versions.
    assert ":openai." not in output
    assert " openai." not in output
    assert not any(canary in output for canary in (KEY, SECRET, "机密"))


def test_no_model_no_import() -> None:
    """A command that needs no model does not pay for loading the SDK."""
    code = "import sys, service.adapters.openai_model; sys.exit('openai' in sys.modules or 'httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
