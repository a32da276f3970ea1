"""Ports that live in memory: a cache that is a dictionary, flights that always lead, or land as a test says."""

from dataclasses import dataclass, field

from service.core.cache_key import CacheKey
from service.ports import CachedText, Landed, Lead


@dataclass
class MemoryCache:
    """`ports.Cache` over a dictionary; `gets` and `puts` are the keys asked for and written."""

    values: dict[str, CachedText] = field(default_factory=dict)
    gets: list[str] = field(default_factory=list)
    puts: list[str] = field(default_factory=list)

    async def get(self, key: CacheKey) -> CachedText | None:
        """What stands under the key."""
        self.gets.append(key.name)
        return self.values.get(key.name)

    async def put(self, key: CacheKey, value: CachedText) -> None:
        """Keep it for ever."""
        self.puts.append(key.name)
        self.values[key.name] = value


@dataclass
class MemoryLead:
    """A lead that remembers how it ended: `landed` has the value, `released` counts."""

    landed: list[CachedText | None] = field(default_factory=list)
    released: int = 0

    async def land(self, value: CachedText | None) -> None:
        """Note the outcome."""
        self.landed.append(value)

    async def release(self) -> None:
        """Note the end."""
        self.released += 1


@dataclass
class MemoryFlights:
    """`ports.Flights`: everybody leads, unless `outcome` says how somebody else's flight ended."""

    outcome: Landed | None = None
    leads: list[MemoryLead] = field(default_factory=list)

    async def join(self, key: CacheKey, wait_s: float) -> Lead | Landed:
        """A lead, or the outcome."""
        assert key.name
        assert wait_s >= 0
        if self.outcome is not None:
            return self.outcome
        self.leads.append(MemoryLead())
        return self.leads[-1]
