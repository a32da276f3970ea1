"""One service in memory, from a draft to its answer: real steps, a scripted model, stores that are dictionaries."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from service.adapters.prompt_files import load_prompts
from service.core.compiling import Policy
from service.core.results import Caller, Draft, Rewrite, Suggestion, Suggestions
from service.errors import ModelError
from service.flow.attempts import Attempts
from service.flow.rewrite import Event, rewrite, steps
from service.flow.suggest import suggestions
from service.flow.work import Ports
from service.ports import ModelCall
from tests.kit.fake_clock import FakeClock
from tests.kit.memory_ports import MemoryCache, MemoryFlights
from tests.kit.policies import POLICY
from tests.kit.scripted_model import ScriptedModel

PROMPTS = load_prompts(Path(__file__).parents[2] / "prompts")
CALLER = Caller("acme", frozenset({"default"}), b"secret of acme")
RUDE = Draft("别催，订单SF1234567890还没到，自己看。")
GOOD = "您好，订单[TRACKING_1]还没到，请您留意，我帮您查询。"


@dataclass
class MemoryService:
    """One service in memory, with a model that says what the test says."""

    says: tuple[str | ModelError, ...] = (GOOD,)
    models: tuple[str, ...] = ("m1",)
    takes_s: float = 0.0
    policy: Policy = POLICY
    clock: FakeClock = field(default_factory=FakeClock)
    cache: MemoryCache = field(default_factory=MemoryCache)
    flights: MemoryFlights = field(default_factory=MemoryFlights)

    def __post_init__(self) -> None:
        self.model = ScriptedModel(self._play, self.clock, self.takes_s)
        attempts = Attempts(self.model if self.models else None, self.models, self.clock)
        self.ports = Ports(attempts, self.cache, self.flights, self.clock)

    def _play(self, call: ModelCall, index: int) -> str | ModelError:
        return self.says[min(index, len(self.says) - 1)]

    async def rewrite(self, draft: Draft = RUDE, caller: Caller = CALLER, **changes: Any) -> Rewrite:
        """The answer to a draft."""
        return await rewrite(replace(draft, **changes), caller, self.policy, PROMPTS, self.ports, 8.0)

    async def suggest(
        self, message: str | None, count: int = 3, **more: Any
    ) -> list[Suggestion | Suggestions]:
        """The replies to a customer as they come, and last the whole answer."""
        draft = Draft("", customer_message=message, **more)
        found = suggestions(draft, count, CALLER, self.policy, PROMPTS, self.ports, 8.0)
        return [event async for event in found]

    async def events(self, draft: Draft = RUDE, caller: Caller = CALLER, **changes: Any) -> list[Event]:
        """What happens to a draft, streamed."""
        draft = replace(draft, **changes)
        return [
            event async for event in steps(draft, caller, self.policy, PROMPTS, self.ports, 8.0, streams=True)
        ]
