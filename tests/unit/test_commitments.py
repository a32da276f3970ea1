"""What binds the company: who grants it, who pays, who is to blame, and in whose words it was said."""

import pytest

from service.core.results import Draft, Turn
from tests.kit.policies import COMMITMENTS, OFFERS, codes, reasons
from tests.kit.small_policy import policy_of

_GRANTED = [
    ("钱退你", "为您退款"), ("钱退你", "全额退"), ("赔你", "给您赔偿"), ("补你差额", "补给您差额"), ("给你减了", "给您立减"), ("免了", "给您免单"), ("赠你一个，送过去", "赠送您一个，送过去"),
    ("给张券", "给您优惠券"), ("返给你", "给您返现"), ("打折", "给您折扣"), ("换货给你", "为您换新"), ("发红包", "发红包"), ("减掉，免了", "减免"), ("送你一个", "送您一个"), ("送给你一个", "送您一个"),
]  # fmt: skip


@pytest.mark.parametrize(("draft", "words"), _GRANTED)
def test_what_the_draft_grants_may_be_granted_in_other_words(draft: str, words: str) -> None:
    """A refund stays a refund and a voucher a voucher; without a draft that gives it, it is nobody's to give."""
    assert "commitment_invented" not in codes(draft, f"您好，{words}")
    assert "commitment_invented" in codes("在修", f"您好，在修，{words}")


@pytest.mark.parametrize(
    "draft", ["钱不退", "没法退", "勿退", "退货寄来", "快退房了", "退订了", "别退"]
)  # fmt: skip
def test_a_denial_or_another_matter_grants_nothing(draft: str) -> None:
    """不退, 退货 and 退房 are no source for a refund of money."""
    assert "commitment_invented" in codes(draft, "您好，为您退款")


@pytest.mark.parametrize(
    ("draft", "words"),
    [("避免麻烦", "免单"), ("派送了", "赠送"), ("折叠好", "折扣"), ("补货了", "补给您"), ("减少了", "立减"), ("返回了", "返现"), ("免得去", "免单"), ("换绑了", "为您换新"), ("送货了", "赠送")],
)  # fmt: skip
def test_a_like_character_is_no_grant(draft: str, words: str) -> None:
    """避免 gives nothing away and 派送 is no present."""
    assert "commitment_invented" in codes(draft, f"您好，{words}")


@pytest.mark.parametrize(
    ("named", "told"),
    [("你", "您"), ("买家", "您"), ("客户", "您"), ("我方", "我们"), ("我司", "我们"), ("本店", "我们"), ("店家", "我们"), ("商家", "我们"), ("卖家", "我们"), ("公司", "我们"), ("平台", "平台"), ("厂家", "厂家")],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["承担", "负担", "支付"])
def test_who_pays_stays_who_pays(named: str, told: str, verb: str) -> None:
    """The party that the draft names may be named in courteous words, and no other party may."""
    assert "commitment_invented" not in codes(f"运费{named}{verb}", f"您好，运费由{told}{verb}")
    other = "我们" if told == "您" else "您"
    said = {f"{r.code} {r.detail}" for r in reasons(f"运费{named}{verb}", f"您好，运费由{other}{verb}")}
    assert f"commitment_invented “由{other}承担”没有依据" in said


@pytest.mark.parametrize(
    "draft", ["运费自己出", "运费自理", "运费自付", "运费自行承担", "运费你付", "运费自己掏", "运费自费"]
)
def test_a_customer_who_pays_is_told_so(draft: str) -> None:
    """Whoever writes that the customer pays may have it said in full."""
    assert "commitment_invented" not in codes(draft, "您好，运费由您承担")
    assert "commitment_invented" in codes(draft, "您好，运费由我们承担")


_ACCOUNTS = [
    "这是仓库发错货造成的", "是快递弄丢了导致的", "是系统的问题", "都是我们的错", "是我们的疏忽", "怪我们没核对", "快递小哥放错地方了", "商品贴错了标签", "是漏发引起的", "是我们的责任", "是物流的失误",
    "站点说可以", "站长答应了", "仓库已确认", "快递员表示可以", "师傅同意了", "厂家承诺了", "银行告知可以", "财务刚确认", "同事答复了", "主管也同意", "经理已经答应", "领导说行", "总部确认了", "供应商说有",
    "已联系站点", "已经催促了", "已通知仓库", "刚升级处理", "已核实", "已经核查过", "刚查过", "已转告站长", "刚才问过了", "已上报", "我刚查了，在路上",
]  # fmt: skip


