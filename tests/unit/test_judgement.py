"""What a judgement says beside its reasons: how far a candidate is read, clause by clause, and each fact's fate."""

import pytest

from service.core.checking import check
from service.core.compiling import Policy
from service.core.facts import extract
from service.core.masking import mask
from service.core.reading import read
from service.core.results import Draft, FactFate
from service.core.verifying import all_kept, judge, judge_again, part_may_show, room
from tests.kit.policies import POLICY, hidden, prepared
from tests.kit.small_policy import policy_of, rule

_SPARED = {"kind": "phrase", "any": ["少废话"], "unless_in": {"sentence": ["谢谢"]}}


def _policy(rule_id: str = "impatience.short", severity: str = "error", **more: str) -> Policy:
    """A policy whose one rule keeps silent in a sentence that thanks."""
    return policy_of(rule(rule_id, _SPARED, severity, **more))


def _said(policy: Policy, draft: str, candidate: str) -> tuple[str, ...]:
    reading = read(Draft(draft), None)
    masked = mask(reading, extract(reading.draft))
    found = judge(policy, masked, hidden(candidate, masked), reading, check(policy, reading)).reasons
    return tuple(f"{reason.code} {reason.detail}" for reason in found)


def test_courtesy_beside_an_insult_excuses_nothing() -> None:
    """A rule that spares a person's warm sentence does not spare the words that a model put into one."""
    assert _said(_policy(), "请您稍等", "您好，请您稍等，谢谢，少废话") == (
        "policy_breach impatience.short：“少废话”不合规范",
    )


def test_a_doubtful_clause_of_the_draft_itself_may_stay() -> None:
    """What the policy lets an agent write may come back, in one clause or in another."""
    assert _said(_policy(), "谢谢，少废话，请您稍等", "您好，谢谢，少废话，请您稍等") == ()
    assert _said(_policy(), "谢谢，少废话", "您好，请您少废话，谢谢") == ()


@pytest.mark.parametrize(
    "policy",
    [
        _policy(severity="warning"),
        _policy("refusal.short"),
        _policy("politeness.short"),
        _policy(category="否定语"),
    ],
)
def test_only_errors_about_what_is_said_count_in_a_lone_clause(policy: Policy) -> None:
    """A refusal or a missing courtesy is judged with all that stands around it, as is what only a warning names."""
    assert _said(policy, "请您稍等", "您好，请您稍等，谢谢，少废话") == ()


def test_a_warning_beside_a_rule_that_woke_in_vain_is_none() -> None:
    """An error rule that merely looked at a clause makes no error of what another rule only warns of."""
    policy = policy_of(
        rule("a.woken", {"kind": "phrase", "any": ["废话"], "unless": ["少废话"]}),
        rule("b.spared", _SPARED, "warning"),
    )
    assert _said(policy, "请您稍等", "您好，请您稍等，谢谢，少废话") == ()


def test_an_insult_is_not_streamed_either() -> None:
    """A sentence that would be held back from the whole answer is held back as it arrives."""
    policy = _policy()
    reading = read(Draft("请您稍等"), None)
    masked = mask(reading, extract(reading.draft))
    before = check(policy, reading)
    assert part_may_show(policy, masked, "您好，请您稍等。", reading, before) == "您好，请您稍等。"
    assert part_may_show(policy, masked, "您好，谢谢，少废话。", reading, before) is None
    assert part_may_show(policy, masked, "您好，少废话。", reading, before) is None


def test_a_warning_of_the_policy_holds_a_sentence_back() -> None:
    """Not only errors: whatever would keep the whole from leaving keeps its beginning from being seen."""
    reading, masked, before = prepared("请您稍等")
    assert part_may_show(POLICY, masked, "你好，请稍等。", reading, before) is None


def test_the_beginning_of_a_line_of_the_prompt_is_held_back() -> None:
    """What may yet turn out to be the prompt waits; a whole answer may happen to begin like it."""
    reading, masked, before = prepared("请您稍等")
    canary = ("事实照抄。数字、金额、日期一个都不改。",)
    assert (
        part_may_show(POLICY, masked, "请您稍等，数字、金额。", reading, before, canaries=canary) is not None
    )
    assert (
        part_may_show(
            POLICY, masked, "事实照抄一下。", reading, before, canaries=("事实照抄一下。其余不改。",)
        )
        is None
    )
    whole = judge(POLICY, masked, "事实照抄，请您稍等。", reading, before, canaries=canary)
    assert "echo" not in {reason.code for reason in whole.reasons}
    told = judge(POLICY, masked, "请您稍等，数字、金额、日期一个都不改", reading, before, canaries=canary)
    assert "echo" in {reason.code for reason in told.reasons}


