"""Markup around a draft never moves what is found in it."""

from hypothesis import given
from hypothesis import strategies as st

from service.core.text import Span
from service.web.languagetool_requests import read_asked

_TEXT = st.text("好的👍a ，", min_size=1, max_size=4)
_PIECES = st.lists(
    st.one_of(
        st.builds(lambda text: {"text": text}, _TEXT),
        st.builds(lambda markup: {"markup": f"<{markup}>"}, _TEXT),
        st.builds(lambda markup, read: {"markup": f"<{markup}>", "interpretAs": read}, _TEXT, _TEXT),
    ),
    min_size=1,
    max_size=8,
)


@given(_PIECES, st.data())
def test_a_place_in_the_draft_is_the_same_place_in_the_whole(
    pieces: list[dict[str, str]], data: st.DataObject
) -> None:
    """Every character of a text piece is found again as itself, and no range is empty or turned round."""
    text = read_asked({"data": {"annotation": pieces}}).text
    origins = [
        (number, offset) for number, one in enumerate(pieces) for offset in range(len(one.get("text") or one.get("interpretAs", "")))
    ]  # fmt: skip
    assert len(origins) == len(text.draft)
    if not origins:
        return
    start = data.draw(st.integers(0, len(origins) - 1))
    end = data.draw(st.integers(start + 1, len(origins)))
    placed = text.place(Span(start, end))
    assert 0 <= placed.start < placed.end <= len(text.whole)
    number, offset = origins[start]
    before = sum(len(one.get("text") or one["markup"]) for one in pieces[:number])
    assert placed.start == before + (offset if "text" in pieces[number] else 0)
    if "text" in pieces[number]:
        assert text.whole[placed.start] == text.draft[start]
    if "text" in pieces[origins[end - 1][0]]:
        assert text.whole[placed.end - 1] == text.draft[end - 1]
    else:
        assert text.whole[placed.end - 1] == ">"
