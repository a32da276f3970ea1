"""Rewrites and suggestions in a real browser: shown with what changed and why, taken, copied or refused, and counted."""

import json
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.kit.browser import Console, console
from tests.kit.service_process import get

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUDE = "不知道，你找领导去。"
CUSTOMER = "我的包裹到哪了？"


@pytest_asyncio.fixture(loop_scope="module")
async def tab(browser: Browser, port: int) -> AsyncIterator[Console]:
    """The agent's page, freshly opened; whatever happened in it, nothing ran that should not."""
    async with console(
        browser, f"http://127.0.0.1:{port}", permissions=["clipboard-read", "clipboard-write"]
    ) as made:
        await made.open()
        yield made
        await made.assert_untouched()


def _figure(port: int, line: str) -> float:
    text = get(port, "/metrics")[1].decode()
    found = re.search(rf"^{re.escape(line)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def test_a_rewrite_stands_beside_the_draft(tab: Console, port: int) -> None:
    """“改写” shows the rewrite beside the draft: changes marked and explained, facts kept, how it came about."""
    page = tab.page
    await tab.write("不知道，你找领导去。运单号SF1234567890123，运费12元。", CUSTOMER)
    await page.click("#rewrite")
    await expect(page.locator(".status")).to_contain_text("已通过检查")
    assert await page.locator(".beside del").count() >= 1
    assert await page.locator(".beside ins").count() >= 1
    await expect(page.locator(".changes")).to_contain_text("等于没有回答")
    await expect(page.locator(".facts li").first).to_contain_text("SF1234567890123")
    await expect(page.locator(".attempts")).to_contain_text("话术库的改写通过了全部检查")


async def test_both_sides_of_a_rewrite_are_whole(tab: Console) -> None:
    """What is shown as the draft is the draft, and what is shown as the rewrite is what is put in, to the character."""
    page = tab.page
    draft = "😀不知道，你找领导去。\n运费12元，我们不能退😀。"
    await tab.write(draft)
    await page.click("#rewrite")
    await page.wait_for_selector("#rewrite-text")
    shown = await page.locator(".beside .text").evaluate_all("all => all.map((one) => one.textContent)")
    assert shown[0] == draft
    await page.locator(".rewriting .actions button.main").click()
    assert await tab.draft() == shown[1] != draft


@pytest.mark.parametrize(
    ("words", "action", "goes_to"),
    [
        ("采用", "accepted", "draft"),
        ("复制", "accepted", "clipboard"),
        ("改一改再用", "edited", "draft"),
        ("不合适", "rejected", "nowhere"),
    ],
)
async def test_what_became_of_a_rewrite_is_counted(
    tab: Console, port: int, words: str, action: str, goes_to: str
) -> None:
    """Taking, copying, editing or refusing a rewrite is counted once in `/metrics`, and no text is sent with it."""
    page = tab.page
    line = f'coach_feedback_total{{action="{action}",of="rewrite"}}'
    before = _figure(port, line)
    await tab.write(RUDE, CUSTOMER)
    await page.click("#rewrite")
    text = await page.locator("#rewrite-text").inner_text()
    async with page.expect_request("**/feedback") as sent:
        await page.locator(".rewriting .actions button", has_text=words).first.click()
    body = (await sent.value).post_data_json or {}
    assert set(body) == {"id", "action"}
    await page.locator(".rewriting .actions button", has_text="不合适").click()
    assert await tab.draft() == (text if goes_to == "draft" else RUDE)
    if goes_to == "clipboard":
        assert await page.evaluate("navigator.clipboard.readText()") == text
    await page.wait_for_timeout(100)
    assert _figure(port, line) == before + 1
    if goes_to == "draft":
        await page.focus("#draft")
        await page.keyboard.press("Control+z")
        assert await tab.draft() == RUDE


async def test_a_draft_that_nobody_can_rewrite_is_said_to_be_one(tab: Console) -> None:
    """Where no engine keeps the promise there is no text to take, only plain words and what was found."""
    await tab.write("不知道。" + "请您看下面的说明。" * 600)
    await tab.page.click("#rewrite")
    await expect(tab.page.locator(".status")).to_contain_text("请人工处理")
    await expect(tab.page.locator("#rewriting")).to_contain_text("等于没有回答")
    assert await tab.page.locator("#rewrite-text, #rewriting button.main").count() == 0


async def test_suggestions_say_what_they_do(tab: Console, port: int) -> None:
    """A customer's message gets replies that say what they do, their situation and source; one click puts one in."""
    page = tab.page
    line = 'coach_feedback_total{action="accepted",of="suggestion"}'
    before = _figure(port, line)
    await page.fill("#customer", "都催了三次了还没人给我打电话，太过分了！")
    await page.click("#suggest")
    card = page.locator("#suggestions .card").first
    await expect(card.locator(".act")).to_contain_text(re.compile("解决|询问|跟进|婉拒"))
    await expect(card.locator(".source")).to_contain_text("《")
    await expect(card.locator(".card-head a")).to_contain_text(re.compile("[\u4e00-\u9fff]"))
    text = await card.locator(".text").inner_text()
    await card.locator("button", has_text="填入").click()
    assert await tab.draft() == text
    await expect(page.locator("#verdict")).to_contain_text("可以发送")
    await page.wait_for_timeout(100)
    assert _figure(port, line) == before + 1


async def test_when_unsure_it_says_so(tab: Console) -> None:
    """A message that fits no situation gets a plain word, no guess; a situation that came near can be chosen."""
    page = tab.page
    await page.fill("#customer", "今天天气不错")
    await page.click("#suggest")
    await expect(page.locator("#suggestions")).to_contain_text("没有把握")
    assert await page.locator("#suggestions .card").count() == 0
    near = {
        "reason": "low_confidence",
        "suggestions": [],
        "candidates": [{"id": "cannot-answer-now", "score": 0.3, "cues": ["说法"]}],
    }
    await page.route(
        "**/suggest",
        lambda route: route.fulfill(
            content_type="text/event-stream", body=f"id: 1\nevent: done\ndata: {json.dumps(near)}\n\n"
        ),
        times=1,
    )
    await page.click("#suggest")
    await page.locator("#suggestions button", has_text="暂时无法答复").click()
    await expect(page.locator("#suggestions .card").first).to_be_visible()
    await expect(page.locator("#scenario")).to_have_value("cannot-answer-now")
