"""JSON that readers disagree about is no JSON here, and a body has a time and a size."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from service.errors import BadJson, BadMediaType, DraftTooLong
from service.web import body
from service.web.body import MAX_BODY_BYTES, decode, read_body, require_json

REFUSED = {
    "duplicate": b'{"a":1,"a":2}',
    "duplicate deep": b'{"x":[{"a":{"b":1,"b":2}}]}',
    "duplicate escaped": rb'{"a":1,"\u0061":2}',
    "nesting": b"[" * 100_000,
    "nesting closed": b"[" * 1000 + b"]" * 1000,
    "nan": b'{"a":NaN}',
    "infinity": b'{"a":-Infinity}',
    "digits": b'{"a":' + b"9" * 10_000 + b"}",
    "mark": b'\xef\xbb\xbf{"a":1}',
    "utf-16": '{"a":1}'.encode("utf-16"),
    "bytes": b'{"a":"\xff"}',
    "high surrogate": rb'{"a":"\ud800"}',
    "low surrogate": rb'{"a":"\udc00 "}',
    "surrogate key": rb'{"\ud800":1}',
    "raw surrogate": b'{"a":"\xed\xa0\x80"}',
    "overlong": b'{"a":"\xc0\xaf"}',
    "junk": b'{"a":1} x',
    "two": b"{}{}",
    "comma": b'{"a":1,}',
    "comment": b"{} // x",
    "single quotes": b"{'a':1}",
    "control": b'{"a":"\n"}',
    "zero": b'{"a":01}',
    "absent": b"",
    "space": b" \n",
    "cut": b'{"draft":"',
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED.keys())
def test_doubtful_json_is_refused(raw: bytes) -> None:
    """What two JSON libraries read differently, or one not at all, is never half understood."""
    with pytest.raises(BadJson) as raised:
        decode(raw)
    assert "\n" not in raised.value.detail


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ('{"a":"您好😊"}'.encode(), {"a": "您好😊"}),
        (rb'{"a":"\ud83d\ude0a\u0000"}', {"a": "😊\0"}),
        (b' {"a" : [1, -0.5, 1e3, true, null] }\r\n', {"a": [1, -0.5, 1000.0, True, None]}),
        (b"[" * 150 + b"]" * 150, None),
        (b'{"a":' + b"9" * 1000 + b"}", {"a": int("9" * 1000)}),
    ],
)
def test_json_is_read(raw: bytes, value: Any) -> None:
    """Whatever JSON allows is taken: escapes, emoji, NUL, deep lists, long numbers."""
    read = decode(raw)
    assert value is None or read == value


def test_a_mistake_does_not_repeat_the_body() -> None:
    """The place of a mistake is told, the words there are not: a key may be a customer's text."""
    with pytest.raises(BadJson) as raised:
        decode(b'{"13800138017":1,"13800138017":2}')
    assert "138" not in raised.value.detail


@pytest.mark.parametrize(
    "kind",
    [
        b"application/json",
        b"application/json; charset=utf-8",
        b"Application/JSON;Charset=UTF-8",
        b'application/json ; charset="utf-8"',
    ],
)
def test_json_may_be_declared_in_these_ways(kind: bytes) -> None:
    """The media type counts whatever its case and spaces, with UTF-8 named or not."""
    require_json(kind, None)
    require_json(kind, b"identity")


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [
        (None, None),
        (b"", None),
        (b"text/plain", None),
        (b"application/jsonx", None),
        (b"application/problem+json", None),
        (b"application/json; charset=utf-16", None),
        (b"application/json; charset=gbk", None),
        (b"application/json; version=1", None),
        (b"application/x-www-form-urlencoded", None),
        (b"application/json", b"gzip"),
    ],
)
def test_anything_else_is_not_read(kind: bytes | None, encoding: bytes | None) -> None:
    """A body in another form, charset or compression is refused before it is read."""
    with pytest.raises(BadMediaType):
        require_json(kind, encoding)


class Sender:
    """Hands out messages one by one; after the last it waits for ever, and it may wait before each."""

    def __init__(self, parts: Iterable[bytes], *, pause: bool = False, end: bool = True) -> None:
        parts = list(parts)
        self.left = [
            {"type": "http.request", "body": part, "more_body": not end or number < len(parts)}
            for number, part in enumerate(parts, 1)
        ]
        self.pause = pause

    async def __call__(self) -> Any:
        """The next message."""
        if self.pause:
            await asyncio.sleep(0)
        if not self.left:
            await asyncio.Event().wait()
        return self.left.pop(0)


@pytest.mark.parametrize("pause", [False, True])
@pytest.mark.parametrize("parts", [[b"{}"], [b"{", b"}"], [b"", b"{}", b""]])
async def test_a_body_may_come_in_pieces(*, parts: list[bytes], pause: bool) -> None:
    """However the network cuts it, the body is what was sent."""
    assert await read_body(Sender(parts, pause=pause), None) == b"{}"


@pytest.mark.parametrize("pause", [False, True])
async def test_the_size_is_counted_while_reading(*, pause: bool) -> None:
    """Without a length, or with a false one, no more than 1 MiB is kept."""
    half = b"x" * (MAX_BODY_BYTES // 2)
    assert len(await read_body(Sender([half, half], pause=pause), b"3")) == MAX_BODY_BYTES
    with pytest.raises(DraftTooLong):
        await read_body(Sender([half, half, b"x", b"never read"], pause=pause), None)
    with pytest.raises(DraftTooLong):
        await read_body(Sender([half + half + b"x"], pause=pause), None)


async def test_a_length_too_large_is_refused_unread() -> None:
    """Who announces too much need not send it."""
    with pytest.raises(DraftTooLong):
        await read_body(Sender([]), str(MAX_BODY_BYTES + 1).encode())


@pytest.mark.parametrize("parts", [[], [b"{"]])
async def test_a_body_that_does_not_come_is_given_up(
    parts: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that stops in the middle holds nothing for longer than the deadline."""
    monkeypatch.setattr(body, "READ_WITHIN_S", 0.05)
    with pytest.raises(BadJson, match="did not arrive"):
        async with asyncio.timeout(5):
            await read_body(Sender(parts, end=False), None)


async def test_a_client_that_goes_away_ends_the_reading() -> None:
    """A disconnect in the middle of a body is no body."""
    sender = Sender([b"{"], end=False)
    sender.left.append({"type": "http.disconnect"})
    with pytest.raises(BadJson):
        await read_body(sender, None)


async def test_a_cancelled_reading_stops_at_once() -> None:
    """A server that shuts down is not held up by a body that never comes."""
    task = asyncio.create_task(read_body(Sender([]), None))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
