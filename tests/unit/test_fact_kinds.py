"""What each kind of fact is to the rest of the service: hidden or readable, under which word, and where it stands."""

import pytest

from service.core.facts import KINDS, SPOKEN, TABLE, WRITTEN, extract
from service.core.results import Hide
from service.core.text import normalize

_HIDDEN: dict[str, tuple[Hide, str]] = {
    "account_id": ("opaque", "ACCOUNT"),
    "address": ("personal", "ADDRESS"),
    "bank_card": ("personal", "CARD"),
    "email": ("personal", "EMAIL"),
    "html": ("opaque", "TAG"),
    "id_number": ("personal", "ID"),
    "markdown_link": ("opaque", "LINK"),
    "name_with_title": ("personal", "NAME"),
    "order_number": ("opaque", "ORDER"),
    "phone": ("personal", "PHONE"),
    "placeholder": ("opaque", "FIELD"),
    "plate": ("personal", "PLATE"),
    "tracking_number": ("opaque", "TRACKING"),
    "url": ("opaque", "LINK"),
}
_EXAMPLES = {
    "account_id": "QQ：12345678",
    "address": "北京市朝阳区建国路88号",
    "bank_card": "6222021234567890128",
    "clock_time": "18:00",
    "count": "5件",
    "date": "7月20日",
    "duration": "48小时",
    "email": "a.b@example.com",
    "employee_number": "7315",
    "html": "<br/>",
    "id_number": "11010519491231002X",
    "limit": "最多",
    "markdown_link": "[点这里](https://example.com/x)",
    "model_name": "iPhone15",
    "money": "30元",
    "name_with_title": "张先生",
    "negation": "不支持",
    "number": "2000",
    "order_number": "WX-518",
    "percentage": "5%",
    "phone": "13812345678",
    "placeholder": "{{name}}",
    "plate": "京A12345",
    "size": "10MB",
    "title": "《用户协议》",
    "tracking_number": "SF1234567890123",
    "url": "https://example.com/a",
    "word": "PDF",
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_is_hidden_as_its_word_says(kind: str) -> None:
    """What is personal or means nothing to a reader leaves as a token of its own word; all else stays readable."""
    assert _HIDDEN.get(kind, ("none", "")) == (KINDS[kind].HIDE, KINDS[kind].WORD)


def test_every_kind_stands_in_the_table_under_its_file() -> None:
    """Each kind has a file, an example here and a name on the wire; none is left out of the one table."""
    files = {kind.__name__.rpartition(".")[2] for kind in TABLE}  # type: ignore[attr-defined]
    assert files == {{"time": "clock_time", "name_with_title": "person_name"}.get(k, k) for k in KINDS}
    assert set(KINDS) == ({*_EXAMPLES, "time"} - {"clock_time"})
    assert len(TABLE) == len(WRITTEN) + len(SPOKEN) == len(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_finds_its_own(kind: str) -> None:
    """Asked alone, a kind says where its facts stand, and nothing of a text that has none."""
    example = _EXAMPLES["clock_time" if kind == "time" else kind]
    ahead = {"employee_number": "工号", "address": "寄到"}.get(kind, "见")
    spans = list(KINDS[kind].find(normalize(f"{ahead}{example}。")))
    assert [(span.start, span.end) for span in spans] == [(len(ahead), len(ahead) + len(example))]
    assert list(KINDS[kind].find(normalize("您好，感谢您的耐心等待！"))) == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_fact_is_the_same_as_itself_and_as_no_other(kind: str) -> None:
    """A value repeated to the letter is never taken for an invention, and another one always is."""
    example = _EXAMPLES["clock_time" if kind == "time" else kind]
    others = {
        "limit": "至少",
        "negation": "不赔",
        "name_with_title": "李女士",
        "address": "上海市中山路6号",
        "word": "JPG",
    }
    other = others.get(kind) or example.translate(str.maketrans("0123456789协name", "9876543210规food"))
    if kind == "html":
        other = "<p>"
    assert KINDS[kind].same(example, example) is True
    assert not KINDS[kind].same(example, other)


def test_numbers_with_a_wrong_check_digit_are_neither_card_nor_id() -> None:
    """A typing slip makes of a card or an identity number one that no bank and no office knows."""
    for kind, wrong in (("bank_card", "6222021234567890129"), ("id_number", "110105194912310021")):
        assert list(KINDS[kind].find(normalize(f"号码{wrong}。"))) == []


_TEXTS = {
    "您在9:30或下午3点半来，晚上8点关门": "time:9:30 time:下午3点半 time:晚上8点",
    "周一至周五9:00-18:00营业，22:00至次日6:00休息": "date:周一 date:周五 time:9:00-18:00 time:22:00至次日6:00",
    "下午 3 点和晚上 八点见": "time:下午 3 点 time:晚上 八点",
    "早上十点一刻，中午十二点整，零时三十分": "time:早上十点一刻 time:中午十二点整 time:零时三十分",
    "两点前到，三点左右走，一点半回，一点钟开会": "time:两点 time:三点 time:一点半 time:一点钟",
    "这一点很重要，重点击打，三点建议": "",
    "3号桌、第3步、第二号窗口、两三百个、一百二十台、一倍、10万只、5～8件": "count:3号桌 count:第3步 count:第二号 count:两三百个 count:一百二十台 count:一倍 count:10万只 count:5～8件",
    "3个人，2位置，1个别，3款项": "number:3 number:2 number:1 number:3",
    "8折、八五折、百分之三点五、3个百分点、3%-5%、30‰": "percentage:8折 percentage:八五折 percentage:百分之三点五 percentage:3个百分点 percentage:3%-5% percentage:30‰",
    "1-3个工作日、半年、两周、一天到晚、三到五天、1.5小时": "duration:1-3个工作日 duration:半年 duration:两周 duration:三到五天 duration:1.5小时",
    "15日内、三日内、24h、30min、3秒钟、5年级、3周边": "duration:15日 duration:三日 duration:24h duration:30min duration:3秒钟 number:5 number:3",
    "2024年7月20日、2024-07-20、2024/7/2、7月底、七月三日、12/25": "date:2024年7月20日 date:2024-07-20 date:2024/7/2 date:7月底 date:七月三日 date:12/25",
    "7月20日至22日、20日前、15号到、下周三、上个月底、周边、大后天": "date:7月20日至22日 date:20日 date:15号 date:下周三 date:上个月底 date:大后天",
    "18,500.00元、¥30、NT$200、五毛钱、2~3元、三百五十块、1.5万元": "money:18,500.00元 money:¥30 money:NT$200 money:五毛钱 money:2~3元 money:三百五十块 money:1.5万元",
    "一块看看、100人民币、20美元、30圆满、5 元整、¥20-30": "money:100人民币 money:20美元 number:30 money:5 元整 money:¥20-30",
    "5.5寸、55平方米、500ML、3千瓦、5A、36℃、2-3kg、1到2米": "size:5.5寸 size:55平方米 size:500ML size:3千瓦 size:5A size:36℃ size:2-3kg size:1到2米",
    "(010)6266 1234、400 820 8820、95588、12315": "phone:(010)6266 1234 phone:400 820 8820 phone:95588 phone:12315",
    "微信号abc_12345、支付宝账号：kefu001、VX kf8899": "account_id:微信号abc_12345 account_id:支付宝账号：kefu001 account_id:VX kf8899",
    "工号：A1024、订单8812345、编号：20240001-2": "employee_number:A1024 order_number:8812345 order_number:20240001-2",
    "看https://a.example.com/x?y=1。或www.example.com/a，b.example.cn/help 和 example.com": "url:https://a.example.com/x?y=1 url:www.example.com/a url:b.example.cn/help url:example.com",
    "看163.com或www.example.museum，谢谢": "url:163.com url:www.example.museum",
    "[点这里](https://example.com/x)和![图](http://a.cn/1.png)": "markdown_link:[点这里](https://example.com/x) markdown_link:![图](http://a.cn/1.png)",
    "%{name}${b}$NAME$ {0} %s [订单号]【XX】*** ____ <<名字>> #姓名# XX": "placeholder:%{name} placeholder:${b} placeholder:$NAME$ placeholder:{0} placeholder:%s placeholder:[订单号] placeholder:【XX】 placeholder:*** placeholder:____ placeholder:<<名字>> placeholder:#姓名# placeholder:XX",
    "用P2、v2.1.3、USB-C、WiFi、C++或R&D": "model_name:P2 model_name:v2.1.3 word:USB-C word:WiFi word:C++ word:R&D",
    "收货人：李小明，联系人是赵云，对于女士，王总": "name_with_title:李小明 name_with_title:赵云 name_with_title:王总",
    "没更新、查不到、请勿拆开、还没有发、从未寄出、暂不开放、退不了": "negation:没更新 negation:查不到 negation:请勿拆开 negation:还没有发 negation:从未寄出 negation:暂不开放 negation:退不了",
    "不给您退、不能直接改、是非常、没有": "negation:不给 negation:不能直接改 negation:没有",
    "不得超过5件，不少于3天，超过10元，不足5元，只剩2件，上限为8个，低于5": "limit:不得超过 count:5件 limit:不少于 duration:3天 limit:超过 money:10元 limit:不足 money:5元 limit:只剩 count:2件 limit:上限为 count:8个 limit:低于 number:5",
    "请寄到北京市朝阳区建国路88号，谢谢": "address:北京市朝阳区建国路88号",
    "1.2万、98,500、3到5": "number:1.2万 number:98,500 number:3到5",
}


@pytest.mark.parametrize("text", _TEXTS)
def test_facts_are_found_whole_and_nothing_else_is(text: str) -> None:
    """In a crowded sentence each figure, name and limit is found from its first to its last character."""
    found = " ".join(f"{fact.kind}:{fact.text}" for fact in extract(normalize(text)))
    assert found == _TEXTS[text]


def test_neighbours_do_not_swallow_each_other() -> None:
    """Facts that touch are told apart, in the order of the text, whatever kind each is."""
    text = "不支持张先生3天退30元，最多5件，地址建国路88号，电话13812345678。"
    facts = extract(normalize(text))
    assert [fact.text for fact in facts] == [
        "不支持",
        "张先生",
        "3天",
        "30元",
        "最多",
        "5件",
        "建国路88号",
        "13812345678",
    ]
    assert [text[fact.span.start : fact.span.end] for fact in facts] == [fact.text for fact in facts]


@pytest.mark.parametrize("label", ["订单号", "单号", "编号", "流水号", "订单"])
@pytest.mark.parametrize("mark", ["", "：", ":", " ", "是", "为"])
def test_a_number_behind_a_label_of_business_is_no_card(label: str, mark: str) -> None:
    """One order number in ten has the sum of a card: what it is called decides."""
    (fact,) = extract(normalize(f"{label}{mark}6222021234567890128"))
    assert fact.kind == "order_number" or (label, mark) == ("订单", "为")
    assert fact.hide != "none"


def test_a_refused_number_is_read_as_the_next_kind_that_fits() -> None:
    """What is no card by its check digit is an order number, and the text behind it is read on."""
    assert [fact.kind for fact in extract(normalize("号码6222021234567890129和30元"))] == [
        "order_number",
        "money",
    ]
