"""Which facts a text holds, and which words only look like one."""

import random

import pytest

from service.core.facts import KINDS, extract
from service.core.results import Fact
from service.core.text import normalize


def _found(text: str) -> list[tuple[str, str]]:
    return [(fact.kind, fact.text) for fact in extract(normalize(text))]


_EACH = {
    "phone": [
        "13812345678", "138 1234 5678", "138-1234-5678", "１３８１２３４５６７８", "+86 138 1234 5678", "一三八一二三四五六七八", "021-12345678转801",
        "400-820-8820", "4008208820", "95588", "138****5678", "138\u200b1234\u200b5678", "0755-88991234", "0800-000-123",
    ],
    "id_number": ["11010519491231002X", "110105 19491231 002X"],
    "bank_card": ["6222 0212 3456 7890 128", "4111111111111111"],
    "email": ["a.b-c@mail.example.com"],
    "plate": ["京A12345", "粤B·D12345"],
    "address": ["北京市朝阳区建国路88号3号楼502室", "3栋2单元501"],
    "name_with_title": ["张先生", "欧阳女士", "王师傅", "王小明先生"],
    "account_id": ["QQ：12345678", "微信号abc_12345"],
    "tracking_number": ["SF1234567890123", "YT3390012345678"],
    "order_number": ["20250311-4402", "D-20250214-07", "WX-518", "KF-2906", "E20250311-00982", "52900134772086", "HT-2024-00018"],
    "url": ["https://a.example.com/x?y=1", "www.example.com/a", "example.com/help"],
    "markdown_link": ["[点这里](https://example.com/x)"],
    "placeholder": ["{{ticket.id}}", "{% if x %}", "%{a}", "${b}", "$NAME$", "{0}", "%s", "[订单号]", "【姓名】", "***", "XX", "___", "[PHONE_1]"],
    "html": ["<p>", "<br/>", "&nbsp;", '<a href="x">'],
    "money": ["18,500.00 元", "¥30", "五十块", "NT$200", "3.5万元", "2000元"],
    "percentage": ["4.2%", "百分之五", "8折", "八五折", "15％"],
    "date": ["2024-07-20", "2024年7月", "7月20日前", "8 月 1 日", "七月三日", "明天", "下周一", "本月底", "12/25"],
    "time": ["18:00", "9:00-18:00", "下午三点半", "16点", "零时", "早上十点"],
    "duration": ["48小时", "三天", "1-3个工作日", "半年", "三个月", "两周", "30分钟"],
    "size": ["10MB", "5.5寸", "2kg"],
    "count": ["3号桌", "5件", "第二步", "1 号门岗", "两台", "１２台"],
    "number": ["2000", "1.2万", "98,500"],
    "model_name": ["P2", "iPhone15", "v2.1"],
    "word": ["PDF", "WiFi", "USB-C"],
    "title": ["《用户协议》"],
    "negation": ["不支持", "尚未到账", "没更新", "无法退货", "查不到", "没通过"],
    "limit": ["不要超过", "最多", "至少", "仅限", "除外"],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in _EACH.items() for text in texts])
def test_each_way_to_write_a_fact_is_found(kind: str, text: str) -> None:
    """A fact in the midst of Chinese words, with no space around it, is found whole."""
    assert (kind, text) in _found(f"请看{text}，谢谢")


def test_an_employee_number_is_the_figure_alone() -> None:
    """The label of an employee number may be moved; the number itself is the fact."""
    assert ("employee_number", "7315") in _found("工号 7315")
    assert ("employee_number", "7315") in _found("我的工号是7315")


def test_every_kind_has_an_example() -> None:
    """No kind of fact stands in the table without a way to write it that is tried here."""
    assert set(KINDS) == set(_EACH) | {"employee_number"}


@pytest.mark.parametrize(
    "text",
    [
        "十分抱歉", "请稍等一下", "万一", "千万别", "百忙之中", "一起看看", "有一点慢", "一定", "等了半天", "统一", "三心二意", "第一时间", "非常感谢",
        "不好意思", "不客气", "没关系", "没问题", "给您带来不便", "您是不是方便", "请问能不能", "不用担心", "联系安装师傅", "高级经理", "对于女士们",
    ],
)  # fmt: skip
def test_idioms_are_no_facts(text: str) -> None:
    """Set phrases with a numeral, a title or a negating word in them tie nobody's hands."""
    assert _found(text) == []


def test_a_draft_without_anything_holds_nothing() -> None:
    """Plain courtesy has no facts."""
    assert _found("您好，感谢您的耐心等待，马上为您处理，祝您生活愉快！") == []


def test_a_wrong_check_character_still_hides_the_number() -> None:
    """A long number that is no valid ID or card is hidden all the same, as an order number."""
    (fact,) = extract(normalize("号码110105194912310021"))
    assert (fact.kind, fact.hide) == ("order_number", "opaque")


def test_what_is_hidden_hides_all_it_touches() -> None:
    """An address that runs into a telephone number leaves none of its digits in the open."""
    text = normalize("寄到建国路88号13812345678")
    hidden = [fact for fact in extract(text) if fact.hide != "none"]
    kept = "".join(
        char for i, char in enumerate(text.raw) if not any(f.span.start <= i < f.span.end for f in hidden)
    )
    assert not any(char.isdigit() for char in kept)


@pytest.mark.parametrize("separator", ["", " ", "-", "\u200b", ".", "  "])
def test_mobile_numbers_never_slip_through(separator: str) -> None:
    """However a mobile number is spaced, it is hidden: 300 of 300, in either width, with or without +86."""
    pick = random.Random(5)
    for _ in range(300):
        digits = "1" + pick.choice("3456789") + "".join(pick.choice("0123456789") for _ in range(9))
        spaced = separator.join((digits[:3], digits[3:7], digits[7:]))
        if pick.random() < 0.3:
            spaced = spaced.translate({ord("0") + i: 0xFF10 + i for i in range(10)})
        facts = extract(
            normalize(
                f"{pick.choice(['', '电话', '请打', '+86'])}{spaced}{pick.choice(['', '请接听', '。'])}"
            )
        )
        assert any(fact.hide != "none" and spaced in fact.text for fact in facts), spaced


def test_figures_of_business_are_not_hidden_as_personal() -> None:
    """Amounts, dates, times and counts stay readable: none of 500 is taken for a number of a person."""
    pick = random.Random(9)
    for _ in range(500):
        text = pick.choice(
            [f"{pick.randint(1, 99999)}元", f"{pick.randint(1, 12)}月{pick.randint(1, 28)}日", f"{pick.randint(1, 500)}件",
             f"{pick.randint(0, 23)}:{pick.randint(10, 59)}", f"{pick.randint(1, 99)}.{pick.randint(1, 9)}%", f"{pick.randint(1, 90)}天",
             f"{pick.randint(1, 99)},{pick.randint(100, 999)}.00元"]
        )  # fmt: skip
        assert all(fact.hide == "none" for fact in extract(normalize(f"合计{text}，请查收"))), text


def test_long_texts_cost_linear_work() -> None:
    """Facts of the longest draft allowed are found, none lost and none found twice."""
    facts = extract(normalize("不支持退3元，" * 7000))
    assert len(facts) == 14_000
    assert all(isinstance(fact, Fact) for fact in facts)
