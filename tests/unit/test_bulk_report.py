"""What a quality team reads of a bulk job: the figures, and the page that shows them."""

import random
import re
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.bulk_report import EXAMPLES, SHOWN, BulkReport
from service.core.excerpts import around, beginning
from service.core.jobs import Order, RowResult
from service.web.bulk_report_answers import BulkReportOut
from service.web.report import content_policy, report_data, report_page
from service.web.report.words import REASONS
from tests.kit.browser import PAYLOADS
from tests.kit.results import DRAFT, RULE, TEXT, WORDS, crashed, for_a_person, rewritten, seen, unchanged

ORDER = Order(format="csv", filename="话术.csv")
BLANK = RowResult(0, None, None, " ", "unchanged", None)


def _report(*results: RowResult, total: int = 0) -> BulkReport:
    report = BulkReport(total)
    for result in results:
        report.add(result)
    return report


def _data(*results: RowResult, total: int = 0, **more: Any) -> dict[str, Any]:
    return report_data(_report(*results, total=total), {RULE: "以不知道作答"}, ORDER, **more)


def test_the_counts_are_those_of_the_rows() -> None:
    """Whoever adds up the four kinds gets the rows that are done; blank rows are told apart."""
    told = _data(rewritten(0), unchanged(1), for_a_person(2), crashed(3), BLANK, total=9)
    assert told["counts"] == {
        "total": 9, "done": 5, "unchanged": 2, "rewritten": 1, "needs_review": 1, "failed": 1,
    }  # fmt: skip
    assert told["blank"] == 1
    assert told["partial"] is True


def test_rows_for_a_person_come_first_by_need() -> None:
    """Rows that no engine could rewrite are listed before those that crashed, each with what a person needs."""
    told = _data(crashed(0), rewritten(1), for_a_person(2))["review"]
    assert told["total"] == 2
    assert [(row["index"], row["status"], row["reasons"]) for row in told["rows"]] == [
        (2, "needs_review", ["policy_breach"]),
        (0, "failed", ["crashed"]),
    ]
    first = told["rows"][0]
    assert (first["custom_id"], first["title"], first["draft"]) == ("m2", "催单", DRAFT)
    assert (first["score"], first["verdict"], first["rules"]) == (20, "block", [RULE])


def test_a_rule_shows_words_and_what_stands_in_their_place() -> None:
    """The rule most broken is first, with its title, how often, how often still, and examples before and after."""
    other = rewritten(5, before=seen(60, ("wording.curt", "warning", "")))
    told = _data(for_a_person(0), rewritten(1, draft="我不知道。"), other)["rules"]
    assert [(rule["rule"], rule["title"], rule["rows"], rule["left"]) for rule in told] == [
        (RULE, "以不知道作答", 2, 1),
        ("wording.curt", None, 1, 0),
    ]
    best = told[0]["examples"][0]
    assert (best["index"], best["words"], best["before"], best["after"]) == (1, WORDS, "我不知道。", TEXT)
    assert told[0]["examples"][1]["after"] is None


def test_hints_come_behind_what_counts() -> None:
    """A rule that only informs never stands before one that blocks, however often it fires."""
    hints = [unchanged(at, before=seen(80, ("info.long", "info", ""))) for at in range(5)]
    assert [rule["rule"] for rule in _data(*hints, rewritten(9))["rules"]] == [RULE, "info.long"]


def test_scores_are_told_before_and_after_over_the_same_rows() -> None:
    """A text that was not rewritten counts as it came on both sides, so that the two pictures can be compared."""
    told = _data(rewritten(0), unchanged(1), for_a_person(2), crashed(3), rewritten(4, after=seen(100)))
    before, after = told["scores"]["before"], told["scores"]["after"]
    assert [band["rows"] for band in before["bands"]] == [0, 0, 3, 0, 0, 0, 0, 0, 1, 0]
    assert [band["rows"] for band in after["bands"]] == [0, 0, 1, 0, 0, 0, 0, 0, 1, 2]
    assert (before["mean"], after["mean"]) == (36.2, 73.8)
    assert (after["bands"][0]["from"], after["bands"][0]["to"]) == (0, 9)
    assert (after["bands"][-1]["from"], after["bands"][-1]["to"]) == (90, 100)
    assert told["verdicts"]["before"] == {"pass": 1, "revise": 0, "block": 3}
    assert told["verdicts"]["after"] == {"pass": 3, "revise": 0, "block": 1}


def test_the_cost_is_added_up() -> None:
    """Calls, tokens, answers from the cache and repeated rows are what somebody has to pay for, or not."""
    again = rewritten(1, cache="bypass", repeat=True, calls=0, input_tokens=0, output_tokens=0)
    hit = rewritten(2, cache="hit", calls=0, input_tokens=0, output_tokens=0)
    told = _data(rewritten(0), again, hit, rewritten(3, engine="phrasebook", policy_version="1.1"))
    assert told["cost"] == {"calls": 2, "input_tokens": 200, "output_tokens": 20, "hits": 1, "repeats": 1}
    assert told["engines"] == {"model": 3, "phrasebook": 1, "none": 0}
    assert told["policy_versions"] == [{"version": "1.0", "rows": 3}, {"version": "1.1", "rows": 1}]


def test_a_report_does_not_grow_with_its_rows() -> None:
    """Ten thousand rude rows make a report as long as a few hundred do: lists have an end, the counts tell the rest."""
    report = BulkReport()
    for index in range(3 * SHOWN):
        report.add(for_a_person(index, draft=f"不知道，{index}号，" + "啊" * 4_000))
    told = report.told({})
    assert (told["review"]["total"], len(told["review"]["rows"])) == (3 * SHOWN, SHOWN)
    assert len(told["rules"][0]["examples"]) == EXAMPLES
    assert max(len(row["draft"]) for row in told["review"]["rows"]) < 400


