"""The only place where adapters meet flows: `build(settings)` makes the one `Coach` of a process."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from service.adapters.cache import RedisCache
from service.adapters.clock import SystemClock
from service.adapters.files import open_files
from service.adapters.flights import RedisFlights
from service.adapters.flights_here import FlightsHere
from service.adapters.jobs import RedisJobs
from service.adapters.jobs_calls import JobCalls
from service.adapters.jobs_figures import JobsLook
from service.adapters.jobs_ledger import RedisLedger
from service.adapters.limits import RedisLimits
from service.adapters.policy_shelf import PolicyShelf
from service.adapters.prompt_files import load_prompts
from service.adapters.redis_client import make_client
from service.adapters.slots import RedisSlots
from service.adapters.store import Store
from service.core.compiling import Policy
from service.core.jobs import BulkFigures
from service.core.results import Caller, Checked, Draft, Rewrite, Suggestion, Suggestions
from service.errors import JobsUnavailable, UnknownPolicy
from service.flow.aside import aside
from service.flow.attempts import Attempts
from service.flow.bulk_jobs import Bulk
from service.flow.bulk_rewriter import RowRewriter, TimedModel
from service.flow.examining import checked
from service.flow.registering import LiveModel, PacedModel
from service.flow.rewrite import Event, rewrite, steps
from service.flow.suggest import suggestions
from service.flow.work import Ports
from service.ports import ChatModel, Clock
from service.settings import Settings

if TYPE_CHECKING:
    from service.adapters.queue import ChunkQueue

# Where no store is: every look-up is a miss.
NO_STORE = "unix:///dev/null"


@dataclass(frozen=True, slots=True)
class Readiness:
    """How the service is, for `/health/ready`."""

    phase: Literal["starting", "running", "stopping"]
    cache: Literal["up", "down"]
    jobs: Literal["up", "down"]
    model: Literal["up", "down", "none", "open"]
    policy_version: str
    reload_error: str | None
    bulk: BulkFigures | None


class Coach:
    """What the edges call: check and rewrite under the policies that the caller may use."""

    def __init__(
        self, shelf: PolicyShelf, settings: Settings, store: Store, model: ChatModel | None, clock: Clock
    ) -> None:
        models = (settings.model, *settings.model_fallbacks) if settings.model and model else ()
        self.store = store
        self.cache = RedisCache(store)
        self.flights = RedisFlights(store)
        self.limits = RedisLimits(store, replicas=settings.replicas, clock=clock)
        self.slots = RedisSlots(store, slots=settings.model_slots)
        self.attempts = Attempts(LiveModel(model, self.slots) if model else None, models, clock)
        self.shelf = shelf
        self._model = model
        self._prompts = load_prompts(settings.prompts_dir)
        self._ports = Ports(self.attempts, self.cache, self.flights, clock)
        self._deadline_s = settings.deadline_s
        self._bulk_in_flight = settings.bulk_in_flight
        self._phase: Literal["starting", "running", "stopping"] = "starting"
        self._watcher: asyncio.Task[None] | None = None
        self._clock = clock
        self._bulk: BulkParts | None = None
        self._jobs_look: JobsLook | None = None

    def policy(self, name: str, caller: Caller) -> Policy:
        """The snapshot of a policy that is loaded and granted; raises `UnknownPolicy`, which lists those."""
        if name in caller.policies:
            with contextlib.suppress(KeyError):
                return self.shelf.get(name)
        granted = sorted(caller.policies.intersection(self.shelf.names))
        raise UnknownPolicy(f"Unknown policy. Known: {', '.join(granted)}")

    def local_caller(self) -> Caller:
        """Whoever sits at the shell: every policy, and no cache to keep apart from others."""
        return Caller("local", frozenset(self.shelf.names), b"")

    def check_here(self, draft: Draft, caller: Caller) -> Checked:
        """The report on a draft. Raises `UnknownPolicy`, `UnknownScenario`."""
        policy = self.policy(draft.policy, caller)
        return checked(draft, policy, caller.tenant, self._ports.recall)

    async def check(self, draft: Draft, caller: Caller) -> Checked:
        """The same, and nobody else waits while it is made."""
        return await aside(draft, self.check_here, draft, caller)

    async def rewrite(self, draft: Draft, caller: Caller) -> Rewrite:
        """The rewrite of a draft. Raises `UnknownPolicy`, `UnknownScenario`, `NoModel`."""
        policy = self.policy(draft.policy, caller)
        return await rewrite(draft, caller, policy, self._prompts, self._ports, self._deadline_s)

    def steps(self, draft: Draft, caller: Caller) -> AsyncGenerator[Event]:
        """The same as it happens, the model's sentences as they are verified; `Done` comes last. Use `aclosing`.

        What `rewrite` raises is raised before the first event, `UnknownPolicy` at once.
        """
        policy = self.policy(draft.policy, caller)
        return steps(draft, caller, policy, self._prompts, self._ports, self._deadline_s, streams=True)

    def suggestions(
        self, draft: Draft, count: int, caller: Caller
    ) -> AsyncGenerator[Suggestion | Suggestions]:
        """Replies to a customer as they are verified; all of them come last. Raises like `steps`."""
        policy = self.policy(draft.policy, caller)
        return suggestions(draft, count, caller, policy, self._prompts, self._ports, self._deadline_s)

    @property
    def bulk(self) -> Bulk:
        """The bulk jobs of every tenant. Raises `JobsUnavailable` where there is no store for them."""
        if self._bulk is None:
            raise JobsUnavailable("There is no store for jobs here.")
        return self._bulk.bulk

    def keep_jobs(self, parts: "BulkParts") -> None:
        """Take the store of jobs, and close it at the end."""
        self._bulk = parts
        self._jobs_look = JobsLook(parts.calls, self.slots)

    def rows(self) -> RowRewriter:
        """The rewriter of bulk rows: the same steps and stores, and calls that wait for their places."""
        model = (
            PacedModel(TimedModel(self._model, self._deadline_s), self.slots, self._bulk_in_flight)
            if self._model
            else None
        )
        attempts = Attempts(model, self.attempts.models, self._clock)
        ports = Ports(attempts, self.cache, FlightsHere(), self._clock, self._ports.recall)
        return RowRewriter(self.policy, self._prompts, ports)

    def ready(self) -> Readiness:
        """The last known state of everything outside."""
        names, look = self.shelf.names, self._jobs_look
        return Readiness(
            self._phase,
            self.cache.state,
            "down" if look is not None and look.keeps is False else self.cache.state,
            self.attempts.state,
            self.shelf.get("default" if "default" in names else names[0]).stamp.version,
            self.shelf.reload_error,
            look.figures if look is not None else None,
        )

    async def look_at_jobs(self) -> None:
        """See how the store of jobs and the jobs are, for `ready` to tell; a few seconds at most."""
        if self._jobs_look is not None:
            await self._jobs_look.look()

    async def start(self) -> None:
        """Connect to the store, and begin to watch the policy's files."""
        await self.store.start()
        self._watcher = asyncio.create_task(self.shelf.watch())
        self._phase = "running"

    async def close(self) -> None:
        """Let go of everything."""
        self._phase = "stopping"
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        await self.flights.close()
        await self.slots.close()
        if self._bulk is not None:
            await self._bulk.close()
        await self.store.close()
        if self._model is not None:
            await self._model.close()


