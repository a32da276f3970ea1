"""The store on a bad day: down, frozen, slow, lying, refusing. Never an error, never a wrong value."""

import asyncio
import logging
import os
import random
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis._parsers import _AsyncRESP2Parser
from redis.exceptions import ResponseError

from service.adapters.cache import RedisCache
from service.adapters.redis_client import BoundedParser, make_client
from service.adapters.store import Store
from service.core.cache_key import CacheKey
from service.errors import CacheUnavailable
from service.ports import CachedText
from tests.kit.proxy import Cut, Delay, Garble, Proxy, Refuse, Relay, Say, Silent
from tests.kit.stores import open_store, some_key, until
from tests.kit.valkey import Valkey

LOOKUP_S = 0.2
TEXT = CachedText("好的，我马上为您查询。", "model-a")


@pytest.fixture
def server() -> Iterator[Valkey]:
    """A server of the test's own, to maltreat."""
    with Valkey() as running:
        yield running


@pytest.fixture
async def proxy(server: Valkey) -> AsyncIterator[Proxy]:
    """A proxy before the server that passes everything on."""
    async with Proxy(server.url) as relaying:
        yield relaying


async def timed(cache: RedisCache, key: CacheKey) -> float:
    """The seconds that a look-up takes which must be a miss."""
    begun = time.monotonic()
    assert await cache.get(key) is None
    return time.monotonic() - begun


