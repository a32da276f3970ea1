"""What small models really wrote, and may not leave: offences left in, guidance told as an answer, things made up."""

import pytest

from tests.unit.test_matter import against


@pytest.mark.parametrize(
    ("draft", "candidate", "code"),
    [
        (
            "您的退款单还在审，急什么，到账了自然有短信。",
            "很抱歉，您的退款单还在审，急什么，到账了自然有短信，感谢您的理解。",
            "echo",
        ),
        (
            "第三项说实话有点异想天开，你看附件，催什么催。",
            "您好，第三项说实话有点异想天开，麻烦您看一下附件，感谢您的理解与支持。",
            "policy_breach",
        ),
        (
            "作业没交，平台0分，你家孩子自己的问题。",
            "很抱歉，作业没交，平台0分，客户带着困难来，先一起想办法，再说各自要做什么。",
            "echo",
        ),
        (
            "停水到晚上8点，通知贴了，你自己没看。",
            "很抱歉，您提到的停水问题已经得到了处理，停水到晚上8点，通知贴了。",
            "commitment_invented",
        ),
        (
            "改派要加12元，交了再说。",
            "您好，改派要加12元，您已经交了，请您稍后再联系。",
            "commitment_invented",
        ),
    ],
)
def test_what_small_models_wrote_does_not_leave(draft: str, candidate: str, code: str) -> None:
    """Courtesy around it changes nothing: each of these is turned away for its own reason."""
    assert code in {reason.code for reason in against(draft, candidate)}


@pytest.mark.parametrize(
    ("draft", "candidate"),
    [
        ("您已经签收了，自己看看门口。", "您好，系统显示您已经签收了，麻烦您看一下门口。"),
        ("问题已经处理了，别再打了。", "您好，问题已经得到处理，如有疑问请随时告诉我。"),
        ("改派要加12元，交了再说。", "您好，改派要加12元，麻烦您先支付，支付后我再为您处理。"),
    ],
)
def test_what_the_draft_says_may_be_said(draft: str, candidate: str) -> None:
    """What has been done according to the draft has been done in the rewrite."""
    assert against(draft, candidate) == ()
