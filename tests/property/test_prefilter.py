"""The passes that are in use, over texts made of the very words that their expressions look for."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.core.facts import address, negation, person_name
from service.core.prefilter import Prefilter
from service.core.text import Span, normalize
from service.core.verifying import shape, wrapping

_SHAPE = (
    "_REFUSES",
    "_OPENS_WITH_REFUSAL",
    "_REFUSES_IN_ENGLISH",
    "_OTHER_SCRIPTS",
    "_ENGLISH",
)
_USED = {name: getattr(shape, name) for name in _SHAPE} | {
    "talk": wrapping._TALK,
    "craft": wrapping._CRAFT,
    "markup": wrapping._MARKUP,
    "address": address._RE,
    "person_name": person_name._RE,
}
_LITERAL = re.compile(r"[一-鿿]+|[A-Za-z]{2,}")
_BETWEEN = [
    "",
    "，",
    "。",
    "：",
    ":",
    " ",
    "\u3000",
    "\n",
    "3",
    "１２",
    "号",
    "您",
    "的",
    "#",
    "*",
    "`",
    "|",
    "-",
    "[",
    "\u200b",
]


def _words(pattern: re.Pattern[str]) -> list[str]:
    """The words that an expression is written with."""
    return sorted(set(_LITERAL.findall(pattern.pattern))) or ["や"]


@pytest.mark.parametrize("name", sorted(_USED))
def test_no_match_is_ever_waved_past(name: str) -> None:
    """Whatever an expression finds in a text, its pass has let that text through."""
    expression = _USED[name]
    gate = Prefilter(expression)
    pieces = st.sampled_from(_words(expression)) | st.sampled_from(_BETWEEN) | st.text(max_size=2)

    @settings(max_examples=300, deadline=None)
    @given(st.lists(pieces, max_size=12).map("".join))
    def holds(text: str) -> None:
        assert expression.search(text) is None or gate.may_match(text)

    holds()


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="不没无未勿非暂尚还并仍从请法有能可以会了查到您给支持退款。 a", max_size=24))
def test_denials_are_found_where_a_search_finds_them(text: str) -> None:
    """Looking only around the negating characters finds every denial that reading the whole text finds."""
    read = normalize(text)
    found: list[Span] = []
    for match in negation._RE.finditer(read.plain):
        start, end = match.span()
        idiom = match["negator"] and negation._idiomatic(read.plain, start, match.end("negator"))
        bare = match["negator"] and end == match.end("negator") and len(match["negator"]) == 1
        if not idiom and not bare:
            found.append(Span(start, end))
    assert list(negation.find(read)) == found
