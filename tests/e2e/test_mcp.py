"""The Model Context Protocol's own client against our endpoint, over the real wire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from service.core.results import Caller
from tests.kit.app import Bench, FakeCoach, FakeKeys, FakeLimits
from tests.kit.server import listening

pytest.importorskip("mcp")
httpx2 = pytest.importorskip("httpx2")
SHOP = Caller("shop", frozenset({"default"}), b"1" * 32, 60)
HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}  # fmt: skip
TAKEN = {"accept": "application/json, text/event-stream"}


@asynccontextmanager
async def _client(bench: Bench, key: str = "k1") -> AsyncIterator[Any]:
    from mcp import Client  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415
    from mcp.client.streamable_http import (  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415
        streamable_http_client,
    )

    with listening(bench.app) as port:
        headers = {"authorization": f"Bearer {key}"}
        async with (
            httpx2.AsyncClient(headers=headers, trust_env=False) as http,
            Client(streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=http)) as client,
        ):
            yield client


def _bench(coach: FakeCoach | None = None, **more: Any) -> Bench:
    return Bench(coach, keys=FakeKeys({"k1": SHOP}), **more)


async def test_a_model_finds_three_tools() -> None:
    """A client sees the tools, what they take and that they change nothing."""
    async with _client(_bench()) as client:
        tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == ["check_reply", "rewrite_reply", "suggest_reply"]
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert set(tools[1].input_schema["properties"]) == {
        "draft", "customer_message", "channel", "scenario", "mode",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tool", "path", "arguments", "body", "says"),
    [
        (
            "check_reply", "/check", {"draft": "不知道", "customer_message": "到哪了"},
            {"draft": "不知道", "context": {"customer_message": "到哪了"}}, "不能发送",
        ),
        (
            "rewrite_reply", "/rewrite", {"draft": "不知道", "channel": "chat", "mode": "minimal"},
            {"draft": "不知道", "context": {"channel": "chat"}, "mode": "minimal"}, "很抱歉，我帮您核实一下。",
        ),
        (
            "suggest_reply", "/suggest", {"customer_message": "到哪了"}, {"customer_message": "到哪了"},
            "1. 很抱歉，我帮您核实一下。",
        ),
    ],
)  # fmt: skip
async def test_a_tool_answers_like_its_call(
    tool: str, path: str, arguments: dict[str, str], body: dict[str, Any], says: str
) -> None:
    """A tool gives the JSON of the HTTP call for programs and a short Chinese text for people."""
    bench = _bench()
    async with _client(bench) as client:
        answer = await client.call_tool(tool, arguments)
    assert not answer.is_error
    assert answer.content[0].text.startswith(says)
    with listening(_bench().app) as port:
        async with httpx.AsyncClient(trust_env=False) as http:
            told = await http.post(
                f"http://127.0.0.1:{port}{path}", json=body, headers={"authorization": "Bearer k1"}
            )
    assert answer.structured_content == told.json()
    asked, caller = bench.coach.drafts[0]
    assert caller == SHOP
    assert asked.mode == arguments.get("mode", "polish")


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("check_reply", {"draft": " "}, "draft"),
        ("check_reply", {"draft": "好", "channel": "fax"}, "channel"),
        ("check_reply", {"draft": "好", "engine": "model"}, "engine"),
        ("rewrite_reply", {}, "draft"),
        ("suggest_reply", {"customer_message": "好", "scenario": "none"}, "cannot-answer-now"),
        ("no_such_tool", {}, "没有这个工具"),
    ],
)
async def test_a_model_is_told_what_it_did_wrong(tool: str, arguments: dict[str, str], says: str) -> None:
    """A wrong call names the place, so that the model that asked can mend it."""
    async with _client(_bench()) as client:
        answer = await client.call_tool(tool, arguments)
    assert answer.is_error
    assert says in answer.content[0].text


async def test_a_mistake_of_ours_shows_nothing() -> None:
    """What goes wrong inside is logged under the request's id and not told."""
    bench = _bench(FakeCoach(fails=RuntimeError("secret words")))
    async with _client(bench) as client:
        answer = await client.call_tool("check_reply", {"draft": "好"})
    assert answer.is_error
    assert "secret" not in answer.content[0].text
    assert b"RuntimeError" in bench.log()


async def test_who_has_no_key_gets_nothing() -> None:
    """The endpoint is behind the keys and the rate like every other, and keeps no session."""
    limits = FakeLimits([0.0, 0.0, 5.0])
    with listening(_bench(limits=limits).app) as port:
        url = f"http://127.0.0.1:{port}/mcp"
        async with httpx.AsyncClient(trust_env=False, headers=TAKEN) as http:
            assert (await http.post(url, json=HELLO)).status_code == 401
            key = {"authorization": "Bearer k1"}
            hello = await http.post(url, json=HELLO, headers=key)
            assert hello.json()["result"]["serverInfo"]["name"] == "script-coach"
            assert "mcp-session-id" not in hello.headers
            assert (await http.get(url, headers=key)).status_code == 405
            assert (await http.post(url, json=HELLO, headers=key)).status_code == 429


@pytest.mark.parametrize(
    ("origin", "status"), [("https://evil.example.com", 403), ("https://crm.example.com", 200)]
)
async def test_pages_of_other_origins_stay_out(origin: str, status: int) -> None:
    """A page that an agent happens to visit cannot speak to the endpoint; one that is named can."""
    with listening(Bench(allowed_origins=("https://crm.example.com",)).app) as port:
        async with httpx.AsyncClient(trust_env=False, headers=TAKEN) as http:
            answer = await http.post(f"http://127.0.0.1:{port}/mcp", json=HELLO, headers={"origin": origin})
    assert answer.status_code == status


async def test_without_the_library_there_is_no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who did not install the extra has a service without the path, and one that works."""
    monkeypatch.setattr("service.web.app.is_installed", lambda: False)
    with listening(Bench().app) as port:
        async with httpx.AsyncClient(trust_env=False, headers=TAKEN) as http:
            assert (await http.post(f"http://127.0.0.1:{port}/mcp", json=HELLO)).status_code == 404
            assert (await http.get(f"http://127.0.0.1:{port}/health/live")).status_code == 200
