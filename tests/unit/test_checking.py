"""The checker: what fires where, what stands, and what the report says of the whole."""

from typing import Any

import pytest

from service.core.checking import check
from service.core.compiling import Policy
from service.core.reading import read
from service.core.results import Draft, Report, ScenarioMatch, Severity, Verdict
from tests.kit.small_policy import policy_of, rule


def report(policy: Policy, text: str, scenario: str | None = None, **context: Any) -> Report:
    """The report on a text in a context."""
    match = ScenarioMatch(scenario, "given", 1.0) if scenario else None
    return check(policy, read(Draft(text=text, **context), match))


def spans(policy: Policy, text: str) -> list[str]:
    """The words found."""
    return [finding.text for finding in report(policy, text).findings]


IGNORANCE = rule("forbidden.ignorance", {"kind": "phrase", "any": ["不知道", "不清楚"], "where": "clause"})
LEADER = rule("forbidden.leader", {"kind": "phrase", "any": ["你找领导去"], "also_nin": True})
WHO = rule("forbidden.who", {"kind": "phrase", "any": ["你问我,我问谁"]})


@pytest.mark.parametrize(
    "text", ["不知道", "不知道。", "我不知道啊！", "喂，这个我不知道呢", "反正我也不清楚了"]
)
def test_a_whole_answer_may_have_fillers_around_it(text: str) -> None:
    """`where: clause` finds the answer that is nothing else, fillers and particles aside."""
    assert report(policy_of(IGNORANCE), text).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    "text", ["不知道您明天是否方便？", "您还有不清楚的地方请告诉我", "为避免信息不清楚造成误会"]
)
def test_a_clause_with_more_to_say_is_not_that_answer(text: str) -> None:
    """`where: clause` is silent when the clause goes on."""
    assert report(policy_of(IGNORANCE), text).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "text", ["你找领导去", "您找领导去", "你 找 领 导 去", "你*找😀领导.去", "妳找領導去", "你\u200b找领导去"]
)
def test_spacing_symbols_and_script_hide_nothing(text: str) -> None:
    """A phrase is found through spaces, symbols, emoji, invisible characters and in Traditional script."""
    assert spans(policy_of(LEADER), text) == [text]


def test_a_phrase_does_not_reach_across_clauses() -> None:
    """不。知道 is two clauses and no phrase, unless single characters are cut apart."""
    policy = policy_of(rule("forbidden.x", {"kind": "phrase", "any": ["不知道"]}))
    assert spans(policy, "我看不。知道了吗") == []
    assert spans(policy, "不，知，道") == ["不，知，道"]
    assert (
        spans(policy_of(rule("forbidden.y", {"kind": "phrase", "any": ["去死"]})), "您过去，死胡同右拐") == []
    )


def test_punctuation_within_a_phrase_is_free() -> None:
    """A comma in a phrase of the policy may be there or not."""
    assert spans(policy_of(WHO), "你问我，我问谁？") == ["你问我，我问谁"]
    assert spans(policy_of(WHO), "你问我我问谁") == ["你问我我问谁"]


def test_unless_leaves_longer_words_alone() -> None:
    """保证金 holds 保证 and is no promise; a promise beside it still is."""
    policy = policy_of(rule("promises.x", {"kind": "phrase", "any": ["保证"], "unless": ["保证金"]}))
    assert spans(policy, "保证金会原路退回") == []
    found = report(policy, "我保证退您的保证金").findings
    assert [(finding.text, finding.span.start) for finding in found] == [("保证", 1)]


@pytest.mark.parametrize(
    ("around", "text", "fires"),
    [
        ({"unless_in": {"ahead": ["您"]}}, "您不知道的话我来说", False),
        ({"unless_in": {"ahead": ["您"]}}, "不知道您要什么", True),
        ({"unless_in": {"after": ["是否"]}}, "不知道您是否方便", False),
        ({"unless_in": {"sentence": ["抱歉"]}}, "很抱歉，这个不知道", False),
        ({"unless_in": {"sentence": ["抱歉"]}}, "很抱歉。这个不知道", True),
        ({"unless_in": {"before": ["抱歉"]}}, "很抱歉。这个不知道", False),
        ({"unless_in": {"before": ["抱歉"]}}, "这个不知道。很抱歉", True),
        ({"unless_in": {"draft": ["抱歉"]}}, "这个不知道。很抱歉", False),
        ({"unless_in": {"kinds": ["quotation"]}}, "您说的“不知道怎么退”我明白", False),
        ({"unless_in": {"kinds": ["quotation"]}}, "他说不知道", True),
        ({"unless_in": {"kinds": ["question"]}}, "您是不是不知道在哪里办理？", False),
        ({"unless_in": {"kinds": ["condition"]}}, "如果不知道密码，我帮您找回", False),
        ({"only_in": {"ahead": ["你"]}}, "你不知道", True),
        ({"only_in": {"ahead": ["你"]}}, "我不知道", False),
        ({"where": "start"}, "不知道怎么说", True),
        ({"where": "start"}, "客户不知道怎么说", False),
        ({"where": "end"}, "客户真的不知道啊", True),
        ({"where": "end"}, "不知道怎么说", False),
        ({"where": "sentence"}, "您好，不知道", False),
        ({"where": "sentence"}, "您好。不知道。", True),
    ],
)
def test_around_says_where_a_match_counts(around: dict[str, object], text: str, *, fires: bool) -> None:
    """Each kind of surrounding silences or wakes the rule as its name says."""
    policy = policy_of(rule("forbidden.x", {"kind": "phrase", "any": ["不知道"], **around}))
    assert bool(spans(policy, text)) is fires


