"""What the fake model server may be told to do: replies to single calls, and ready scripts made of them.

A `Script` decides about one call: it is given the request and the number of the call, from 0, and returns a `Reply`.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Request = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What to send for one call, and how: delays in seconds, `pieces` (endless if you like) `interval_s` apart.

    `framing` says how the body's end is told: `length` (needs a finite body), `chunked`, or `close`. `ending` is
    what follows the last piece: `end` finishes properly, `cut` closes, `reset` sends RST, `hang` stays silent.
    """

    pieces: Iterable[bytes] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    interval_s: float = 0.0
    framing: Literal["length", "chunked", "close"] = "length"
    ending: Literal["end", "cut", "reset", "hang"] = "end"
    silent: bool = False
    """Send nothing at all, not even a status line, before `ending`."""


Script = Callable[[Request, int], Reply]


def completion(content: Any, **changes: Any) -> dict[str, Any]:
    """A well-formed whole answer; `changes` overwrite fields of its only choice."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "fake",
        "choices": [choice | changes],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }


def event(value: Any) -> bytes:
    """One server-sent event: JSON, or bytes as they are."""
    raw = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    return b"data: " + raw + b"\n\n"


def delta(content: Any, finish: str | None = None, **changes: Any) -> dict[str, Any]:
    """One chunk of a streamed answer; `changes` overwrite fields of its only choice."""
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "model": "fake",
        "choices": [choice | changes],
    }


def events(text: str, size: int = 4) -> tuple[bytes, ...]:
    """A well-formed streamed answer, `size` characters an event, with usage and the closing mark."""
    parts = [text[i : i + size] for i in range(0, len(text), size)]
    usage = {"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7}}
    return (*(event(delta(part)) for part in parts), event(delta("", "stop")), event(usage), event(b"[DONE]"))


def answer(text: str, request: Request, **how: Any) -> Reply:
    """A good answer in the form that the request asks for."""
    if request.get("stream"):
        headers = {"content-type": "text/event-stream"}
        return Reply(events(text), **{"headers": headers, "framing": "chunked"} | how)
    return Reply((json.dumps(completion(text), ensure_ascii=False).encode(),), **how)


def fixed(text: str, delay_s: float = 0.0) -> Script:
    """Always the same text."""
    return lambda request, _: answer(text, request, delay_s=delay_s)


def echo() -> Script:
    """The content of the last message, as it came."""

    def script(request: Request, _: int) -> Reply:
        messages = request.get("messages") or [{}]
        return answer(str(messages[-1].get("content", "")), request)

    return script


def stall() -> Script:
    """Takes the request and never says a word."""
    return lambda _request, _index: Reply(silent=True, ending="hang")


def drip(text: str = "您好", size: int = 1, interval_s: float = 0.1) -> Script:
    """A good answer, `size` bytes every `interval_s` seconds."""

    def script(request: Request, _: int) -> Reply:
        whole = b"".join(answer(text, request).pieces)
        pieces = tuple(whole[i : i + size] for i in range(0, len(whole), size))
        return Reply(pieces, interval_s=interval_s, framing="chunked")

    return script


def truncate(text: str = "您好，请稍等", ending: Literal["end", "cut", "reset", "hang"] = "cut") -> Script:
    """The first half of a good answer, then `ending`."""

    def script(request: Request, _: int) -> Reply:
        whole = b"".join(answer(text, request).pieces)
        return Reply((whole[: len(whole) // 2],), framing="chunked", ending=ending)

    return script


def raw(body: bytes | Iterable[bytes], **how: Any) -> Script:
    """Exactly these bytes as the body."""
    pieces = (body,) if isinstance(body, bytes) else body
    return lambda _request, _index: Reply(pieces, **how)


def html() -> Script:
    """A web page, with status 200."""
    return raw(b"<!doctype html><title>Sign in</title>", headers={"content-type": "text/html"})


def status(
    code: int, headers: Mapping[str, str] | None = None, body: bytes = b'{"error":{"message":"no"}}'
) -> Script:
    """An error status."""
    return raw(body, status=code, headers=headers or {})


def reset() -> Script:
    """RST instead of an answer."""
    return lambda _request, _index: Reply(silent=True, ending="reset")


def sequence(*scripts: Script, then: Script | None = None) -> Script:
    """One script a call, in order; afterwards `then`, or the last one for ever."""

    def script(request: Request, index: int) -> Reply:
        chosen = scripts[index] if index < len(scripts) else (then or scripts[-1])
        return chosen(request, index)

    return script


def by_model(scripts: Mapping[str, Script]) -> Script:
    """One script for each model name."""
    return lambda request, index: scripts[str(request.get("model"))](request, index)


MODES: dict[str, Script] = {
    "fixed": fixed("您好，很抱歉给您带来不便，我马上帮您核实。"),
    "echo": echo(),
    "stall": stall(),
    "drip": drip(),
    "truncate": truncate(),
    "html": html(),
    "unavailable": status(503),
    "unauthorized": status(401),
    "limited": status(429, {"Retry-After": "1"}),
    "reset": reset(),
}
"""What `--mode` knows; a script may be given more than one name."""
