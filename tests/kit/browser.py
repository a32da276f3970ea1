"""A real Chromium on the console: every request that it makes and every script that ought not to run is noted."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
PAYLOADS = (
    "<script>ran()</script>",
    '<img src=x onerror="ran()">',
    '"><svg onload=ran()>',
    "![看](https://evil.invalid/leak.png)",
    "[看](javascript:ran())",
    "</textarea><iframe srcdoc='<script>parent.ran()</script>'></iframe>",
    "{{constructor.constructor('ran()')()}}",
    "${ran()}",
)
"""What a page must show and never obey; `ran` is there to be called."""
_WATCH = """
window.broken = [];
window.ran = () => window.broken.push("a script ran");
document.addEventListener("securitypolicyviolation", (event) => window.broken.push(`policy: ${event.violatedDirective}`));
"""


class Console:
    """One tab on the console of the service at `url`; `requests` is every address it asked, `troubles` what went wrong."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.requests: list[str] = []
        self.troubles: list[str] = []
        page.context.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", self._dialog)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))

    async def _dialog(self, dialog: Any) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    async def open(self, fragment: str = "") -> None:
        """Go to a page of the console, and wait until it is there."""
        await self.page.goto(f"{self.url}/{fragment}")
        await self.page.wait_for_selector("main > div:not([hidden])")

    def find(self, selector: str) -> Locator:
        """What a selector finds; it looks into shadow roots too."""
        return self.page.locator(selector)

    async def write(self, draft: str, customer: str = "") -> None:
        """Put a draft in, and what the customer said, and wait until the report on both is shown."""
        await self.page.fill("#customer", customer)
        await self.page.fill("#draft", draft)
        await self.page.wait_for_selector("#findings:not([aria-busy])", state="attached")
        await self.page.wait_for_selector("#verdict:not(.none)")
        await self.settle()

    async def settle(self) -> None:
        """Let the page show what it has been told."""
        await self.page.evaluate(
            "() => new Promise((done) => setTimeout(() => requestAnimationFrame(done), 50))"
        )

    async def draft(self) -> str:
        """The draft as it stands in its field."""
        return await self.page.input_value("#draft")

    async def marked(self) -> list[tuple[str, str]]:
        """The underlined words, each with how: `error`, `warning` or `info`."""
        spans = self.find(".writing span[aria-hidden] span")
        told = await spans.evaluate_all("all => all.map((one) => [one.classList[0], one.textContent])")
        return [(kind, text) for kind, text in told]

    async def assert_untouched(self) -> None:
        """Nothing ran that should not, and nobody but the service was asked."""
        assert self.troubles == []
        assert await self.page.evaluate("window.broken") == []
        assert [url for url in self.requests if not url.startswith(self.url + "/")] == []


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser; without one the test is left out, and says so, except in CI, where it must be there."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: .ci/run installs it")
        pytest.skip("no Chromium on this machine")
    async with async_playwright() as driver:
        # As root there is no sandbox to be had; the pages are our own.
        browser = await driver.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-background-networking"]
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def console(browser: Browser, url: str, **how: Any) -> AsyncIterator[Console]:
    """A fresh tab with storage of its own; `how` goes to the browser, e.g. `color_scheme` or `viewport`."""
    context: BrowserContext = await browser.new_context(**{"viewport": {"width": 1280, "height": 860}} | how)
    await context.add_init_script(_WATCH)
    context.set_default_timeout(15_000)
    try:
        yield Console(await context.new_page(), url)
    finally:
        await context.close()
