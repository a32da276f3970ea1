"""Everything that came of asking the models once."""

from contextlib import aclosing

from service.core.results import Attempt
from service.flow.attempts import Attempts, Budget
from service.ports import Message, ModelReply


async def ask(
    attempts: Attempts, messages: tuple[Message, ...], temperature: float, max_tokens: int, budget: Budget
) -> tuple[ModelReply | None, tuple[Attempt, ...]]:
    """The reply or None, and one failed attempt for each call that came to nothing on the way."""
    reply: ModelReply | None = None
    failed: list[Attempt] = []
    async with aclosing(attempts.run(messages, temperature, max_tokens, budget, stream=False)) as items:
        async for item in items:
            if isinstance(item, Attempt):
                failed.append(item)
            elif isinstance(item, ModelReply):
                reply = item
    return reply, tuple(failed)
