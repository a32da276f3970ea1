"""A quarrel is told from what a customer can use, and cut away from it."""

import pytest

from service.core.facts import extract
from service.core.phrasebook.worth import idle, idle_question, stands_alone, tidied
from service.core.quarrel import MAX_CHARS, quarrels, rhetorical, without_quarrel
from service.core.text import normalize


@pytest.mark.parametrize(
    "words",
    [
        "骑手又不会飞", "买错赖谁", "一天都等不了吗", "连这都搞不清", "转什么转", "有意见憋着谁都没空",
        "开挂还有脸来问", "催我有屁用", "别一天到晚报障", "坏了就坏了呗", "手别那么快", "你本来就不在家",
    ],
)  # fmt: skip
def test_a_reproach_is_a_quarrel(words: str) -> None:
    """Mockery, rhetorical questions, reproaches and orders to be quiet are known by their shape."""
    assert quarrels(words)


@pytest.mark.parametrize(
    "words",
    [
        "请问您还有哪里不明白的吗", "大概还要25分钟", "代办还要委托书", "您方便提供一下订单号吗", "您可以自己在公众号查询",
        "很抱歉让您久等了", "客人提到“爱要不要”这句话", "麻烦您稍等", "护臀霜涂在宝宝屁股上", "这款目前没有货",
    ],
)  # fmt: skip
def test_help_is_no_quarrel(words: str) -> None:
    """Courtesy, news, questions about the case and words of others stay untouched."""
    assert not quarrels(words)


def test_a_long_clause_is_never_only_a_quarrel() -> None:
    """What goes on for long has something to say besides, whatever stands in it."""
    assert quarrels("怪谁")
    assert not quarrels("怪谁" + "字" * MAX_CHARS)


def test_a_quarrel_is_cut_from_the_matter() -> None:
    """The words before it and behind it come back, without what hung on it."""
    assert without_quarrel("你才刷2次怪我咯")[0] == "你才刷2次"
    assert without_quarrel("超过5天收费很奇怪吗") == ["超过5天收费", ""]
    assert without_quarrel("每天1元") == ["每天1元"]


def test_a_figure_is_no_rhetoric() -> None:
    """In a quarrel 一天 says nothing; 2天 and an order's number have to come back."""
    spoken = {fact.text: rhetorical(fact) for fact in extract(normalize("一天都等不了，还剩2天，不识字"))}
    assert spoken["一天"]
    assert not spoken["2天"]
    assert spoken["不识字"]


@pytest.mark.parametrize("words", ["您的时间是时间", "不肯加人手", "您多包涵", "我们一直走了八年"])
def test_what_the_agent_says_of_himself_helps_nobody(words: str) -> None:
    """Beside an offence, praise of the house, grudges and remarks about the customer are idle."""
    assert idle(words, "，", "")


@pytest.mark.parametrize(
    "words", ["带身份证去柜台", "目前不支持修改", "订单已发货", "随机发的", "可以改一次"]
)
def test_matter_beside_an_offence_stays(words: str) -> None:
    """An instruction, a refusal of something, the state of the case and an answer are not idle."""
    assert not idle(words, "，", "")


def test_the_customers_own_words_are_no_answer() -> None:
    """A clause that only repeats the question is idle, and so is asking it back."""
    assert idle("盲盒指定颜色", "，", "可以指定颜色吗")
    assert idle_question("携号转网", "？", "我要携号转网")
    assert idle_question("羊毛衫能机洗吗", "？", "")
    assert not idle_question("您方便接听吗", "？", "")


def test_what_a_cut_leaves_must_stand_alone() -> None:
    """Hanging words go with what they hung on; a bare noun is no sentence."""
    assert tidied("第三项说实话有点") == "第三项"
    assert stands_alone("缴费失败刷新一下")
    assert not stands_alone("骑手")
