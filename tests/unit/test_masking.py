"""What leaves the service in place of personal and opaque facts."""

from service.core.facts import extract
from service.core.masking import Masked, mask, unmask
from service.core.reading import read
from service.core.results import Draft, Turn


def _masked(draft: Draft) -> Masked:
    reading = read(draft, None)
    return mask(reading, extract(reading.draft))


def test_personal_facts_do_not_leave() -> None:
    """A telephone number, a name, an order number and a link are tokens in what a model reads; the amount is not."""
    masked = _masked(Draft("张先生，订单20250311-4402退30元，打13812345678或看https://a.example.com"))
    assert masked.draft == "[NAME_1]，订单[ORDER_1]退30元，打[PHONE_1]或看[LINK_1]"
    assert [fact.text for fact in masked.facts] == ["30元"]
    assert [fact.kind for fact in masked.hidden] == ["name_with_title", "order_number", "phone", "url"]


def test_one_value_has_one_token_everywhere() -> None:
    """The order number of draft, customer and history is the same token, so that a model can see that it is one."""
    masked = _masked(
        Draft(
            "WX-518在修", customer_message="WX-518呢？还有KF-2906", history=(Turn("agent", "WX-518已登记"),)
        )
    )
    assert masked.draft == "[ORDER_1]在修"
    assert masked.customer == "[ORDER_1]呢？还有[ORDER_2]"
    assert masked.history == (Turn("agent", "[ORDER_1]已登记"),)
    first, second = masked.tokens
    assert (first.count_in_draft, first.said_by_agent) == (1, True)
    assert (second.count_in_draft, second.said_by_agent) == (0, False)


def test_nobody_forges_a_token() -> None:
    """A draft that writes [PHONE_1] itself gets it back as written, not somebody's number."""
    draft = "[PHONE_1]请打13812345678"
    masked = _masked(Draft(draft))
    assert masked.draft == "[FIELD_1]请打[PHONE_1]"
    assert unmask(masked.draft, masked) == draft


def test_a_forged_token_inside_brackets_is_hidden_too() -> None:
    """Brackets around a forged token change nothing."""
    masked = _masked(Draft("[[ORDER_1]]", customer_message="WX-518"))
    assert unmask(masked.draft, masked) == "[[ORDER_1]]"
    assert "WX-518" not in unmask(masked.draft, masked)


def test_tokens_of_one_digit_do_not_eat_those_of_two() -> None:
    """With eleven numbers in a draft, each comes back in its own place."""
    draft = "，".join(f"WX-51{i}" for i in range(12))
    masked = _masked(Draft(draft))
    assert "[ORDER_12]" in masked.draft
    assert unmask(masked.draft, masked) == draft


def test_what_a_token_hides_is_never_read_again() -> None:
    """A value that looks like another token comes back as the value."""
    masked = _masked(Draft("[ORDER_1]和WX-518"))
    assert unmask("[FIELD_1]", masked) == "[ORDER_1]"


def test_the_surname_is_a_token_of_the_context() -> None:
    """A known surname may be used by a model that never sees it."""
    masked = _masked(Draft("好的", surname="欧阳"))
    assert masked.surname is not None
    assert masked.surname.count_in_draft == 0
    assert unmask("[SURNAME_1]先生您好", masked) == "欧阳先生您好"


def test_a_value_said_twice_is_counted_twice() -> None:
    """A token says how often its value stands in the draft."""
    masked = _masked(Draft("{{name}}您好，{{name}}再见"))
    assert masked.tokens[0].count_in_draft == 2
