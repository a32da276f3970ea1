"""Models whose calls are counted with those of all other processes: live ones at once, bulk ones when there is room."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from service.errors import ModelRateLimited
from service.flow.model_items import items_of
from service.ports import ChatModel, ModelCall, ModelDelta, ModelReply, Slots

# A process that dies in the middle of a call is believed to make it for so long beyond the call's own time.
_GRACE_S = 1.0


class LiveModel:
    """A model for live requests: each call is counted while it lasts, and none waits."""

    def __init__(self, model: ChatModel, slots: Slots) -> None:
        self._model = model
        self._slots = slots

    async def complete(self, call: ModelCall) -> ModelReply:
        """The whole answer to one call."""
        async with self._slots.live(call.timeout_s + _GRACE_S):
            return await self._model.complete(call)

    async def stream(self, call: ModelCall) -> AsyncGenerator[ModelDelta | ModelReply]:
        """The answer in pieces; the last item is the whole."""
        async with (
            self._slots.live(call.timeout_s + _GRACE_S),
            aclosing(items_of(self._model, call)) as items,
        ):
            async for item in items:
                yield item

    async def close(self) -> None:
        """Let go of connections."""
        await self._model.close()


class PacedModel:
    """A model for bulk rows: each call waits for a place, and one that the server refuses with 429 is made again.

    So the caller sees no `ModelRateLimited`; how long a call waits is not bounded here, cancel it to end it. This
    process makes at most `at_once` calls together.
    """

    def __init__(self, model: ChatModel, slots: Slots, at_once: int) -> None:
        self._model = model
        self._slots = slots
        self._hands = asyncio.Semaphore(at_once)

    async def complete(self, call: ModelCall) -> ModelReply:
        """The whole answer to one call, which may take its own time from the moment a place is free."""
        while True:
            async with self._hands, self._slots.bulk() as slot:
                try:
                    return await self._model.complete(call)
                except ModelRateLimited as refusal:
                    await slot.limited(refusal.retry_after_s)

    async def stream(self, call: ModelCall) -> AsyncGenerator[ModelDelta | ModelReply]:
        """The same; nobody watches a bulk row, so the whole is the only piece."""
        yield await self.complete(call)

    async def close(self) -> None:
        """Let go of connections."""
        await self._model.close()
