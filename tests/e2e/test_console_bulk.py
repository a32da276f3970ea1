"""The quality analyst's page in a real browser: a file goes up, is watched, and comes down; nothing in it is obeyed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Download, FileChooser, Page, Route, expect

from service.adapters.macros import FORMATS, Options
from service.core.jobs import RowResult
from tests.kit.app import LOCAL, Bench, FakeKeys
from tests.kit.axe import violations
from tests.kit.browser import PAYLOADS, Console, console
from tests.kit.memory_jobs import MemoryFiles, MemoryJobs
from tests.kit.results import crashed, for_a_person, rewritten, unchanged
from tests.kit.server import listening
from tests.kit.service import Service
from tests.kit.tables import csv_bytes, csv_reader
from tests.kit.workbooks import cells, table

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITHIN_MS = 60_000
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
HEADER = ["编号", "标题", "话术", "分组"]
TEXTS = ["不归我管，别再问了。", "您好，我马上为您核实，请您稍候。", "", "这个我不知道，单号 #{order_no}#。"]
ROWS = [[f"k{at}", "售后", text, "=1+1"] for at, text in enumerate(TEXTS)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """One service as an operator runs it, with the worker beside it, and no model."""
    running = Service({}, tmp_path_factory.mktemp("bulk"), with_worker=True)
    running.start()
    try:
        await running.live()
        await running.ready(jobs="up")
        yield running
    finally:
        running.stop()
        await running.client.aclose()


@pytest_asyncio.fixture(loop_scope="module")
async def tab(browser: Browser, service: Service) -> AsyncIterator[Console]:
    """The bulk page, freshly opened; whatever happened in it, nothing ran that should not."""
    async with console(browser, service.url) as made:
        await made.open("#/bulk")
        yield made
        await made.assert_untouched()


class Hands:
    """A worker of which each step is a line of a test: it writes the rows of the only chunk of the only job."""

    def __init__(self, bench: Bench) -> None:
        self._bulk = bench.coach.bulk
        assert isinstance(self._bulk.jobs, MemoryJobs)
        self._jobs = self._bulk.jobs
        self._lease: Any = None

    async def write(self, *rows: RowResult) -> None:
        """These rows are done."""
        if self._lease is None:
            [(_, job_id)] = self._jobs.all
            taken = await self._jobs.take(LOCAL.tenant, job_id, 0)
            assert taken is not None
            self._lease = taken.lease
        for row in rows:
            assert await self._jobs.write(self._lease, row)

    async def finish(self, output: bytes) -> None:
        """The job is completed, and this is its file."""
        assert isinstance(self._bulk.files, MemoryFiles)
        self._bulk.files.held[self._bulk.key(self._lease.job_id, "output")] = output
        await self._jobs.finish(LOCAL.tenant, self._lease.job_id)


@asynccontextmanager
async def staged(
    browser: Browser, bench: Bench | None = None, **how: Any
) -> AsyncIterator[tuple[Console, Hands]]:
    """A tab on a service whose worker is the test."""
    bench = bench or Bench()
    with listening(bench.app) as port:
        async with console(browser, f"http://127.0.0.1:{port}", **how) as made:
            await made.open("#/bulk")
            yield made, Hands(bench)
            await made.assert_untouched()


async def give(page: Page, name: str, data: bytes) -> None:
    """Choose a file, and wait until the page has said what it makes of it."""
    await page.set_input_files("#bulk-file", {"name": name, "mimeType": "", "buffer": data})
    await page.wait_for_selector("#bulk-new:not([aria-busy])", timeout=WITHIN_MS)


async def begin(page: Page) -> None:
    """Start the job, and wait for its page."""
    await page.click("#bulk-start")
    await expect(page.locator("#bulk-job .progress")).to_be_attached(timeout=WITHIN_MS)


async def ended(page: Page) -> None:
    """Wait until the job is done."""
    await expect(page.locator("#bulk-job .badge")).to_contain_text("已完成", timeout=WITHIN_MS)


async def fetched(page: Page, button: str) -> tuple[str, bytes]:
    """Name and bytes of what a button downloads."""
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name=button).click()
    download: Download = await waiting.value
    return download.suggested_filename, (await download.path()).read_bytes()


def jsonl(count: int) -> bytes:
    """A file of so many texts."""
    return b"".join(json.dumps({"draft": f"不知道{at}"}).encode() + b"\n" for at in range(count))


async def test_a_csv_goes_up_and_comes_down(tab: Console, tmp_path: Path) -> None:
    """A GB18030 table is shown before it is sent; what comes back is the same bytes but for the texts that were put right."""
    page, data = tab.page, csv_bytes(HEADER, ROWS, encoding="gb18030")
    await give(page, "售后 话术.csv", data)
    assert await page.locator("#bulk-facts li").all_inner_texts() == ["CSV", "GB18030", "4 条 texts"]
    await expect(page.locator("#bulk-columns li:not(.rest)")).to_contain_text(HEADER)
    await expect(page.locator("#bulk-columns .on")).to_contain_text("话术")
    await expect(page.locator("#bulk-samples")).to_contain_text(TEXTS[0])
    await begin(page)
    await ended(page)
    await expect(page.locator(".bulk-row").first).to_be_visible()
    name, output = await fetched(page, "下载结果")
    assert name == "售后 话术.csv"
    after = csv_reader("话术", encoding="gb18030")(output)
    assert after[1:3] == TEXTS[1:3]
    assert after[0] != TEXTS[0]
    assert "#{order_no}#" in after[3]
    (tmp_path / "out").write_bytes(output)
    changed = iter([(at, old) for at, (old, new) in enumerate(zip(TEXTS, after, strict=True)) if old != new])
    FORMATS["csv"].write(tmp_path / "out", tmp_path / "back", Options(), changed)
    assert (tmp_path / "back").read_bytes() == data
    name, lines = await fetched(page, "下载对照表 JSON Lines")
    assert (name, [json.loads(line)["original"] for line in lines.splitlines()]) == (
        "售后 话术.jsonl",
        TEXTS,
    )
    async with page.expect_popup() as opening:
        await page.get_by_role("link", name="看报告").click()
    await expect((await opening.value).locator("h1")).to_contain_text("话术体检报告")


async def test_a_workbook_is_dropped(tab: Console) -> None:
    """A workbook may fall anywhere on the page; every cell but the texts comes back as it was."""
    page, data = tab.page, table([HEADER, *ROWS])
    await page.evaluate(
        """(bytes) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([new Uint8Array(bytes)], "话术.xlsx"));
          for (const name of ["dragover", "drop"])
            document.querySelector("footer").dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        list(data),
    )
    await expect(page.locator("#bulk-samples")).to_contain_text(TEXTS[0], timeout=WITHIN_MS)
    await page.get_by_role("radio", name="只改不合规处").check()
    await begin(page)
    await ended(page)
    _, output = await fetched(page, "下载结果")
    before, after = ([[cell.value for cell in row] for row in cells(book)] for book in (data, output))
    assert [row[:2] + row[3:] for row in after] == [row[:2] + row[3:] for row in before]
    assert after[1][2] not in (None, TEXTS[0])
    assert after[2][2] == TEXTS[1]


