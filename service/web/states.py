"""Changes of state, each told once in the log: what an operator reads when something outside goes wrong or mends."""

import asyncio

from service.adapters.telemetry import Telemetry
from service.web.seam import Coach, Keys

LOOK_EVERY_S = 1.0
JOBS_EVERY_S = 5.0
"""So old may be what the metrics and readiness say of the store of jobs; a scrape never waits for it."""


class States:
    """Compares what readiness and the key file say with what they said before; begins with all being well."""

    def __init__(self, coach: Coach, keys: Keys, telemetry: Telemetry) -> None:
        self._coach = coach
        self._keys = keys
        self._telemetry = telemetry
        self._cache = "up"
        self._jobs = "up"
        self._model = "up"
        self._version: str | None = None
        self._mistakes: dict[str, str | None] = {"policy": None, "keys": None}

    async def watch(self) -> None:
        """Look every second until cancelled, and every few seconds into the store of jobs."""
        # Apart: a store that does not answer takes its time to say so.
        await asyncio.gather(self._watch_states(), self._watch_jobs())

    async def _watch_states(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _watch_jobs(self) -> None:
        while True:
            await self._coach.look_at_jobs()
            await asyncio.sleep(JOBS_EVERY_S)

    def look(self) -> None:
        """Write one line for each thing that has changed."""
        # Asking for no key makes the keys look at their file, so that its mistakes show without any caller.
        self._keys.find(None)
        now = self._coach.ready()
        if now.cache != self._cache:
            self._cache = now.cache
            self._tell("cache", well=now.cache == "up", state=now.cache)
        # With the cache away there is nothing more to tell: both are kept by one store.
        if now.cache == "up" and now.jobs != self._jobs:
            self._jobs = now.jobs
            self._tell("jobs", well=now.jobs == "up", state=now.jobs)
        # Without a model there is nothing to tell: the start has told it.
        if now.model not in ("none", self._model):
            self._model = now.model
            self._tell("model", well=now.model == "up", state=now.model)
        if now.policy_version != self._version:
            if self._version is not None:
                self._tell("policy_loaded", well=True, version=now.policy_version)
            self._version = now.policy_version
        self._reload("policy", now.reload_error)
        self._reload("keys", self._keys.error)

    def _reload(self, what: str, mistake: str | None) -> None:
        if mistake != self._mistakes[what]:
            self._mistakes[what] = mistake
            if mistake is None:
                self._tell(f"{what}_reload_mended", well=True)
            else:
                self._tell(f"{what}_reload_failed", well=False, reason=mistake)

    def _tell(self, event: str, *, well: bool, **fields: str) -> None:
        self._telemetry.event("info" if well else "warning", event, **fields)