def test_nothing_is_said_of_an_empty_answer_but_that() -> None:
    """A model that said nothing is told so, and not that each fact is missing."""
    reading, masked, before = prepared("订单WX-518退30元，别催")
    (reason,) = judge(POLICY, masked, " \n", reading, before).reasons
    assert (reason.code, reason.detail) == ("empty", "没有内容")


def test_an_endless_answer_is_not_read_to_its_end() -> None:
    """Beyond four times the room nothing more is looked for; up to there every fault is named."""
    reading, masked, before = prepared("订单WX-518退30元，别催")
    most = room(masked)
    assert most == 4 * len(masked.draft) + 120
    short, long = ("好" * count for count in (4 * most, 4 * most + 1))
    assert {one.code for one in judge(POLICY, masked, short, reading, before).reasons} > {
        "too_long",
        "fact_missing",
    }
    assert [one.code for one in judge(POLICY, masked, long, reading, before).reasons] == ["too_long"]
    assert [f"{most}" in one.detail for one in judge(POLICY, masked, long, reading, before).reasons] == [True]
    fits = "好" * most
    assert "too_long" not in {one.code for one in judge(POLICY, masked, fits, reading, before).reasons}


def test_each_fact_has_its_fate() -> None:
    """A denial told in other words is kept, as a figure is in its own; what a rule sent away names that rule."""
    reading, masked, before = prepared("没更新，退30元，我保证2天内到")
    judged = judge(POLICY, masked, "您好，尚未更新，退30元，我会为您跟进", reading, before)
    assert judged.reasons == ()
    assert judged.facts == (
        FactFate("negation", "没更新", kept=True),
        FactFate("money", "30元", kept=True),
        FactFate("duration", "2天", kept=False, rule="promises.guarantee"),
    )
    assert all_kept(masked) == tuple(fate._replace(kept=True, rule=None) for fate in judged.facts)


def test_a_proof_gives_back_the_fates_it_came_with() -> None:
    """A text from the store is judged by the policy alone, and tells of each fact what was proved of it."""
    reading, masked, before = prepared("没更新，我保证2天内到")
    judged = judge(POLICY, masked, "您好，尚未更新，我会为您跟进", reading, before)
    assert judged.after is not None
    rules = tuple(fate.rule for fate in judged.facts)
    assert judge_again(masked, judged.text, judged.after, rules) == judged
    worse = check(POLICY, reading.with_draft("你自己看"))
    (first, *_) = judge_again(masked, "你自己看", worse, rules).reasons
    assert first.code == "policy_breach"


def test_the_surname_is_hidden_as_personal() -> None:
    """A surname from the context is nobody's business but the caller's."""
    masked = mask(read(Draft("好的", surname="欧阳", title="先生"), None), ())
    assert [(token.name, token.kind, token.hide, token.count_in_draft) for token in masked.tokens] == [
        ("[SURNAME_1]", "surname", "personal", 0)
    ]


def test_a_sentence_of_the_prompt_tells_from_its_tenth_character() -> None:
    """Nine characters in a row may be anybody's; ten of a sentence of the prompt are the prompt's."""
    reading, masked, before = prepared("请您稍等")
    for canary, echoes in (
        ("一二三四五六七八九。后面还有别的话", False),
        ("一二三四五六七八九十。后面还有别的话", True),
    ):
        said = judge(
            POLICY, masked, f"请您稍等，{canary[: canary.index('。')]}", reading, before, canaries=(canary,)
        )
        assert ("echo" in {reason.code for reason in said.reasons}) is echoes


def test_a_reply_that_is_too_long_is_told_how_long_it_may_be() -> None:
    """A model that rambles learns the figure, so that its repair fits."""
    reading, masked, before = prepared("请您稍等")
    said = judge(POLICY, masked, "请您稍等，" * 60, reading, before).reasons
    assert [reason.detail for reason in said if reason.code == "too_long"] == [f"多于 {room(masked)} 字"]
