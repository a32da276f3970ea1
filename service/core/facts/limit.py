"""Words that bound a figure or exclude something: 最多, 至少, 不超过, 仅限, 除外."""

import re
from collections.abc import Iterable

from service.core.folding import fold
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "limit"
HIDE: Hide = "none"
WORD = ""
GATE = re.compile(r"[超至最仅只除限低少于足满]")
_SENSES = {
    "most": r"(?:请勿|勿|不要|不得|不能|不可|不)(?:超过|高于|多于|大于|超出)|最多|至多|最高|上限(?:为|是)?",
    "least": r"(?:请勿|勿|不要|不得|不能|不可|不)(?:少于|低于|小于)|至少|最少|最低|起码|下限(?:为|是)?",
    "over": r"超过|高于|多于|大于|超出|逾",
    "under": r"少于|低于|小于|不足(?=\s?\d)|不满(?=\s?\d)|未满(?=\s?\d)",
    "only": r"仅限|只限|仅支持|只支持|仅能|只能|仅剩|只剩|只有(?!\s?这样)|仅有|仅(?!仅)",
    "except": r"除外|不包括|不含|之外|以外",
}
_RE = re.compile(
    "(?=[请勿不最至上起下超高多大逾少低小未仅只除之以])(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _SENSES.items())
    + ")"
)


def find(text: Normalized) -> Iterable[Span]:
    """Each limiting word."""
    plain = text.plain
    if GATE.search(plain) is None:
        return
    for match in _RE.finditer(plain):
        yield Span(*match.span())


def sense(text: str) -> str:
    """What a limiting word does: most, least, over, under, only or except; '' for none."""
    match = _RE.match(fold(text))
    return str(match.lastgroup) if match else ""


def same(a: str, b: str) -> bool:
    """Both limit in the same way, whatever the word."""
    return sense(a) == sense(b) != ""


__all__ = ["GATE", "HIDE", "KIND", "WORD", "find", "same", "sense"]
