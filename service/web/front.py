"""What happens to every request before and after its route: id, access, headers, log line and metrics."""

import re
import secrets
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter
from typing import Any, cast

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from service.adapters.telemetry import Served, Telemetry
from service.core.results import Caller
from service.web.access import KEY_INSIDE, Access, is_open
from service.web.cors import Origins
from service.web.problems import MEDIA_TYPE, Told, tell

NOSNIFF = (b"x-content-type-options", b"nosniff")
NO_STORE = (b"cache-control", b"no-store")

GONE = 499
"""What is logged where nobody was left to answer."""

_METHODS = frozenset({"GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH"})
_SANE_ID = re.compile(rb"[A-Za-z0-9._:~-]{1,128}")
_CALL = "script_coach.call"


@dataclass(slots=True)
class Call(Served):
    """What a route knows of the request it answers; `caller` is None on open paths."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    caller: Caller | None = None
    error: Exception | None = None
    """What went wrong when the head of the answer was out already."""


def call_of(scope: Any) -> Call:
    """The call that a scope belongs to."""
    return cast(Call, scope[_CALL])


class Front:
    """One pass around the routes. Nothing here waits except for the caller's rate."""

    def __init__(self, access: Access, origins: Origins, telemetry: Telemetry) -> None:
        self._access = access
        self._origins = origins
        self._telemetry = telemetry
        # Unique without asking the system for randomness at each request.
        self._id_prefix = f"req_{secrets.token_hex(8)}"
        self._id_count = count(1)

    async def __call__(self, routes: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request through `routes`; whatever they raise becomes a problem."""
        started = perf_counter()
        raw: Any = scope
        headers = dict(raw["headers"])
        method = raw["method"]
        call = raw[_CALL] = Call(self._request_id(headers), method if method in _METHODS else "OTHER")
        call.headers = headers
        call.status = 0
        extra = [(b"x-request-id", call.request_id.encode()), NOSNIFF]
        asks_head = method == "HEAD"
        # Whatever may be read may be asked for without its body; many a load balancer does.
        routed: Any = {**raw, "method": "GET"} if asks_head else raw
        origin = headers.get(b"origin")
        if self._origins:
            extra += self._origins.headers(origin)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.status = message["status"]
                message["headers"] = [*message["headers"], *extra]
            elif asks_head and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        try:
            preflight = self._origins.preflight(method, headers.get(b"access-control-request-method"), origin)
            if preflight is not None:
                call.status = 204
                extra[2:] = preflight
                await send_bytes(answer, 204, b"", ())
                return
            if raw["path"] not in KEY_INSIDE and not is_open(raw["path"]):
                call.caller = await self._access.admit(headers.get(b"authorization"))
            await routes(routed, receive, answer)
        except Exception as error:
            told = tell(error, call.request_id)
            if told.status == 500:
                self._telemetry.error(call.request_id, error)
            if call.status:
                # The head is out; only hanging up can still say that something went wrong.
                raise
            await send_problem(answer, told)
        finally:
            call.route = routed.get("path_template") or "(none)"
            call.elapsed_ms = (perf_counter() - started) * 1000
            self._record(call)

    def _record(self, call: Call) -> None:
        """Count and log a call that is over."""
        call.status = call.status or GONE
        call.tenant = call.caller.tenant if call.caller is not None else None
        if call.error is not None:
            self._telemetry.error(call.request_id, call.error)
        self._telemetry.record(call)

    def _request_id(self, headers: dict[bytes, bytes]) -> str:
        sent = headers.get(b"x-request-id")
        if sent is not None and _SANE_ID.fullmatch(sent):
            return sent.decode()
        return f"{self._id_prefix}{next(self._id_count):08x}"


async def send_problem(send: Send, told: Told) -> None:
    """Send a problem."""
    await send_bytes(send, told.status, told.body, ((b"content-type", MEDIA_TYPE), NO_STORE, *told.headers))


async def send_bytes(send: Send, status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...]) -> None:
    """Send a whole answer."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body, "more_body": False})
