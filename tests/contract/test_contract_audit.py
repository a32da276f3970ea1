"""Sentences of the contract that need the whole of it: the real coach behind the real routes, no model, no store."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
import yaml
from click.testing import CliRunner
from litestar.testing import AsyncTestClient

from service.adapters.keys import LocalOnly
from service.adapters.log_lines import LogLines
from service.adapters.telemetry import Telemetry
from service.cli import cli
from service.settings import Settings
from service.web.app import CoachApp, create_app
from service.web.serving import CoachProtocol
from service.web.states import States
from service.wiring import NO_STORE, build
from tests.kit.app import Bench, FakeReadiness
from tests.kit.default_policy import FOLDER

Client = AsyncTestClient[CoachApp]
CUSTOMER = "你们什么态度！我要投诉！"
GREETED = {"role": "agent", "text": "您好，很高兴为您服务。"}
# Every example of every rule, with pieces that move offsets between them.
DRAFTS = [
    example.replace("<<", "").replace(">>", "")
    for file in sorted((FOLDER / "rules").iterdir())
    for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]
    for example in (rule["examples"]["match"][0], rule["examples"]["no_match"][0])
    if isinstance(example, str)
]
AROUND = ["", "😀𠮷\r\n", "e\u0301，", "請問ＡＢ１："]
CONTEXTS: list[dict[str, Any]] = [
    {},
    {"customer_message": CUSTOMER, "customer": {"surname": "欧阳", "title": "女士"}, "channel": "phone"},
    {"history": [GREETED, {"role": "customer", "text": "能退款吗？"}], "stage": "closing"},
    {"customer_message": "谢谢你们", "agent": {"id": "1024"}, "stage": "opening", "channel": "chat"},
]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A client of the service as it is built, its store away."""
    settings = Settings()
    telemetry = Telemetry(LogLines(io.BytesIO()), "error")
    coach = build(settings, NO_STORE)
    async with AsyncTestClient(
        create_app(coach, settings, LocalOnly(b"s" * 32), coach.limits, telemetry)
    ) as made:
        yield made


def _cut(text: str, item: dict[str, Any]) -> set[str]:
    """The words under both spans of an item."""
    span, units = item["span"], item["span_utf16"]
    encoded = text.encode("utf-16-le")
    return {
        text[span["start"] : span["end"]],
        encoded[2 * units["start"] : 2 * units["end"]].decode("utf-16-le"),
    }


async def test_a_text_passes_when_it_is_sent_back(client: Client) -> None:
    """What a rewrite says of its text is what a check of it says, with the same context: it passes."""
    seen = 0
    for number, example in enumerate(DRAFTS):
        draft, context = AROUND[number % 4] + example, CONTEXTS[number // 4 % 4]
        done = (await client.post("/rewrite", json={"draft": draft, "context": context})).json()
        if done["text"] is None:
            continue
        seen += 1
        again = (await client.post("/check", json={"draft": done["text"], "context": context})).json()
        assert again["verdict"] == done["after"]["verdict"] == "pass", draft
        assert {name: again[name] for name in done["after"]} == done["after"]
        assert (done["status"] == "unchanged") == (done["text"] == draft)
    assert seen > 0.9 * len(DRAFTS)


async def test_every_span_points_at_its_words(client: Client) -> None:
    """Code points and UTF-16 units name the same words, behind emoji, line ends and combining marks too."""
    for number, example in enumerate(DRAFTS):
        draft = AROUND[number % 4] + example
        done = (await client.post("/rewrite", json={"draft": draft})).json()
        for finding in done["before"]["findings"]:
            assert _cut(draft, finding) == {finding["text"]}
        pieces, at = [], 0
        for change in done["changes"]:
            assert _cut(draft, change) == {change["before"]}
            pieces += [draft[at : change["span"]["start"]], change["after"]]
            at = change["span"]["end"]
        assert "".join([*pieces, draft[at:]]) == (done["text"] or draft)


async def test_a_draft_that_passes_never_needs_review(client: Client) -> None:
    """A name that polishing would spoil leaves a good draft as it is; the agent is not stopped for nothing."""
    draft = "您搜索《你好旧时光》就能看到。"
    done = (await client.post("/rewrite", json={"draft": draft})).json()
    assert (done["before"]["verdict"], done["status"], done["text"]) == ("pass", "unchanged", draft)


@pytest.mark.parametrize("blank", [None, "", " \n"])
async def test_a_customer_turn_stands_in_for_no_message(client: Client, blank: str | None) -> None:
    """A plugin that sends an empty `customer_message` gets what one gets that sends none."""
    history = [GREETED, {"role": "customer", "text": CUSTOMER}]
    said = await client.post("/check", json={"draft": "好的。", "context": {"customer_message": CUSTOMER}})
    context = {"customer_message": blank, "history": history}
    stood_in = await client.post("/check", json={"draft": "好的。", "context": context})
    assert stood_in.json()["scenario"] is not None
    assert stood_in.json()["scenario"] == said.json()["scenario"]


@pytest.mark.parametrize(("between", "greets"), [(5, False), (6, True)])
async def test_six_turns_count(client: Client, between: int, greets: bool) -> None:  # noqa: FBT001 - a table's column
    """Who greeted within the last six turns does not greet again; a seventh turn is forgotten."""
    history = [GREETED, *[{"role": "customer", "text": "嗯"}] * between]
    body = {"draft": "不知道，你找领导去。", "context": {"history": history}}
    done = (await client.post("/rewrite", json=body)).json()
    assert done["text"].startswith("您好") is greets


async def test_the_command_line_answers_like_the_service(client: Client) -> None:
    """`check --json` prints the very bytes of `/check`."""
    draft = "😀不知道，\r\n你等着。"
    answer = await client.post("/check", json={"draft": draft, "context": {"customer_message": CUSTOMER}})
    printed = CliRunner().invoke(cli, ["check", draft, "--customer", CUSTOMER, "--json"])
    assert printed.stdout_bytes.removesuffix(b"\n") == answer.content


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/health/live", "/health/ready", "/metrics", "/openapi.yaml", "/policy"]
)
async def test_what_may_be_read_has_a_head(client: Client, path: str) -> None:
    """A load balancer that asks by HEAD is told what GET would tell, without the body."""
    head, whole = await client.head(path), await client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]