def rss_mb() -> float:
    """The memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


async def test_down_at_start(server: Valkey, caplog: pytest.LogCaptureFixture) -> None:
    """With no Redis at the start a look-up is a miss at once; two seconds after Redis is there, so is the cache."""
    caplog.set_level(logging.INFO)
    server.kill()
    async with open_store(server.url) as store:
        cache, key = RedisCache(store), some_key()
        assert cache.state == "down"
        assert await timed(cache, key) < 3 * 0.005
        await cache.put(key, TEXT)
        assert cache.dropped == 1
        server.start()
        await until(store, "up", 2.0)
        await cache.put(key, TEXT)
        assert await cache.get(key) == TEXT
    assert [record.message for record in caplog.records] == ["store down: ConnectionError", "store up"]


async def test_killed_under_load(server: Valkey, caplog: pytest.LogCaptureFixture) -> None:
    """Redis dies and comes back under load: no look-up fails or waits, what was kept is still there, two log lines."""
    caplog.set_level(logging.INFO)
    async with open_store(server.url) as store:
        cache, key = RedisCache(store), some_key()
        await cache.put(key, TEXT)
        slowest, stop = 0.0, False

        async def load() -> None:
            nonlocal slowest
            while not stop:
                begun = time.monotonic()
                assert await cache.get(key) in (TEXT, None)
                slowest = max(slowest, time.monotonic() - begun)
                await asyncio.sleep(0.005)

        callers = [asyncio.create_task(load()) for _ in range(32)]
        await asyncio.sleep(0.5)
        server.kill()
        await until(store, "down", 1.0)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(server.start)
        await until(store, "up", 2.0)
        await asyncio.sleep(0.2)
        stop = True
        await asyncio.gather(*callers)
        assert await cache.get(key) == TEXT
        assert slowest < 3 * LOOKUP_S
    assert [record.message.split(":")[0] for record in caplog.records] == ["store down", "store up"]


@pytest.mark.parametrize("how", ["SIGSTOP", "CLIENT PAUSE"])
async def test_frozen_under_load(server: Valkey, how: str, caplog: pytest.LogCaptureFixture) -> None:
    """A frozen Redis costs a look-up at most 0.2 s, and nothing once that has gone on for two seconds."""
    caplog.set_level(logging.INFO)
    async with open_store(server.url) as store:
        cache, key = RedisCache(store), some_key()
        await cache.put(key, TEXT)
        if how == "SIGSTOP":
            server.freeze()
        else:
            server.ask("CLIENT", "PAUSE", "4000", "ALL")
        begun = time.monotonic()
        waits: list[float] = []

        async def load() -> None:
            while time.monotonic() - begun < 4.0:
                waits.append(await timed(cache, key))
                await asyncio.sleep(0.02)

        try:
            await asyncio.gather(*(load() for _ in range(32)))
        finally:
            server.thaw()
        assert max(waits) < 3 * LOOKUP_S
        assert sorted(waits)[len(waits) // 2] < 3 * 0.005
        await until(store, "up", 3 * 2.0)
        assert await cache.get(key) == TEXT
    assert [record.message for record in caplog.records] == ["store down: TimeoutError", "store up"]


@pytest.mark.parametrize("delay_s", [0.03, 0.3, 3.0])
async def test_slow(server: Valkey, proxy: Proxy, delay_s: float) -> None:
    """A Redis that answers in 30 ms is used; slower than 0.2 s it is a miss in 0.2 s, and after two seconds at once."""
    async with open_store(proxy.url) as store:
        cache, key = RedisCache(store), some_key()
        await cache.put(key, TEXT)
        proxy.mode = Delay(delay_s)
        if delay_s < LOOKUP_S:
            assert await cache.get(key) == TEXT
            assert cache.state == "up"
            return
        for _ in range(3):
            assert LOOKUP_S * 0.9 < await timed(cache, key) < 3 * LOOKUP_S
        assert cache.state == "up", "a short trouble does not open the breaker"
        while cache.state == "up":
            await timed(cache, key)
        assert await timed(cache, key) < 3 * 0.005
        proxy.mode = Relay()
        await until(store, "up", 2.0 + 2 * LOOKUP_S)
        assert await cache.get(key) == TEXT


async def test_waiting_for_a_connection_is_no_trouble(server: Valkey, proxy: Proxy) -> None:
    """More callers than a slow Redis can serve in time get misses, but it is not taken for dead while it answers."""
    async with open_store(proxy.url) as store:
        cache, key = RedisCache(store), some_key()
        await cache.put(key, TEXT)
        proxy.mode = Delay(0.15)
        begun = time.monotonic()
        while time.monotonic() - begun < 3.0:
            await asyncio.gather(*(cache.get(key) for _ in range(1500)))
            assert cache.state == "up"
        assert cache.misses


HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello"
LIES = {
    "HTTP": HTTP,
    "truncated bulk": b"$100\r\nabc",
    "no number": b"$x\r\nabc\r\n",
    "negative length": b"$-7\r\nabc\r\n",
    "integer": b":1\r\n",
    "status": b"+OK\r\n",
    "array": b"*2\r\n$1\r\na\r\n$1\r\nb\r\n",
    "deep array": b"*1\r\n" * 5000,
    "RESP3 map": b"%1\r\n+a\r\n+b\r\n",
    "two replies": b"$1\r\na\r\n$1\r\nb\r\n",
    "long line": b"+" + b"x" * 200_000,
    "empty lines": b"\r\n\r\n",
    "random": random.Random(7).randbytes(3000),
    "random, without lines": random.Random(8).randbytes(3000).replace(b"\n", b""),
}


@pytest.mark.parametrize("reply", LIES.values(), ids=LIES.keys())
async def test_lies(server: Valkey, proxy: Proxy, reply: bytes) -> None:
    """Whatever comes back instead of an answer is a miss in time, and the truth is used as soon as it is told again."""
    async with open_store(proxy.url) as store:
        cache, key = RedisCache(store), some_key()
        await cache.put(key, TEXT)
        proxy.mode = Say(reply)
        for _ in range(5):
            assert await timed(cache, key) < 3 * LOOKUP_S
        await cache.put(some_key(), TEXT)
        proxy.mode = Relay()
        await until(store, "up", 2.0 + 2 * LOOKUP_S)
        # A lie may still be on its way on each connection.
        for _ in range(5):
            if await cache.get(key) == TEXT:
                return
        pytest.fail("the truth is not believed")


@pytest.mark.parametrize(
    "head", [b"$536870912\r\n", b"*1000000000\r\n", b"*3\r\n$400000000\r\n", b"$999999999999999\r\n"]
)
async def test_giant_reply(head: bytes) -> None:
    """A reply that announces 512 MB (and begins to send it) costs less than 10 MB, and the connection is closed."""
    flood = head + b":1\r\n" * 1_000_000
    async with Proxy(None, mode=Say(b"+PONG\r\n")) as proxy, open_store(proxy.url) as store:
        proxy.mode = Say(flood)
        before, opened = rss_mb(), proxy.connections
        for _ in range(10):
            await timed(RedisCache(store), some_key())
        assert rss_mb() - before < 10
        assert proxy.connections > opened


def test_parser_hooks_are_there() -> None:
    """The names of redis-py that the bound on replies overrides exist in the version in use."""
    for name in ("read_response", "_read", "_readline"):
        assert name in vars(BoundedParser)
        assert hasattr(_AsyncRESP2Parser, name)


@pytest.mark.parametrize(
    "mode",
    [Garble(0.02), Cut(5), Cut(0), Refuse(), Silent()],
    ids=["garble", "cut", "empty", "refuse", "silent"],
)
async def test_spoiled_answers(server: Valkey, proxy: Proxy, mode: Relay) -> None:
    """Over a line that garbles, cuts or swallows, a look-up gives its own text or none, and is back after."""
    async with open_store(proxy.url) as store:
        cache = RedisCache(store)
        values = {some_key(): CachedText(f"第{i}条", "m") for i in range(50)}
        for key, value in values.items():
            await cache.put(key, value)
        proxy.mode = mode
        begun = time.monotonic()
        while time.monotonic() - begun < 1.0:
            found = await asyncio.gather(*map(cache.get, values))
            assert all(text in (None, value) for text, value in zip(found, values.values(), strict=True))
            await asyncio.sleep(0.01)
        proxy.mode = Relay()
        proxy.cut()
        await until(store, "up", 2.0 + 2 * LOOKUP_S)
        await cache.get(next(iter(values)))
        assert [await cache.get(key) for key in values] == list(values.values())


def setting(name: str, value: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """How to change a setting of the server, and how to change it back."""
    backs = {"maxmemory": "0"}
    return ("CONFIG", "SET", name, value), ("CONFIG", "SET", name, backs[name])


REFUSALS = {
    "READONLY": (("REPLICAOF", "127.0.0.1", "1"), ("REPLICAOF", "NO", "ONE")),
    "OOM": setting("maxmemory", "1"),
    "NOPERM": (("ACL", "SETUSER", "default", "-set"), ("ACL", "SETUSER", "default", "+set")),
}


@pytest.mark.parametrize("code", REFUSALS)
async def test_writes_refused(server: Valkey, code: str, caplog: pytest.LogCaptureFixture) -> None:
    """A store that takes no writes still serves what it has; texts are dropped and counted, with one line each way."""
    caplog.set_level(logging.INFO)
    spoil, mend = REFUSALS[code]
    async with open_store(server.url) as store:
        cache, kept, lost = RedisCache(store), some_key(), some_key()
        await cache.put(kept, TEXT)
        assert server.ask(*spoil).startswith("+OK")
        for _ in range(3):
            await cache.put(lost, TEXT)
        assert cache.dropped == 3
        assert await cache.get(kept) == TEXT
        assert await cache.get(lost) is None
        assert cache.state == "up"
        server.ask(*mend)
        await cache.put(lost, TEXT)
        assert await cache.get(lost) == TEXT
    lines = [record.message for record in caplog.records]
    assert len(lines) == 2
    assert lines[0].startswith("store refuses writes: ")
    assert lines[1] == "store takes writes again"


async def test_disk_full() -> None:
    """A store that cannot write its journal (MISCONF) serves what it has, and is not taken for dead."""
    misconf = b"-MISCONF Errors writing to the AOF file: No space left on device\r\n"

    def full(chunk: bytes) -> bytes:
        return b"".join(
            b"$0\r\n\r\n" if word == b"GETRANGE" else misconf for word in chunk.split() if word.isupper()
        )

    async with Proxy(None, mode=Say(b"+PONG\r\n")) as proxy, open_store(proxy.url) as store:
        cache = RedisCache(store)
        proxy.mode = Say(full)
        await cache.put(some_key(), TEXT)
        assert cache.dropped == 1
        await asyncio.sleep(2.5)
        assert cache.state == "up"
        assert await cache.get(some_key()) is None
        assert cache.errors == 0


@pytest.mark.parametrize(
    "reply",
    [b"-LOADING Valkey is loading the dataset in memory\r\n", b"-NOAUTH Authentication required.\r\n"],
    ids=["LOADING", "NOAUTH"],
)
async def test_not_ready(reply: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A store that is loading, or wants a password that we lack, is down with one line in the log."""
    caplog.set_level(logging.INFO)
    async with Proxy(None, mode=Say(reply)) as proxy, open_store(proxy.url) as store:
        assert store.state == "down"
        for _ in range(20):
            assert await timed(RedisCache(store), some_key()) < 3 * LOOKUP_S
        proxy.mode = Say(b"+PONG\r\n")
        await until(store, "up", 2.0)
    assert len(caplog.records) == 2


