"""The cache of one run in one process: masked texts in memory, for work that has no store beside it."""

from collections import OrderedDict

from service.core.cache_key import CacheKey
from service.ports import CachedText

MOST = 100_000


class CacheHere:
    """`ports.Cache` in memory; the texts used last are kept."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, CachedText] = OrderedDict()

    async def get(self, key: CacheKey) -> CachedText | None:
        """The text under a key, or None."""
        found = self._kept.get(key.name)
        if found is not None:
            self._kept.move_to_end(key.name)
        return found

    async def put(self, key: CacheKey, value: CachedText) -> None:
        """Keep a text."""
        self._kept[key.name] = value
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
