"""Clauses that no rule knows and that sound curt all the same: the phrasebook leaves them out, and nothing else."""

import pytest

from service.core import masking, phrasebook, scenarios
from service.core.facts import extract
from service.core.reading import read
from service.core.results import Draft, Mode
from tests.kit.default_policy import default_policy


def _best(words: str, mode: Mode = "polish") -> str | None:
    """The phrasebook's first text for a draft."""
    policy, draft = default_policy(), Draft(words, mode=mode)
    reading = read(draft, scenarios.match(policy, draft, None), policy.company_known)
    masked = masking.mask(reading, extract(reading.draft))
    text = next(phrasebook.candidates(policy, masked, reading, mode), None)
    return None if text is None else masking.unmask(text, masked)


@pytest.mark.parametrize(
    ("draft", "gone", "stays"),
    [
        ("水管老化都黄，放五分钟就好了，能喝死人我们早关门了。", "喝死人", "放五分钟就好了"),
        ("可以转，手续费200元，受让人本人到店，你们这种人最会算计。", "算计", "手续费200元"),
        ("周三19:00上课，早说过八百回了，长点记性行不行。", "记性", "周三19:00"),
        ("你的工单我们在处理，别刷屏了，优先级P2，明天18:00前给结果。", "刷屏", "您的工单我们在处理"),
    ],
)
def test_a_clause_that_sounds_curt_goes_though_no_rule_knows_it(draft: str, gone: str, stays: str) -> None:
    """What is only meant to hurt is left out; what the customer can use stays as it was."""
    text = _best(draft)
    assert text is not None
    assert gone not in text
    assert stays in text


@pytest.mark.parametrize(
    "draft",
    [
        "您好，您的工单正在处理，有进展我会及时告诉您。",
        "仓库在盘点，后台还没更新，明天下午发货。",
        "退货地址在订单详情里，运单号填好后提交审核。",
        "选座加60元，免费的起飞前24小时开放。",
    ],
)
def test_plain_clauses_stay(draft: str) -> None:
    """Being short is no offence: every clause about the matter is still there, word for word."""
    text = _best(draft) or ""
    assert [clause for clause in draft.strip("。").split("，") if clause not in text] == []


def test_minimal_leaves_it_to_the_rules() -> None:
    """Who asks for the least change gets no opinion on top of the rules."""
    draft = "水管老化都黄，放五分钟就好了，能喝死人我们早关门了。"
    assert _best(draft, "minimal") == draft


def test_what_is_worth_keeping_is_told_from_what_is_curt() -> None:
    """The bound on what polishing may cut from a passing draft counts only words that were worth keeping."""
    policy, draft = default_policy(), Draft("放五分钟就好了，能喝死人我们早关门了。")
    words = phrasebook.worth_keeping(policy, read(draft, None, policy.company_known), draft.text)
    assert words == "放五分钟就好了"


def test_a_rule_that_gave_way_is_heard_by_the_phrasebook() -> None:
    """A plain reply in which a broad rule kept silent is polished at that very place."""
    text = _best("第一项排到6月，第二项有配置能做，第三项说实话有点异想天开，附件是说明。")
    assert text is not None
    assert "异想天开" not in text
    assert "第一项排到6月" in text
