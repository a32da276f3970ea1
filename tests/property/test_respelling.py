"""Whatever a draft mixes, what is found in it lies in it and covers whole spellings."""

from hypothesis import given, settings
from hypothesis import strategies as st

from service.core.checking import check
from service.core.compiling import compile_policy
from service.core.reading import ReadText, read
from service.core.results import Draft
from service.core.spelling import Writing
from service.core.spelt import Place, Spelt
from service.core.text import Span
from tests.kit.small_policy import policy_of, rule

SPELLINGS = ("煞笔", "脑can", "木有", "gun", "傻*", "氵衮")
POLICY = compile_policy(
    policy_of(
        rule("abuse.x", {"kind": "phrase", "any": ["傻逼", "脑残", "没有", "滚", "你妈", "不知道"]}),
        spellings={"傻逼": ["煞笔", "傻*"], "脑残": ["脑can"], "没有": ["木有"], "滚": ["gun", "氵衮"]},
    ).files.model_copy(
        update={"writing": Writing(characters={"你": "泥"}, sounds={"bu": "不", "zhi": "知", "dao": "道"})}
    )
)
PIECES = st.sampled_from(
    [
        *SPELLINGS,
        "泥妈",
        "bu zhi dao",
        "你",
        "好",
        "，",
        "。",
        " ",
        "😀",
        "\u200b",
        "A",
        "9",
        "*",
        "&nbsp;",
        "客户",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=300, deadline=None)
def test_findings_lie_in_the_draft_and_cut_no_spelling(text: str) -> None:
    """A span never leaves the draft, its text is what stands there, and it ends where a spelling ends."""
    for finding in check(POLICY, read(Draft(text=text), None)).findings:
        start, end = finding.span
        assert finding.text == text[start:end]
        assert 0 <= start < end <= len(text) or not text
        for words in ("煞笔", "木有", "氵衮"):
            at = text.find(words)
            if at >= 0:
                assert not at < start < at + 2
                assert not at < end < at + 2


@given(st.text(alphabet="你好ab，。 😀", min_size=1, max_size=30), st.data())
@settings(max_examples=300, deadline=None)
def test_the_way_back_from_a_draft_written_out_is_exact(text: str, data: st.DataObject) -> None:
    """A span that touches no place leads nowhere; one that does leads to what it stands for, whole places in it."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    places = [
        Place(start, end, data.draw(st.text("换", max_size=3)), listed=True)
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    spelt = Spelt(ReadText(text), places, len(text))
    # Where each character of the new text comes from, and between which two of them a place left nothing.
    origins: list[tuple[int, int, bool]] = []
    emptied: list[int] = []
    at = 0
    for place in [*places, Place(len(text), len(text), "", listed=True)]:
        origins += [(here, here + 1, False) for here in range(at, place.start)]
        if place in places and not place.words:
            emptied.append(len(origins))
        origins += [(place.start, place.end, True)] * len(place.words)
        at = place.end
    assert len(origins) == len(spelt.raw)
    assert spelt.sent == text
    for start in range(len(origins)):
        for end in range(start + 1, min(start + 5, len(origins)) + 1):
            inside = origins[start:end]
            touched = any(replaced for *_, replaced in inside) or any(start < at < end for at in emptied)
            expected = Span(inside[0][0], inside[-1][1]) if touched else None
            assert spelt.back(Span(start, end)) == expected
