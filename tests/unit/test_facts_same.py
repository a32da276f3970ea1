"""When two facts say the same, and when they do not."""

from decimal import Decimal

import pytest

from service.core.facts import KINDS, extract, same
from service.core.numerals import value, values
from service.core.text import normalize


@pytest.mark.parametrize(
    ("kind", "a", "b"),
    [
        ("duration", "三天", "3天"), ("duration", "兩天", "2天"), ("duration", "48小时", "48 个小时"), ("duration", "一周", "1个星期"), ("duration", "1-3个工作日", "1至3个工作日"),
        ("money", "18,500.00 元", "18500元"), ("money", "¥30", "三十块"), ("money", "1.5万元", "15000元"),
        ("time", "18:00", "下午6点"), ("time", "9:00-18:00", "9点到18点"), ("time", "三点半", "3:30"),
        ("date", "2024-07-20", "7月20日"), ("date", "今日", "今天"), ("date", "这个月", "本月"), ("date", "下星期一", "下周一"),
        ("percentage", "5%", "百分之五"), ("percentage", "八折", "8折"), ("count", "两台", "2台"), ("count", "第二步", "第2步"), ("size", "10MB", "10 mb"),
        ("phone", "+86 138-1234-5678", "13812345678"), ("phone", "一三八一二三四五六七八", "13812345678"), ("bank_card", "4111 1111 1111 1111", "4111111111111111"),
        ("negation", "不支持", "无法支持"), ("negation", "没更新", "尚未更新"), ("limit", "不要超过", "最多"), ("limit", "至少", "不少于"), ("word", "WiFi", "wifi"),
    ],
)  # fmt: skip
def test_other_spellings_of_a_fact_are_the_same(kind: str, a: str, b: str) -> None:
    """三天 and 3天 are one: what a source holds in one spelling is not invented in another."""
    assert KINDS[kind].same(a, b)
    assert KINDS[kind].same(b, a)


@pytest.mark.parametrize(
    ("kind", "a", "b"),
    [
        ("duration", "3天", "3小时"), ("duration", "1天", "24小时"), ("duration", "3天", "3个工作日"), ("money", "30元", "30美元"), ("money", "30元", "3元"),
        ("time", "6:00", "下午6点"), ("date", "7月20日", "7月21日"), ("date", "今天", "明天"), ("date", "周一", "下周一"), ("date", "2024-07-20", "2025-07-20"),
        ("percentage", "5%", "5折"), ("count", "3件", "3台"), ("negation", "不支持", "不赔"), ("limit", "至少", "最多"), ("url", "a.cn/1", "a.cn/2"),
        ("placeholder", "{{a}}", "{{b}}"), ("id_number", "11010519491231002X", "110105194912310021"),
    ],
)  # fmt: skip
def test_other_facts_are_not_the_same(kind: str, a: str, b: str) -> None:
    """Another figure, another unit or another day is another fact."""
    assert not KINDS[kind].same(a, b)


def test_a_bare_figure_equals_the_amount() -> None:
    """A draft that says 2000 is a source for 2000元, and for no other kind of figure."""
    bare, amount, days = (extract(normalize(text))[0] for text in ("2000", "2000元", "2000天"))
    assert same(bare, amount)
    assert not same(bare, days)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三", 3), ("两", 2), ("十", 10), ("十五", 15), ("二十", 20), ("三百五", 350), ("三百零五", 305), ("一万二千", 12000), ("二〇二四", 2024), ("半", "0.5"),
        ("1,280", 1280), ("18,500.00", 18500), ("1.5万", 15000), ("3亿", 300000000), ("007", 7),
    ],
)  # fmt: skip
def test_numerals_have_one_value(text: str, expected: int | str) -> None:
    """Digits, separators and Chinese numerals are read as the figure they mean."""
    assert value(text) == Decimal(expected)


@pytest.mark.parametrize("text", ["", "天", "1.2.3", "半半", "a1"])
def test_what_is_no_numeral_has_no_value(text: str) -> None:
    """Words are no figures."""
    assert value(text) is None


def test_a_range_has_two_values() -> None:
    """Both ends of a range count."""
    assert values("1-3个工作日") == (Decimal(1), Decimal(3))
