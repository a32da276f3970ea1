"""What else makes two requests different: the policy, the prompts and the models behind them."""

from copy import copy
from dataclasses import replace

import pytest

from service.core.compiling import Policy
from service.core.prompting import PromptBook
from service.core.results import PolicyStamp
from service.flow.rewrite import rewrite
from tests.kit.memory_service import CALLER, GOOD, PROMPTS, RUDE, MemoryService
from tests.kit.policies import POLICY

_REWRITE, _REPAIR = PROMPTS.rewrite, PROMPTS.repair


def _stamped(name: str, version: str) -> Policy:
    """The same policy under another name or version."""
    other = copy(POLICY)
    other.stamp = PolicyStamp(name, version)
    return other


OTHERS: dict[str, tuple[Policy, PromptBook, tuple[str, ...]]] = {
    "policy": (_stamped("other", POLICY.stamp.version), PROMPTS, ("m1",)),
    "policy version": (_stamped(POLICY.stamp.name, "2"), PROMPTS, ("m1",)),
    "prompt": (POLICY, replace(PROMPTS, rewrite=replace(_REWRITE, version="rewrite@v9")), ("m1",)),
    "repair prompt": (POLICY, replace(PROMPTS, repair=replace(_REPAIR, version="repair@v9")), ("m1",)),
    "temperature": (POLICY, replace(PROMPTS, rewrite=replace(_REWRITE, temperature=0.9)), ("m1",)),
    "model": (POLICY, PROMPTS, ("m2",)),
    "fallback": (POLICY, PROMPTS, ("m1", "m2")),
}


@pytest.mark.parametrize("what", OTHERS)
async def test_a_text_of_another_setup_is_not_served(what: str) -> None:
    """After a change of policy, prompt or model, what was kept before is never served again."""
    before = MemoryService()
    assert (await before.rewrite()).engine == "model"
    policy, prompts, models = OTHERS[what]
    after = MemoryService(says=(GOOD,), models=models, cache=before.cache)
    answer = await rewrite(RUDE, CALLER, policy, prompts, after.ports, 8.0)
    assert (answer.cache, answer.engine) == ("miss", "model")
    again = await rewrite(RUDE, CALLER, policy, prompts, after.ports, 8.0)
    assert again.cache == "hit"
