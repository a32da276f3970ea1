"""What this process has proved already: that one text may leave as the rewrite of one draft, and how the two differ.

The proof of a rewrite reads draft and text many times over and depends on nothing else, so it need not be given twice.
What is kept are a digest and numbers, no texts; whether the policy passes the text is asked anew each time.
"""

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from service.core.cache_key import encode_fields
from service.core.changes import Edit

MOST = 4096
"""So many proofs are kept, the ones used last; one holds a digest and a few dozen numbers."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is to be said of a text that may leave."""

    rules: tuple[str | None, ...]
    """For each fact of the draft, in its order: the rule that let it go, or None for one that stayed."""
    edits: tuple[Edit, ...]


class Proofs:
    """The proofs of one process; the least recently used goes first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Proof] = OrderedDict()
        self._secret = secrets.token_bytes(16)

    def name(self, fields: tuple[str | None, ...]) -> bytes:
        """The name of a proof: a keyed digest of all that it depends on."""
        return hashlib.blake2b(encode_fields(fields), digest_size=16, key=self._secret).digest()

    def get(self, name: bytes) -> Proof | None:
        """The proof with this name, or None."""
        found = self._kept.get(name)
        if found is not None:
            self._kept.move_to_end(name)
        return found

    def put(self, name: bytes, proof: Proof) -> None:
        """Keep a proof."""
        self._kept[name] = proof
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
