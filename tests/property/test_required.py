"""What is worked out from an expression is true of all that it matches."""

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from service.core.required import required, unanchored
from service.core.templates import template

_CHARS = "abcd"
_SINGLE = st.one_of(
    st.sampled_from(_CHARS),
    st.sampled_from(["[ab]", "[^a]", "[b-d]", ".", r"\."]),
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    groups = st.lists(inner, min_size=1, max_size=4).map(lambda ways: f"(?:{'|'.join(ways)})")
    times = st.sampled_from(["", "?", "*", "+", "{0,2}", "{1,2}", "{2}", "{2,}", "?", "+?"])
    repeated = st.tuples(groups, times).map("".join)
    return st.lists(st.one_of(inner, repeated), min_size=1, max_size=4).map("".join)


EXPRESSIONS = st.recursive(_SINGLE, _grown, max_leaves=14)
TEXTS = st.text(alphabet="abcd.", max_size=14)


@given(EXPRESSIONS, TEXTS)
def test_a_match_holds_a_word_that_it_needs_and_one_beside_it(expression: str, text: str) -> None:
    """No draft that a pattern matches is passed by: the words that wake it are there, and so are those beside them."""
    needs = required(expression)
    assume(needs)
    for found in re.finditer(expression, text):
        awake = [word for word in needs if word in found.group()]
        assert awake
        assert any(
            (beside := needs[word]) is None or any(other in found.group() for other in beside)
            for word in awake
        )


@given(EXPRESSIONS, st.lists(st.text(alphabet=_CHARS, min_size=1, max_size=5), min_size=1, max_size=4))
def test_one_search_of_the_whole_finds_what_a_search_of_the_parts_finds(
    expression: str, parts: list[str]
) -> None:
    """A pattern that matches a clause, edges included, is found in all clauses joined."""
    joined = f"，{'，'.join(parts)}，"
    for tied in (f"^{expression}", f"{expression}$", f"^(?:{expression})$"):
        if any(re.search(tied, part) for part in parts):
            assert re.search(unanchored(tied, "，"), joined)


@given(st.recursive(
    st.sampled_from(["快", "说", "您", "你", "点"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda ways: f"({'|'.join(ways)})"),
        st.lists(inner, min_size=1, max_size=3).map("".join),
        inner.map(lambda word: f"({word})?点"),
    ),
    max_leaves=8,
))  # fmt: skip
def test_a_template_stands_for_what_the_same_expression_matches(text: str) -> None:
    """`(a|b)` and `(a)?` mean in a template what they mean in a regular expression."""
    phrases = template(text).phrases
    expression = re.compile(text.replace("(", "(?:"))
    assert all(expression.fullmatch(phrase) for phrase in phrases)
    assert len(set(phrases)) == len(phrases)
