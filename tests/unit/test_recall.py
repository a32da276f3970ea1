"""What a process remembers of a draft gives the very answer that working it out would give."""

import sys
from dataclasses import replace
from typing import Any

import pytest

from service.core import phrasebook
from service.core.checking import check
from service.core.facts import extract
from service.core.reading import ReadText
from service.core.results import Draft, Turn
from service.core.verifying import judge
from service.flow.examining import checked, examine
from service.flow.memory import Memory
from service.flow.recall import Recall
from tests.kit.default_policy import default_policy, read_masked
from tests.kit.small_policy import policy_of, rule

DRAFTS = [
    Draft("不知道，你找领导去。"),
    Draft("不知道，你找領導去。😀", customer_message="我的包裹到哪了？", channel="phone"),
    Draft("您好，抱歉，订单SF1234567890还没到，请您稍等，我帮您查询。", surname="张", title="先生"),
    Draft("哈哈，那也没办法。", customer_message="我爸昨天去世了", history=(Turn("agent", "您好"),)),
    Draft("OK, see you tomorrow."),
]


@pytest.mark.parametrize("draft", DRAFTS)
def test_a_report_from_memory_is_the_report(draft: Draft) -> None:
    """Checked a second time, a draft gets the same report to the letter."""
    policy, recall = default_policy(), Recall()
    report = examine(draft, policy)[1]
    assert [checked(draft, policy, "acme", recall).report for _ in range(3)] == [report] * 3


@pytest.mark.parametrize("draft", DRAFTS)
def test_facts_from_memory_are_the_facts(draft: Draft) -> None:
    """Looked for a second time, the facts of a draft are the same."""
    recall, text = Recall(), ReadText(draft.text)
    assert [recall.facts("acme", text) for _ in range(2)] == [extract(text)] * 2


@pytest.mark.parametrize(
    "other",
    [
        {"customer_message": "我爸昨天去世了"},
        {"channel": "phone"},
        {"stage": "closing"},
        {"surname": "张"},
        {"title": "先生"},
        {"agent_id": "1024"},
        {"scenario": "wrong-number"},
        {"history": (Turn("agent", "请问您怎么称呼？"),)},
    ],
)
def test_another_context_is_another_draft(other: dict[str, Any]) -> None:
    """A report is not given for the same words in another context."""
    quiet = policy_of(
        rule("x.dead", {"kind": "phrase", "any": ["哈哈"]}, when={"customer_says": ["去世"]}),
        rule("x.phone", {"kind": "phrase", "any": ["哈哈"]}, when={"channel": ["phone"]}),
        rule("x.end", {"kind": "phrase", "any": ["哈哈"]}, when={"stage": ["closing"]}),
        rule("x.name", {"kind": "phrase", "any": ["哈哈"]}, when={"knows": ["surname"]}),
        rule("x.title", {"kind": "phrase", "any": ["哈哈"]}, when={"knows": ["title"]}),
        rule("x.agent", {"kind": "phrase", "any": ["哈哈"]}, when={"knows": ["agent_id"]}),
        rule("x.wrong", {"kind": "phrase", "any": ["哈哈"]}, when={"scenario": ["wrong-number"]}),
        rule("x.asked", {"kind": "phrase", "any": ["哈哈"]}, when={"already_said": ["怎么称呼"]}),
        scenarios=tuple(one for one in default_policy().files.scenarios if one.id == "wrong-number"),
    )
    recall, draft = Recall(), Draft("哈哈，好的。")
    assert checked(draft, quiet, "acme", recall).report.findings == ()
    assert len(checked(replace(draft, **other), quiet, "acme", recall).report.findings) == 1


def test_another_policy_is_another_report() -> None:
    """After a reload nothing of the old policy is told."""
    recall, draft = Recall(), Draft("哈哈，好的。")
    strict = policy_of(rule("x.laugh", {"kind": "phrase", "any": ["哈哈"]}))
    mild = policy_of(rule("x.other", {"kind": "phrase", "any": ["嘿嘿"]}), version="2")
    assert strict.stamp != mild.stamp
    assert [len(checked(draft, one, "acme", recall).report.findings) for one in (strict, mild)] == [1, 0]


def test_what_is_remembered_holds_no_words_of_a_draft() -> None:
    """Memory keeps places and rules: a draft's words are gone with its request."""
    recall = Recall()
    draft = Draft("不知道，你打13800138000找领导去。")
    checked(draft, default_policy(), "acme", recall)
    recall.facts("acme", ReadText(draft.text))
    assert "13800138000" not in repr(vars(recall._reports)) + repr(vars(recall._facts))
    assert "领导" not in repr(vars(recall._reports)) + repr(vars(recall._facts))


def test_no_function_remembers_the_words_of_a_draft() -> None:
    """What functions keep for later is of the policy: another draft leaves nothing with them."""
    caches = {
        f"{module.__name__}.{name}": value
        for module in list(sys.modules.values())
        if getattr(module, "__name__", "").startswith("service.core")
        for name, value in vars(module).items()
        if hasattr(value, "cache_info")
    }
    assert len(caches) > 5
    policy = default_policy()

    def kept_after(text: str) -> dict[str, int]:
        reading, masked = read_masked(Draft(text, customer_message="我的包裹到哪了？"))
        before = check(policy, reading)
        for candidate in phrasebook.candidates(policy, masked, reading):
            judge(policy, masked, candidate, reading, before)
        return {name: cache.cache_info().currsize for name, cache in caches.items()}

    # The same offences, so that no rule is asked that was not asked before; only the figures are new.
    draft = "急什么，没货{0}天了，你自己的问题，包裹还没到，发票{0}天后寄。"
    first = kept_after(draft.format(3))
    assert kept_after(draft.format(41)) == first


def test_the_value_used_least_recently_goes_first() -> None:
    """A memory has an end, and what is used stays."""
    memory: Memory[int] = Memory(most=2)
    first, second, third = (memory.name((text,)) for text in "abc")
    memory.put(first, 1)
    memory.put(second, 2)
    assert memory.get(first) == 1
    memory.put(third, 3)
    assert (memory.get(first), memory.get(second), memory.get(third)) == (1, None, 3)