@dataclass(frozen=True, slots=True)
class BulkParts:
    """Bulk jobs and what they hold open."""

    bulk: Bulk
    calls: JobCalls
    queue: "ChunkQueue"

    async def close(self) -> None:
        """Let go of everything."""
        await self.queue.close()
        await self.calls.close()
        await self.bulk.files.close()


def open_bulk(settings: Settings, store_url: str) -> BulkParts:
    """The bulk jobs of a store; nothing is connected yet. Raises `SettingsError` for the store of files."""
    # Its library takes a quarter of a second to import; who has no jobs does not wait for it.
    from service.adapters.queue import ChunkQueue  # noqa: PLC0415

    calls, queue = JobCalls(make_client(store_url)), ChunkQueue(store_url)
    files = open_files(settings.files_url, settings.data_dir / "files")
    return BulkParts(Bulk(RedisJobs(calls), RedisLedger(calls), queue, files), calls, queue)


def build(settings: Settings, store_url: str = NO_STORE, *, with_model: bool = True) -> Coach:
    """The coach of this process; nothing is connected until `start`. Raises `SetupError`s for policy and prompts."""
    clock = SystemClock()
    model: ChatModel | None = None
    if settings.model is not None and with_model:
        # The SDK takes a second or two to import; who has no model does not wait for it.
        from service.adapters.openai_model import OpenAIModel  # noqa: PLC0415

        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
        model = OpenAIModel(settings.openai_base_url, key)
    coach = Coach(PolicyShelf(settings.policy_dir), settings, Store(store_url, clock=clock), model, clock)
    if store_url != NO_STORE:
        coach.keep_jobs(open_bulk(settings, store_url))
    return coach
