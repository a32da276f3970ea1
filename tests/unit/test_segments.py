"""Sentences of a reply that is still being written: none is shown that has not been verified."""

import pytest

from service.core.results import Attempt, Checked, Draft, Segment
from service.errors import ModelUnavailable
from service.flow.rewrite import Done, Event
from service.ports import CachedText, Landed
from tests.kit.memory_ports import MemoryFlights
from tests.kit.memory_service import MemoryService

ORDER = Draft("别催，订单SF1234567890还没到，自己看。电话13812345678。")
TWO = "您好，很抱歉让您久等了。订单[TRACKING_1]还没到，请您留意！我帮您查询，电话[PHONE_1]。"


def shown(events: list[Event], attempt: int) -> list[str]:
    """The texts of an attempt's segments, which are numbered from 0."""
    found = [event for event in events if isinstance(event, Segment) and event.attempt == attempt]
    assert [one.index for one in found] == list(range(len(found)))
    return [one.text for one in found]


async def test_sentences_come_as_they_are_whole_and_make_up_the_text() -> None:
    """Each sentence is shown before the reply is whole, unmasked; put together they are the text delivered."""
    events = await MemoryService(says=(TWO,)).events(ORDER)
    first, last = events[0], events[-1]
    assert isinstance(first, Checked)
    assert isinstance(last, Done)
    assert shown(events, 0) == [
        "您好，很抱歉让您久等了。",
        "订单SF1234567890还没到，请您留意！",
        "我帮您查询，电话13812345678。",
    ]
    assert last.rewrite.text == "".join(shown(events, 0))
    assert isinstance(events[-2], Attempt)


@pytest.mark.parametrize(
    "bad",
    [
        "您别催了行不行。",
        "我们保证今天送到。",
        "电话是13900000000。",
        "订单[TRACKING_2]已签收。",
        "作为一个AI，我无法回答。",
        "As an AI I cannot help you.",
    ],
)
async def test_a_sentence_that_breaks_a_promise_is_never_shown(bad: str) -> None:
    """What a rule forbids, nobody said, or is no reply at all stands in no event; what came before it did."""
    events = await MemoryService(says=(f"您好，很抱歉让您久等了。{bad}我帮您查询。",)).events(ORDER)
    texts = [event.text for event in events if isinstance(event, Segment)]
    assert texts
    assert not any(bad[:6] in text for text in texts)


async def test_a_rejected_attempt_withdraws_its_sentences() -> None:
    """The sentences of the repair belong to the next attempt, and are the ones delivered."""
    events = await MemoryService(says=("您好，很抱歉。就这样。", TWO)).events(ORDER)
    attempts = [event for event in events if isinstance(event, Attempt)]
    assert [one.outcome for one in attempts] == ["rejected", "accepted"]
    assert shown(events, 0)[:1] == ["您好，很抱歉。"]
    assert "".join(shown(events, 1)) == events[-1].rewrite.text  # type: ignore[union-attr]
    order = [event.attempt if isinstance(event, Segment) else "end" for event in events[1:-1]]
    assert order.index("end") < order.index(1)


async def test_a_call_that_breaks_off_withdraws_its_sentences() -> None:
    """After a cut connection the next call begins anew, with the number of its own attempt."""
    service = MemoryService(says=(ModelUnavailable(code="connection"), TWO), models=("m1", "m2"))
    service.model.begins = "您好，很抱歉让您久等了。订单"
    events = await service.events(ORDER)
    assert shown(events, 0) == ["您好，很抱歉让您久等了。"]
    assert "".join(shown(events, 1)) == events[-1].rewrite.text  # type: ignore[union-attr]


async def test_a_hit_and_another_s_call_come_whole() -> None:
    """What is verified as a whole already needs no sentences."""
    service = MemoryService(says=(TWO,))
    await service.events(ORDER)
    again = await service.events(ORDER)
    assert [type(event) for event in again] == [Checked, Done]
    service.flights = MemoryFlights(outcome=Landed(CachedText(TWO, "m1")))
    service.__post_init__()
    service.cache.values.clear()
    shared = await service.events(ORDER)
    assert [type(event) for event in shared] == [Checked, Attempt, Done]
