"""The documentation of the contract and of the problems for people, and the files that these pages use."""

from pathlib import Path

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from service.errors import NotFound
from service.web.console import PAGE_HEADERS
from service.web.docs_html import contract_page, problems_page

_STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


def page_routes() -> list[HTTPRouteHandler]:
    """The routes; everything is read and rendered once, here."""
    files = {path.name: path.read_bytes() for path in sorted(_STATIC.iterdir()) if path.suffix in _TYPES}
    contract = contract_page().encode()
    problems = problems_page().encode()

    @get("/docs", sync_to_thread=False)
    def docs() -> ASGIResponse:
        return _page(contract)

    @get("/docs/problems", sync_to_thread=False)
    def problem_list() -> ASGIResponse:
        return _page(problems)

    @get("/static/{name:str}", sync_to_thread=False)
    def static(name: FromPath[str]) -> ASGIResponse:
        if name not in files:
            raise NotFound("There is no such file.")
        return _page(files[name], _TYPES[Path(name).suffix])

    return [docs, problem_list, static]


def _page(body: bytes, media_type: str = _TYPES[".html"]) -> ASGIResponse:
    return ASGIResponse(body=body, media_type=media_type, headers=dict(PAGE_HEADERS))
