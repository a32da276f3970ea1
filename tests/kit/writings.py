"""How people, and those who mean to slip something past a filter, write phones, IDs, cards, mails, plates, addresses and names."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from tests.kit.personal import (
    address_parts,
    bank_card,
    email,
    id_number,
    landline,
    name,
    phone,
    plate,
    surname,
)

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_HAN = str.maketrans("0123456789", "零一二三四五六七八九")
_UPPER = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
_CIRCLED = str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
CHINESE = frozenset({"han", "yao", "upper", "mixed", "half han"})
"""Forms in Chinese numerals, which have a bar of their own."""
CORE = frozenset(
    {
        "plain",
        "spaced",
        "dashed",
        "full width",
        "zero width",
        "plus 86",
        "plus 86 spaced",
        "0086",
        "each spaced",
        "dotted",
    }
)
"""The forms of phones, IDs and cards that must hardly ever slip through."""

Way = Callable[[str, random.Random], str]
T = TypeVar("T")


class Written(NamedTuple):
    """A value as it stands in a text: its kind, the name of the form, and the words that have to be hidden."""

    kind: str
    form: str
    words: str
    """What is written."""
    secret: str
    """The part of it that tells who or where: no letter, digit or Han of it may stay readable."""


def _groups(digits: str, sizes: tuple[int, ...], joint: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(digits[at : at + size])
        at += size
    return joint.join((*parts, digits[at:])) if at < len(digits) else joint.join(parts)


def _wide(text: str, _: random.Random) -> str:
    return text.translate(_WIDE)


def _invisible(text: str, pick: random.Random) -> str:
    places = set(pick.sample(range(1, len(text)), pick.randint(1, min(4, len(text) - 1))))
    return "".join((pick.choice(_INVISIBLE) if at in places else "") + char for at, char in enumerate(text))


def _mixed(text: str, pick: random.Random) -> str:
    return "".join(char.translate(_HAN) if pick.random() < 0.4 else char for char in text)


def _every(joint: str) -> Way:
    return lambda text, _: joint.join(text)


def _cut(sizes: tuple[int, ...], joint: str) -> Way:
    return lambda text, _: _groups(text, sizes, joint)


def _digits(sizes: tuple[int, ...]) -> dict[str, Way]:
    """The forms that all long numbers share."""
    return {
        "plain": lambda text, _: text,
        "spaced": _cut(sizes, " "),
        "dashed": _cut(sizes, "-"),
        "dotted": _cut(sizes, "."),
        "full width": _wide,
        "zero width": _invisible,
        "each spaced": _every(" "),
        "wide spaces": _cut(sizes, "\u3000"),
        "no-break spaces": _cut(sizes, "\u00a0"),
        "long dashes": _cut(sizes, "—"),
        "han": lambda text, _: text.translate(_HAN),
        "upper": lambda text, _: text.translate(_UPPER),
        "mixed": _mixed,
        "circled": lambda text, _: text.translate(_CIRCLED),
        "wide and spaced": lambda text, pick: _groups(_wide(text, pick), sizes, " "),
    }


_PHONE: dict[str, Way] = _digits((3, 4)) | {
    "yao": lambda text, _: text.translate(_HAN).replace("一", "幺"),
    "half han": lambda text, _: text[:3] + text[3:7].translate(_HAN) + text[7:],
    "plus 86": lambda text, _: "+86" + text,
    "plus 86 spaced": lambda text, _: "+86 " + _groups(text, (3, 4), " "),
    "0086": lambda text, _: "0086" + text,
    "bracketed 86": lambda text, _: f"(+86){text}",
    "wide 86": lambda text, _: f"（＋８６）{text}",
    "head in brackets": lambda text, _: f"（{text[:3]}）{text[3:7]}-{text[7:]}",
    "other groups": lambda text, pick: _groups(
        text, pick.choice(((3, 3), (4, 3), (3, 8), (2, 3, 3), (5, 3))), " "
    ),
    "letters between": lambda text, _: f"{text[:3]}x{text[3:7]}x{text[7:]}",
    "bars between": lambda text, _: _groups(text, (3, 4), "/"),
    "underscores": lambda text, _: _groups(text, (3, 4), "_"),
    "stars between": lambda text, _: _groups(text, (3, 4), "*"),
    "words between": lambda text, _: _groups(text, (3, 4), "杠"),
    "letter for digit": lambda text, _: "l" + text[1:].replace("0", "O"),
}
_LANDLINE: dict[str, Callable[[str, str], str]] = {
    "area dashed": lambda area, rest: f"{area}-{rest}",
    "area in brackets": lambda area, rest: f"({area}){rest}",
    "area in wide brackets": lambda area, rest: f"（{area}）{rest[:4]}-{rest[4:]}",
    "area spaced": lambda area, rest: f"{area} {rest[:4]} {rest[4:]}",
    "area glued": lambda area, rest: area + rest,
    "area and extension": lambda area, rest: f"{area}-{rest}转802",
    "area abroad": lambda area, rest: f"+86-{area[1:]}-{rest}",
    "area wide": lambda area, rest: f"{area}-{rest}".translate(_WIDE),
    "area dotted": lambda area, rest: f"{area}.{rest}",
    "area in han": lambda area, rest: (area + rest).translate(_HAN),
}
_MAIL: dict[str, Way] = {
    "plain": lambda text, _: text,
    "upper": lambda text, _: text.upper(),
    "full width": _wide,
    "zero width": _invisible,
    "wide at": lambda text, _: text.replace("@", "＠"),
    "spaces around at": lambda text, _: text.replace("@", " @ "),
    "word at": lambda text, _: text.replace("@", " at "),
    "at in brackets": lambda text, _: text.replace("@", "[at]"),
    "at and dot in brackets": lambda text, _: text.replace("@", "(at)").replace(".com", "(dot)com"),
    "hash for at": lambda text, _: text.replace("@", "#"),
    "han dot": lambda text, _: _tail(text, "点"),
    "han stop": lambda text, _: _tail(text, "。"),
    "spaces around dot": lambda text, _: _tail(text, " . "),
    "aite": lambda text, _: text.replace("@", "艾特"),
    "aite and dot": lambda text, _: _tail(text, "点").replace("@", "艾特"),
    "tagged": lambda text, _: text.replace("@", "+shop@"),
    "mailto": lambda text, _: f"mailto:{text}",
    "in angles": lambda text, _: f"<{text}>",
}
_PLATE: dict[str, Way] = {
    "plain": lambda text, _: text,
    "dot": lambda text, _: text[:2] + "·" + text[2:],
    "full stop": lambda text, _: text[:2] + "." + text[2:],
    "bullet": lambda text, _: text[:2] + "•" + text[2:],
    "wide dot": lambda text, _: text[:2] + "・" + text[2:],
    "spaced": lambda text, _: text[:2] + " " + text[2:],
    "space ahead": lambda text, _: text[0] + " " + text[1:],
    "dashed": lambda text, _: text[:2] + "-" + text[2:],
    "lower": lambda text, _: text.lower(),
    "full width": _wide,
    "zero width": _invisible,
    "trailer": lambda text, _: text[:6] + "挂",
    "learner": lambda text, _: text[:6] + "学",
    "each spaced": _every(" "),
    "in brackets": lambda text, _: f"（{text[:2]}·{text[2:]}）",
}
_ADDRESS: dict[str, str] = {
    "road and number": "{city}{road}{no}号",
    "down to the room": "{city}{road}{no}号{block}号楼{unit}单元{room}室",
    "estate": "{city}{estate}{block}栋{unit}单元{room}",
    "estate with buildings": "{estate}{block}号楼{room}室",
    "building alone": "{block}栋{unit}单元{room}室",
    "tower": "{city}{road}{no}号{tower}{letter}座{floor}层{room}室",
    "tower alone": "{tower}{letter}座{room}室",
    "dashes": "{estate}{block}-{unit}-{room}",
    "road with dashes": "{city}{road}{no}-{unit}号",
    "lane": "{city}{road}{no}弄{block}号{room}室",
    "alley": "{city}{road}{no}巷{block}号",
    "village": "青石镇桃花村{unit}组{no}号",
    "hamlet": "河北省保定市清苑县大庄镇李家村{no}号",
    "courtyard": "{city}{road}{no}号院{block}号楼{unit}门{room}",
    "han numerals": "{estate}三栋二单元五零一室",
    "han room": "{estate}十二号楼一单元九零三",
    "full width": "{city}{road}８８号３号楼５０２室",
    "spaced": "{city} {road} {no}号 {block}号楼 {room}室",
    "works": "{city}高新工业园{letter}区{block}号厂房",
    "dormitory": "理工大学{letter}区{block}号宿舍楼{room}",
    "traditional": "臺北市信義區市府路{no}號{floor}樓",
    "period": "{estate}二期{block}幢{room}",
    "zero width": "{city}{road}{no}\u200b号{block}\u200b栋{room}室",
    "english": "Room {room}, Building {block}, No. {no} Jianguo Road",
}
_NAME: dict[str, str] = {
    "mister": "{surname}先生", "madam": "{surname}女士", "miss": "{surname}小姐", "whole and mister": "{name}先生", "whole and madam": "{name}女士",
    "master": "{surname}师傅", "manager": "{surname}经理", "teacher": "{surname}老师", "doctor": "{surname}医生", "boss": "{surname}总，", "aunt": "{surname}阿姨",
    "uncle": "{surname}叔叔", "elder brother": "{surname}大哥", "elder sister": "{surname}大姐", "grandpa": "{surname}大爷", "student": "{name}同学", "spaced": "{surname} 先生",
    "consignee": "收货人：{name}，", "recipient": "收件人{name}，", "contact": "联系人：{name}；", "full name": "姓名：{name}。", "holder": "户名 {name}，", "called": "我叫{name}，",
    "i am": "我是{name}，", "signer": "签收人是{name}。", "cardholder": "持卡人{name}，", "zero width": "{surname}\u200b先生", "traditional": "張先生", "he is called": "他叫{name}。",
    "passenger": "乘客姓名：{name}，", "mr": "Mr. Zhang",
}  # fmt: skip


def _tail(text: str, dot: str) -> str:
    """The mail address with another sign for the dots of its host."""
    local, host = text.split("@")
    return f"{local}@{host.replace('.', dot)}"


def _one(kind: str, number: int, pick: random.Random) -> Written:
    """The value of this number: the forms of a kind take turns."""
    if kind == "landline":
        form, write = _turn(_LANDLINE, number)
        area, rest = landline(pick)
        words = write(area, rest)
        return Written("phone", form, words, words)
    if kind == "address":
        form, pattern = _turn(_ADDRESS, number)
        parts = address_parts(pick)
        words = pattern.format(**parts)
        return Written(kind, form, words, pattern.replace("{city}", "").format(**parts))
    if kind == "name":
        form, pattern = _turn(_NAME, number)
        whole, family = name(pick), surname(pick)
        words = pattern.format(name=whole, surname=family)
        return Written(
            kind,
            form,
            words,
            whole
            if "{name}" in pattern
            else "Zhang"
            if form == "mr"
            else words[: len(family)]
            if "{surname}" in pattern
            else "張",
        )
    make, forms = _MAKERS[kind]
    form, way = _turn(forms, number)
    words = way(make(pick), pick)
    return Written(kind, form, words, words.removeprefix("mailto:"))


_MAKERS: dict[str, tuple[Callable[[random.Random], str], dict[str, Way]]] = {
    "phone": (phone, _PHONE),
    "id_number": (
        id_number,
        _digits((6, 8))
        | {
            "lower x": lambda text, _: text.lower(),
            "wide dashes": lambda text, _: _groups(text, (6, 4, 2, 2), "－"),
        },
    ),
    "bank_card": (
        bank_card,
        _digits((4, 4, 4, 4))
        | {"in fours and a rest": _cut((4, 4, 4), " "), "odd groups": _cut((6, 6), " ")},
    ),
    "email": (email, _MAIL),
    "plate": (plate, _PLATE),
}
# Numbers are written in most ways, and matter most.
_SHARES = (
    *("phone",) * 6,
    "landline",
    "landline",
    *("id_number",) * 4,
    *("bank_card",) * 4,
    *("email",) * 3,
    *("plate",) * 2,
    *("address",) * 3,
    *("name",) * 3,
)


def _turn(forms: dict[str, T], number: int) -> tuple[str, T]:
    names = list(forms)
    form = names[number % len(names)]
    return form, forms[form]


def written(count: int, seed: int) -> Iterator[Written]:
    """So many values, the kinds and their forms in turn."""
    pick = random.Random(seed)
    seen: dict[str, int] = {}
    for number in range(count):
        kind = _SHARES[number % len(_SHARES)]
        seen[kind] = seen.get(kind, -1) + 1
        yield _one(kind, seen[kind], pick)
