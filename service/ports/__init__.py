"""The only words for the outside world: small protocols, and the values that cross them."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from service.core.cache_key import CacheKey
from service.core.messages import Message as Message
from service.ports.apart import Apart as Apart
from service.ports.apart import ProcessDied as ProcessDied
from service.ports.jobs import Course as Course
from service.ports.jobs import Jobs as Jobs
from service.ports.jobs import Lease as Lease
from service.ports.jobs import Ledger as Ledger
from service.ports.jobs import Queue as Queue
from service.ports.jobs import Reserved as Reserved
from service.ports.jobs import Taken as Taken


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


class Files(Protocol):
    """The files of jobs, reached from every machine that works on them; a key is `jobs/{id}/{name}`.

    Any method raises `JobsUnavailable` when the store does not answer and `ValueError` when the key is none; those
    that write raise `StorageFull`, those that read `JobNotFound` where nothing stands under the key.
    """

    async def put(self, key: str, source: Path) -> None:
        """Keep a copy of a file, whole or not at all; what stood there before is replaced."""
        ...

    async def write(self, key: str, chunks: AsyncIterator[bytes], limit: int) -> int:
        """Keep what comes, whole or not at all, and say how many bytes; `DraftTooLong` beyond `limit` bytes.

        What the iterator raises goes on to the caller.
        """
        ...

    async def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """The bytes from `start`, at most `length` of them; less, or none, where the file ends before."""
        ...

    def stream(self, key: str) -> AsyncGenerator[bytes]:
        """The whole file in pieces of a few MiB at most. Use `aclosing`."""
        ...

    async def size(self, key: str) -> int | None:
        """Its bytes; None where nothing stands under the key."""
        ...

    def local(self, key: str) -> AbstractAsyncContextManager[Path]:
        """A path on this machine with the file's bytes, to read only, and only inside the context."""
        ...

    async def delete(self, prefix: str) -> None:
        """Forget all files of one job (`jobs/{id}`), or one file; nothing there is fine too."""
        ...

    async def aged(self, older_than_s: float) -> tuple[str, ...]:
        """The ids of the jobs whose newest file is older than so many seconds."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class BulkSlot(Protocol):
    """One place at the model's server, held by a bulk row."""

    async def limited(self, retry_after_s: float | None) -> None:
        """The server said 429: bulk rows everywhere slow down, and none begins for so many seconds. Never raises."""
        ...


class Slots(Protocol):
    """How many calls are made at once to the model's server, over all processes; live calls come before bulk rows."""

    def live(self, lease_s: float) -> AbstractAsyncContextManager[None]:
        """Let a live call be counted, for at most `lease_s` seconds. Never waits, never refuses, never raises."""
        ...

    def bulk(self) -> AbstractAsyncContextManager[BulkSlot]:
        """A place for a bulk row, as soon as one is free beside the quarter that is kept for live calls.

        Leaving without an exception and without `limited` is a success; with successes the pace grows back.
        """
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
