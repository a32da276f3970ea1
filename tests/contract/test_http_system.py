"""Health, metrics, the contract, and the pages for people."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from litestar.testing import AsyncTestClient

from service.web.app import CoachApp
from service.web.documents import render_openapi, render_problems
from service.web.openapi import OPERATIONS, build
from service.web.problems import PROBLEMS
from service.web.system import ReadyOut
from tests.kit.app import STAMP, Bench, FakeReadiness

ROOT = Path(__file__).parents[2]
Client = AsyncTestClient[CoachApp]
PAGES = ["/", "/docs", "/docs/problems"]
LOADED = [*PAGES, "/console/example.html"]


@pytest.fixture
def bench() -> Bench:
    """The application on fakes."""
    return Bench()


@pytest.fixture
async def client(bench: Bench) -> AsyncIterator[Client]:
    """A client of it."""
    async with AsyncTestClient(bench.app) as made:
        yield made


async def test_a_live_process_says_so(client: Client) -> None:
    """200 as long as the process answers, whatever else is wrong."""
    assert (await client.get("/health/live")).json() == {"status": "live"}


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ({}, "ready"),
        ({"model": "up"}, "ready"),
        ({"model": "open"}, "degraded"),
        ({"model": "down"}, "degraded"),
        ({"cache": "down"}, "degraded"),
        ({"jobs": "down"}, "degraded"),
        ({"reload_error": "rules/a.yaml:1:1: wrong"}, "degraded"),
    ],
)
async def test_trouble_outside_is_degraded_and_still_200(
    client: Client, bench: Bench, state: dict[str, Any], status: str
) -> None:
    """No load balancer takes a service out that still answers every check and rewrite."""
    bench.coach.readiness = now = FakeReadiness(**state)
    answer = await client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": status,
        "cache": now.cache,
        "jobs": now.jobs,
        "model": now.model,
        "policy": {"version": STAMP.version, "reload_error": now.reload_error},
    }
    ReadyOut.model_validate(answer.json())


@pytest.mark.parametrize("phase", ["starting", "stopping"])
async def test_a_service_that_comes_or_goes_is_not_ready(client: Client, bench: Bench, phase: Any) -> None:
    """503 with Retry-After while starting and stopping; the process is live all the same."""
    bench.coach.readiness = FakeReadiness(phase=phase)
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert answer.headers["retry-after"] == "1"
    assert (await client.get("/health/live")).status_code == 200


async def test_the_metrics_show_what_is_wrong(client: Client, bench: Bench) -> None:
    """An alarm can be set on the cache, the model, and on policy and key files that do not load."""
    bench.coach.readiness = FakeReadiness(cache="down", model="open", reload_error="rules/a.yaml:1:1: wrong")
    bench.keys.error = "wrong"
    answer = await client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    for line in (
        "cache_up 0.0",
        "jobs_up 1.0",
        "model_up 0.0",
        "policy_reload_failed 1.0",
        "keys_reload_failed 1.0",
    ):
        assert f"\ncoach_{line}\n" in answer.text


async def test_the_contract_is_served_and_kept(client: Client) -> None:
    """`/openapi.yaml` is the file of the repository, to the byte (`make openapi` writes it)."""
    answer = await client.get("/openapi.yaml")
    assert answer.status_code == 200
    assert answer.text == render_openapi() == (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    assert "话术教练" in answer.text


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(_references, value.values()))
    return set[str]().union(*map(_references, value)) if isinstance(value, list) else set()


def test_the_contract_refers_to_nothing_that_is_not_there() -> None:
    """Every reference resolves and every schema is used, so that generators of clients can rely on it."""
    document = yaml.safe_load(render_openapi())
    assert document["openapi"].startswith("3.1.")
    references = _references(document)
    for reference in references:
        target = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert schemas <= references


def test_every_failure_is_documented() -> None:
    """Each operation names an operation id, and each of its problems under the problem's status."""
    document = build()
    ids = []
    for operation in OPERATIONS:
        described = document["paths"][operation.path][operation.method.lower()]
        ids.append(described["operationId"])
        for code in operation.errors:
            status = PROBLEMS[code].status
            answer = described["responses"][str(status)]
            assert f"`{code}`" in answer["description"]
            as_text = operation.as_form and status < 500
            assert list(answer["content"]) == ["text/plain" if as_text else "application/problem+json"]
    assert len(set(ids)) == len(ids)


def test_every_route_is_in_the_contract(bench: Bench) -> None:
    """No route is undocumented, and none documented that is not there; pages for people aside."""
    routes = {re.sub(r"\{(\w+):str\}", r"{\1}", route.path) for route in bench.app.routes}
    pages = {*PAGES, "/static/{name}", "/console/{name}"}
    assert routes - pages == {operation.path for operation in OPERATIONS}


def test_the_problems_have_their_document() -> None:
    """`docs/problems.md` has a section for each type, written from the table (`make openapi`)."""
    text = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    assert text == render_problems()
    assert [code for code in PROBLEMS if f"\n## {code}\n" not in text] == []


async def test_the_type_of_a_problem_leads_to_its_page(client: Client) -> None:
    """Following `type` from a problem shows what it means."""
    kind = (await client.get("/nothing")).json()["type"]
    page, _, fragment = kind.partition("#")
    answer = await client.get(page)
    assert answer.status_code == 200
    assert f'id="{fragment}"' in answer.text


@pytest.mark.parametrize("path", LOADED)
async def test_pages_are_safe_and_whole(client: Client, path: str) -> None:
    """Pages run no inline script or style, cannot be framed, and load everything from here."""
    answer = await client.get(path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(
        r"<style|style=|<script(?! (?:type=\"module\" )?src=\"/(?:static|console)/)|\son\w+=|https?://",
        answer.text,
    )
    for address in re.findall(r'(?:src|href)="(/[^"#]*)', answer.text):
        assert (await client.get(address)).status_code == 200


async def test_the_start_page_is_the_console(client: Client) -> None:
    """A visitor finds reply, manual and bulk pages, the documentation and health, in Chinese with English beside it."""
    text = (await client.get("/")).text
    assert '<html lang="zh-CN">' in text
    for words in ("写回复", "改写", "手册", "批量", "接口文档", "/docs", "/health/ready", 'lang="en"'):
        assert words in text


async def test_the_documentation_shows_every_call(client: Client) -> None:
    """Each operation stands on `/docs` with a form to try it, its example a body that is taken."""
    text = (await client.get("/docs")).text
    for operation in OPERATIONS:
        assert f'id="{operation.id}"' in text
        if operation.example:
            answer = await client.post(operation.path, json=dict(operation.example))
            assert answer.status_code == operation.status


@pytest.mark.parametrize("name", ["app.py", "..%2fapp.py", "%2e%2e", "site.css%00", ".", "index.html.bak"])
async def test_no_other_file_is_served(client: Client, name: str) -> None:
    """Only the files of the pages are served; a path cannot climb out."""
    answer = await client.get(f"/static/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/nothing", "/check/more", "/policy/rules/a/b", "/%ff", "/%00", "/a" * 2000]
)
async def test_an_unknown_path_is_a_problem(client: Client, path: str) -> None:
    """404 in the same shape as everything else."""
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
