"""The console at `/`, and the browser modules below `/console/` that it and a CRM's plugin are made of."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from service.errors import NotFound
from service.web.report import style_source

_FOLDER = Path(__file__).parent / "console"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
PAGE_HEADERS: Mapping[str, str] = {
    # No form is ever sent by the browser itself: without its script a page must not put a draft into an address.
    # A report that was fetched with a key is opened by the console and inherits this policy, so its one sheet is named.
    "content-security-policy": (
        f"default-src 'none'; script-src 'self'; style-src 'self' {style_source()}; img-src 'self'; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}


def console_routes() -> list[HTTPRouteHandler]:
    """The routes; every file is read once, here. A page is never stored, what it loads is asked for by its tag."""
    files = {path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES}
    tags = {name: f'"{sha256(content).hexdigest()[:20]}"' for name, content in files.items()}

    @get("/", sync_to_thread=False)
    def console() -> ASGIResponse:
        return _answer(files["index.html"], _TYPES[".html"], PAGE_HEADERS)

    @get("/console/{name:str}", sync_to_thread=False)
    def file(name: FromPath[str], request: Request[Any, Any, Any]) -> ASGIResponse:
        if name not in files:
            raise NotFound("There is no such file.")
        media_type = _TYPES[Path(name).suffix]
        if media_type == _TYPES[".html"]:
            return _answer(files[name], media_type, PAGE_HEADERS)
        # A service that was replaced must not meet the scripts of its predecessor: asked for each time, sent if new.
        headers = dict(PAGE_HEADERS) | {"cache-control": "no-cache", "etag": tags[name]}
        if tags[name] in request.headers.get("if-none-match", ""):
            return ASGIResponse(body=b"", status_code=304, headers=headers)
        return _answer(files[name], media_type, headers)

    return [console, file]


def _answer(body: bytes, media_type: str, headers: Mapping[str, str]) -> ASGIResponse:
    return ASGIResponse(body=body, media_type=media_type, headers=dict(headers))
