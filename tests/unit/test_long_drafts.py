"""The longest draft allowed: checked, never rewritten, and nobody else waits for it."""

import asyncio
import time

import pytest

from service.core.results import MAX_DRAFT_CHARS, Draft
from service.flow.aside import LONG, aside
from service.flow.rewrite import MAX_REWRITTEN
from tests.kit.memory_service import MemoryService

RUDE = "别催，自己看。"
GOOD = "您好，我帮您查询。"


def _of(length: int, words: str) -> str:
    return (words * (length // len(words) + 1))[:length]


async def test_a_draft_too_long_for_a_reply_is_checked_and_not_rewritten() -> None:
    """No model is asked, the report is there, and the attempt says why there is no text."""
    service = MemoryService()
    answer = await service.rewrite(Draft(_of(MAX_REWRITTEN + 1, RUDE)))
    assert (answer.status, answer.text, answer.engine) == ("needs_review", None, "none")
    assert [reason.code for attempt in answer.attempts for reason in attempt.reasons] == ["too_long"]
    assert answer.before.findings
    assert service.model.calls == []


async def test_a_long_draft_that_passes_stays_as_it_is() -> None:
    """There is nothing to mend: the caller gets the draft back."""
    service = MemoryService()
    draft = _of(MAX_REWRITTEN + 1, GOOD)
    answer = await service.rewrite(Draft(draft))
    assert (answer.status, answer.text) == ("unchanged", draft)
    assert service.model.calls == []


async def test_other_requests_go_on_while_a_long_draft_is_worked_on() -> None:
    """A short nap beside slow work takes no longer than the nap."""

    def slow() -> None:
        time.sleep(0.5)

    begun = time.monotonic()
    task = asyncio.create_task(aside(Draft("长" * (LONG + 1)), slow))
    await asyncio.sleep(0.01)
    assert time.monotonic() - begun < 0.3
    await task


@pytest.mark.parametrize("words", [RUDE, GOOD, "1 ", "不", "，", "“", "不知道。", "a@b.cn ", "100元"])
async def test_no_text_makes_the_longest_draft_slow(words: str) -> None:
    """A promise of 100 ms, with room for a busy machine: what grows with the square of the length takes minutes."""
    service = MemoryService()
    begun = time.process_time()
    await service.rewrite(Draft(_of(MAX_DRAFT_CHARS, words)))
    assert time.process_time() - begun < 3.0
