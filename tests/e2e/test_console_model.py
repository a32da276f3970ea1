"""A rewrite by a model, as an agent sees it come: sentences that are verified, attempts that are sent back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.kit.browser import PAYLOADS, Console, console
from tests.kit.fake_model import FakeModel
from tests.kit.model_scripts import answer, fixed, status
from tests.kit.service_process import served

pytestmark = pytest.mark.asyncio(loop_scope="module")

DRAFT = "不知道，你找领导去。"
GOOD = "您好，很抱歉让您久等了。我先为您核实一下。核实后尽快回复您，好吗？"
PROMISE = "您好，很抱歉让您久等了。我保证明天就给您办好，百分之百没问题。"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def model() -> AsyncIterator[FakeModel]:
    """A model's server that says what each test sets."""
    async with FakeModel(fixed(GOOD)) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def port(model: FakeModel, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[int]:
    """The port of one service with that model."""
    environ = {"OPENAI_BASE_URL": model.base_url, "OPENAI_API_KEY": "k", "COACH_MODEL": "fake"}
    folder: Path = tmp_path_factory.mktemp("console")
    with served(folder, environ=environ) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def tab(browser: Browser, port: int) -> AsyncIterator[Console]:
    """The agent's page, freshly opened; whatever happened in it, nothing ran that should not."""
    async with console(browser, f"http://127.0.0.1:{port}") as made:
        await made.open()
        yield made
        await made.assert_untouched()


async def test_sentences_are_shown_as_they_are_verified(tab: Console, model: FakeModel) -> None:
    """The first sentence stands on the page while the model still writes the last."""
    model.script = lambda request, _: answer(GOOD, request, interval_s=0.15)
    await tab.write(DRAFT + "甲")
    await tab.page.click("#rewrite")
    live = tab.page.locator(".live .segment")
    await expect(live.first).to_have_text("您好，很抱歉让您久等了。")
    assert await tab.page.locator("#rewrite-text").count() == 0
    await expect(tab.page.locator("#rewrite-text")).to_have_text(GOOD)
    await expect(tab.page.locator(".attempts")).to_contain_text("模型的第 1 稿通过了全部检查")


async def test_an_attempt_that_is_sent_back_is_withdrawn_and_explained(
    tab: Console, model: FakeModel
) -> None:
    """What an agent read of an attempt that broke a rule disappears, and a plain sentence says why it was sent back."""
    texts = iter((PROMISE, GOOD))
    model.script = lambda request, _: answer(next(texts), request, interval_s=0.2)
    await tab.write(DRAFT + "乙")
    await tab.page.click("#rewrite")
    live = tab.page.locator(".live")
    await expect(live).to_contain_text("久等了")
    await expect(tab.page.locator(".attempts .rejected")).to_contain_text("模型的第 1 稿因")
    await expect(live).to_contain_text("我先为您核实一下。")
    assert (await live.inner_text()).count("久等了") == 1
    await expect(tab.page.locator(".attempts .rejected")).to_contain_text("被退回")
    await expect(tab.page.locator("#rewrite-text")).to_have_text(GOOD)
    await expect(tab.page.locator(".attempts .accepted")).to_contain_text("模型的第 2 稿通过了全部检查")
    assert "百分之百" not in await tab.page.inner_text("#rewriting")


async def test_a_model_that_is_down_costs_no_rewrite(tab: Console, model: FakeModel) -> None:
    """With the model down the agent still gets a rewrite, and reads who wrote it and why."""
    model.script = status(503)
    await tab.write(DRAFT + "丙")
    await tab.page.click("#rewrite")
    await expect(tab.page.locator(".status")).to_contain_text("已通过检查")
    await expect(tab.page.locator(".attempts")).to_contain_text("没有写成：模型暂不可用")
    await expect(tab.page.locator(".attempts")).to_contain_text("话术库的改写通过了全部检查")


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
async def test_a_hostile_model_runs_nothing(tab: Console, model: FakeModel, payload: str) -> None:
    """Markup, scripts and picture links that a model writes never reach the page as such, nor anybody else."""
    model.script = fixed(f"您好，很抱歉让您久等了。{payload}我先为您核实一下。")
    await tab.write(f"{DRAFT}{payload[:3]}丁")
    await tab.page.click("#rewrite")
    await expect(tab.page.locator(".status")).to_be_visible()
    assert await tab.page.locator("main img, main script, main iframe").count() == 0
