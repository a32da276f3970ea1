"""Who may call, how often, from which pages, and under which request id."""

from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from service.core.results import Caller
from tests.kit.app import Bench, FakeKeys, FakeLimits

SHOP = Caller("shop", frozenset({"default"}), b"1" * 32, 60)
BANK = Caller("bank", frozenset(), b"2" * 32)
OPEN = ["/", "/docs", "/docs/", "/docs/problems", "/static/site.css", "/console/coach.js", "/openapi.yaml", "/health/live", "/health/ready",
        "/metrics"]  # fmt: skip
CLOSED = ["/policy", "/policy/rules", "/policy/rules/forbidden.not-knowing", "/policy/scenarios", "/nothing-here",
          "/static/../policy", "http://testserver.local//policy", "/docs/../policy", "/static",
          "/console", "/console/../policy"]  # fmt: skip


def _guarded(**more: Any) -> Bench:
    return Bench(keys=FakeKeys({"k1": SHOP, "k2": BANK}), **more)


def _bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


@pytest.mark.parametrize("path", OPEN)
async def test_some_paths_are_open(path: str) -> None:
    """Pages, contract, health and metrics need no key."""
    async with AsyncTestClient(_guarded().app) as client:
        assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize(
    "headers", [{}, _bearer("k3"), _bearer(""), {"authorization": "Basic k1"}, {"authorization": "k1"}]
)
async def test_all_else_needs_a_key(path: str, headers: dict[str, str]) -> None:
    """Without a known key every other path, known or not, is 401 with the scheme asked for."""
    async with AsyncTestClient(_guarded().app) as client:
        answer = await client.get(path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


@pytest.mark.parametrize("path", ["/check", "/rewrite"])
async def test_drafts_are_refused_unread_without_a_key(path: str) -> None:
    """Who has no key learns nothing about the body, not even that it is no JSON."""
    bench = _guarded()
    async with AsyncTestClient(bench.app) as client:
        answer = await client.post(path, content=b"{{{")
    assert answer.status_code == 401
    assert bench.coach.drafts == []


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_a_key_opens(scheme: str) -> None:
    """The caller's tenant and secret go with the draft; the scheme's case does not matter."""
    bench = _guarded()
    async with AsyncTestClient(bench.app) as client:
        answer = await client.post("/check", json={"draft": "a"}, headers={"authorization": f"{scheme} k1"})
    assert answer.status_code == 200
    assert bench.coach.drafts[0][1] == SHOP
    assert bench.log_lines()[0]["tenant"] == "shop"


async def test_a_policy_not_granted_is_unknown() -> None:
    """A tenant cannot tell a policy it may not use from one that is not there."""
    async with AsyncTestClient(_guarded().app) as client:
        refused = await client.get("/policy", headers=_bearer("k2"))
        unknown = await client.get("/policy?policy=none", headers=_bearer("k2"))
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_policy")
    assert refused.json()["detail"] == unknown.json()["detail"]


async def test_the_rate_is_kept() -> None:
    """Beyond a tenant's calls per minute: 429, and the seconds to wait, rounded up."""
    bench = _guarded(limits=FakeLimits([0.0, 2.3]))
    async with AsyncTestClient(bench.app) as client:
        answers = [await client.post("/check", json={"draft": "a"}, headers=_bearer("k1")) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 429, 200]
    assert answers[1].headers["retry-after"] == "3"
    assert answers[1].json()["code"] == "rate_limited"
    assert bench.limits.taken == [("shop", 60)] * 3


async def test_health_and_strangers_use_up_nothing() -> None:
    """Open paths, refused keys and tenants without a rate take nothing from anybody's minute."""
    bench = _guarded()
    async with AsyncTestClient(bench.app) as client:
        for path in OPEN:
            await client.get(path, headers=_bearer("k1"))
        await client.get("/policy")
        await client.get("/policy", headers=_bearer("k2"))
    assert bench.limits.taken == []


@pytest.mark.parametrize("sent", ["abc", "A.b_c:d~e-1", "x" * 128])
async def test_a_request_id_is_kept(sent: str) -> None:
    """A caller finds its own id on the answer, on a problem, and in the log."""
    bench = Bench()
    async with AsyncTestClient(bench.app) as client:
        good = await client.post("/check", json={"draft": "a"}, headers={"x-request-id": sent})
        bad = await client.get("/nothing", headers={"x-request-id": sent})
    assert good.headers["x-request-id"] == bad.headers["x-request-id"] == bad.json()["request_id"] == sent
    assert [line["request_id"] for line in bench.log_lines()] == [sent, sent]


@pytest.mark.parametrize("sent", ["", " ", "a b", "x" * 129, "a\tb", '"', "é", "<script>", "a;b"])
async def test_a_doubtful_request_id_is_replaced(sent: str) -> None:
    """What is no plain id gets a fresh one, so that nothing can be smuggled into log or page."""
    async with AsyncTestClient(Bench().app) as client:
        seen = {
            (await client.get("/health/live", headers=[(b"x-request-id", sent.encode())])).headers[
                "x-request-id"
            ]
            for _ in range(2)
        }
    assert len(seen) == 2
    assert all(one.startswith("req_") for one in seen)


CRM = "https://crm.example.com"
ASK = {
    "origin": CRM,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization",
}


async def test_no_other_origin_may_call_unless_named() -> None:
    """By default no page of another origin is told that it may read an answer."""
    async with AsyncTestClient(Bench().app) as client:
        for answer in (
            await client.options("/check", headers=ASK),
            await client.post("/check", json={"draft": "a"}, headers={"origin": CRM}),
        ):
            assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_an_allowed_origin_may_call() -> None:
    """A page of an allowed origin gets its preflight answered without a key, and may read answers and problems."""
    bench = _guarded(allowed_origins=(CRM,))
    async with AsyncTestClient(bench.app) as client:
        preflight = await client.options("/check", headers=ASK)
        good = await client.post("/check", json={"draft": "a"}, headers=_bearer("k1") | {"origin": CRM})
        bad = await client.post("/check", json={"draft": "a"}, headers={"origin": CRM})
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    for answer in (preflight, good, bad):
        assert answer.headers["access-control-allow-origin"] == CRM
        assert answer.headers["vary"] == "Origin"
    assert (good.status_code, bad.status_code) == (200, 401)
    assert "X-Request-ID" in good.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example.com", f"{CRM}.evil.com", "http://crm.example.com", "null"]
)
async def test_other_origins_stay_out(origin: str) -> None:
    """An origin that merely looks like an allowed one is told nothing, and caches are told to keep them apart."""
    bench = Bench(allowed_origins=(CRM,))
    async with AsyncTestClient(bench.app) as client:
        asked = await client.options("/check", headers=ASK | {"origin": origin})
        answer = await client.post("/check", json={"draft": "a"}, headers={"origin": origin})
    assert "access-control-allow-origin" not in asked.headers
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["vary"] == "Origin"