@pytest.mark.parametrize("words", _ACCOUNTS)
def test_no_account_of_what_happened_is_made_up(words: str) -> None:
    """Whose fault it was, what another said and what has been done already is told when the agent knows it, not before."""
    assert "commitment_invented" in codes("请留意电话", f"您好，请您留意电话，{words}。")
    assert "commitment_invented" not in codes(f"请留意电话，{words}", f"您好，请您留意电话，{words}。")
    told = Draft("请留意电话", history=(Turn("agent", words),))
    assert "commitment_invented" not in codes(told, f"您好，请您留意电话，{words}。")


@pytest.mark.parametrize(
    "words",
    [
        "我请仓库确认", "我联系师傅说明", "如果您已经联系过，请告诉我", "请问是仓库发错了吗", "您提到已联系过仓库", "是否已经核实，我帮您查询", "若已通知您，请您留意", "我会向厂家确认", "这不是您的问题",
        "我催仓库确认", "能否告诉我是谁的责任",
    ],
)  # fmt: skip
def test_asking_others_accounts_for_nothing(words: str) -> None:
    """To ask, to pass on and to wonder claims nothing of what happened."""
    assert "commitment_invented" not in codes("请留意电话", f"您好，请您留意电话，{words}")


def test_urging_that_a_draft_waves_away_was_not_done() -> None:
    """催什么催 is no source for a parcel that was urged."""
    for draft in ("催什么催，请留意电话", "别催，请留意电话", "催也没用，请留意电话", "老催，请留意电话"):
        assert "commitment_invented" in codes(draft, "您好，请您留意电话，已经催过仓库了")
    assert "commitment_invented" not in codes("帮你催了，请留意电话", "您好，请您留意电话，已经催过了")


@pytest.mark.parametrize("word", ["ok", "hi", "hello", "bye", "sorry", "no", "yes", "OK"])
def test_an_idle_word_in_a_rude_draft_may_go(word: str) -> None:
    """OK and sorry state nothing where a draft only quarrels; in a decent draft they stay."""
    assert reasons(f"{word}，自己看", "您好，请您查看") == ()
    assert {r.code for r in reasons(f"{word}，在修", "您好，在修")} == {"fact_missing"}


@pytest.mark.parametrize("day", ["今天", "今日", "昨天", "昨日", "前天", "上周", "上个月", "去年", "今年"])
def test_a_day_gone_by_in_a_rebuke_may_go(day: str) -> None:
    """昨天 beside an insult is its rhetoric; a day to come is a date to keep."""
    assert "fact_missing" not in codes(f"{day}别催", "您好，请您稍等")
    assert "fact_missing" in codes("明天别催", "您好，请您稍等")


@pytest.mark.parametrize("figure", ["30元", "3天", "18:00", "7月20日"])
def test_a_figure_is_not_granted_twice(figure: str) -> None:
    """What the draft grants once is not granted once more in the same breath."""
    draft = f"{figure}退款"
    assert "commitment_invented" not in codes(draft, f"您好，{figure}退款")
    said = {f"{r.code} {r.detail}" for r in reasons(draft, f"您好，{figure}退款，另外{figure}送达")}
    assert f"commitment_invented “{figure}”比原文多许诺了一次" in said


@pytest.mark.parametrize("word", [word for kind in COMMITMENTS for word in kind["any"]])
def test_each_word_of_the_policy_that_commits_does_so(word: str) -> None:
    """Whatever the policy's owner lists as a promise is one, the first word of a list and the last."""
    said = {
        f"{r.code} {r.detail}"
        for r in reasons("在修", f"您好，在修，{word}")
        if r.code == "commitment_invented"
    }
    assert f"commitment_invented “{word}”没有依据" in said


@pytest.mark.parametrize("word", [word for kind in COMMITMENTS for word in kind.get("unless", [])] + OFFERS)
def test_what_the_policy_leaves_free_commits_to_nothing(word: str) -> None:
    """保证金 is no promise, and the agent's own efforts may always be offered."""
    assert "commitment_invented" not in codes("在修", f"您好，在修，{word}")


def test_a_repair_is_granted_by_a_draft_that_repairs() -> None:
    """修改 repairs nothing."""
    policy = policy_of(commitments=[{"kind": "compensation", "any": ["帮您修"]}])
    assert reasons("给你修好", "您好，帮您修好", policy) == ()
    assert [r.code for r in reasons("修改好了", "您好，帮您修好，修改好了", policy)] == [
        "commitment_invented"
    ]


@pytest.mark.parametrize(
    ("draft", "words"),
    [("货已从仓库发出", "是仓库发错货造成的"), ("站点到了，请留意电话", "站点说可以"), ("快递到了，快递员在", "快递员答应了"), ("我们在查问题", "是我们的责任")],
)  # fmt: skip
def test_to_name_somebody_is_not_to_blame_or_to_quote_him(draft: str, words: str) -> None:
    """A draft that speaks of the warehouse says neither that it erred nor what it said."""
    assert "commitment_invented" in codes(draft, f"您好，{draft}，{words}")
