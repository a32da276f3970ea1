"""The cache over a real Valkey: what comes back, to whom, and what is never believed."""

import asyncio
import pickle
from collections.abc import AsyncIterator, Iterator

import pytest

from service.adapters.cache import RedisCache
from service.adapters.sealed import _mac, seal, unseal
from service.adapters.store import Store
from service.core.cache_key import CacheKey
from service.ports import CachedText, Landed
from tests.kit.proxy import Proxy, Relay
from tests.kit.stores import SECRET, open_store, some_key
from tests.kit.valkey import Valkey

TEXT = CachedText("很抱歉让您久等了，我马上为您核实。", "model-a")


@pytest.fixture(scope="module")
def server() -> Iterator[Valkey]:
    """One server for the file; every test has its own keys."""
    with Valkey() as running:
        yield running


@pytest.fixture
async def store(server: Valkey) -> AsyncIterator[Store]:
    """A store that is up."""
    async with open_store(server.url) as opened:
        yield opened


@pytest.fixture
async def cache(store: Store) -> RedisCache:
    """A cache with the default time to live."""
    return RedisCache(store)


def place(key: CacheKey) -> bytes:
    """Where the cache keeps a key."""
    return b"coach:text:" + key.name.encode()


async def test_text_comes_back(cache: RedisCache) -> None:
    """A text that was put is found again, character for character, and counted as a hit."""
    key = some_key()
    assert await cache.get(key) is None
    await cache.put(key, TEXT)
    assert await cache.get(key) == TEXT
    assert (cache.hits, cache.misses, cache.errors, cache.dropped) == (1, 1, 0, 0)


async def test_other_script_comes_back(cache: RedisCache) -> None:
    """Emoji, Traditional script, line breaks and control characters survive the store."""
    key = some_key()
    value = CachedText("好的😀，我幫您查詢\n\u0000\u202e「訂單」", "模型")
    await cache.put(key, value)
    assert await cache.get(key) == value


async def test_text_ends(store: Store) -> None:
    """A text is kept for the time to live that the operator chose, a day if none."""
    short, default = some_key(), some_key()
    await RedisCache(store, ttl_s=60).put(short, TEXT)
    await RedisCache(store).put(default, TEXT)
    assert 58 <= await store.call(b"TTL", place(short)) <= 60
    assert 86_398 <= await store.call(b"TTL", place(default)) <= 86_400


async def test_tenants_are_apart(cache: RedisCache) -> None:
    """The same request of another tenant is not answered from this tenant's cache."""
    await cache.put(some_key("acme", b"A" * 32, "same"), TEXT)
    assert await cache.get(some_key("globex", b"B" * 32, "same")) is None
    assert await cache.get(some_key("acme", b"B" * 32, "same")) is None
    assert await cache.get(some_key("acm", b"A" * 32, "same")) is None


async def test_bit_flip(cache: RedisCache, store: Store) -> None:
    """Whichever byte of a stored value changes, it is a miss."""
    key = some_key()
    good = seal(place(key), SECRET, TEXT)
    for position in range(len(good)):
        bad = bytearray(good)
        bad[position] ^= 1 << position % 8
        await store.call(b"SET", place(key), bytes(bad))
        assert await cache.get(key) is None, position
    assert cache.errors == cache.misses == len(good)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"x", id="one byte"),
        pytest.param(pickle.dumps(TEXT), id="pickle"),
        pytest.param(b'{"schema":"1","text":"bad","model":"m"}', id="JSON without a MAC"),
        pytest.param(b"\0" * 50_000, id="zeros"),
    ],
)
async def test_foreign_bytes(cache: RedisCache, store: Store, raw: bytes) -> None:
    """Bytes that the service did not write are a miss."""
    key = some_key()
    await store.call(b"SET", place(key), raw)
    assert await cache.get(key) is None
    assert cache.errors == 1


async def test_value_under_another_name(cache: RedisCache, store: Store) -> None:
    """A good value that somebody copied to another key, of the same tenant or another, is a miss there."""
    ours, other, foreign = some_key(), some_key(), some_key("globex", b"B" * 32)
    await cache.put(other, TEXT)
    await cache.put(foreign, TEXT)
    for source in (other, foreign):
        await store.call(b"COPY", place(source), place(ours), b"REPLACE")
        assert await cache.get(ours) is None


@pytest.mark.parametrize(
    "kind", [(b"LPUSH", b"a"), (b"SADD", b"a"), (b"HSET", b"a", b"b"), (b"XADD", b"*", b"a", b"b")]
)
async def test_wrong_type(cache: RedisCache, store: Store, kind: tuple[bytes, ...]) -> None:
    """A key that holds something else than a string is a miss, and the store stays up."""
    key = some_key()
    await store.call(kind[0], place(key), *kind[1:])
    assert await cache.get(key) is None
    assert cache.state == "up"


async def test_huge_value_is_not_read(server: Valkey) -> None:
    """A value of 50 MB is a miss for which hardly more than 64 KB cross the wire."""

    class Counting(Relay):
        seen = 0

        async def answer(self, chunk: bytes) -> bytes | None:
            self.seen += len(chunk)
            return chunk

    key = some_key()
    assert server.ask("SETRANGE", place(key), str(50_000_000), "x") == ":50000001"
    counting = Counting()
    async with Proxy(server.url, mode=counting) as proxy, open_store(proxy.url) as store:
        assert await RedisCache(store).get(key) is None
    assert counting.seen < 70_000
    server.ask("DEL", place(key))


def test_old_schema() -> None:
    """A value of another schema version is nothing, even when it is authentic."""
    name = b"coach:text:k"
    good = seal(name, SECRET, TEXT)
    assert unseal(name, SECRET, good) == Landed(TEXT)
    for payload in (
        good[32:].replace(b'"schema":"1"', b'"schema":"0"'),
        good[32:].replace(b'"model":"model-a"', b'"model":null'),
        good[32:].replace(b"{", b'{"extra":1,', 1),
        b"[]",
        b"",
    ):
        assert unseal(name, SECRET, resealed(name, payload)) is None


def resealed(name: bytes, payload: bytes) -> bytes:
    """A payload with the MAC that an insider could make."""
    return _mac(name, SECRET, payload) + payload


@pytest.mark.parametrize("text", ["长" * 30_000, "\ud800"])
async def test_text_that_cannot_be_kept(cache: RedisCache, text: str) -> None:
    """A text over 64 KB, or one that is no Unicode, is dropped, counted, and nobody's error."""
    key = some_key()
    await cache.put(key, CachedText(text, "m"))
    assert cache.dropped == 1
    assert await cache.get(key) is None


async def test_burst(cache: RedisCache) -> None:
    """A thousand look-ups at once are a thousand hits: none waits in vain for a connection."""
    key = some_key()
    await cache.put(key, TEXT)
    found = await asyncio.gather(*(cache.get(key) for _ in range(1000)))
    assert found == [TEXT] * 1000