def test_spellings_are_found_as_the_word_they_stand_for() -> None:
    """Homophones and initials of a word count; initials only as a word of their own."""
    policy = policy_of(
        rule("abuse.x", {"kind": "phrase", "any": ["傻逼客户"]}), spellings={"傻逼": ["煞笔", "sb"]}
    )
    assert spans(policy, "煞笔客户") == ["煞笔客户"]
    latin = policy_of(rule("abuse.y", {"kind": "phrase", "any": ["傻逼"]}), spellings={"傻逼": ["sb"]})
    assert spans(latin, "你就是sb") == ["sb"]
    assert spans(latin, "请插入USB接口") == []


def test_a_pattern_marks_its_span_group_and_runs_per_clause() -> None:
    """A pattern fires on the clause that its anchor woke, and marks the group named span."""
    policy = policy_of(
        rule(
            "command.x",
            {"kind": "pattern", "pattern": "(?:你|您)?(?P<span>赶紧.{1,4})$"},
        )
    )
    assert spans(policy, "您好，你赶 紧交钱，谢谢") == ["赶 紧交钱"]
    assert spans(policy, "我会赶紧为您处理好这件事情") == []


def test_a_pattern_over_the_sentence_sees_its_clauses() -> None:
    """Over a sentence, clauses are joined by ，and the span maps back through the punctuation."""
    policy = policy_of(
        rule(
            "threat.x",
            {"kind": "pattern", "over": "sentence", "pattern": "再.{0,4}，就.{0,4}挂"},
        )
    )
    assert spans(policy, "您好。再不说话， 我就挂了") == []
    assert spans(policy, "您好。再不说话， 就要挂了") == ["再不说话， 就要挂"]


def test_a_gap_names_the_words_that_call_for_it() -> None:
    """A refusal without apology is a gap at the start, because of the refusal; with one there is none."""
    policy = policy_of(
        rule(
            "courtesy.apology",
            {"kind": "require", "any": ["抱歉", "对不起"], "because_of": {"any": ["无法", "不能"]}},
            "warning",
            replacements=["很抱歉，"],
        )
    )
    missing = report(policy, "这个无法办理").missing
    assert [(item.because, item.insert_at) for item in missing] == [((2, 4), 0)]
    assert report(policy, "很抱歉，这个无法办理").missing == ()
    assert report(policy, "您好").missing == ()


def test_what_the_situation_alone_demands_has_no_because() -> None:
    """Thanks for a suggestion are missing without any word that calls for them, and only in that situation."""
    policy = policy_of(
        rule(
            "courtesy.thanks",
            {"kind": "require", "any": ["感谢", "谢谢"], "insert_at": "end"},
            "warning",
            when={"scenario": ["customer-suggestion"]},
        )
    )
    assert [item.because for item in report(policy, "我记录了。 ", "customer-suggestion").missing] == [None]
    assert [item.insert_at for item in report(policy, "我记录了。 ", "customer-suggestion").missing] == [5]
    assert report(policy, "我记录了。").missing == ()


def test_order_asks_for_the_apology_before_the_refusal() -> None:
    """An apology that comes after the refusal is a gap before it; the right order is silent."""
    policy = policy_of(
        rule("courtesy.order", {"kind": "order", "first": ["抱歉"], "then": {"any": ["不能"]}}, "warning")
    )
    assert [(item.because, item.insert_at) for item in report(policy, "您好，不能退，抱歉").missing] == [
        ((3, 5), 3)
    ]
    assert report(policy, "抱歉，不能退").missing == ()


def test_limit_marks_what_is_too_much() -> None:
    """Beyond the limit each further occurrence is marked."""
    policy = policy_of(rule("wording.many", {"kind": "limit", "any": ["亲"], "most": 1}, "warning"))
    assert [finding.span.start for finding in report(policy, "亲，好的亲，亲").findings] == [4, 6]


