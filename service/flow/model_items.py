"""A model's answer in pieces, closed whenever its reader stops."""

from collections.abc import AsyncGenerator

from service.ports import ChatModel, ModelCall, ModelDelta, ModelReply


async def items_of(model: ChatModel, call: ModelCall) -> AsyncGenerator[ModelDelta | ModelReply]:
    """What the model streams; closing this ends the call. A port promises an iterator, which need not be closable."""
    items = model.stream(call)
    try:
        async for item in items:
            yield item
    finally:
        if isinstance(items, AsyncGenerator):
            await items.aclose()
