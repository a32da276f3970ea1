"""API keys: who stands behind a key, from a file that may change at any time, or one local tenant without any."""

import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from service.adapters.server_secret import tenant_secret
from service.adapters.yaml_text import read_yaml
from service.core.results import Caller
from service.errors import SettingsError, SetupError

LOOK_EVERY_S = 2.0
LOCAL_TENANT = "local"
_PREFIX = "sck_"
_EXPECTED = "Expected keys: [{tenant, sha256 (64 hex digits), policies, per_minute}]"
_FIELD = re.compile(r"keys\[\d+\]\.(?:tenant|sha256|policies|per_minute)\b")

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\s\x00-\x1f\x7f-\x9f]+$")]


class KeyEntry(BaseModel):
    """One key: the SHA-256 of it, never the key itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: Name
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    policies: tuple[Name, ...] = ("default",)
    per_minute: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class KeyList(BaseModel):
    """The file that `COACH_API_KEYS` names."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[KeyEntry, ...]


class _Known(NamedTuple):
    sha256: str
    caller: Caller


class LocalOnly:
    """No key file: everybody on this machine is one tenant."""

    error: str | None = None

    def __init__(self, server_secret: bytes, policies: frozenset[str] = frozenset({"default"})) -> None:
        self._caller = Caller(LOCAL_TENANT, policies, tenant_secret(server_secret, LOCAL_TENANT))

    def find(self, key: str | None) -> Caller | None:  # noqa: ARG002 - a key sent is not needed
        """The local tenant, with or without a key."""
        return self._caller


class KeyFile:
    """The keys of one file, read again within `LOOK_EVERY_S` seconds of a change.

    A file that has become unreadable or wrong leaves the last good keys in force and says so in `error`.
    """

    def __init__(self, path: Path, server_secret: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises `SettingsError`, one line, when the file is missing or wrong."""
        self._path = path
        self._secret = server_secret
        self._clock = clock
        self._raw = self._read()
        self._known = self._load(self._raw)
        self._looked = clock()
        self.error: str | None = None

    def find(self, key: str | None) -> Caller | None:
        """The caller behind a key, or None."""
        now = self._clock()
        if now - self._looked >= LOOK_EVERY_S:
            self._looked = now
            self._look_again()
        if key is None:
            return None
        digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        known = self._known.get(digest)
        return known.caller if known is not None and hmac.compare_digest(known.sha256, digest) else None

    def _look_again(self) -> None:
        try:
            raw = self._read()
            if raw != self._raw:
                self._known, self._raw = self._load(raw), raw
            self.error = None
        except SettingsError as mistake:
            self.error = mistake.detail

    def _read(self) -> bytes:
        # The content, not the time of the last change: tools that copy files may keep the old time.
        try:
            return self._path.read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SettingsError(f"COACH_API_KEYS: {self._path}: {reason}") from None

    def _load(self, raw: bytes) -> Mapping[str, _Known]:
        try:
            entries = read_yaml(raw, str(self._path), SettingsError).validated(TypeAdapter(KeyList)).keys
        except SetupError as mistake:
            raise SettingsError(f"COACH_API_KEYS: {self._told(mistake.detail)}") from None
        found: dict[str, _Known] = {}
        for entry in entries:
            if entry.sha256 in found:
                raise SettingsError(f"COACH_API_KEYS: {self._path}: one sha256 stands in two entries")
            secret = tenant_secret(self._secret, entry.tenant)
            caller = Caller(entry.tenant, frozenset(entry.policies), secret, entry.per_minute)
            found[entry.sha256] = _Known(entry.sha256, caller)
        return found

    def _told(self, detail: str) -> str:
        """Where a mistake stands, without what stands there: it may be a key, pasted where its hash belongs."""
        place = re.match(re.escape(str(self._path)) + r":\d+:\d+", detail)
        field = _FIELD.search(detail)
        where = f" - at {field[0]}" if field else ""
        return f"{place[0] if place else self._path}: {_EXPECTED}{where}"


def new_key() -> str:
    """A fresh key with 256 bits of chance in it."""
    return _PREFIX + secrets.token_urlsafe(32)


def key_line(tenant: str, key: str) -> str:
    """The line for the key file: it holds the key's hash, so the file gives no key away.

    Raises `SettingsError` for a name that the file does not take.
    """
    try:
        TypeAdapter(Name).validate_python(tenant)
    except ValidationError:
        raise SettingsError("a tenant's name has 1 to 100 characters and no space") from None
    digest = hashlib.sha256(key.encode()).hexdigest()
    # Quoted: a bare `no`, `123` or `a: b` is no string in YAML.
    return f"  - {{tenant: {json.dumps(tenant, ensure_ascii=False)}, sha256: {digest}, policies: [default], per_minute: 600}}"