async def test_a_wrong_type_is_told_by_the_right_one(client: Client) -> None:
    """Who sends a number reads that a string is expected."""
    answer = await client.post("/check", json={"draft": "a", "context": {"agent": {"id": 1024}}})
    assert answer.json()["errors"] == [
        {"pointer": "/context/agent/id", "code": "wrong_type", "detail": "A string is expected."}
    ]


def test_what_is_no_http_has_a_request_id_too() -> None:
    """Even a refusal before any route can be quoted to the operator."""
    written = bytearray()

    class Wire:
        write = staticmethod(written.extend)
        close = staticmethod(lambda: None)

    protocol = CoachProtocol.__new__(CoachProtocol)
    protocol.transport = cast("asyncio.Transport", Wire())
    protocol.send_400_response("canary")
    head, _, body = bytes(written).decode().partition("\r\n\r\n")
    told = yaml.safe_load(body)
    assert f"\r\nx-request-id: {told['request_id']}\r\n" in head
    assert told["request_id"].startswith("req_")
    assert "canary" not in body


def _events(bench: Bench) -> list[tuple[Any, ...]]:
    return [
        (line["level"], line["event"], line.get("state") or line.get("reason") or line.get("version"))
        for line in bench.log_lines()
    ]


def test_a_change_of_state_is_logged_once() -> None:
    """An operator finds in the log when the cache or the model went, and why a file is not in force."""
    bench = Bench()
    states = States(bench.coach, bench.keys, bench.telemetry)
    states.look()
    assert _events(bench) == []
    mistake = "policy/default/rules/a.yaml:1:2: wrong"
    bench.coach.readiness = FakeReadiness(cache="down", model="open", reload_error=mistake)
    bench.keys.error = "keys.yaml:3:1: wrong"
    states.look()
    states.look()
    gone = [
        ("warning", "cache", "down"),
        ("warning", "model", "open"),
        ("warning", "policy_reload_failed", mistake),
        ("warning", "keys_reload_failed", "keys.yaml:3:1: wrong"),
    ]
    assert _events(bench) == gone
    bench.coach.readiness = FakeReadiness(model="up", policy_version="2")
    bench.keys.error = None
    states.look()
    assert _events(bench)[len(gone) :] == [
        ("info", "cache", "up"),
        ("info", "model", "up"),
        ("info", "policy_loaded", "2"),
        ("info", "policy_reload_mended", None),
        ("info", "keys_reload_mended", None),
    ]


async def test_states_are_watched_while_serving() -> None:
    """The running application tells a change without anybody asking."""
    bench = Bench()
    bench.coach.readiness = FakeReadiness(cache="down")
    async with AsyncTestClient(bench.app):
        for _ in range(300):
            if _events(bench):
                break
            await asyncio.sleep(0.01)
        assert _events(bench) == [("warning", "cache", "down")]
