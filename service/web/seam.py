"""What the web layer asks of the rest of the service, as small protocols."""

from collections.abc import AsyncGenerator
from typing import Literal, Protocol

from service.core.compiling import Policy
from service.core.jobs import BulkFigures
from service.core.results import Caller, Checked, Draft, Rewrite, Suggestion, Suggestions
from service.flow.bulk_jobs import Bulk
from service.flow.rewrite import Event


class Readiness(Protocol):
    """How the service is doing; `policy_version` is that of the default policy."""

    @property
    def phase(self) -> Literal["starting", "running", "stopping"]:
        """Whether new work is taken."""
        ...

    @property
    def cache(self) -> Literal["up", "down"]:
        """The cache of rewrites."""
        ...

    @property
    def jobs(self) -> Literal["up", "down"]:
        """The store of jobs; `down` also while it does not keep what it takes, so that no job is taken in."""
        ...

    @property
    def bulk(self) -> BulkFigures | None:
        """The jobs' figures when they were last looked at; None while the store of jobs does not answer."""
        ...

    @property
    def model(self) -> Literal["up", "down", "none", "open"]:
        """The model: `none` is configured, or `open` while it is given a rest."""
        ...

    @property
    def policy_version(self) -> str:
        """The snapshot in force."""
        ...

    @property
    def reload_error(self) -> str | None:
        """Why the newest policy files are not in force, as one line; None when they are."""
        ...


class Coach(Protocol):
    """The service as the routes see it. Raises `CoachError` and nothing else."""

    async def check(self, draft: Draft, caller: Caller) -> Checked:
        """What the policy says of a draft; no input or output, microseconds."""
        ...

    async def rewrite(self, draft: Draft, caller: Caller) -> Rewrite:
        """A rewrite that is proven, or none."""
        ...

    def steps(self, draft: Draft, caller: Caller) -> AsyncGenerator[Event]:
        """The same as it happens; what it raises it raises before its first event."""
        ...

    def suggestions(
        self, draft: Draft, count: int, caller: Caller
    ) -> AsyncGenerator[Suggestion | Suggestions]:
        """Replies to a customer as they are verified; all of them come last."""
        ...

    @property
    def bulk(self) -> Bulk:
        """Every tenant's jobs; raises `JobsUnavailable` where none are kept."""
        ...

    def policy(self, name: str, caller: Caller) -> Policy:
        """A policy granted to the caller; raises `UnknownPolicy`."""
        ...

    def ready(self) -> Readiness:
        """How the service is doing."""
        ...

    async def look_at_jobs(self) -> None:
        """See how the store of jobs and the jobs are, for `ready` to tell; a few seconds at most."""
        ...

    async def start(self) -> None:
        """Begin to take work."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...


class Keys(Protocol):
    """Who stands behind an API key."""

    @property
    def error(self) -> str | None:
        """Why the newest key file is not in force, if it is not."""
        ...

    def find(self, key: str | None) -> Caller | None:
        """The caller, or None when there is no such key."""
        ...