async def test_password() -> None:
    """The password in the address is used; with a wrong one the store is down, and the log does not show it."""
    with Valkey("--requirepass", "geheim") as server:
        async with open_store(f"unix://:geheim@{server.socket_path}") as store:
            assert await store.call(b"PING") == b"PONG"
        async with open_store(f"unix://:falsch@{server.socket_path}") as store:
            assert store.state == "down"
        async with open_store(server.url) as store:
            assert store.state == "down"


async def test_log_has_no_secrets(server: Valkey, caplog: pytest.LogCaptureFixture) -> None:
    """No key, text or address stands in what the store logs, at any level."""
    caplog.set_level(logging.DEBUG)
    async with open_store(server.url) as store:
        cache, key = RedisCache(store), some_key()
        await cache.put(key, TEXT)
        server.kill()
        await cache.get(key)
        await until(store, "down", 3 * 2.0)
    logged = caplog.text
    assert logged
    assert not [word for word in (key.name, TEXT.text, str(server.socket_path)) if word in logged]


async def test_closed_store_is_a_miss(server: Valkey) -> None:
    """A look-up after the end, or one under way at the end, is a miss and does not hang."""
    async with Proxy(server.url, mode=Delay(1.0)) as slow:
        store = Store(slow.url)
        cache = RedisCache(store)
        under_way = asyncio.create_task(cache.get(some_key()))
        await asyncio.sleep(0.05)
        await store.close()
        assert await asyncio.wait_for(under_way, 1.0) is None
        assert await cache.get(some_key()) is None
        with pytest.raises(CacheUnavailable):
            await store.call(b"PING")


