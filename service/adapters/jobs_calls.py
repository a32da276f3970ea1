"""How job records are asked for: names of keys, scripts, and every trouble as `JobsUnavailable`."""

import hashlib
from collections.abc import Awaitable, Iterable
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError, ResponseError

from service.adapters.store import Script
from service.errors import JobsUnavailable

TENANTS = b"coach:bulk:tenants"
WORKERS = b"coach:bulk:workers"
_TRIAL = b"coach:bulk:trial"


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

    async def run_each(self, script: Script, keys: Iterable[bytes], *args: Any) -> list[Any]:
        """What a script returns for each of the keys, all in one round trip. Raises `JobsUnavailable`."""
        pipeline = self._client.pipeline(transaction=False)
        # With it each time: nobody has to ask twice after the store has come back without it.
        pipeline.execute_command("SCRIPT LOAD", script.source)
        for key in keys:
            pipeline.execute_command("EVALSHA", script.sha, 1, key, *args)
        said: list[Any] = await self._asked(pipeline.execute())
        return said[1:]

    async def takes_writes(self) -> bool:
        """Whether the store takes a write just now; a full or broken disk, or memory, makes it refuse.

        Raises `JobsUnavailable` when it does not answer at all.
        """
        try:
            await self._client.execute_command("HSET", _TRIAL, "at", 1)
        except ResponseError:
            return False
        except (RedisError, OSError) as trouble:
            raise _unavailable(trouble) from trouble
        return True

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
    does = "refuses" if isinstance(trouble, ResponseError) else "does not answer"
    return JobsUnavailable(f"The store of jobs {does} ({type(trouble).__name__}).")


def text(raw: Any) -> str:
    """A reply as text."""
    return cast("bytes", raw).decode("utf-8", "surrogatepass")
