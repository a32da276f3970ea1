"""Made-up personal values (phone, ID, card, e-mail, plate, address, name), each with the part that must not be readable."""

import random

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_REGIONS = (
    "110105",
    "310101",
    "440106",
    "330106",
    "510104",
    "420102",
    "610103",
    "350203",
    "230102",
    "650102",
    "810000",
    "150102",
)
_CARDS = (
    ("622202", 19),
    ("621700", 19),
    ("621226", 19),
    ("622588", 16),
    ("625998", 16),
    ("436742", 16),
    ("518710", 16),
    ("356833", 16),
    ("955880", 19),
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范廖石贾韦邹熊孟秦邱江薛闫雷侯龙史陶黎贺顾毛郝龚邵"
_GIVEN = (
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "秀英",
    "丽",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "军",
    "杰",
    "娟",
    "涛",
    "超",
    "明",
    "霞",
    "平",
    "刚",
    "桂英",
    "文博",
    "雨涵",
    "梓轩",
    "晓峰",
    "小燕",
    "建国",
)
_CITIES = (
    "北京市朝阳区",
    "上海市浦东新区",
    "广州市天河区",
    "浙江省杭州市西湖区",
    "成都市锦江区",
    "江苏省南京市鼓楼区",
    "深圳市南山区",
    "重庆市渝中区",
    "",
)
_ROADS = (
    "建国路",
    "人民大道",
    "解放街",
    "文三路",
    "中山北路",
    "学院路",
    "滨江大道",
    "和平里",
    "西直门外大街",
    "科技园南路",
    "凤凰路",
)
_ESTATES = ("阳光花园", "金色家园", "翠湖小区", "万科城", "绿地新村", "桃源苑", "锦绣华庭", "碧桂园")
_TOWERS = ("国贸大厦", "创业大厦", "环球中心", "财富广场")


def phone(pick: random.Random) -> str:
    """Eleven digits of a mobile number."""
    return "1" + pick.choice("3456789") + "".join(pick.choice("0123456789") for _ in range(9))


def landline(pick: random.Random) -> tuple[str, str]:
    """The area code and the number of a landline."""
    area = pick.choice(("010", "021", "0755", "0571", "028", "027"))
    return area, pick.choice("2345678") + "".join(pick.choice("0123456789") for _ in range(7))


def id_number(pick: random.Random) -> str:
    """Seventeen digits, a real day among them, and the check character that they call for."""
    born = f"{pick.randint(1935, 2012)}{pick.randint(1, 12):02d}{pick.randint(1, 28):02d}"
    body = pick.choice(_REGIONS) + born + f"{pick.randint(1, 999):03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def bank_card(pick: random.Random) -> str:
    """The digits of a card whose Luhn sum is right."""
    prefix, length = pick.choice(_CARDS)
    body = prefix + "".join(pick.choice("0123456789") for _ in range(length - len(prefix) - 1))
    return body + str(-_luhn(body + "0") % 10)


def _luhn(digits: str) -> int:
    total = 0
    for index, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + index % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10


def email(pick: random.Random) -> str:
    """An address with a dot, an underscore or digits in its local part."""
    stem = pick.choice(("zhangwei", "li.na", "wang_qiang", "chen-jie", "liuyang", "x.zhao"))
    tail = str(pick.randint(1, 9999)) if pick.random() < 0.7 else ""
    host = pick.choice(
        ("qq.com", "163.com", "126.com", "gmail.com", "outlook.com", "foxmail.com", "sina.com.cn")
    )
    return f"{stem}{tail}@{host}"


def plate(pick: random.Random) -> str:
    """Province, letter, and five signs or the six of a new-energy car."""
    head = pick.choice(_PROVINCES) + pick.choice(_PLATE[:12])
    if pick.random() < 0.3:
        digits = "".join(pick.choice("0123456789") for _ in range(5))
        return head + (pick.choice("DF") + digits if pick.random() < 0.7 else digits + pick.choice("DF"))
    signs = [pick.choice("0123456789") for _ in range(5)]
    for place in pick.sample(range(4), pick.choice((0, 1, 2))):
        signs[place] = pick.choice(_PLATE)
    return head + "".join(signs)


def name(pick: random.Random) -> str:
    """A surname and a given name."""
    surname = pick.choice(("欧阳", "司马", "诸葛")) if pick.random() < 0.08 else pick.choice(_SURNAMES)
    return surname + pick.choice(_GIVEN)


def surname(pick: random.Random) -> str:
    """A surname alone."""
    return pick.choice(("欧阳", "司徒")) if pick.random() < 0.1 else pick.choice(_SURNAMES)


def address_parts(pick: random.Random) -> dict[str, str]:
    """What addresses are put together from."""
    return {
        "city": pick.choice(_CITIES),
        "road": pick.choice(_ROADS),
        "estate": pick.choice(_ESTATES),
        "tower": pick.choice(_TOWERS),
        "no": str(pick.randint(1, 999)),
        "block": str(pick.randint(1, 30)),
        "unit": str(pick.randint(1, 6)),
        "floor": str(pick.randint(2, 30)),
        "room": str(pick.randint(101, 2999)),
        "letter": pick.choice("ABCD"),
    }
