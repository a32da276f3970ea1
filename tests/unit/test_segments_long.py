"""A streamed reply that never ends: how often it is looked at."""

from typing import Any

import pytest

from service.core.results import Segment
from service.core.verifying import part_may_show
from service.flow import segments
from service.flow.rewrite import Done
from tests.kit.memory_service import RUDE, MemoryService

_SENTENCE = "请您稍等，我帮您核实。"


class _Counted:
    """`part_may_show` that counts the characters it was shown."""

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def __call__(self, *given: Any, **named: Any) -> str | None:
        self.lengths.append(len(given[2]))
        return part_may_show(*given, **named)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> _Counted:
    """The parts that were verified."""
    counter = _Counted()
    monkeypatch.setattr(segments, "part_may_show", counter)
    return counter


async def test_a_reply_beyond_its_room_is_read_no_further(counted: _Counted) -> None:
    """A model that babbles ten thousand sentences costs the work of as many as could be delivered."""
    events = await MemoryService(says=(_SENTENCE * 3000,)).events(RUDE)
    assert isinstance(events[-1], Done)
    assert max(counted.lengths) <= 4 * len(RUDE.text) + 120 + len(_SENTENCE)
    assert len(counted.lengths) <= 3 * 30


async def test_a_long_reply_is_verified_in_ever_longer_pieces(counted: _Counted) -> None:
    """A long answer to a long draft is not verified from its beginning with each of its sentences."""
    draft = "，".join(["您的包裹还没到，请您留意"] * 200)
    events = await MemoryService(says=(f"您好，{draft}。" + _SENTENCE * 200,)).events(RUDE, text=draft)
    assert isinstance(events[-1], Done)
    assert sum(counted.lengths) <= 3 * 10 * len(draft)


async def test_short_replies_show_each_sentence_at_once() -> None:
    """Up to a few hundred characters nothing waits: each sentence is an event of its own."""
    text = "您好，很抱歉让您久等了。" + "订单[TRACKING_1]还没到，请您留意！" + _SENTENCE * 3
    events = await MemoryService(says=(text,)).events(RUDE)
    assert len([event for event in events if isinstance(event, Segment)]) == 5