def _any_row(index: int, luck: random.Random) -> RowResult:
    rule = (f"wording.{luck.randrange(4)}", luck.choice(["error", "warning"]), "不知道")
    kind = luck.choice([rewritten, for_a_person, for_a_person, unchanged])
    if luck.random() < 0.1:
        return crashed(index)
    more = {} if kind is unchanged else {"draft": f"不知道，{luck.randrange(5)}。", "before": seen(20, rule)}
    return kind(index, policy_version=f"1.{luck.randrange(3)}", **more)


@pytest.mark.parametrize("seed", range(20))
def test_rows_in_any_order_make_one_report(seed: int) -> None:
    """Workers finish rows as they come; the report is the same to the last example, whatever was first."""
    luck = random.Random(seed)
    rows = [_any_row(index, luck) for index in range(3 * SHOWN)]
    told = _data(*rows)
    assert [row["index"] for row in told["review"]["rows"] if row["status"] == "needs_review"] == [
        row.index for row in rows if row.status == "needs_review"
    ][:SHOWN]
    for _ in range(5):
        assert _data(*luck.sample(rows, len(rows))) == told


def test_the_json_is_as_documented() -> None:
    """Every field that the contract names is there, and no other."""
    told = _data(rewritten(0), for_a_person(1), job_id="job_1", created_at="2026-11-22T09:00:00Z")
    assert BulkReportOut.model_validate(told).model_dump(by_alias=True, mode="json") == told


class _Page(HTMLParser):
    """The text of a page, its tags, and what each picture says to those who do not see it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.pictures: list[str] = []
        self._picture: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name == "style" or name.startswith("on")]
        if tag == "svg" and dict(attrs).get("role") == "img":
            assert dict(attrs)["aria-labelledby"]
            self._picture = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "svg" and self._picture is not None:
            self.pictures.append("".join(self._picture))
            self._picture = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._picture is not None:
            self._picture.append(data)


def test_every_picture_can_be_read() -> None:
    """Who does not see the pictures hears title and figures of each."""
    page = _Page(report_page(_data(rewritten(0), unchanged(1), for_a_person(2))))
    assert len(page.pictures) == 4
    assert "处理结果" in page.pictures[0]
    assert "已改写 1 条" in page.pictures[0]
    assert "20–29 分：改写前 2 条，改写后 1 条" in page.pictures[1]
    assert "可以发送 1 条，建议修改 0 条，不能发送 2 条" in page.pictures[2]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_whatever_a_caller_wrote_is_text(payload: str) -> None:
    """File names, titles, ids, drafts, words, reasons and rules of a hostile file are shown and never obeyed."""
    row = for_a_person(
        0, draft=payload, title=payload, custom_id=payload, before=seen(3, (payload, "error", payload))
    )
    order = Order(format="csv", filename=payload, policy=payload)
    html = report_page(report_data(_report(row), {payload: payload}, order))
    page = _Page(html)
    assert {"script", "img", "iframe", "form"}.isdisjoint(page.tags)
    assert page.tags.count("svg") == 6
    assert escape(payload) in html
    assert payload in page.text


def test_the_page_obeys_its_own_style_sheet_alone() -> None:
    """A saved copy looks the same and loads nothing: one style sheet inside, named by its digest, and no script."""
    html = report_page(_data(rewritten(0)))
    assert html.count("<style>") == 1
    assert "unsafe" not in content_policy()
    assert escape(content_policy()) in html
    assert not re.search(r"<script|<link|<img|style=|https?://|url\(", html)


def test_a_page_says_when_it_is_not_the_end() -> None:
    """A report on a job that still runs cannot be mistaken for the last one."""
    assert "任务尚未全部完成" in report_page(_data(rewritten(0), total=2, status="running"))
    assert "任务尚未全部完成" not in report_page(_data(rewritten(0), total=1))


def test_an_empty_file_has_a_page() -> None:
    """A file without any row gives a page, not an error."""
    assert "没有需要人工处理的话术" in report_page(_data())


def test_a_long_list_goes_on_at_the_end_of_the_page() -> None:
    """The first rows for a person stand at the beginning; a link leads to the others, and none is left out."""
    html = report_page(_data(*[for_a_person(at, custom_id=f"id-{at}-") for at in range(50)]))
    assert [at for at in range(50) if f"id-{at}-" not in html] == []
    assert html.index("id-0-") < html.index("改写前后") < html.index('id="rest"') < html.index("id-49-")


def test_every_reason_has_words() -> None:
    """No code of the contract reaches a reader bare."""
    from typing import get_args  # noqa: PLC0415

    from service.core.results import FailureCode, RejectionCode  # noqa: PLC0415

    assert {*get_args(RejectionCode), *get_args(FailureCode), "crashed"} <= set(REASONS)


@given(text=st.text(max_size=400), at=st.integers(0, 400), length=st.integers(0, 200))
def test_an_excerpt_holds_its_words(text: str, at: int, length: int) -> None:
    """The words that a rule fired on are in the excerpt, however long the text, unless they are as long as it."""
    words = text[at : at + length]
    shown = around(text, words, 120)
    assert len(shown) <= 122
    if len(words) <= 60 and words.strip() == words:
        assert words in shown


def test_a_short_text_is_shown_whole() -> None:
    """Nothing is cut that fits."""
    assert beginning("您好", 2) == "您好"
    assert beginning("您好吗", 2) == "您好…"
