"""A proof stands for the very text that was proved for the very draft, and for nothing else."""

from dataclasses import replace

import pytest

from service.core.changes import applied
from service.core.results import Draft
from service.flow.recall import Recall
from service.ports import CachedText
from tests.kit.memory_service import RUDE, MemoryService


async def test_a_hit_by_proof_says_what_a_hit_by_verification_says() -> None:
    """Text, report, changes and facts are the same, whether this process has proved them before or not."""
    service = MemoryService()
    await service.rewrite()
    by_proof = await service.rewrite()
    service.ports = replace(service.ports, recall=Recall())
    anew = await service.rewrite()
    assert by_proof.cache == anew.cache == "hit"
    assert by_proof._replace(id="", elapsed_ms=0.0) == anew._replace(id="", elapsed_ms=0.0)


@pytest.mark.parametrize(
    "kept",
    ["您好，订单[TRACKING_1]明天到。", "您好，我帮您查询。", "您好，订单[TRACKING_1]还没到，您别催了。"],
)
async def test_a_proof_is_not_good_for_another_text(kept: str) -> None:
    """What somebody put into the store in place of a proved text is verified, fails and is a miss."""
    service = MemoryService()
    await service.rewrite()
    name = service.cache.puts[0]
    service.cache.values[name] = CachedText(kept, "m1")
    assert (await service.rewrite()).cache == "miss"


async def test_a_proof_is_not_good_for_other_hidden_values() -> None:
    """Two drafts that are one behind their masks are proved each: the other number must come back too."""
    service = MemoryService()
    await service.rewrite(Draft("别催，订单SF1234567890还没到，自己看。"))
    await service.rewrite(Draft("别催，订单SF1234567890还没到，自己看。"))
    draft = "别催，订单SF987654321098还没到，自己看。"
    other = await service.rewrite(Draft(draft))
    assert (other.cache, other.text) == ("hit", "您好，订单SF987654321098还没到，请您留意，我帮您查询。")
    assert applied(draft, other.changes) == other.text


async def test_the_policy_is_asked_anew_about_a_proved_text() -> None:
    """A proof says nothing of the policy: its report on the text is made for each answer."""
    service = MemoryService()
    await service.rewrite(RUDE)
    hit = await service.rewrite(RUDE)
    assert hit.after is not None
    assert hit.after.verdict == "pass"