async def test_which_column_is_asked(tab: Console) -> None:
    """Where two columns may hold the text, nothing starts before one is named, and then only that one changes."""
    page = tab.page
    rows = [[text, text] for text in TEXTS if text]
    await give(page, "两列.csv", csv_bytes(["话术", "回复内容"], rows))
    await expect(page.locator("#bulk-ask")).to_be_visible()
    await expect(page.locator("#bulk-start")).to_be_disabled()
    assert await page.evaluate("document.activeElement.id") == "bulk-column"
    assert await violations(page) == []
    await page.select_option("#bulk-column", "回复内容")
    await expect(page.locator("#bulk-samples")).to_contain_text(TEXTS[0], timeout=WITHIN_MS)
    await expect(page.locator("#bulk-ask")).to_be_hidden()
    await begin(page)
    await ended(page)
    _, output = await fetched(page, "下载结果")
    assert csv_reader("话术")(output) == [row[0] for row in rows]
    assert csv_reader("回复内容")(output)[0] != rows[0][1]


async def test_json_of_another_help_desk(tab: Console) -> None:
    """In JSON whose texts stand there as text and as HTML both are taken together; a field may be chosen instead."""
    page = tab.page
    kept = [
        {"id": at, "name": f"回复{at}", "body": f"<p>{text}</p>", "body_text": text}
        for at, text in enumerate(TEXTS)
    ]
    await give(page, "intercom.json", json.dumps({"type": "list", "data": kept}, ensure_ascii=False).encode())
    assert await page.locator("#bulk-facts li").all_inner_texts() == [
        "JSON",
        "UTF-8",
        f"{2 * len(TEXTS)} 条 texts",
    ]
    await expect(page.locator("#bulk-columns .on")).to_contain_text(
        ["data.body（话术）", "data.body_text（话术）"]
    )
    await expect(page.locator("#bulk-context")).to_be_hidden()
    assert await violations(page) == []
    await page.select_option("#bulk-column", "data.body_text")
    await expect(page.locator("#bulk-columns .on")).to_contain_text(
        ["data.body_text（话术）"], timeout=WITHIN_MS
    )
    await begin(page)
    await ended(page)
    _, output = await fetched(page, "下载结果")
    after = json.loads(output)["data"]
    assert [one["body"] for one in after] == [one["body"] for one in kept]
    assert [one["body_text"] for one in after] != [one["body_text"] for one in kept]


