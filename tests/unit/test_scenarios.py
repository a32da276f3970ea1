"""Matching a customer's message to a situation: sure, or silent."""

import pytest

from service.core import scenarios
from service.core.compiling import Policy
from service.core.phrasing import Scenario
from service.core.results import Draft
from tests.kit.default_policy import default_policy
from tests.kit.small_policy import policy_of


def _scenario(name: str, *cues: tuple[str, float]) -> Scenario:
    return Scenario.model_validate(
        {
            "id": name,
            "title": "标题",
            "source": {"document": "手册"},
            "cues": [{"any": [words], "weight": weight} for words, weight in cues],
        }
    )


def _matched(policy: Policy, message: str | None, given: str | None = None) -> str | None:
    found = scenarios.match(policy, Draft(text="好的。", scenario=given), message)
    return found.id if found else None


def test_weights_add_up_over_cues_not_over_words() -> None:
    """A cue counts once however often the customer repeats it; two cues count both."""
    policy = policy_of(scenarios=(_scenario("late", ("还没到", 0.3), ("催", 0.3)),))
    assert _matched(policy, "还没到，还没到，怎么还没到") is None
    assert _matched(policy, "还没到，帮我催一下") == "late"


def test_a_tie_is_no_match() -> None:
    """Between two equally likely situations nothing is guessed."""
    policy = policy_of(scenarios=(_scenario("a", ("退货", 0.6)), _scenario("b", ("退货", 0.6))))
    assert _matched(policy, "我要退货") is None


def _ruled_out() -> Policy:
    """A scenario of short thanks, which a question rules out."""
    return policy_of(
        scenarios=(
            Scenario.model_validate(
                {
                    "id": "thanks",
                    "title": "道谢",
                    "source": {"document": "手册"},
                    "cues": [{"any": ["谢谢"], "weight": 0.6, "within": 8}],
                    "unless": ["多少"],
                }
            ),
        )
    )


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("好的，谢谢！", "thanks"),
        ("谢谢，运费多少", None),
        ("谢谢，我把订单号发给你", None),
        ("（谢谢）……————！！！", "thanks"),
    ],
)
def test_a_scenario_can_be_ruled_out(message: str, expected: str | None) -> None:
    """Words of another matter, and a message too long for the cue, make no situation of a courtesy."""
    assert _matched(_ruled_out(), message) == expected


def test_a_scenario_that_is_given_counts() -> None:
    """What the caller says about the situation outweighs any cue."""
    assert _matched(default_policy(), "拜拜", "opening-greeting") == "opening-greeting"


def test_no_message_no_scenario() -> None:
    """Without a word from the customer no situation is assumed."""
    assert _matched(default_policy(), None) is None


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("你们那个师傅态度太差了", "complaint-agent-attitude"),
        ("我密码忘了怎么办", "password-recovery-case"),
        ("上次说好三天给我回复，到现在没人联系我", "reflection-2-promise-not-kept"),
        ("道歉有什么用，叫你们经理来", "complaint-apology-rejected"),
        ("加个微信吧", "asks-private-contact"),
        ("你工号多少", "asks-employee-number"),
        ("提个建议，最好能支持自提", "customer-suggestion"),
        ("打错了不好意思", "wrong-number"),
        ("怎么这么慢啊，半天了", "complaint-slow-handling"),
        ("您好在吗", "opening-greeting"),
        ("我要退货", "product-exchange-or-refund"),
        ("帮我看看订单", "customer-requests-service"),
        ("再不解决我就打12315", "complaint-needs-prompt-response"),
    ],
)
def test_a_strong_cue_decides(message: str, expected: str) -> None:
    """Words that customers use in one situation only lead to that situation."""
    assert _matched(default_policy(), message) == expected


@pytest.mark.parametrize(
    "message",
    [
        "请问我的包裹什么时候能到，谢谢",
        "不好意思，想改一下收货时间",
        "这个礼拜有活动吗",
        "我在看订单",
        "垃圾桶换个颜色可以吗",
        "可以了告诉我",
    ],
)
def test_a_weak_cue_decides_nothing(message: str) -> None:
    """Courtesy and everyday words of the customer do not make a situation."""
    assert _matched(default_policy(), message) is None


def test_each_scenario_names_its_place_in_the_manual() -> None:
    """Whoever reads a scenario can look it up: its manual id is its own id."""
    found = default_policy().files.scenarios
    assert len(found) >= 35
    assert [one.id for one in found if one.source.manual_id != one.id] == []


def test_each_scenario_can_answer_without_company_data() -> None:
    """A company that has filled in nothing still gets replies without holes, and no reply names a time."""
    for scenario in default_policy().files.scenarios:
        texts = [reply.text for reply in scenario.replies]
        assert len(texts) >= 2, scenario.id
        assert any("$" not in text for text in texts), scenario.id
        assert not any(char.isdigit() for text in texts for char in text), scenario.id
