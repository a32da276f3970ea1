"""What holds of every difference."""

from hypothesis import given, settings
from hypothesis import strategies as st

from service.core.changes import applied
from service.core.results import Report, Verdict
from tests.kit.differences import diff

_NOTHING = Report(Verdict.PASS, 80, (), ())
_WORDS = st.sampled_from(
    [
        "您好",
        "你",
        "，",
        "。",
        "订单",
        "20250311-4402",
        "不支持",
        "换收件人",
        " ",
        "\n",
        "𠮷",
        "👍🏽",
        "\u0301",
        "A1",
        "很抱歉",
    ]
)
_TEXTS = st.lists(st.one_of(_WORDS, st.text(max_size=3)), max_size=14).map("".join)


@given(_TEXTS, _TEXTS)
@settings(max_examples=500, deadline=None)
def test_the_changes_make_the_text(draft: str, text: str) -> None:
    """Whoever applies the changes to the draft has the text, and a change is never empty."""
    changes = diff(draft, text, _NOTHING)
    assert applied(draft, changes) == text
    assert all(change.before != change.after for change in changes)
    assert bool(changes) == (draft != text)
    for change in changes:
        assert draft[change.span.start : change.span.end] == change.before
