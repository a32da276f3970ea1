"""Whatever a text holds, its readings map back."""

from hypothesis import given
from hypothesis import strategies as st

from service.core.folding import fold
from service.core.text import Utf16, normalize

TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("您你好不知道，。！？,.:：3508元aB \r\n\t\u200b\u0301😀𠮷Ａ１請說“”「」()*_-"),
        st.characters(),
    ),
    max_size=60,
)


@given(TEXTS)
def test_fold_is_stable_and_keeps_the_length(text: str) -> None:
    """Folding twice is folding once, and no character appears or disappears."""
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@given(TEXTS, st.data())
def test_every_span_of_the_squeezed_reading_maps_back(text: str, data: st.DataObject) -> None:
    """A span found in the squeezed reading covers, in the draft, exactly those words and what stands between them."""
    read = normalize(text)
    if not read.squeezed:
        return
    start = data.draw(st.integers(0, len(read.squeezed) - 1))
    end = data.draw(st.integers(start + 1, len(read.squeezed)))
    span = read.origin(start, end)
    assert normalize(read.plain[span.start : span.end]).squeezed == read.squeezed[start:end]
    assert read.squeezed_range(span.start, span.end) == (start, end)


@given(TEXTS)
def test_clauses_hold_every_word_once_and_in_order(text: str) -> None:
    """The clauses together are the words of the text, and each stands where it says."""
    read = normalize(text)
    assert "".join(normalize(clause.text).squeezed for clause in read.clauses) == read.squeezed
    for before, after in zip(read.clauses, read.clauses[1:], strict=False):
        assert before.end <= after.start
        assert before.sentence <= after.sentence
    for clause in read.clauses:
        assert read.plain[clause.start : clause.end] == clause.text


@given(TEXTS)
def test_utf16_offsets_agree_with_the_codec(text: str) -> None:
    """Each code-point offset is as many UTF-16 units as the codec writes."""
    offsets = Utf16(text)
    for index in range(len(text) + 1):
        assert offsets.offset(index) == len(text[:index].encode("utf-16-le", "surrogatepass")) // 2