async def test_a_bad_file_is_told_with_its_place(tab: Console) -> None:
    """What cannot be read is told beside the file with row and column; the mended file is taken."""
    page = tab.page
    await give(page, "坏.csv", '编号,话术\n1,您好\n2,"没有收尾\n3,好\n'.encode())
    await expect(page.locator("#bulk-file-trouble")).to_contain_text("第 3 行第 2 列：引号没有成对")
    await expect(page.locator("#bulk-start")).to_be_hidden()
    assert await violations(page) == []
    await give(page, "旧.xls", b"\xd0\xcf\x11\xe0")
    await expect(page.locator("#bulk-file-trouble")).to_contain_text("请另存为 .xlsx")
    await give(page, "坏.csv", csv_bytes(HEADER, ROWS))
    await expect(page.locator("#bulk-file-trouble")).to_be_empty()
    await expect(page.locator("#bulk-start")).to_be_enabled()
    await page.click("#bulk-more summary")
    await page.fill("#bulk-policy", "nobody")
    await page.click("#bulk-start")
    await expect(page.locator("#bulk-policy-trouble")).to_contain_text("没有这份规范", timeout=WITHIN_MS)


async def test_an_answer_that_got_lost_makes_no_second_job(tab: Console) -> None:
    """Who presses Start again because no answer came finds the job that was made the first time."""
    page = tab.page
    lost: list[str] = []

    async def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append((await (await route.fetch()).json())["id"])
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/bulk", lose)
    await give(page, "一次.csv", csv_bytes(HEADER, ROWS))
    await page.click("#bulk-start")
    await expect(page.locator("#bulk-start-trouble")).to_contain_text("联系不上服务", timeout=WITHIN_MS)
    await page.dblclick("#bulk-start")
    await page.wait_for_url("**/#/bulk/job_*")
    assert page.url.endswith(lost[0])
    await tab.open("#/bulk")
    await expect(page.locator("#bulk-jobs a", has_text="一次.csv")).to_have_count(1)


async def test_a_keyboard_is_enough(tab: Console) -> None:
    """From choosing the file over the options to the download and the deletion no mouse is needed."""
    page = tab.page

    async def to(selector: str) -> None:
        for _ in range(40):
            await page.keyboard.press("Tab")
            if await page.evaluate("(it) => document.activeElement.matches(it)", selector):
                return
        raise AssertionError(f"Tab does not lead to {selector}")

    # Asked for long before the key: a chooser that the browser has opened by itself cannot be caught any more.
    choosing = asyncio.Queue[FileChooser]()
    page.on("filechooser", choosing.put_nowait)
    await to("#bulk-file")
    await page.keyboard.press("Enter")
    await (await asyncio.wait_for(choosing.get(), 15)).set_files(
        {"name": "键盘.csv", "mimeType": "", "buffer": csv_bytes(HEADER, ROWS)}
    )
    await expect(page.locator("#bulk-start")).to_be_enabled(timeout=WITHIN_MS)
    await to("input[name=bulk-way]")
    await page.keyboard.press("ArrowDown")
    await to("#bulk-start")
    await page.keyboard.press("Enter")
    await ended(page)
    await to("#bulk-job .actions .main")
    async with page.expect_download() as waiting:
        await page.keyboard.press("Enter")
    assert (await waiting.value).suggested_filename == "键盘.csv"
    await to("input[name=bulk-rows]")
    await page.keyboard.press("End")
    await to("#bulk-job .row-foot button")
    # Back over the page to the deletion, which asks once, the careful answer first.
    await page.focus("#bulk-job .last")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "bulk-sure-no"
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#bulk-home")).to_be_visible()
    await expect(page.locator("#bulk-jobs a", has_text="键盘.csv")).to_have_count(0)


