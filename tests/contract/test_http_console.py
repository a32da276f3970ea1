"""The files of the console over HTTP: what they are, how long they may be kept, and who may load them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from litestar.testing import AsyncTestClient

from service.web.app import CoachApp
from tests.kit.app import Bench

FOLDER = Path(__file__).parents[2] / "service" / "web" / "console"
SCRIPTS = sorted(path.name for path in FOLDER.glob("*.js"))
Client = AsyncTestClient[CoachApp]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A client of the application on fakes, where one other origin is allowed."""
    async with AsyncTestClient(Bench(COACH_ALLOWED_ORIGINS="https://crm.example").app) as made:
        yield made


@pytest.mark.parametrize("name", [*SCRIPTS, "console.css"])
async def test_a_file_is_sent_once(client: Client, name: str) -> None:
    """A browser asks each time and is sent a file again only when it has changed."""
    answer = await client.get(f"/console/{name}")
    assert answer.status_code == 200
    assert answer.content == (FOLDER / name).read_bytes()
    assert answer.headers["content-type"].startswith(
        "text/javascript" if name.endswith(".js") else "text/css"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"
    again = await client.get(f"/console/{name}", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await client.get(f"/console/{name}", headers={"if-none-match": '"another"'})
    assert other.status_code == 200


@pytest.mark.parametrize("path", ["/", "/console/index.html", "/console/example.html"])
async def test_a_page_is_never_stored(client: Client, path: str) -> None:
    """What stands in a page is asked for anew each time."""
    answer = await client.get(path)
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


@pytest.mark.parametrize("name", ["console.py", "..%2fapp.py", "%2e%2e", "coach.js%00", ".", "coach.js.map"])
async def test_no_other_file_is_served(client: Client, name: str) -> None:
    """Only the files of the console are served; a path cannot climb out."""
    answer = await client.get(f"/console/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_plugin_may_load_the_module(client: Client) -> None:
    """A CRM on an allowed origin may import `coach.js`; any other page may not."""
    allowed = await client.get("/console/coach.js", headers={"origin": "https://crm.example"})
    assert allowed.headers["access-control-allow-origin"] == "https://crm.example"
    other = await client.get("/console/coach.js", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_makes_nothing_of_markup(name: str) -> None:
    """No script turns a text into markup or code, names another host, or keeps what an agent typed."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function|localStorage|indexedDB|cookie"
    assert re.findall(forbidden, text) == []
    assert set(re.findall(r"https?://[^\s\"']+", text)) <= {"http://www.w3.org/2000/svg"}
    assert len(text.splitlines()) <= 300


def test_coach_js_stands_alone() -> None:
    """What a plugin loads imports nothing but its own parts, none of the console's."""
    seen, waiting = set[str](), ["coach.js"]
    while waiting:
        name = waiting.pop()
        seen.add(name)
        found = re.findall(r"from \"\./([\w.]+)\"", (FOLDER / name).read_text(encoding="utf-8"))
        waiting += [one for one in found if one not in seen]
    assert seen == {"coach.js", "insert.js", "mirror.js", "underline.js"}
