"""Matching a customer's message to a situation: sure, or silent."""

import pytest
from pydantic import ValidationError

from service.core import scenarios
from service.core.compiling import Policy
from service.core.phrasing import Scenario
from service.core.results import Channel, Draft, Stage
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


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("帮我问一下进度", "late"),
        ("催下", "late"),
        ("道歉真的没有用", "sorry"),
        ("没用，你道歉吧", None),
        ("道歉我收到了，之前那张优惠券怎么没用上", None),
    ],
)
def test_a_cue_can_be_a_family_of_phrases(message: str, expected: str | None) -> None:
    """Whoever writes cues lists the ways of saying a thing once; the parts of a cue stand in order, close together."""
    policy = policy_of(
        scenarios=(
            _scenario("late", ("(催|问)(一)?下", 0.6)),
            _scenario("sorry", ("道歉…(没用|没有用)", 0.6)),
        )
    )
    assert _matched(policy, message) == expected


@pytest.mark.parametrize("words", ["(催|问", "催…", "…催", "^催", "催$", "(催)?", "一…二…三…四"])
def test_a_cue_that_could_never_be_meant_is_a_mistake(words: str) -> None:
    """A slip in a cue stops the start and does not silently match nothing or everything."""
    with pytest.raises(ValidationError):
        _scenario("late", (words, 0.6))


def test_the_same_words_count_once() -> None:
    """Two cues that hear the very same words are no surer than one."""
    policy = policy_of(scenarios=(_scenario("refund", ("退款", 0.3), ("想退款", 0.4)),))
    assert [match.score for match in scenarios.rank(policy, "我想退款")] == [0.4]


def _at_home(**where: list[str]) -> Scenario:
    return _scenario("voice", ("听不见", 0.6)).model_copy(
        update={name: tuple(value) for name, value in where.items()}
    )


@pytest.mark.parametrize(("channel", "expected"), [("chat", None), ("phone", "voice"), (None, "voice")])
def test_a_scenario_of_the_telephone_is_not_shown_in_a_chat(
    channel: Channel | None, expected: str | None
) -> None:
    """Nobody who types is asked to speak up; where the channel is not told, the words decide."""
    policy = policy_of(scenarios=(_at_home(channel=["phone"]),))
    found = scenarios.match(policy, Draft(text="好的。", channel=channel), "我听不见")
    assert (found.id if found else None) == expected


@pytest.mark.parametrize(
    ("stage", "score"), [("closing", 0.6), (None, 0.6), ("opening", 0.51), ("middle", 0.51)]
)
def test_a_scenario_of_another_stage_counts_less(stage: Stage | None, score: float) -> None:
    """A stage that is told lowers what belongs elsewhere, and does not rule it out: customers keep to no plan."""
    policy = policy_of(scenarios=(_at_home(stage=["closing"]),))
    assert [match.score for match in scenarios.rank(policy, "我听不见", None, stage)] == [score]


def test_the_stage_decides_between_two() -> None:
    """What would be a tie is none when only one of the two belongs to the stage."""
    here = _at_home(stage=["opening"])
    there = here.model_copy(update={"id": "other", "stage": ("closing",)})
    policy = policy_of(scenarios=(here, there))
    assert _matched(policy, "我听不见") is None
    found = scenarios.match(policy, Draft(text="好的。", stage="closing"), "我听不见")
    assert found is not None
    assert found.id == "other"


def test_a_long_letter_shows_nothing() -> None:
    """A message longer than any cue allows tells of many things: no situation is picked from it."""
    assert _matched(policy_of(scenarios=(_scenario("late", ("还没到", 0.6)),)), "还没到" * 41) is None


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