async def test_nothing_that_a_file_holds_runs(tab: Console) -> None:
    """Names of files and columns, titles, ids and macros are shown as they stand, in the preview, the rows and the list."""
    page = tab.page
    name = '<img src=x onerror="ran()">.csv'
    rows = [[payload, payload, f"不知道，{payload}"] for payload in PAYLOADS]
    await give(page, name, csv_bytes(["id", "title", '<svg onload="ran()">'], rows))
    await expect(page.locator("#bulk-chosen")).to_contain_text(name)
    await page.select_option("#bulk-column", label='<svg onload="ran()">')
    await expect(page.locator("#bulk-columns .on")).to_contain_text('<svg onload="ran()">', timeout=WITHIN_MS)
    await expect(page.locator("#bulk-samples")).to_contain_text(PAYLOADS[0])
    await page.click("#bulk-more summary")
    await begin(page)
    await ended(page)
    await page.locator(".tile", has_text="全部").click()
    await expect(page.locator(".bulk-row")).to_have_count(len(PAYLOADS))
    shown = await page.inner_text("#bulk-job")
    assert [payload for payload in PAYLOADS if payload not in shown] == []
    await page.click("#bulk-job .last")
    await expect(page.locator("#bulk-sure-words")).to_contain_text("<img src=x")
    await page.keyboard.press("Escape")
    await page.click("#bulk-job .back")
    await expect(page.locator("#bulk-jobs")).to_contain_text("<img src=x")
    await tab.settle()


@pytest.mark.parametrize("events", [True, False])
async def test_a_job_is_watched_and_steered(browser: Browser, *, events: bool) -> None:
    """Counts move as rows are done, events or not; a job can be paused, resumed, cancelled, and found again by a reload."""
    async with staged(browser) as (tab, hands):
        page = tab.page
        if not events:
            await page.route("**/events*", lambda route: route.abort())
        await give(page, "m.jsonl", jsonl(8))
        await begin(page)
        job, bar = page.locator("#bulk-job"), page.locator("#bulk-job .progress")
        await expect(job.locator(".badge")).to_contain_text("排队中")
        await hands.write(rewritten(3), unchanged(1))
        await expect(bar).to_have_attribute("aria-valuenow", "2")
        await expect(job).to_contain_text("2 / 8 条")
        await page.get_by_role("button", name="暂停").click()
        await expect(job.locator(".badge")).to_contain_text("已暂停")
        await page.reload()
        await expect(job.locator(".badge")).to_contain_text("已暂停")
        await expect(job).to_contain_text("2 / 8 条")
        await page.get_by_role("button", name="继续").click()
        await expect(job.locator(".badge")).to_contain_text("进行中")
        await hands.write(for_a_person(5, reasons=("fact_missing",)), for_a_person(2), crashed(0))
        await expect(page.locator(".bulk-row .nth")).to_have_text(["#3", "#6"])
        await expect(page.locator(".bulk-row").nth(1)).to_contain_text("漏了事实")
        await page.locator(".tile", has_text="处理失败").click()
        await expect(page.locator(".bulk-row .nth")).to_have_text(["#1"])
        await page.get_by_role("button", name="取消任务").click()
        await page.click("#bulk-sure-no")
        await expect(job.locator(".badge")).to_contain_text("进行中")
        await page.get_by_role("button", name="取消任务").click()
        await page.click("#bulk-sure-yes")
        await expect(job.locator(".badge")).to_contain_text("已取消")
        await expect(page.get_by_role("button", name="下载结果")).to_have_count(0)
        await page.click("#bulk-job .back")
        await expect(page.locator("#bulk-jobs li")).to_contain_text("已取消")


