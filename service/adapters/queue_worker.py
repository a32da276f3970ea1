"""streaq's worker, made to share fairly, to keep what it holds, and to go by no clock that may be set while it runs."""

import asyncio
import contextlib
import json
from typing import Any

from anyio import CancelScope
from coredis.exceptions import RedisError
from streaq import Worker
from streaq.constants import REDIS_GROUP
from streaq.types import ReadStreamsCallback

from service.adapters.queue_clock import STEADY, STEADY_ARGS

NAME = "{coach-bulk}"
IDLE_S = 3.0
"""A worker that says nothing for so long is believed dead, and its chunks go to the next one that asks."""
BEAT_S = IDLE_S / 6
"""How often it says that it lives: one that stands still for most of the time above keeps what it has."""
AT_ONCE = 64
"""Chunks in work at once in one worker, so that a tenant who comes late is not behind those who fill their windows."""
CONNECT_S, ANSWER_S = 2.0, 10.0
_CLOCK = f"coach:{NAME}:clock"
_OVERDUE_S = 1.0
"""The server ends a wait by the clock on its wall; so long after its time is over nobody waits for that any more."""

# KEYS stream; ARGV group, worker, messages. What went to another meanwhile stays with it.
_KEEP = """
for at = 3, #ARGV do
  local ours = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[at], ARGV[at], 1, ARGV[2])
  if #ours > 0 then redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[at], 'JUSTID') end
end
"""


class QueueWorker(Worker[None]):
    """The library's worker, except for what its methods say here."""

    @property
    def prefetch(self) -> int:
        """How many chunks it may hold: one more than it has, so that what is queued is spread over all workers."""
        return min(self.concurrency, self._count + 1) if self._running else self.concurrency

    @prefetch.setter
    def prefetch(self, most: int) -> None:
        """What the library makes of its own settings."""

    async def signal_handler(self, scope: Any) -> None:  # noqa: ARG002 - the library's signature
        """Wait for nothing: `handle_signals=False` alone does not keep it from taking SIGTERM over."""
        await asyncio.Event().wait()

    async def renew_idle_timeouts(self, scope: CancelScope) -> None:
        """Say so every `BEAT_S`; the library's own beat leaves a tenth of `IDLE_S` for a process that stands still."""
        with scope:
            while True:
                # One beat that the store does not hear ends nothing; a store that is away, the reader finds out.
                with contextlib.suppress(RedisError, OSError):
                    for priority in self.priorities:
                        await self._beat(self.stream_key + priority, self._running_tasks[priority])
                await asyncio.sleep(BEAT_S)

    async def _beat(self, stream: str, held: set[str]) -> None:
        # One who waits for work looks at the server's clock as well: the dead do not.
        await self.redis.eval(STEADY, [stream, _CLOCK], [REDIS_GROUP, *STEADY_ARGS])
        if held:
            await self.redis.eval(_KEEP, [stream], [REDIS_GROUP, self.id, *held])

    async def _check_xreadgroup_compatibility(self) -> None:
        """Read in one way from every server: newer ones can look for abandoned chunks while one waits, by their clock."""

    async def _read_streams_legacy(self, count: int, block: bool = False) -> Any:  # noqa: FBT001, FBT002 - as theirs
        """New chunks, and when nobody is to wait for them those of the dead; {} when there are none.

        The server looks at its clock and at who was silent for too long in one step, or it might jump between the two.
        """
        if block:
            # It may be put back while it keeps us waiting.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_S + _OVERDUE_S):
                    return await super()._read_streams_legacy(count, True)
            return {}
        async with self.redis.pipeline(transaction=True) as pipe:
            for priority in self.priorities:
                pipe.eval(STEADY, [self.stream_key + priority, _CLOCK], [REDIS_GROUP, *STEADY_ARGS])
            found = pipe.fcall(
                "read_streams", [self.stream_key],
                [REDIS_GROUP, self.id, count, self.idle_timeout, *self.priorities],
            )  # fmt: skip
        return ReadStreamsCallback()(await found)


def queue_worker(url: str) -> QueueWorker:
    """A worker of the queue at this address, without tasks and not yet connected; good for putting chunks as well."""
    return QueueWorker(
        redis_url=url,
        redis_kwargs={"connect_timeout": CONNECT_S, "stream_timeout": ANSWER_S, "decode_components": True},
        concurrency=AT_ONCE,
        queue_name=NAME,
        # Never pickle: whoever can write to the store could run code in here.
        serializer=_dumps,
        deserializer=json.loads,
        handle_signals=False,
        idle_timeout=IDLE_S,
    )


def _dumps(value: Any) -> str:
    return json.dumps(value, default=str)
