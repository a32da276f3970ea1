"""Which words with a surname in them name somebody, and which only happen to."""

import pytest

from service.core.facts import extract
from service.core.text import normalize

_NOBODY = ["对于", "关于", "由于", "至于", "有关", "相关", "海关", "位于", "属于", "等于", "高于", "低于", "限于", "平安", "公安", "治安", "责任", "了解", "理解", "双方", "对方", "不管", "宿管", "主管", "城管", "也许", "谢谢", "照顾", "光顾", "羊毛", "订单", "钱包"]  # fmt: skip


@pytest.mark.parametrize("word", _NOBODY)
def test_a_word_that_ends_in_a_surname_names_nobody(word: str) -> None:
    """对于女士 is about women and 订单先生 is nonsense: neither takes a name out of the text."""
    found = [fact.text for fact in extract(normalize(f"我们{word}女士的要求都会说明"))]
    assert f"{word[-1]}女士" not in found


@pytest.mark.parametrize("word", _NOBODY)
def test_a_name_behind_such_a_word_is_hidden(word: str) -> None:
    """In 有关李女士 and 订单王先生 there is somebody: the word ahead hides nobody from being hidden."""
    found = [fact.text for fact in extract(normalize(f"我们{word}李女士的要求都会说明"))]
    assert any("李女士" in one for one in found)


@pytest.mark.parametrize(
    "surname", ["于", "关", "安", "任", "解", "方", "管", "许", "谢", "顾", "毛", "单", "包"]
)
def test_these_surnames_are_names_all_the_same(surname: str) -> None:
    """Somebody called 于 or 单 is hidden wherever no such word stands ahead, at the beginning of a text too."""
    for text in (f"{surname}女士您好", f"您好，{surname}女士", f"已联系{surname}女士"):
        assert [fact.text for fact in extract(normalize(text))] == [f"{surname}女士"], text


@pytest.mark.parametrize("label", ["姓名", "户名", "收货人", "收件人", "联系人"])
@pytest.mark.parametrize("mark", ["：", ":", "是", "为", " ："])
def test_a_labelled_name_is_hidden_without_its_label(label: str, mark: str) -> None:
    """The name behind a label is somebody's; the label may stay where it stands."""
    found = [fact for fact in extract(normalize(f"{label}{mark}李小明，请核对")) if fact.hide != "none"]
    assert [fact.text for fact in found] == ["李小明"]


def test_a_name_begins_and_ends_where_it_does() -> None:
    """A title of work takes no given name with it, and a name takes no word beside it."""
    texts = {
        "请联系安装师傅": [],
        "请找高级经理": [],
        "请找王师傅": ["王师傅"],
        "王小明先生和欧阳女士": ["王小明先生", "欧阳女士"],
        "李经理说行": ["李经理"],
        "星期三先生来": [],
    }
    for text, names in texts.items():
        assert [fact.text for fact in extract(normalize(text)) if fact.kind == "name_with_title"] == names, (
            text
        )


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("请寄到中路8号", "中路8号"), ("寄到北京市朝阳区建国路88号 ，谢谢", "北京市朝阳区建国路88号"), ("我们在人民路8号-等您", "人民路8号"), ("地址人民路8号3栋2单元501室", "人民路8号3栋2单元501室"),
    ],
)  # fmt: skip
def test_an_address_is_hidden_from_its_first_to_its_last_character(text: str, address: str) -> None:
    """The words that lead up to an address and the dash behind it are none of it."""
    assert [fact.text for fact in extract(normalize(text)) if fact.kind == "address"] == [address]


def test_limits_and_denials_that_touch_are_both_found() -> None:
    """最多不支持 holds a limit and a denial; neither hides the other, and words that belong to one are not the other's."""
    assert [fact.kind for fact in extract(normalize("最多不支持换货"))] == ["limit", "negation"]
    assert [fact.kind for fact in extract(normalize("不超过，不支持"))] == ["limit", "negation"]


def test_a_bare_denial_of_one_character_needs_something_to_deny() -> None:
    """不 alone says nothing; 没有 and 不行 do."""
    found = [fact.text for fact in extract(normalize("不，没有，不行，不不"))]
    assert found == ["没有", "不行"]


def test_an_employee_number_is_the_figure_that_a_draft_names() -> None:
    """A draft that gives the number behind 工号 is a source for the bare number."""
    from service.core.facts import same  # noqa: PLC0415 - beside what it is about

    (number,) = extract(normalize("7315"))
    (labelled,) = extract(normalize("工号7315"))
    assert (number.kind, labelled.kind) == ("number", "employee_number")
    assert same(number, labelled)
