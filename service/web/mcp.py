"""`POST /mcp`: the Model Context Protocol over the same coach, where the extra `script-coach[mcp]` is installed.

The library brings some twenty packages and is imported at the first call: who does not use it pays nothing.
"""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from litestar.exceptions import MethodNotAllowedException
from litestar.types import Receive, Scope, Send

from service.errors import CoachError
from service.web.access import Slots
from service.web.body import MAX_BODY_BYTES, read_body
from service.web.front import Call, call_of, send_bytes
from service.web.mcp_tools import TOOLS, Tools, excuse
from service.web.seam import Coach

PATH = "/mcp"


def is_installed() -> bool:
    """Whether the library is there."""
    return find_spec("mcp") is not None


class Mcp:
    """The endpoint as an ASGI application. Every call stands alone: no session is kept."""

    def __init__(self, coach: Coach, slots: Slots, allowed_origins: Iterable[str]) -> None:
        self._tools = Tools(coach, slots)
        self._origins = frozenset(origin.encode("latin-1") for origin in allowed_origins)
        self._starting = asyncio.Lock()
        self._manager: Any = None
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one message. Raises `MethodNotAllowedException` for all but POST, and like `read_body`."""
        raw: Any = scope
        if raw["method"] != "POST":
            raise MethodNotAllowedException(headers={"allow": "POST"})
        call = call_of(scope)
        origin = call.headers.get(b"origin")
        if origin is not None and origin.lower() not in self._origins:
            # The protocol asks for it: a page in the agent's browser must not reach a service on the same machine.
            await send_bytes(send, 403, b"This origin may not call.", ((b"content-type", b"text/plain"),))
            return
        body = await read_body(receive, call.headers.get(b"content-length"))
        manager = await self._running()
        await manager.handle_request(raw, _replay(body, receive), send)

    async def close(self) -> None:
        """End what is under way."""
        self._stop.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        self._manager, self._task, self._stop = None, None, asyncio.Event()

    async def _running(self) -> Any:
        """The library's manager, begun at the first call."""
        async with self._starting:
            if self._manager is None:
                self._manager = await asyncio.to_thread(self._make)
                started = asyncio.Event()
                self._task = asyncio.create_task(self._run(started))
                await started.wait()
        return self._manager

    async def _run(self, started: asyncio.Event) -> None:
        # The library's task group must be left by the task that entered it.
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._manager.run())
            finally:
                # Whoever waits must not wait for ever; the library refuses calls when it is not running.
                started.set()
            await self._stop.wait()

    def _make(self) -> Any:
        server = import_module("mcp.server.lowlevel").Server
        managed = import_module("mcp.server.streamable_http_manager").StreamableHTTPSessionManager
        types = import_module("mcp_types")

        async def list_tools(_context: Any, _params: Any) -> Any:
            return types.ListToolsResult(tools=[types.Tool(**tool) for tool in TOOLS])

        async def call_tool(context: Any, params: Any) -> Any:
            call = call_of(context.request.scope)
            text, structured, failed = await self._call(call, params.name, params.arguments or {})
            content = [types.TextContent(type="text", text=text)]
            return types.CallToolResult(content=content, structured_content=structured, is_error=failed)

        return managed(
            server("script-coach", title="话术教练", on_list_tools=list_tools, on_call_tool=call_tool),
            json_response=True,
            stateless=True,
            max_request_body_size=MAX_BODY_BYTES,
        )

    async def _call(self, call: Call, name: str, arguments: dict[str, Any]) -> tuple[str, Any, bool]:
        """What a tool says, its JSON, and whether it failed; a failure is for the asking model to read."""
        try:
            return *(await self._tools.call(call, name, arguments)), False
        except CoachError as error:
            return excuse(error), None, True
        except Exception as error:  # noqa: BLE001 - the library would show its words to the caller
            call.error = error
            return f"服务内部出错，请凭编号 {call.request_id} 联系管理员。", None, True


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that tells the body once more, then what comes after it."""
    waiting: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Any:
        return waiting.pop() if waiting else await receive()

    return again
