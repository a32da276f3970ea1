"""Who may call, how often, and how many at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.core.results import Caller
from service.errors import Overloaded, TooManyRequests, Unauthorized
from service.ports import Limits
from service.web.seam import Keys

OPEN = frozenset(
    {"/", "/docs", "/docs/problems", "/openapi.yaml", "/health/live", "/health/ready", "/metrics",
     "/v2/languages", "/v2/info", "/v2/healthcheck", "/v2/maxtextlength"}
)  # fmt: skip
KEY_INSIDE = frozenset({"/v2/check"})
"""Paths whose handlers admit their callers, as the key may stand in the body."""
_OPEN_FOLDERS = ("/static/", "/console/")
_SCHEME = "bearer "


def is_open(path: str) -> bool:
    """Whether a path needs no key and counts against no limit."""
    return path in OPEN or path.startswith(_OPEN_FOLDERS) or path.rstrip("/") in OPEN


class Access:
    """Turns the `Authorization` header into a caller, within the caller's rate."""

    def __init__(self, keys: Keys, limits: Limits) -> None:
        self._keys = keys
        self._limits = limits

    async def admit(self, authorization: bytes | None) -> Caller:
        """The caller. Raises `Unauthorized` without a known key and `TooManyRequests` beyond the rate."""
        caller = self._keys.find(_bearer(authorization))
        if caller is None:
            raise Unauthorized("Send Authorization: Bearer KEY with a key that is known here.")
        if caller.per_minute is not None:
            wait_s = await self._limits.take(caller.tenant, caller.per_minute)
            if wait_s > 0:
                raise TooManyRequests("The calls of this minute are used up.", wait_s)
        return caller


def _bearer(authorization: bytes | None) -> str | None:
    if authorization is None:
        return None
    text = authorization.decode("latin-1")
    return text[len(_SCHEME) :].strip() if text[: len(_SCHEME)].lower() == _SCHEME else None


class Slots:
    """How many drafts may be in work at once in this process."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.used = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """A slot for as long as the block lasts. Raises `Overloaded` when none is free."""
        if self.used >= self.most:
            raise Overloaded("Too many drafts are in work.")
        self.used += 1
        try:
            yield
        finally:
            self.used -= 1