async def test_refusal_is_told_apart(server: Valkey) -> None:
    """A command that the server refuses raises its refusal, and the commands beside it are answered."""
    async with open_store(server.url) as store:
        replies = await asyncio.gather(
            store.call(b"PING"), store.call(b"NOSUCH"), store.call(b"ECHO", b"a"), return_exceptions=True
        )
    assert replies[0] == b"PONG"
    assert isinstance(replies[1], ResponseError)
    assert replies[2] == b"a"


async def test_cancelled_callers_mix_up_nothing(server: Valkey, proxy: Proxy) -> None:
    """Of 10 000 questions on a slow line, 30 % cancelled at a random moment, not one gets another's answer."""
    dice = random.Random(13)
    async with open_store(proxy.url) as store:
        proxy.mode = Delay(0.001, spread=0.02)
        wrong = right = cancelled = 0

        async def one() -> None:
            nonlocal wrong, right
            nonce = secrets.token_bytes(dice.randrange(8, 3000))
            try:
                matches = await store.call(b"ECHO", nonce) == nonce
            except CacheUnavailable:
                return
            right += matches
            wrong += not matches

        for _ in range(100):
            tasks = [asyncio.create_task(one()) for _ in range(100)]
            for task in dice.sample(tasks, 30):
                asyncio.get_running_loop().call_later(dice.random() * 0.02, task.cancel)
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            cancelled += sum(isinstance(end, asyncio.CancelledError) for end in ended)
        assert wrong == 0
        assert cancelled > 1000
        assert right > 5000


@pytest.mark.parametrize("how", ["single", "pipeline", "pubsub"])
async def test_cancelled_client_calls_mix_up_nothing(server: Valkey, proxy: Proxy, how: str) -> None:
    """The ordinary client too drops a connection whose reply nobody waited for."""
    dice = random.Random(17)
    client = make_client(proxy.url, connections=5)
    try:
        names = [secrets.token_hex(8) for _ in range(100)]
        for name in names:
            await client.set(name, f"value of {name}")
        proxy.mode = Delay(0.0005, spread=0.004)
        wrong = right = 0

        async def one() -> None:
            nonlocal wrong, right
            name = dice.choice(names)
            if how == "single":
                found = [await client.get(name)]
            elif how == "pipeline":
                pipe = client.pipeline(transaction=dice.random() < 0.5)
                pipe.get(name)
                pipe.get(name)
                found = await pipe.execute()
            else:
                async with client.pubsub() as channel:
                    await channel.subscribe(name)
                    message = await channel.get_message(timeout=1.0)
                found = [f"value of {message['channel'].decode()}".encode()] if message else []
            right += found == [f"value of {name}".encode()] * len(found)
            wrong += found != [f"value of {name}".encode()] * len(found)

        for _ in range(50):
            tasks = [asyncio.create_task(one()) for _ in range(20)]
            for task in dice.sample(tasks, 6):
                asyncio.get_running_loop().call_later(dice.random() * 0.005, task.cancel)
            for end in await asyncio.gather(*tasks, return_exceptions=True):
                assert end is None or isinstance(end, asyncio.CancelledError)
        assert wrong == 0
        assert right > 500
    finally:
        await client.aclose()
