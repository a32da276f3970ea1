"""What a process remembers under keyed digests: a bounded number of values that hold no texts."""

import hashlib
import secrets
from collections import OrderedDict
from typing import Generic, TypeVar

from service.core.cache_key import encode_fields

T = TypeVar("T")


class Memory(Generic[T]):
    """Values by name; the least recently used goes first. For one thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, T] = OrderedDict()
        self._secret = secrets.token_bytes(16)

    def name(self, fields: tuple[str | None, ...]) -> bytes:
        """The name of a value: a digest, under a secret of this process, of all that it depends on."""
        return hashlib.blake2b(encode_fields(fields), digest_size=16, key=self._secret).digest()

    def get(self, name: bytes) -> T | None:
        """The value with this name, or None."""
        found = self._kept.get(name)
        if found is not None:
            self._kept.move_to_end(name)
        return found

    def put(self, name: bytes, value: T) -> None:
        """Keep a value."""
        self._kept[name] = value
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
