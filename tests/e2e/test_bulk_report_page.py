"""The report in a real browser: on a screen, on a phone, in the dark and on paper, for every eye and every hostile word."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser

from service.core.bulk_report import BulkReport
from service.core.jobs import Order, RowResult
from service.web.report import report_data
from tests.kit.app import LOCAL, Bench
from tests.kit.axe import violations
from tests.kit.browser import PAYLOADS, Console, console
from tests.kit.memory_jobs import MemoryFiles
from tests.kit.results import RULE, crashed, for_a_person, rewritten, seen, unchanged
from tests.kit.server import listening

pytestmark = pytest.mark.asyncio(loop_scope="module")

JOB = "job_shown"
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
ROWS = [
    *[rewritten(at, draft=f"不知道，{at}号的事你找领导去。") for at in range(40)],
    *[unchanged(at, before=seen(60 + at % 40)) for at in range(40, 90)],
    *[for_a_person(at, reasons=("fact_missing", "policy_breach")) for at in range(90, 120)],
    *[
        rewritten(at, before=seen(50, ("command.wait", "warning", "你等着")), engine="phrasebook")
        for at in range(120, 130)
    ],
    crashed(130),
]


@asynccontextmanager
async def _shown(
    browser: Browser, rows: list[RowResult], filename: str, **how: Any
) -> AsyncIterator[Console]:
    """A tab on the report of a job with these rows."""
    bench = Bench()
    bulk = bench.coach.bulk
    assert isinstance(bulk.files, MemoryFiles)
    order = Order(format="csv", filename=filename)
    await bulk.jobs.create(LOCAL.tenant, JOB, order, len(rows), 50, None)
    await bulk.ledger.finish(LOCAL.tenant, JOB)
    report = BulkReport(len(rows) + 1)
    for row in rows:
        report.add(row)
    titles = {RULE: "以“不知道”作答", "command.wait": "命令客户等待"}
    data = report_data(report, titles, order, job_id=JOB, created_at="2026-11-22T09:00:00Z")
    bulk.files.held[bulk.key(JOB, "report.json")] = json.dumps(data).encode()
    with listening(bench.app) as port:
        async with console(browser, f"http://127.0.0.1:{port}", **how) as tab:
            await tab.page.goto(f"{tab.url}/bulk/{JOB}/report")
            yield tab


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_report_shuts_nobody_out(browser: Browser, scheme: str) -> None:
    """axe-core finds nothing against WCAG 2.2 AA: contrast, headings, tables, pictures with their words."""
    async with _shown(browser, ROWS, "话术.csv", color_scheme=scheme) as tab:
        assert await violations(tab.page) == []
        await tab.assert_untouched()


async def test_the_report_fits_a_phone(browser: Browser) -> None:
    """At 360 px nothing is cut off or scrolls sideways."""
    async with _shown(browser, ROWS, "很长的文件名" * 20 + ".csv", **PHONE) as tab:
        assert await tab.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert await tab.find("table.review tbody tr").first.is_visible()


async def test_the_report_is_dressed(browser: Browser) -> None:
    """The style sheet within the page is let through by the page's own content policy: colours and columns are there."""
    async with _shown(browser, ROWS, "话术.csv") as tab:
        tiles = tab.find(".tiles li")
        tops = await tiles.evaluate_all(
            "all => all.map((one) => Math.round(one.getBoundingClientRect().top))"
        )
        assert len(set(tops)) == 1
        fills = (
            await tab.find("svg.strip")
            .first.locator("rect")
            .evaluate_all("all => all.map((one) => getComputedStyle(one).fill)")
        )
        assert len(set(fills)) == len(fills) == 4
        await tab.assert_untouched()


async def test_the_report_goes_on_paper(browser: Browser) -> None:
    """Printed it is a few A4 pages in the light colours, whatever the screen shows."""
    async with _shown(browser, ROWS, "话术.csv", color_scheme="dark") as tab:
        paper = await tab.page.pdf(format="A4", prefer_css_page_size=True)
        assert 2 <= paper.count(b"/Type /Page\n") <= 12
        await tab.page.emulate_media(media="print", color_scheme="dark")
        assert await tab.page.evaluate("getComputedStyle(document.body).color") == "rgb(34, 35, 31)"


async def test_nothing_that_a_caller_wrote_runs(browser: Browser) -> None:
    """Names, ids, drafts, texts, rules and reasons of a hostile file are shown as they stand, and nobody is asked for more."""
    rows: list[RowResult] = []
    for payload in PAYLOADS:
        hostile: dict[str, Any] = {
            "draft": payload, "title": payload, "custom_id": payload, "before": seen(5, (payload, "error", payload)),
        }  # fmt: skip
        rows.append(for_a_person(0, **hostile, reasons=(payload,)))
        rows.append(rewritten(1, **hostile, text=payload))
    async with _shown(browser, rows, PAYLOADS[0]) as tab:
        text = await tab.page.inner_text("body")
        assert [payload for payload in PAYLOADS if payload not in text] == []
        await tab.assert_untouched()
