"""What a model may not do although every fact is there: leave the matter out, or stay as curt as the draft."""

import pytest

from service.core import masking, phrasebook, scenarios
from service.core.checking import check
from service.core.facts import extract
from service.core.reading import read
from service.core.results import Draft, Reason
from service.core.verifying import judge
from tests.kit.default_policy import default_policy


def against(words: str, candidate: str) -> tuple[Reason, ...]:
    """Why a model's candidate for a draft may not leave."""
    policy, draft = default_policy(), Draft(words)
    reading = read(draft, scenarios.match(policy, draft, None), policy.company_known)
    masked = masking.mask(reading, extract(reading.draft))
    matter = next(phrasebook.candidates(policy, masked, reading, "polish"), None)
    return judge(policy, masked, candidate, reading, check(policy, reading), matter=matter).reasons


@pytest.mark.parametrize(
    ("draft", "candidate"),
    [
        ("赠品送完了，先到先得，怪谁呢。", "您好，我明白您的心情，请问我现在能为您做些什么呢？"),
        ("赠品送完了，先到先得，怪谁呢。", "您好，关于赠品，请您放心，我来帮您看看。"),
        ("仓库在盘点，后台还没更新，催什么催。", "您好，您的心情我理解，请您放心。"),
        ("发票在审核，别老催。", "您好，很抱歉让您久等了，感谢您的理解。"),
    ],
)
def test_a_rewrite_says_what_the_draft_is_about(draft: str, candidate: str) -> None:
    """Polite words that leave out how the case stands are no rewrite, though no figure is lost."""
    assert {reason.code for reason in against(draft, candidate)} & {"fact_missing", "fact_changed"}


@pytest.mark.parametrize(
    ("draft", "candidate"),
    [
        ("优惠券满200减30，用不了，自己凑单去。", "您好，很抱歉，优惠券满200减30，目前用不了，自己凑单去。"),
        ("14:00才能入住，来早了自己在大堂坐着。", "您好，14:00才能入住，来早了自己在大堂坐着。"),
        ("包间最低消费800元，没到800别订。", "您好，包间最低消费800元，没到800别订。感谢您的理解。"),
    ],
)
def test_a_curt_clause_does_not_stay_for_courtesy_around_it(draft: str, candidate: str) -> None:
    """What the phrasebook knows to say better may not stand in a model's text as it was."""
    assert "echo" in {reason.code for reason in against(draft, candidate)}


@pytest.mark.parametrize(
    ("draft", "candidate"),
    [
        ("赠品送完了，先到先得，怪谁呢。", "您好，很抱歉，赠品是先到先得，目前已经送完了，请您谅解。"),
        ("包间最低消费800元，没到800别订。", "您好，包间最低消费为800元，很抱歉，没到800暂时不能预订。"),
        ("14:00才能入住，来早了自己在大堂坐着。", "您好，14:00才能入住，您来早了可以在大堂休息一下。"),
        ("发票在审核，别老催。", "您好，您的发票正在审核，请您稍等，有进展我会通知您。"),
    ],
)
def test_other_words_for_the_matter_are_welcome(draft: str, candidate: str) -> None:
    """A rewrite is free in its words as long as the matter is there."""
    assert against(draft, candidate) == ()
