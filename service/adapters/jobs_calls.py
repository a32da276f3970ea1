"""How job records are asked for: names of keys, scripts, and every trouble as `JobsUnavailable`."""

import hashlib
from collections.abc import Awaitable
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from service.adapters.store import Script
from service.errors import JobsUnavailable

TENANTS = b"coach:bulk:tenants"
WORKERS = b"coach:bulk:workers"


def base_key(tenant: str) -> bytes:
    """What all keys of a tenant begin with; its name may hold anything, so a digest stands for it."""
    digest = hashlib.sha256(tenant.encode("utf-8", "surrogatepass")).hexdigest()
    return b"coach:bulk:{%b}" % digest[:32].encode()


def job_key(tenant: str, job_id: str) -> bytes:
    """The key of a job's record."""
    return b"%b:job:%b" % (base_key(tenant), job_id.encode("utf-8", "surrogatepass"))


class JobCalls:
    """One Redis, as those who keep jobs in it call it."""

    def __init__(self, client: Redis) -> None:
        # Its commands are not typed.
        self._client: Any = client

    async def call(self, *words: Any) -> Any:
        """The reply to one command. Raises `JobsUnavailable`."""
        return await self._asked(self._client.execute_command(*words))

    async def run(self, script: Script, key: bytes, *args: Any) -> Any:
        """What a script returns. Raises `JobsUnavailable`."""
        try:
            return await self._client.execute_command("EVALSHA", script.sha, 1, key, *args)
        except NoScriptError:
            return await self._asked(self._client.execute_command("EVAL", script.source, 1, key, *args))
        except (RedisError, OSError) as trouble:
            raise _unavailable(trouble) from trouble

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _asked(self, reply: Awaitable[Any]) -> Any:
        try:
            return await reply
        except (RedisError, OSError) as trouble:
            raise _unavailable(trouble) from trouble


def _unavailable(trouble: Exception) -> JobsUnavailable:
    # The kind of trouble only: a server's words may hold what was sent to it.
    return JobsUnavailable(f"The store of jobs does not answer ({type(trouble).__name__}).")


def text(raw: Any) -> str:
    """A reply as text."""
    return cast("bytes", raw).decode("utf-8", "surrogatepass")
