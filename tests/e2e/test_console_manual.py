"""The team lead's page in a real browser: the manual as a book that can be searched, tried and counted."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.kit.browser import Console, console

pytestmark = pytest.mark.asyncio(loop_scope="module")

RULE = "forbidden.ignorance-as-answer"


@pytest_asyncio.fixture(loop_scope="module")
async def tab(browser: Browser, port: int) -> AsyncIterator[Console]:
    """The manual, freshly opened; whatever happened in it, nothing ran that should not."""
    async with console(browser, f"http://127.0.0.1:{port}") as made:
        await made.open("#/manual")
        await expect(made.page.locator("#entries a").first).to_be_visible()
        yield made
        await made.assert_untouched()


async def _manual(tab: Console, kind: str) -> list[dict[str, Any]]:
    """The rules or scenarios that the service holds."""
    told = await (await tab.page.request.get(f"{tab.url}/policy/{kind}")).json()
    found: list[dict[str, Any]] = told[kind]
    return found


async def test_all_rules_and_scenarios_are_in_the_book(tab: Console) -> None:
    """Who opens the manual finds every rule of the policy, and under 场景 every scenario."""
    assert await tab.find("#entries a").count() == len(await _manual(tab, "rules"))
    await tab.page.locator(".choose label", has_text="场景").click()
    assert await tab.find("#entries a").count() == len(await _manual(tab, "scenarios"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("不知道", RULE),
        (RULE, RULE),
        ("F024", RULE),
        ("一时答不上", RULE),
        ("否定语 F024", RULE),
        ("IGNORANCE", RULE),
    ],
)
async def test_a_rule_is_found_by_what_one_remembers(tab: Console, words: str, expected: str) -> None:
    """A word of its name or reason, its id, its number in the manual or its category leads to a rule."""
    await tab.page.fill("#search", words)
    found = await tab.find("#entries a").evaluate_all("all => all.map((one) => one.dataset.id)")
    assert expected in found
    assert len(found) < len(await _manual(tab, "rules")) / 4


async def test_rules_can_be_narrowed(tab: Console) -> None:
    """Severity and category narrow the list, which says how many are left."""
    rules = await _manual(tab, "rules")
    await tab.page.select_option("#by-severity", "info")
    left = [rule for rule in rules if rule["severity"] == "info"]
    assert await tab.find("#entries a").count() == len(left)
    await expect(tab.page.locator("#found")).to_have_text(f"{len(rules)} 条中的 {len(left)} 条")
    await tab.page.select_option("#by-category", left[0]["category"])
    assert await tab.find("#entries a").count() == len(
        [one for one in left if one["category"] == left[0]["category"]]
    )


async def test_a_rules_page_says_everything(tab: Console) -> None:
    """A rule's page has its reason, source, better words, and its examples with the words marked that it must find."""
    await tab.open(f"#/manual/rules/{RULE}")
    entry = tab.page.locator("#entry")
    await expect(entry.locator("h2")).to_have_text("以不知道作答")
    for words in (
        "一时答不上",
        "《客服人员服务技巧》",
        "很抱歉，我帮您核实一下",
        "应当命中",
        "不应命中",
        RULE,
    ):
        await expect(entry).to_contain_text(words)
    await expect(entry.locator(".examples mark").first).to_have_text("不知道")
    assert "<<" not in await entry.inner_text()


async def test_a_text_is_tried_against_one_rule(tab: Console) -> None:
    """The box says whether this rule finds something, where, and which others fire as well."""
    page = tab.page
    await tab.open(f"#/manual/rules/{RULE}")
    await page.fill("#trial", "具体原因不清楚，你找领导去。")
    await expect(page.locator("#trial-result")).to_contain_text("命中")
    await expect(page.locator("#trial-result mark")).to_have_text("具体原因不清楚")
    await expect(page.locator(".others")).to_contain_text("另有")
    await page.locator(".others a").first.click()
    await expect(page.locator("#entry h2")).not_to_have_text("以不知道作答")
    await page.fill("#trial", "您好，我马上为您核实。")
    await expect(page.locator("#trial-result")).to_contain_text("没有命中")


async def test_examples_can_be_tried(tab: Console) -> None:
    """One click puts an example into the box; what must match does, what must not does not."""
    page = tab.page
    await tab.open(f"#/manual/rules/{RULE}")
    await page.locator(".examples").first.locator("button").first.click()
    await expect(page.locator("#trial-result .hit")).to_be_visible()
    await page.locator(".examples").nth(1).locator("button").first.click()
    await expect(page.locator("#trial-result .miss")).to_be_visible()


async def test_a_scenarios_page_has_its_replies(tab: Console) -> None:
    """A scenario shows how customers put it, what a reply conveys, and replies with what each does."""
    await tab.open("#/manual/scenarios/cannot-answer-now")
    entry = tab.page.locator("#entry")
    for words in ("暂时无法答复", "说明要查证", "到底能不能办，给个准话", "以不知道作答"):
        await expect(entry).to_contain_text(words)
    await expect(entry.locator(".card .act").first).to_contain_text("跟进")


async def test_what_fires_most_is_counted(tab: Console) -> None:
    """Rules that fired stand first with the number of drafts, once for each draft; the verdicts are counted too."""
    page = tab.page
    body = {"draft": "不知道。不知道。", "context": {}}
    for _ in range(3):
        answer = await page.request.post(f"{tab.url}/check", data=body)
        assert answer.status == 200
    await page.reload()
    first = page.locator(".most li", has_text="以不知道作答")
    await expect(first).to_be_visible()
    shown = int(await first.locator(".number").inner_text())
    text = await (await page.request.get(f"{tab.url}/metrics")).text()
    assert f'coach_findings_total{{policy="default",rule="{RULE}"}} {shown}.0' in text
    await expect(page.locator(".sums").first).to_contain_text("不能发送")


async def test_the_book_is_read_from_the_keyboard(tab: Console) -> None:
    """Arrows walk from the search into the list and back; Enter opens; Tab passes the list in one step."""
    page = tab.page
    await page.fill("#search", "不知道")
    await page.focus("#search")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    focused = "document.activeElement.dataset.id ?? document.activeElement.id"
    ids = await tab.find("#entries a").evaluate_all("all => all.map((one) => one.dataset.id)")
    assert await page.evaluate(focused) == ids[min(1, len(ids) - 1)]
    await page.keyboard.press("Enter")
    await expect(page.locator("#entry code").first).to_have_text(ids[min(1, len(ids) - 1)])
    await page.focus("#search")
    await page.fill("#search", "")
    steps = 0
    while not await page.evaluate("document.activeElement.closest('#entry, footer') !== null"):
        await page.keyboard.press("Tab")
        steps += 1
    assert steps <= 6


async def test_an_unknown_entry_is_told_plainly(tab: Console) -> None:
    """An address that names nothing says so and leads back."""
    await tab.open("#/manual/rules/no-such-rule")
    await expect(tab.page.locator("#entry")).to_contain_text("手册里没有这一条")
