"""What holds of masking for any text at all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from service.core.facts import extract
from service.core.masking import TOKEN_LIKE, Masked, mask, unmask
from service.core.reading import read
from service.core.results import Draft, Turn
from service.core.text import normalize

_SEEDS = st.sampled_from(
    [
        "138 1234 5678", "１３８１２３４５６７８", "+86-139-8765-4321", "a.b@example.com", "https://example.com/a?b=1", "SF1234567890", "张先生", "李女士",
        "京A·12345", "建国路88号3单元502室", "[PHONE_1]", "[FIELD_2]", "[PHONE_", "PHONE_1]", "{{name}}", "%{x}", "${y}", "[称呼]", "<b>", "</b>", "***", "__",
        "20250311-4402", "11010519491231002X", "6222021234567890128", "\r\n", "\u0301" * 3, "𠮷", "👍🏽", "\u200d", "　", "，", "。", "不支持", "最多3天", "工号 7315",
        "[", "]", "_", "1", "微信abc12345", "QQ:123456789", "[x](http://a.cn/)", "一三八零零一三八零零零", "０", "\ud800",
    ]
)  # fmt: skip
_TEXTS = st.lists(st.one_of(_SEEDS, st.text(max_size=6)), max_size=12).map("".join)


def _masked(draft: str, customer: str | None = None, agent: str = "", surname: str | None = None) -> Masked:
    history = (Turn("agent", agent),) if agent else ()
    reading = read(Draft(draft, customer_message=customer, history=history, surname=surname), None)
    return mask(reading, extract(reading.draft))


@given(_TEXTS, _TEXTS, _TEXTS)
@settings(max_examples=400, deadline=None)
def test_what_is_masked_comes_back_byte_for_byte(draft: str, customer: str, agent: str) -> None:
    """Whatever the draft and its context hold, forged tokens included, unmasking gives back exactly what was sent."""
    masked = _masked(draft, customer, agent, surname="张")
    assert unmask(masked.draft, masked) == draft
    if masked.customer is None:
        assert not customer.strip(), "only a blank message counts as none"
    else:
        assert unmask(masked.customer, masked) == customer
    assert [unmask(turn.text, masked) for turn in masked.history] == ([agent] if agent else [])


@given(_TEXTS)
@settings(max_examples=400, deadline=None)
def test_spans_of_facts_are_spans_of_the_draft(draft: str) -> None:
    """Each fact can be shown in the draft as sent: its span holds its text, and no two overlap."""
    end = 0
    for fact in extract(normalize(draft)):
        assert draft[fact.span.start : fact.span.end] == fact.text != ""
        assert fact.span.start >= end
        end = fact.span.end


@given(_TEXTS)
@settings(max_examples=300, deadline=None)
def test_tokens_are_counted_as_they_stand(draft: str) -> None:
    """A token stands in the masked draft exactly as often as its value stood in the draft, and no other token does."""
    masked = _masked(draft)
    found = TOKEN_LIKE.findall(masked.draft)
    assert {token.name: token.count_in_draft for token in masked.tokens} == {
        name: found.count(name) for name in set(found)
    }
