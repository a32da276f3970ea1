"""Hostile bodies against the real server: always a 4xx with a stable code, never a 500, and the next call is served."""

import gzip
import json
import time
from collections.abc import Iterator

import pytest

from service.web import body as body_reader
from tests.kit.app import Bench
from tests.kit.server import listening, talk

KIND = b"content-type: application/json\r\n"
MANY_KEYS = b"{" + b",".join(b'"%d":1' % number for number in range(95_000)) + b"}"
CUT_S = 15


@pytest.fixture(scope="module")
def bench() -> Bench:
    """The application behind the server."""
    return Bench()


@pytest.fixture(scope="module")
def port(bench: Bench) -> Iterator[int]:
    """The port it is served on."""
    with listening(bench.app) as port:
        yield port


def _post(body: bytes, headers: bytes = KIND, path: bytes = b"/check") -> bytes:
    return b"POST %s HTTP/1.1\r\nhost: coach\r\n%scontent-length: %d\r\n\r\n%s" % (
        path,
        headers,
        len(body),
        body,
    )


def _chunked(body: bytes, headers: bytes = KIND, path: bytes = b"/check") -> Iterator[bytes]:
    yield b"POST %s HTTP/1.1\r\nhost: coach\r\n%stransfer-encoding: chunked\r\n\r\n" % (path, headers)
    for at in range(0, len(body), 65_536):
        part = body[at : at + 65_536]
        yield b"%x\r\n%s\r\n" % (len(part), part)
    yield b"0\r\n\r\n"


