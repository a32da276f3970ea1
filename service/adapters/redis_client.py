"""How the service connects to Redis: its own time-outs, no retries, and no reply larger than it asked for."""

from typing import Any

# No public name; a contract test keeps it.
from redis._parsers import _AsyncRESP2Parser
from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import InvalidResponse

TIMEOUT_S = 0.2
MAX_REPLY_BYTES = 1024 * 1024
# What an element costs in memory beyond its bytes on the wire.
_ELEMENT_BYTES = 64


class BoundedParser(_AsyncRESP2Parser):
    """Reads replies; one over `MAX_REPLY_BYTES` is `InvalidResponse` as soon as its length is announced."""

    _left = MAX_REPLY_BYTES

    async def read_response(self, disable_decoding: bool = False) -> Any:  # noqa: FBT001, FBT002
        """The next reply, or an error that closes the connection."""
        self._left = MAX_REPLY_BYTES
        return await super().read_response(disable_decoding)

    async def _read(self, length: int) -> bytes:
        self._spend(length)
        return await super()._read(length)

    async def _readline(self) -> bytes:
        line = await super()._readline()
        self._spend(len(line) + _ELEMENT_BYTES)
        return line

    def _spend(self, length: int) -> None:
        self._left -= length
        if length < 0 or self._left < 0:
            raise InvalidResponse("the reply is larger than any that the service asks for")


def make_connection(url: str, timeout_s: float = TIMEOUT_S) -> AbstractConnection:
    """One connection that is not open yet: no greeting, no retry, and only connecting has a time-out of its own.

    Whoever reads from it sets the time. Raises `ValueError` when the URL is none.
    """
    pool = ConnectionPool.from_url(
        url,
        protocol=2,
        parser_class=BoundedParser,
        driver_info=None,
        socket_timeout=None,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
    )
    return pool.connection_class(**pool.connection_kwargs)


def make_client(url: str, *, timeout_s: float = 2.0, connections: int = 20) -> "Redis":
    """A client for work that is not a live request: it fails after `timeout_s` seconds, and never tries again by itself.

    Raises `ValueError` when the URL is none.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        protocol=2,
        max_connections=connections,
        timeout=timeout_s,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
    )
    return Redis.from_pool(pool)
