"""A `ChatModel` without a wire: one outcome a call, chosen by the test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from service.errors import ModelError
from service.ports import ModelCall, ModelDelta, ModelReply
from tests.kit.fake_clock import FakeClock

Outcome = str | ModelError


@dataclass
class ScriptedModel:
    """Answers with `play(call, index)`: a text, or an error to raise; each call takes `takes_s` of the clock."""

    play: Callable[[ModelCall, int], Outcome]
    clock: FakeClock
    takes_s: float = 0.0
    calls: list[ModelCall] = field(default_factory=list)
    begun: list[float] = field(default_factory=list)
    closed_early: int = 0
    begins: str = "您"
    instead: Callable[[ModelCall], Awaitable[ModelReply]] | None = None
    """Called in place of the script when a test needs a call that waits."""

    def _outcome(self, call: ModelCall) -> str:
        self.begun.append(self.clock.now)
        self.calls.append(call)
        outcome = self.play(call, len(self.calls) - 1)
        self.clock.now += min(self.takes_s, call.timeout_s)
        if isinstance(outcome, ModelError):
            raise outcome
        return outcome

    async def complete(self, call: ModelCall) -> ModelReply:
        """The scripted text as a whole."""
        if self.instead is not None:
            self.calls.append(call)
            return await self.instead(call)
        return ModelReply(self._outcome(call), call.model)

    async def stream(self, call: ModelCall) -> AsyncIterator[ModelDelta | ModelReply]:
        """Character by character; an error strikes in the midst of the answer, behind what `begins` says."""
        try:
            try:
                text = self._outcome(call)
            except ModelError:
                for char in self.begins:
                    yield ModelDelta(char)
                raise
            for char in text:
                yield ModelDelta(char)
            yield ModelReply(text, call.model)
        except GeneratorExit:
            self.closed_early += 1
            raise

    async def close(self) -> None:
        """Nothing to let go of."""