async def test_a_key_opens_report_and_output(browser: Browser) -> None:
    """Where a key is needed, which no link carries, the report opens all the same, dressed, and the file comes down."""
    bench = Bench(keys=FakeKeys({"key-0": LOCAL}))
    async with staged(browser, bench) as (tab, hands):
        page = tab.page
        await page.fill("#key-field", "key-0")
        await page.click("#key button[type=submit]")
        await give(page, "m.jsonl", jsonl(3))
        await begin(page)
        await hands.write(rewritten(0), unchanged(1), for_a_person(2))
        await hands.finish(b"all of it")
        await ended(page)
        assert await fetched(page, "下载结果") == ("m.jsonl", b"all of it")
        async with page.expect_popup() as opening:
            await page.get_by_role("button", name="看报告").click()
        report = await opening.value
        await expect(report.locator("h1")).to_contain_text("话术体检报告")
        tiles = report.locator(".tiles li")
        tops = await tiles.evaluate_all(
            "all => all.map((one) => Math.round(one.getBoundingClientRect().top))"
        )
        assert len(tops) > 1
        assert len(set(tops)) == 1
        assert [url for url in tab.requests if "key-0" in url] == []
        tab.requests = [url.removeprefix("blob:") for url in tab.requests]


async def test_a_row_is_taken_to_the_editor(browser: Browser) -> None:
    """What no engine could put right goes on into the draft by one click, there to be mended by hand."""
    async with staged(browser) as (tab, hands):
        await give(tab.page, "m.jsonl", jsonl(1))
        await begin(tab.page)
        row = for_a_person(0, draft="不知道，\n你找领导去。")
        await hands.write(replace(row, reasons=("commitment_invented",)))
        await expect(tab.page.locator(".bulk-row")).to_contain_text("多作了承诺")
        await tab.page.locator(".row-foot button").click()
        await expect(tab.page.locator("#draft")).to_have_value(row.draft)


@pytest.mark.parametrize(
    "how", [{"color_scheme": "light"}, {"color_scheme": "dark"}, PHONE], ids=["light", "dark", "phone"]
)
async def test_no_state_shuts_anybody_out(browser: Browser, how: dict[str, Any]) -> None:
    """Light, dark and at 360 px: axe-core finds nothing in any state of a job, nothing is cut off or too small to tap."""
    async with staged(browser, **how) as (tab, hands):
        page = tab.page

        async def fine() -> None:
            # What stands half under the page's bar would count as too small to tap.
            await page.evaluate("scrollTo(0, 0)")
            await tab.settle()
            assert await violations(page) == []
            width = await page.evaluate("document.documentElement.scrollWidth")
            assert width <= page.viewport_size["width"]  # type: ignore[index]
            small = await page.evaluate(
                """[...document.querySelectorAll("button, select, input, textarea")]
                .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 24).map((one) => one.id)"""
            )
            assert small == []

        await give(
            page,
            f"{'很长的文件名' * 20}.csv",
            csv_bytes([*HEADER, "客户问题"], [[*row, "到哪了？"] for row in ROWS]),
        )
        await page.click("#bulk-more summary")
        await page.locator(".tick", has_text="客户问题").locator("input").check()
        await expect(page.locator("#bulk-samples")).to_contain_text("到哪了？", timeout=WITHIN_MS)
        await fine()
        await begin(page)
        await hands.write(rewritten(0, title="长标题" * 40, text="改写" * 300), for_a_person(1), crashed(2))
        await page.locator(".tile", has_text="全部").click()
        await expect(page.locator(".bulk-row")).to_have_count(3)
        await fine()
        await hands.write(unchanged(3))
        await hands.finish(b"")
        await ended(page)
        await fine()
        await page.click("#bulk-job .last")
        await fine()
        await page.keyboard.press("Escape")
        await page.click("#bulk-job .back")
        await expect(page.locator("#bulk-jobs li")).to_have_count(1)
        await fine()
