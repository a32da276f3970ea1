"""The application: Litestar's routes behind one front, started and stopped with the coach."""

import asyncio
from typing import Any

from litestar import Litestar, Request, Response
from litestar.enums import ScopeType
from litestar.types import ASGIApp, LifeSpanReceive, LifeSpanScope, LifeSpanSend, Receive, Scope, Send

from service.adapters.telemetry import Telemetry
from service.ports import Limits
from service.settings import Settings
from service.web.access import Access, Slots
from service.web.bulk import bulk_routes
from service.web.console import console_routes
from service.web.cors import Origins
from service.web.docs import page_routes
from service.web.documents import render_openapi
from service.web.drafts import draft_routes
from service.web.feedback import feedback_routes
from service.web.front import Front, call_of
from service.web.languagetool import languagetool_routes
from service.web.manual import manual_routes
from service.web.mcp import PATH, Mcp, is_installed
from service.web.problems import MEDIA_TYPE, tell
from service.web.seam import Coach, Keys
from service.web.states import States
from service.web.suggest import suggest_routes
from service.web.system import system_routes, watch


class CoachApp(Litestar):
    """Litestar with the front before its router, so that unknown paths and wrong methods pass it too.

    `hot` are handlers by exact path that the front calls itself: routing costs as much as a check.
    """

    __slots__ = ("front", "hot")

    front: Front
    hot: dict[str, ASGIApp]

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        """Serve HTTP through the front; start and stop as Litestar does."""
        if scope["type"] == ScopeType.HTTP:
            raw: Any = scope
            handler: Any = self.hot.get(raw["path"])
            if handler is None:
                handler = super().__call__
            else:
                raw["path_template"] = raw["path"]
            await self.front(handler, raw, receive, send)  # type: ignore[arg-type]
        else:
            await super().__call__(scope, receive, send)


def create_app(
    coach: Coach, settings: Settings, keys: Keys, limits: Limits, telemetry: Telemetry
) -> CoachApp:
    """The application over one coach; it starts the coach, and closes it and the log at the end."""
    slots = Slots(settings.max_in_flight)
    access = Access(keys, limits)
    drafts = [*draft_routes(coach, slots), *suggest_routes(coach, slots)]
    mcp = Mcp(coach, slots, settings.allowed_origins) if is_installed() else None
    watches: list[asyncio.Task[None]] = []

    async def start() -> None:
        await coach.start()
        watches.append(asyncio.create_task(States(coach, keys, telemetry).watch()))

    async def close() -> None:
        for watch_ in watches:
            watch_.cancel()
        await asyncio.gather(*watches, return_exceptions=True)
        if mcp is not None:
            await mcp.close()
        await coach.close()
        telemetry.lines.close()

    app = CoachApp(
        [
            *drafts,
            *bulk_routes(coach, settings.max_upload_bytes, telemetry),
            *feedback_routes(telemetry),
            *languagetool_routes(coach, access),
            *manual_routes(coach),
            *system_routes(coach, telemetry, render_openapi()),
            *console_routes(),
            *page_routes(),
        ],
        on_startup=[start],
        on_shutdown=[close],
        exception_handlers={Exception: _answer_exceptions(telemetry)},
        # Litestar's own document, log and body limit are replaced by ours.
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
    )
    app.hot = {path: route.fn for route in drafts for path in route.paths}
    if mcp is not None:
        app.hot[PATH] = mcp
    app.front = Front(access, Origins(settings.allowed_origins), telemetry)
    watch(telemetry.registry, coach, slots, keys)
    return app


def _answer_exceptions(telemetry: Telemetry) -> Any:
    """The one handler: every exception becomes a problem, and what nobody foresaw is logged."""

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        request_id = call_of(request.scope).request_id
        told = tell(error, request_id, in_body=request.method != "GET")
        if told.status == 500:
            telemetry.error(request_id, error)
        headers = {name.decode(): value.decode("latin-1") for name, value in told.headers}
        return Response(
            told.body,
            status_code=told.status,
            media_type=MEDIA_TYPE.decode(),
            headers=headers | {"cache-control": "no-store"},
        )

    return answer
