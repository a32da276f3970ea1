"""How rows are rewritten: with patience where a live request would take the phrasebook."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace

from service.core.compiling import Policy
from service.core.prompting import PromptBook
from service.core.results import Caller, Checked, Draft, Rewrite
from service.flow.aside import aside
from service.flow.examining import checked
from service.flow.rewrite import rewrite
from service.flow.work import Ports
from service.ports import ChatModel, ModelCall, ModelDelta, ModelReply

ROW_S = 900.0
"""A row may wait so long for its places at the model's server, and for the calls themselves."""


class TimedModel:
    """A model whose every call has at most `call_s` seconds, however long the row may take in all."""

    def __init__(self, model: ChatModel, call_s: float) -> None:
        self._model = model
        self._call_s = call_s

    async def complete(self, call: ModelCall) -> ModelReply:
        """The whole answer to one call."""
        return await self._model.complete(replace(call, timeout_s=min(call.timeout_s, self._call_s)))

    async def stream(self, call: ModelCall) -> AsyncGenerator[ModelDelta | ModelReply]:
        """The same: nobody watches a row."""
        yield await self.complete(call)

    async def close(self) -> None:
        """Let go of connections."""
        await self._model.close()


@dataclass(frozen=True, slots=True)
class RowRewriter:
    """`Rewriter` for rows: the steps of a live request, with ports of their own."""

    policy: Callable[[str, Caller], Policy]
    prompts: PromptBook
    ports: Ports

    async def check(self, draft: Draft, caller: Caller) -> Checked:
        """The report on a draft."""
        policy = self.policy(draft.policy, caller)
        return await aside(draft, checked, draft, policy, caller.tenant, self.ports.recall)

    async def rewrite(self, draft: Draft, caller: Caller) -> Rewrite:
        """The rewrite of a draft."""
        policy = self.policy(draft.policy, caller)
        return await rewrite(draft, caller, policy, self.prompts, self.ports, ROW_S)
