"""The console for every eye, hand and screen: axe-core on each page, light and dark, and a phone's width."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.kit.axe import violations
from tests.kit.browser import Console, console

pytestmark = pytest.mark.asyncio(loop_scope="module")

PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
PAGES = ["", "#/manual", "#/manual/rules/forbidden.ignorance-as-answer", "#/manual/scenarios/cannot-answer-now", "#/bulk",
         "console/example.html"]  # fmt: skip


async def _visit(tab: Console, path: str) -> Page:
    """A page with everything on it that it can show."""
    page = tab.page
    await page.goto(f"{tab.url}/{path}")
    if path == "":
        await tab.write(
            "不知道，你找领导去。\u200b运单号SF1234567890123。", "都催了三次了还没人给我打电话，太过分了！"
        )
        await page.click("#suggest")
        await page.click("#rewrite")
        await page.click("#background summary")
        await expect(page.locator("#rewrite-text")).to_be_visible()
        await expect(page.locator("#suggestions .card").first).to_be_visible()
    elif path.startswith("#/manual"):
        await expect(page.locator("#entry h2")).to_be_visible()
    await tab.settle()
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
async def test_no_page_shuts_anybody_out(browser: Browser, port: int, path: str, scheme: str) -> None:
    """axe-core finds nothing against WCAG 2.2 AA and its best practices: contrast, labels, roles, order, landmarks."""
    async with console(browser, f"http://127.0.0.1:{port}", color_scheme=scheme) as tab:
        assert await violations(await _visit(tab, path)) == []


@pytest.mark.parametrize("path", PAGES)
async def test_a_phone_is_wide_enough(browser: Browser, port: int, path: str) -> None:
    """At 360 px nothing is cut off or scrolls sideways, and what is tapped is at least 24 px high (WCAG 2.5.8)."""
    async with console(browser, f"http://127.0.0.1:{port}", **PHONE) as tab:
        page = await _visit(tab, path)
        width, height = await page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert width <= 360
        assert height <= 12_000
        small = await page.evaluate(
            """[...document.querySelectorAll("button, select, input, textarea")]
            .filter((one) => one.checkVisibility() && one.type !== "radio")
            .filter((one) => one.getBoundingClientRect().height < 24).map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert small == []
        await tab.assert_untouched()


async def test_who_asks_for_calm_gets_it(browser: Browser, port: int) -> None:
    """With reduced motion asked for, nothing on the page moves."""
    async with console(browser, f"http://127.0.0.1:{port}", reduced_motion="reduce") as tab:
        await tab.open()
        moving = "[...document.querySelectorAll('*')].filter((one) => getComputedStyle(one).transitionDuration !== '0s').length"
        assert await tab.page.evaluate(moving) == 0


async def test_languages_are_named(browser: Browser, port: int) -> None:
    """A screen reader is told which words are English: no label beside the Chinese goes without its language."""
    async with console(browser, f"http://127.0.0.1:{port}") as tab:
        await tab.open()
        assert await tab.page.get_attribute("html", "lang") == "zh-CN"
        assert (
            await tab.page.evaluate(
                "[...document.querySelectorAll('small')].filter((one) => one.lang !== 'en').length"
            )
            == 0
        )
