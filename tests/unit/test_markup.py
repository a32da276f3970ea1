"""Drafts in HTML: the policy hears the words that the customer reads, and the page survives."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.core.checking import check
from service.core.facts import extract
from service.core.markup import without_markup
from service.core.phrasebook.blocks import Blocks
from service.core.reading import read
from service.core.results import Draft, Verdict
from service.core.text import Normalized, han_share
from tests.kit.default_policy import default_policy, read_masked, rewritten

CORPUS = Path(__file__).parents[1] / "corpora" / "drafts.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
PLAIN = [row["draft"] for row in ROWS if not re.search(r"[<>\[\n&]", row["draft"])]
STYLE = "margin:0;font-family:Arial,Helvetica,sans-serif;font-size:14px;color:#333333;" * 8
WRAPPERS = ("<p>{}</p>", '<div class="a"><span style="' + STYLE + '">{}</span></div>')


def _found(text: str) -> list[tuple[str, str]]:
    report = check(default_policy(), read(Draft(text), None))
    return [(finding.rule, finding.text) for finding in report.findings]


@pytest.mark.parametrize("wrapper", WRAPPERS, ids=["paragraph", "styled"])
def test_what_is_found_in_words_is_found_in_html(wrapper: str) -> None:
    """In a paragraph, and in styles ten times as long as itself, a draft breaks the rules that it breaks bare."""
    assert len(PLAIN) > 200
    for draft in PLAIN:
        assert _found(wrapper.format(draft)) == _found(draft), draft


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<p>没办法</p><p>您问物流</p>", "没办法"),
        ("请稍候<br>不行<br/>", "不行"),
        ("<ul><li>好的</li><li>不行</li></ul>", "不行"),
        ("这事您自己<b>看</b>", "自己<b>看"),
        ("<!-- x --><td>不行</td>", "不行"),
    ],
)
def test_a_tag_ends_no_word_and_a_block_ends_a_clause(text: str, words: str) -> None:
    """A rule for a whole clause fires in a block of its own, one for a word also across bold type."""
    assert words in [found for _, found in _found(text)]


@pytest.mark.parametrize("text", ["<滚>", "<b 滚蛋>", '<a title="你滚蛋">'])
def test_what_only_looks_like_a_tag_is_read(text: str) -> None:
    """Whoever gets no HTML reads Han within angle brackets; so does the policy."""
    assert any("滚" in words for _, words in _found(text))


def test_a_foreign_text_in_html_is_called_foreign_and_not_cold() -> None:
    """English in a paragraph is passed on with the remark that nobody has checked it."""
    report = check(default_policy(), read(Draft("<p>Your parcel is on its way, thanks!</p>"), None))
    assert report.verdict is Verdict.PASS
    assert [finding.rule for finding in report.findings] == ["language.hardly-any-han"]
    assert han_share('<p style="color:red;margin:0">您好</p>') == 1.0


TEXTS = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<br/>", "<b>", "<", ">", "a<b", "好", "，", " x", "[TAG_1]", "<!--", "-->", "\n"]
    )
).map("".join)


@given(TEXTS)
def test_places_hold_beside_markup(text: str) -> None:
    """Without its markup a text is as long as with it, and every stretch of words stands where it stood."""
    assert len(without_markup(text)) == len(text)
    read_once = Normalized(text)
    for at, char in enumerate(read_once.squeezed):
        span = read_once.origin(at, at + 1)
        assert text[span.start : span.end].lower() == char


@given(TEXTS)
def test_blocks_stand_apart_only_while_they_are_worked_on(text: str) -> None:
    """The line breaks that set blocks apart are all taken out again, those of the draft are not."""
    _, masked = read_masked(Draft(text))
    blocks = Blocks(masked)
    assert blocks.closed(blocks.opened(masked).draft) == masked.draft


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (
            "<div>亲，收到坏豆请这样做：</div><ul><li>拍照：发给客服</li><li>其他问题：一定解决</li></ul>",
            "<div>亲，收到坏豆请这样做：</div><ul><li>拍照：发给客服</li><li>其他问题：会尽力为您解决</li></ul>",
        ),
        ("<p>兄弟，新豆到了！</p>\n<p>下单送滤纸～</p>\n", "<p>您好，新豆到了！</p>\n<p>下单送滤纸～</p>\n"),
        ("<p>您的豆子寄出了。<br>请留意查收。</p>", "<p>您的豆子寄出了。<br>请留意查收。</p>"),
    ],
)
def test_html_changes_only_where_something_is_found(draft: str, said: str) -> None:
    """Paragraphs and entries are lines: those without a finding come back to the character."""
    assert rewritten(draft) == said


def test_what_is_added_stands_within_the_last_paragraph() -> None:
    """An offer of help is never put behind the tag that ends the page."""
    said = rewritten("<p>不行</p>")
    assert said is not None
    assert said.startswith("<p>您好")
    assert said.endswith("</p>")
    assert "不行" not in said


def test_a_tag_with_a_long_style_is_a_fact() -> None:
    """What a word processor puts into one tag comes back to the character."""
    tag = f'<span style="{STYLE}">'
    assert tag in [fact.text for fact in extract(read(Draft(f"{tag}您好</span>"), None).draft)]