@pytest.mark.parametrize(
    ("when", "context", "fires"),
    [
        ({"channel": ["phone"]}, {"channel": "phone"}, True),
        ({"channel": ["phone"]}, {}, False),
        ({"stage": ["closing"]}, {"stage": "closing"}, True),
        ({"stage": ["closing"]}, {}, False),
        ({"customer_says": ["投诉"]}, {"customer_message": "我要投 诉！"}, True),
        ({"customer_says": ["投诉"]}, {"customer_message": "查快递"}, False),
        ({"draft_says": ["退款"]}, {}, False),
        ({"knows": ["surname"]}, {"surname": "张"}, True),
        ({"knows": ["surname"]}, {}, False),
        ({"unless": {"channel": ["chat"]}}, {"channel": "chat"}, False),
        ({"unless": {"channel": ["chat"]}}, {"channel": "email"}, True),
    ],
)
def test_when_says_where_a_rule_applies(
    when: dict[str, object], context: dict[str, Any], *, fires: bool
) -> None:
    """A rule whose condition does not hold is silent."""
    policy = policy_of(rule("wording.x", {"kind": "phrase", "any": ["亲"]}, "warning", when=when))
    assert bool(report(policy, "亲", **context).findings) is fires


def test_severity_by_channel() -> None:
    """A company may be strict on the phone and relaxed in chat, in the policy alone."""
    policy = policy_of(
        rule(
            "address.dear",
            {"kind": "phrase", "any": ["亲"]},
            "warning",
            severity_by_channel={"chat": "off", "phone": "error"},
        )
    )
    assert report(policy, "亲", channel="chat").verdict is Verdict.PASS
    assert report(policy, "亲", channel="email").verdict is Verdict.REVISE
    assert report(policy, "亲", channel="phone").verdict is Verdict.BLOCK


def test_a_rule_on_trial_only_tells() -> None:
    """A rule on trial is reported as info and changes no verdict; a retired one is not run."""
    trial = rule("wording.new", {"kind": "phrase", "any": ["亲"]}, status="trial")
    retired = rule("wording.old", {"kind": "phrase", "any": ["亲"]}, status="retired")
    found = report(policy_of(trial, retired), "亲")
    assert [(f.rule, f.severity, f.trial) for f in found.findings] == [("wording.new", Severity.INFO, True)]
    assert found.verdict is Verdict.PASS


def test_the_longest_of_nested_findings_stands() -> None:
    """A finding inside another that weighs as much is left out; a heavier one inside a lighter one is not."""
    outer = rule("forbidden.outer", {"kind": "phrase", "any": ["我不知道啊"]})
    inner = rule("forbidden.inner", {"kind": "phrase", "any": ["不知道"]})
    assert [f.rule for f in report(policy_of(inner, outer), "我不知道啊").findings] == ["forbidden.outer"]
    light = rule("wording.outer", {"kind": "phrase", "any": ["我不知道啊"]}, "warning")
    assert [f.rule for f in report(policy_of(inner, light), "我不知道啊").findings] == [
        "wording.outer",
        "forbidden.inner",
    ]


def test_a_gap_and_the_finding_on_its_words_count_once() -> None:
    """The bare refusal is one offence, whether it is told as words found or as words missing."""
    bare = rule("refusal.bare", {"kind": "phrase", "any": ["不能"]}, "warning")
    gap = rule(
        "courtesy.apology", {"kind": "require", "any": ["抱歉"], "because_of": {"any": ["不能"]}}, "warning"
    )
    both = report(policy_of(bare, gap), "不能退")
    assert (len(both.findings), len(both.missing)) == (1, 1)
    assert (
        both.score == report(policy_of(bare), "不能退").score == report(policy_of(gap), "不能退").score == 58
    )


def test_dropping_an_offence_never_lowers_the_score() -> None:
    """Courtesy words inside an offence earn nothing, so the text without it scores at least as well."""
    policy = policy_of(rule("wording.x", {"kind": "phrase", "any": ["请您滚"]}, "warning"))
    assert report(policy, "好的。").score >= report(policy, "好的，请您滚。").score
    assert report(policy, "好的，请您滚。").score == 58


def test_a_draft_without_chinese_is_not_judged() -> None:
    """A draft with hardly any Han characters passes with one remark."""
    found = report(policy_of(IGNORANCE), "Thank you for your patience.")
    assert found.verdict is Verdict.PASS
    assert [f.severity for f in found.findings] == [Severity.INFO]


def test_messages_quote_the_words_as_they_stand() -> None:
    """The message holds the words as the agent wrote them, braces and all."""
    policy = policy_of(LEADER)
    assert report(policy, "你 找领导去{0}").findings[0].message == "“你 找领导去”不合规范"
