"""Figures, days, people and models keep their own places, whatever stands between them and however long it is."""

import pytest

from tests.kit.policies import reasons

_LINK = "https://help.example.com/a/very/long/page"


@pytest.mark.parametrize(
    ("draft", "honest", "swapped"),
    [
        ("X1 Carbon停产了，换K30S吧", "您好，X1 Carbon停产了，您可以看看K30S", "您好，K30S停产了，您可以看看X1 Carbon"),
        ("ThinkPad X1停产了，换K30S吧", "您好，ThinkPad X1停产了，您可以看看K30S", "您好，K30S停产了，您可以看看ThinkPad X1"),
        ("大的3件，小的5，自己看", "您好，大的3件，小的5", "您好，大的5，小的3件"),
        ("定金30元，尾款50，自己看", "您好，定金30元，尾款50", "您好，定金50，尾款30元"),
        ("长5米，重8，自己看", "您好，长5米，重8", "您好，长8，重5米"),
        (f"看{_LINK}，押金200元，租金300元", f"您好，请您看{_LINK}，押金200元，租金300元", f"您好，请您看{_LINK}，押金300元，租金200元"),
        (f"押金200元，看{_LINK}，租金300元", f"您好，押金200元，请您看{_LINK}，租金300元", f"您好，押金300元，请您看{_LINK}，租金200元"),
        ("订单WX-518押金200元订单WX-519租金300元", "您好，订单WX-518押金200元，订单WX-519租金300元", "您好，订单WX-518押金300元，订单WX-519租金200元"),
        ("A套餐39元B套餐59元", "您好，A套餐39元，B套餐59元", "您好，A套餐59元，B套餐39元"),
        ("A套餐39元，B套餐59元，C套餐79元，D套餐99元", "您好，A套餐39元，B套餐59元，C套餐79元，D套餐99元", "您好，A套餐39元，B套餐99元，C套餐79元，D套餐59元"),
        ("大的3件，小的5台", "您好，大的3件，小的5台", "您好，大的5台，小的3件"),
        ("周一修好，周三送到", "您好，周一修好，周三送到", "您好，周三修好，周一送到"),
        ("9:00开门，18:00关门", "您好，9:00开门，18:00关门", "您好，18:00开门，9:00关门"),
        ("首付5%，利息3%", "您好，首付5%，利息3%", "您好，首付3%，利息5%"),
        ("你付30元，我付50元", "您好，您付30元，我付50元", "您好，您付50元，我付30元"),
        ("张先生欠李女士30元", "您好，张先生欠李女士30元", "您好，李女士欠张先生30元"),
        ("{{a}}寄给{{b}}", "您好，{{a}}寄给{{b}}", "您好，{{b}}寄给{{a}}"),
        ("打13812345678找仓库，打13912345678找客服", "您好，打13812345678找仓库，打13912345678找客服", "您好，打13912345678找仓库，打13812345678找客服"),
        ("从3号楼搬到5号楼", "您好，从3号楼搬到5号楼", "您好，从5号楼搬到3号楼"),
    ],
)  # fmt: skip
def test_two_that_changed_places_are_noticed(draft: str, honest: str, swapped: str) -> None:
    """A rewrite that keeps each value beside its own words may leave; the same values exchanged may not."""
    assert reasons(draft, honest) == ()
    assert any("对调了" in reason.detail for reason in reasons(draft, swapped))


@pytest.mark.parametrize(
    ("draft", "candidate"),
    [
        ("押金200元，租金300元", "您好，租金300元，押金200元"),
        ("押金200元，租金300元，押金200元", "您好，押金200元，租金300元，押金200元"),
        ("周一修，周三送", "您好，周三送，周一修"),
        ("满200元减30元", "您好，满200元减30元"),
        ("张先生欠李女士30元", "您好，关于张先生欠李女士30元一事，我来为您核实"),
    ],
)
def test_another_order_of_clauses_is_no_exchange(draft: str, candidate: str) -> None:
    """Clauses may change places as wholes; a value that is said twice belongs to both its places."""
    assert reasons(draft, candidate) == ()


def test_a_long_list_is_compared_to_its_end() -> None:
    """In a list of sixty prices two exchanged neighbours are noticed wherever they stand, and the list as it is passes."""
    names = [f"{a}{b}" for a in "红橙黄绿青蓝紫黑白灰" for b in "衣帽鞋袜裤裙"]
    prices = [f"{100 + index}元" for index in range(len(names))]
    listed = "，".join(map("".join, zip(names, prices, strict=True)))
    assert reasons(listed, f"您好，{listed}") == ()
    for at in (0, 29, len(prices) - 2):
        turned = list(prices)
        turned[at], turned[at + 1] = turned[at + 1], turned[at]
        wrong = "，".join(map("".join, zip(names, turned, strict=True)))
        assert any("对调了" in reason.detail for reason in reasons(listed, f"您好，{wrong}")), at
