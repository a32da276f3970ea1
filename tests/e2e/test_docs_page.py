"""The documentation page in a real browser: who reads of a call can make it there, with a file as well."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from tests.kit.app import Bench
from tests.kit.axe import violations
from tests.kit.browser import Console, console
from tests.kit.server import listening

pytestmark = pytest.mark.asyncio(loop_scope="module")

CSV = "编号,话术,备注\r\ng1,不知道，你找领导去。,甲\r\ng2,不知道，等着。,乙\r\n".encode()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The application on fakes, its jobs in memory."""
    with listening(Bench().app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest_asyncio.fixture(loop_scope="module")
async def tab(browser: Browser, url: str) -> AsyncIterator[Console]:
    """The page, freshly opened."""
    async with console(browser, url) as made:
        await made.page.goto(f"{url}/docs")
        yield made
        assert made.troubles == []


async def _form(tab: Console, method: str, path: str) -> Locator:
    """The form of a call, unfolded."""
    form = tab.find(f'form[data-method="{method}"][data-path="{path}"]')
    await form.evaluate("(form) => { form.closest('details').open = true; }")
    return form


async def _sent(form: Locator, status: str) -> Any:
    await form.locator("button").click()
    await expect(form.locator("pre")).to_contain_text(status)
    return await form.locator("pre").text_content()


async def test_a_file_can_be_tried(tab: Console) -> None:
    """A file that is picked becomes a job, done as the fields beside it say; empty fields say nothing."""
    form = await _form(tab, "POST", "/bulk")
    await form.locator("input[type=file]").set_input_files(
        {"name": "话术.csv", "mimeType": "text/csv", "buffer": CSV}
    )
    await form.locator("input[name=text_field]").fill("话术")
    await form.locator("input[name=mode]").fill("minimal")
    told = await _sent(form, "202")
    assert '"filename": "话术.csv"' in told
    assert '"mode": "minimal"' in told
    assert '"total": 2' in told
    other = await _form(tab, "POST", "/bulk/preview")
    await other.locator("input[type=file]").set_input_files(
        {"name": "话术.csv", "mimeType": "text/csv", "buffer": CSV}
    )
    assert "编号" in await _sent(other, "200")


async def test_without_a_file_the_example_goes(tab: Console) -> None:
    """Who picks no file sends the JSON that stands there."""
    told = await _sent(await _form(tab, "POST", "/bulk"), "202")
    assert '"filename": "items.jsonl"' in told


async def test_a_form_without_its_file_is_told_what_is_missing(tab: Console) -> None:
    """A call that takes nothing but a file says so when there is none."""
    assert "/file" in await _sent(await _form(tab, "POST", "/bulk/preview"), "400")


async def test_the_page_can_be_used_by_everybody(tab: Console) -> None:
    """Each input of the form has its label, and whatever axe checks holds with the call unfolded."""
    await _form(tab, "POST", "/bulk")
    assert await violations(tab.page) == []