def _told(answer: bytes) -> tuple[int, str]:
    """Status and code; every answer must be a whole problem."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    problem = json.loads(body)
    status = int(head.split()[1])
    assert problem["status"] == status
    return status, problem["code"]


HOSTILE = {
    "duplicate key": (b'{"draft":"a","draft":"b"}', "invalid_json"),
    "duplicate key deep": (b'{"draft":"a","metadata":{"x":[{"y":1,"y":2}]}}', "invalid_json"),
    "nesting 1000": (b'{"draft":' + b"[" * 1000 + b"]" * 1000 + b"}", "invalid_json"),
    "nesting 100000": (b'{"draft":' + b"[" * 100_000 + b"}", "invalid_json"),
    "nan": (b'{"draft":NaN}', "invalid_json"),
    "1e400": (b'{"draft":1e400}', "invalid_json"),
    "1e400 deep": (b'{"draft":"a","metadata":{"x":[-1e400]}}', "invalid_json"),
    "10k digits": (b'{"draft":' + b"9" * 10_000 + b"}", "invalid_json"),
    "byte order mark": (b'\xef\xbb\xbf{"draft":"a"}', "invalid_json"),
    "invalid utf-8": (b'{"draft":"\xff\xfe"}', "invalid_json"),
    "lone surrogate": (rb'{"draft":"\ud800"}', "invalid_json"),
    "trailing junk": (b'{"draft":"a"}]', "invalid_json"),
    "empty": (b"", "invalid_json"),
    "NUL": (b"\0", "invalid_json"),
    "utf-16": ('{"draft":"a"}'.encode("utf-16"), "invalid_json"),
    "95k keys": (MANY_KEYS, "invalid_body"),
    "95k nested keys": (b'{"draft":"a","context":' + MANY_KEYS + b"}", "invalid_body"),
    "100k turns": (b'{"draft":"a","context":{"history":[' + b"1," * 99_999 + b"1]}}", "invalid_body"),
    "array": (b"[]", "invalid_body"),
    "prototype": (b'{"draft":"a","__proto__":{}}', "invalid_body"),
    "invisible": (('{"draft":"' + "\u200b\U000e0041" * 10_000 + '"}').encode(), "invalid_body"),
}


@pytest.mark.parametrize("path", [b"/check", b"/rewrite"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_json_is_refused(port: int, bench: Bench, name: str, path: bytes) -> None:
    """Whole or in chunks, the answer is 400 with the same code, and nothing reaches the coach."""
    body, code = HOSTILE[name]
    before = len(bench.coach.drafts)
    assert _told(talk(port, _post(body, path=path))) == (400, code)
    assert _told(talk(port, *_chunked(body, path=path))) == (400, code)
    assert len(bench.coach.drafts) == before


@pytest.mark.parametrize(
    "headers",
    [
        b"",
        b"content-type: text/plain\r\n",
        b"content-type: application/json; charset=utf-16\r\n",
        b"content-type: application/x-msgpack\r\n",
        KIND + b"content-encoding: gzip\r\n",
    ],
)
def test_another_form_is_415(port: int, headers: bytes) -> None:
    """No, a wrong or a doubtful content type, and a compressed body, are refused unread."""
    body = gzip.compress(b'{"draft":"a"}') if b"gzip" in headers else b'{"draft":"a"}'
    assert _told(talk(port, _post(body, headers))) == (415, "unsupported_media_type")


def test_eleven_megabytes_are_413(port: int) -> None:
    """A body that announces too much is refused, and the client can read why although it went on sending."""
    assert _told(talk(port, _post(b"x" * 11_000_000))) == (413, "too_large")


def test_thirty_chunked_megabytes_are_413(port: int, bench: Bench) -> None:
    """A body without a length is counted while it comes, and no more than 1 MiB of it is kept."""
    assert _told(talk(port, *_chunked(b" " * 30_000_000))) == (413, "too_large")


def test_half_a_million_keys_are_413(port: int) -> None:
    """An object of 500,000 keys is over the size of a body, whole or in chunks, and is not taken apart."""
    crowd = b"{" + b",".join(b'"%d":1' % number for number in range(500_000)) + b"}"
    assert _told(talk(port, _post(crowd))) == (413, "too_large")
    assert _told(talk(port, *_chunked(crowd))) == (413, "too_large")


def test_two_lengths_are_refused(port: int) -> None:
    """Content-Length beside Transfer-Encoding, or two lengths, may hide a second request: the server hangs up."""
    smuggled = b"0\r\n\r\nGET /policy HTTP/1.1\r\nhost: coach\r\n\r\n"
    both = (
        b"POST /check HTTP/1.1\r\nhost: coach\r\n"
        + KIND
        + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    two = (
        b"POST /check HTTP/1.1\r\nhost: coach\r\n"
        + KIND
        + b"content-length: 5\r\ncontent-length: 6\r\n\r\nabcdef"
    )
    for raw in (both + smuggled, two):
        assert _told(talk(port, raw)) == (400, "invalid_body")


@pytest.mark.parametrize(
    "raw", [b"\x16\x03\x01\x02\x00\x01\x00", b"HELLO\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
)
def test_what_is_no_http_is_refused_in_our_shape(port: int, raw: bytes) -> None:
    """A client that speaks something else, TLS for instance, is told so and hung up on."""
    assert _told(talk(port, raw)) == (400, "invalid_body")


@pytest.mark.parametrize(
    "path", [b"//policy", b"/static/../policy", b"/%2e%2e/policy", b"/static/..%2f..%2fapp.py"]
)
def test_a_crooked_path_leads_nowhere_else(port: int, path: bytes) -> None:
    """Dots and doubled slashes climb nowhere: what is answered is what that path means, or 404."""
    answer = talk(port, b"GET %s HTTP/1.1\r\nhost: coach\r\n\r\n" % path)
    assert answer.split()[1] in (b"200", b"404")
    assert b"import" not in answer


def test_a_half_body_is_cut_off(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that stops in the middle of its body is answered within the deadline, others meanwhile at once."""
    assert body_reader.READ_WITHIN_S <= CUT_S
    monkeypatch.setattr(body_reader, "READ_WITHIN_S", 0.3)
    started = time.monotonic()
    half = b"POST /check HTTP/1.1\r\nhost: coach\r\n" + KIND + b"content-length: 100\r\n\r\n{"
    assert _told(talk(port, half)) == (400, "invalid_json")
    assert time.monotonic() - started < 0.9 + 0.3


def test_the_server_is_none_the_worse(port: int, bench: Bench) -> None:
    """After all of this a plain check is answered, nothing was logged as a mistake of ours, and every line is short."""
    answer = talk(port, _post('{"draft":"您好"}'.encode()))
    assert answer.split()[1] == b"200"
    lines = bench.log_lines()
    assert [line for line in lines if line["level"] == "error"] == []
    assert max(map(len, bench.log().splitlines())) < 2000
