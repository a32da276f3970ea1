"""The only words for the outside world: small protocols, and the values that cross them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Protocol

from service.core.cache_key import CacheKey
from service.core.messages import Message as Message  # noqa: PLC0414 - a word of the ports as well


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call to one model: what to send, and the seconds it may take in all, connecting included."""

    model: str
    messages: tuple[Message, ...]
    temperature: float
    max_tokens: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class ModelReply:
    """A whole answer: finish reason `stop`, or `refused` when the server's own filter ended it."""

    text: str
    model: str
    refused: bool = False
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ModelDelta:
    """A piece of a streamed answer; the last item of a stream is the `ModelReply` itself."""

    text: str


class ChatModel(Protocol):
    """One OpenAI-compatible endpoint. A call raises `ModelError` and nothing else (cancellation aside)."""

    async def complete(self, call: ModelCall) -> ModelReply:
        """The whole answer to one call, without any retry."""
        ...

    def stream(self, call: ModelCall) -> AsyncIterator[ModelDelta | ModelReply]:
        """The answer in pieces; the last item is the `ModelReply` with the whole text."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True)
class CachedText:
    """A masked text that a model wrote and every check passed."""

    text: str
    model: str


class Cache(Protocol):
    """Masked texts by key. Slow, gone or garbled is a miss: neither method ever raises (cancellation aside)."""

    async def get(self, key: CacheKey) -> CachedText | None:
        """The text under a key, authenticated with the tenant's secret, or None."""
        ...

    async def put(self, key: CacheKey, value: CachedText) -> None:
        """Keep a text for the time to live; lost silently (and counted) when the store does not answer."""
        ...


@dataclass(frozen=True, slots=True)
class Landed:
    """How somebody else's flight ended: with a text, or with none (then the phrasebook answers)."""

    value: CachedText | None


class Lead(Protocol):
    """The right to make the call for everyone who asks the same. Renewed by itself until it ends."""

    async def land(self, value: CachedText | None) -> None:
        """Tell the followers: a text, or `no_text`. Never raises."""
        ...

    async def release(self) -> None:
        """Give the lead up without an outcome; a follower takes over. No effect after `land`."""
        ...


class Flights(Protocol):
    """One flight per key over all processes; per process alone when the store is away. Never raises."""

    async def join(self, key: CacheKey, wait_s: float) -> Lead | Landed:
        """The lead, or how the flight under way ended; after `wait_s` seconds `Landed(None)`."""
        ...


class Limits(Protocol):
    """How often a tenant may call, over all processes."""

    async def take(self, tenant: str, per_minute: int) -> float:
        """0.0 when the call may go on, else the seconds until one may."""
        ...


class Clock(Protocol):
    """Durations and instants."""

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Health(Protocol):
    """An outside thing that can say how it is."""

    @property
    def state(self) -> Literal["up", "down"]:
        """The last known state."""
        ...
