"""What makes two requests the same: a keyed digest over an unambiguous encoding of every field that counts."""

import hashlib
import hmac
from dataclasses import dataclass

SCHEMA = "1"


@dataclass(frozen=True, slots=True)
class CacheKey:
    """A name for the store, and the tenant's secret that authenticates what is kept under it."""

    name: str
    secret: bytes


def encode_fields(fields: tuple[str | None, ...]) -> bytes:
    """Canonical bytes: different tuples give different bytes, whatever characters they hold.

    Each field is its length in bytes, a colon and the bytes; None is a lone `-`. Lone surrogates survive.
    """
    parts: list[bytes] = [b"%d;" % len(fields)]
    for value in fields:
        if value is None:
            parts.append(b"-")
        else:
            raw = value.encode("utf-8", "surrogatepass")
            parts.append(b"%d:" % len(raw))
            parts.append(raw)
    return b"".join(parts)


def cache_key(tenant: str, secret: bytes, fields: tuple[str | None, ...]) -> CacheKey:
    """The key of a request: HMAC-SHA-256 under the tenant's secret, over tenant, schema and fields."""
    digest = hmac.new(secret, encode_fields((SCHEMA, tenant, *fields)), hashlib.sha256)
    return CacheKey(digest.hexdigest(), secret)
