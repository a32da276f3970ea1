"""Which script a text is in, and Traditional forms for words that we add ourselves."""

import re
from functools import cache
from typing import Literal

import opencc

Script = Literal["simplified", "traditional"]

# Simplified forms that are good Traditional characters too, and Traditional ones that Simplified texts keep.
_COMMON = frozenset(
    "后里台只余面干谷丑卷斗几松制板表采布才冲出淀吊范杆合胡伙借克夸累蒙蔑弥苹仆秋曲舍沈升术坛涂万咸向旋叶佣涌游于御郁愿岳云征症志致朱筑准种周系回家尽困了朴签尸无厘咨群峰裡線床污啓吃着痴耻秘插僵册刹厕厨吁哗"
    "堤奸娘弦恒愈捆搜晒杠杯核栖樑欲沾洒汹泛灶炮猫烟皂皋碱粽糊绷绣耽胆脉腌膳舆艳芦虱蚀裏咏谣负赃踪遍邻酱酝钩阔雕雇雾韵餍鲜麻麹默著乾於瞭徵藉甚妳划熏"
)


def _only(direction: str, points: range) -> frozenset[str]:
    """The characters that a conversion changes one for one."""
    chars = [chr(point) for point in points]
    converted = opencc.OpenCC(direction).convert("\n".join(chars)).split("\n")
    return frozenset(a for a, b in zip(chars, converted, strict=True) if a != b and len(b) == 1)


_TRADITIONAL = _only("t2s", range(0x4E00, 0xA000)) - frozenset("著乾於瞭徵藉甚妳")
_SIMPLIFIED = _only("s2t", range(0x4E00, 0xA000)) - _COMMON - _TRADITIONAL


# A class of characters is searched for in a third of the time that a set of them takes.
_ANY_TRADITIONAL = re.compile(f"[{''.join(sorted(_TRADITIONAL))}]")


def has_traditional(text: str) -> bool:
    """Whether any character of a text is one that only Traditional Chinese writes."""
    return _ANY_TRADITIONAL.search(text) is not None


def marks(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The characters of a text that only Simplified, and those that only Traditional Chinese writes."""
    chars = frozenset(text)
    return chars & _SIMPLIFIED, chars & _TRADITIONAL


def script_of(text: str) -> Script | None:
    """The script of a text, by the characters that only one of them has; None when there is nothing to tell by."""
    simple, complex_ = marks(text)
    if not simple or not complex_:
        return "simplified" if simple else "traditional" if complex_ else None
    simplified = traditional = 0
    for char in text:
        if char in simple:
            simplified += 1
        elif char in complex_:
            traditional += 1
    if traditional > 2 * simplified:
        return "traditional"
    return "simplified" if simplified > 2 * traditional else None


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("s2tw")


@cache
def to_traditional(words: str) -> str:
    """Words of our own as Taiwan writes them. Never for what a caller wrote."""
    return str(_converter().convert(words))
