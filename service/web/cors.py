"""Which web pages of other origins may call, and what they are told."""

from collections.abc import Iterable

Headers = tuple[tuple[bytes, bytes], ...]

_VARY: Headers = ((b"vary", b"Origin"),)


class Origins:
    """The origins that an operator allows; none unless named."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(origin.encode("latin-1") for origin in allowed)

    def __bool__(self) -> bool:
        return bool(self._allowed)

    def headers(self, origin: bytes | None) -> Headers:
        """What an answer carries: caches must know that it depends on the origin."""
        if origin is None or origin.lower() not in self._allowed:
            return _VARY
        return (
            (b"access-control-allow-origin", origin),
            (
                b"access-control-expose-headers",
                b"X-Request-ID, Retry-After, Location, Idempotency-Replayed, Content-Disposition",
            ),
            *_VARY,
        )

    def preflight(self, method: str, asked: bytes | None, origin: bytes | None) -> Headers | None:
        """The answer to a preflight of an allowed origin, or None when this is none."""
        if method != "OPTIONS" or asked is None or origin is None or origin.lower() not in self._allowed:
            return None
        return (
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-methods", b"GET, POST, DELETE"),
            (b"access-control-allow-headers", b"Authorization, Content-Type, X-Request-ID, Idempotency-Key"),
            (b"access-control-max-age", b"600"),
            *_VARY,
        )
