"""R53: what agents, customers, policy files and models write is shown on the console and never obeyed."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from service.web.report import style_source
from tests.e2e.test_tenants_and_policy import key_file
from tests.kit.browser import PAYLOADS, Console, console
from tests.kit.policy_folders import FILES, write_policy
from tests.kit.service_process import served

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALL = "\n".join(PAYLOADS)
HOSTILE = '<img src=x onerror="ran()">'


PLUGIN = """<!doctype html><meta charset=utf-8><textarea id=field>我保证。</textarea><p id=told></p><script type=module>
import {{ Coach, underline }} from "{url}/console/coach.js";
underline(field, new Coach({{ key: "key-0" }}), {{ onReport: (report) => (told.textContent = report.verdict) }});
</script>"""


class Crm:
    """A server that answers every request with `body`."""

    def __init__(self) -> None:
        self.body = ""
        self.port = 0

    async def start(self) -> None:
        """Listen on a free loopback port."""
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Hang up."""
        self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = self.body.encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()


def _hostile_policy(root: Path) -> Path:
    """A policy whose every text for people is hostile."""
    rules = FILES["rules/promises.yaml"]
    for words in ("绝对保证", "承诺落空是投诉升级的首因。", "心理素质", "我们会尽快]"):
        rules = rules.replace(
            words,
            json.dumps(HOSTILE + words.rstrip("]"), ensure_ascii=False) + ("]" if words[-1] == "]" else ""),
        )
    rules = rules.replace("“{text}”是绝对承诺，客服无权作出。", HOSTILE.replace('"', "'") + "{text}")
    scenarios = (
        FILES["scenarios/refund.yaml"]
        .replace("退款还没到", json.dumps(HOSTILE))
        .replace("[致歉,", f"[{json.dumps(HOSTILE)},")
    )
    write_policy(root, promises=rules, refund=scenarios)
    return root


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crm() -> AsyncIterator[Crm]:
    """A page of somebody else's, under two host names."""
    server = Crm()
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def port(crm: Crm, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[int]:
    """The port of one service over a hostile policy, with keys, and no model."""
    folder = tmp_path_factory.mktemp("console")
    environ = {
        "COACH_ALLOWED_ORIGINS": f"http://127.0.0.1:{crm.port}",
        "COACH_POLICY_DIR": str(_hostile_policy(folder / "policy")),
        "COACH_API_KEYS": str(key_file(folder, "shop")),
    }
    with served(folder / "data", environ=environ) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def tab(browser: Browser, port: int) -> AsyncIterator[Console]:
    """The console, its key given; whatever happened in it, no script ran and nobody else was asked."""
    async with console(browser, f"http://127.0.0.1:{port}") as made:
        await made.page.add_init_script("sessionStorage.setItem('script-coach-key', 'key-0')")
        await made.open()
        yield made
        await made.settle()
        await made.assert_untouched()


async def test_the_watch_itself_works(browser: Browser, port: int) -> None:
    """What these tests rely on notices a script that runs and a request that leaves."""
    async with console(browser, f"http://127.0.0.1:{port}", bypass_csp=True) as tab:
        await tab.open()
        await tab.page.evaluate(f"document.body.insertAdjacentHTML('beforeend', {json.dumps(HOSTILE)})")
        await tab.page.evaluate("fetch('http://127.0.0.1:1/').catch(() => 0)")
        await tab.settle()
        assert await tab.page.evaluate("window.broken") == ["a script ran"]
        with pytest.raises(AssertionError):
            await tab.assert_untouched()


@pytest.mark.parametrize("payload", [*PAYLOADS, ALL], ids=range(len(PAYLOADS) + 1))
async def test_a_hostile_draft_is_only_text(tab: Console, payload: str) -> None:
    """A draft and a customer's message that are markup stand in the page as they were typed, underlined all the same."""
    page = tab.page
    await tab.write(f"{payload}我保证。", payload)
    assert ("error", "保证") in await tab.marked()
    mirrored = await tab.find(".writing span[aria-hidden] div").evaluate("one => one.textContent")
    assert mirrored.removesuffix("\u200b") == f"{payload}我保证。"
    await page.click("#rewrite")
    await expect(page.locator(".status, .rewriting .trouble")).to_be_visible()
    await page.click("#suggest")
    await expect(page.locator("#suggestions > :not(.working)").first).to_be_visible()


async def test_hostile_rules_are_only_text(tab: Console) -> None:
    """Names, reasons, sources and replacements out of a policy file are shown as they are written."""
    page = tab.page
    await tab.write("我保证明天到。")
    await expect(page.locator("#findings")).to_contain_text("<img src=x onerror='ran()'>保证")
    await page.locator("#findings .choice").first.click()
    assert HOSTILE in await tab.draft()
    for path in ("#/manual", "#/manual/rules/promises.guarantee", "#/manual/scenarios/refund-late"):
        await tab.open(path)
        await expect(page.locator("#manual")).to_contain_text(HOSTILE)
        await tab.settle()
    assert await page.locator("#manual img, #manual script").count() == 0


@pytest.mark.parametrize(
    "fragment",
    [
        f"#/manual/rules/{HOSTILE}", "#/manual/rules/%3Cimg%20src=x%20onerror=ran()%3E", "#javascript:ran()",
        "#/manual/javascript:ran()/x", "#/__proto__/x", "#/manual/rules/..%2f..%2fmetrics", "#/manual/rules/%ff",
        "#/constructor", "?x=<script>ran()</script>#/agent",
    ],
)  # fmt: skip
async def test_a_hostile_address_is_only_an_address(tab: Console, fragment: str) -> None:
    """Whatever a link to the console says behind the `#`, a page of the console is shown and nothing else happens."""
    await tab.page.goto(f"{tab.url}/{fragment}")
    await expect(tab.page.locator("main > div:not([hidden])")).to_have_count(1)


async def test_a_stream_of_hostile_answers_is_only_text(tab: Console) -> None:
    """Even a service that answered with markup in every field would get nothing to run on the console."""
    finding = {
        "rule": HOSTILE, "severity": "error", "trial": False, "category": HOSTILE, "message": HOSTILE, "why": HOSTILE,
        "span": {"start": 0, "end": 2}, "span_utf16": {"start": 0, "end": 2}, "text": HOSTILE,
        "replacements": [{"text": HOSTILE, "safe": True}],
        "source": {"document": HOSTILE, "section": HOSTILE, "item": HOSTILE, "manual_id": HOSTILE},
    }  # fmt: skip
    report = {"verdict": "block", "score": 1, "findings": [finding], "missing": []}
    done = {
        "id": "rw_1", "status": "rewritten", "text": HOSTILE, "engine": "model", "before": report, "after": report,
        "changes": [{"op": "replace", "span": {}, "span_utf16": {"start": 0, "end": 2}, "before": HOSTILE, "after": HOSTILE, "rules": [HOSTILE]}],
        "facts": [{"kind": HOSTILE, "text": HOSTILE, "kept": kept, "rule": HOSTILE} for kept in (True, False)],
        "attempts": [{"engine": "model", "outcome": "rejected", "reasons": [{"code": HOSTILE, "detail": HOSTILE}]}], "cache": "miss",
    }  # fmt: skip
    events = [("segment", {"attempt": 0, "index": 0, "text": HOSTILE}), ("done", done)]
    body = "".join(f"id: 1\nevent: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
    await tab.page.route(
        "**/rewrite", lambda route: route.fulfill(content_type="text/event-stream", body=body)
    )
    await tab.write("您好，我来核实。")
    await tab.page.click("#rewrite")
    await expect(tab.page.locator("#rewrite-text")).to_contain_text(HOSTILE)
    assert await tab.page.locator("main img, main script, main iframe").count() == 0


async def test_the_page_may_not_do_more_than_it_needs(tab: Console) -> None:
    """The policy of the page allows its own files and calls and one sheet of styles, that of reports; no answer is stored."""
    answer = await tab.page.goto(tab.url + "/")
    assert answer is not None
    told = {
        part.split()[0]: part.split()[1:] for part in answer.headers["content-security-policy"].split("; ")
    }
    closed = [told.pop(name) for name in ("default-src", "base-uri", "frame-ancestors", "form-action")]
    assert closed == [["'none'"]] * 4
    assert told.pop("style-src") == ["'self'", style_source()]
    assert set(map(tuple, told.values())) == {("'self'",)}
    assert answer.headers["cache-control"] == "no-store"


async def test_nobody_can_frame_the_console(browser: Browser, port: int) -> None:
    """A page that lays the console under its own buttons shows nothing of it."""
    url = f"http://127.0.0.1:{port}"
    async with console(browser, url) as tab:
        # Another host name is another origin; the policy of the page around it is the attacker's own.
        await tab.page.route("http://localhost/*", lambda route: route.fulfill(
            content_type="text/html", body=f"<iframe src='{url}/' width=900 height=700></iframe>"))  # fmt: skip
        await tab.page.goto("http://localhost/attack")
        await tab.page.wait_for_load_state("load")
        frames = [frame for frame in tab.page.frames if frame is not tab.page.main_frame]
        assert len(frames) == 1
        assert await frames[0].locator("#draft").count() == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_plugin_works_where_its_origin_is_allowed(
    browser: Browser, port: int, crm: Crm, host: str
) -> None:
    """A page on an origin that the operator names can load the module and check; any other page gets nothing."""
    url = f"http://127.0.0.1:{port}"
    crm.body = PLUGIN.format(url=url)
    async with console(browser, url) as tab:
        page = tab.page
        await page.goto(f"http://{host}:{crm.port}/ticket")
        if host == "127.0.0.1":
            await expect(page.locator("#told")).to_have_text("block")
            assert await tab.find("span[aria-hidden] span.error").all_text_contents() == ["保证"]
        else:
            await page.wait_for_timeout(600)
            assert await page.inner_text("#told") == ""


async def test_a_key_is_asked_for_once_and_forgotten_with_the_tab(browser: Browser, port: int) -> None:
    """Where the service has keys the console asks, says when one is wrong, and keeps the right one for the tab alone."""
    async with console(browser, f"http://127.0.0.1:{port}") as tab:
        page = tab.page
        await tab.open()
        await page.fill("#draft", "我保证。")
        await page.wait_for_selector("#key[open]")
        await page.fill("#key-field", "key-9")
        await page.keyboard.press("Enter")
        await expect(page.locator("#key-wrong")).to_be_visible()
        await page.fill("#key-field", "key-0")
        await page.click("#key button[type=submit]")
        await expect(page.locator("#verdict")).to_contain_text("不能发送")
        await tab.open("#/manual")
        await expect(page.locator("#entries a").first).to_be_visible()
        assert await page.evaluate("[Object.keys(localStorage).length, document.cookie]") == [0, ""]
        assert [url for url in tab.requests if "key-" in url] == []
        await tab.assert_untouched()


async def test_without_a_key_the_page_says_so(browser: Browser, port: int) -> None:
    """Who closes the question for a key is told that one is needed, and is not asked again and again."""
    async with console(browser, f"http://127.0.0.1:{port}") as tab:
        await tab.open()
        await tab.page.fill("#draft", "我保证。")
        await tab.page.wait_for_selector("#key[open]")
        await tab.page.keyboard.press("Escape")
        await expect(tab.page.locator("#check-trouble")).to_contain_text("需要密钥")
        await expect(tab.page.locator("#key")).to_be_hidden()
