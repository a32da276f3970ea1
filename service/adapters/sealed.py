"""What a stored text looks like: JSON behind a MAC that binds it to its tenant and to the name it is kept under."""

import hmac

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.core.cache_key import SCHEMA
from service.ports import CachedText, Landed

MAX_BYTES = 64 * 1024
_MAC_BYTES = 32


class _Stored(BaseModel):
    """The JSON of a value; a text without a model, or the other way round, is none."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    schema_: str = Field(default=SCHEMA, alias="schema", pattern=f"^{SCHEMA}$")
    text: str | None
    model: str | None


def seal(name: bytes, secret: bytes, value: CachedText | None) -> bytes:
    """The bytes to keep under a name; None stands for `no_text`. Raises `ValueError` when they would be too many."""
    stored = _Stored(text=value.text, model=value.model) if value else _Stored(text=None, model=None)
    payload = stored.model_dump_json(by_alias=True).encode()
    if len(payload) + _MAC_BYTES > MAX_BYTES:
        raise ValueError("the text is too long to be kept")
    return _mac(name, secret, payload) + payload


def unseal(name: bytes, secret: bytes, raw: bytes) -> Landed | None:
    """What was sealed under this name and secret, and None for any other bytes."""
    if not _MAC_BYTES < len(raw) <= MAX_BYTES:
        return None
    payload = raw[_MAC_BYTES:]
    if not hmac.compare_digest(raw[:_MAC_BYTES], _mac(name, secret, payload)):
        return None
    try:
        stored = _Stored.model_validate_json(payload)
    except ValidationError:
        return None
    if stored.text is None or stored.model is None:
        return Landed(None) if stored.text is stored.model else None
    return Landed(CachedText(stored.text, stored.model))


def _mac(name: bytes, secret: bytes, payload: bytes) -> bytes:
    # The length keeps the border between name and payload where it is.
    return hmac.digest(secret, b"%d:%b%b" % (len(name), name, payload), "sha256")
