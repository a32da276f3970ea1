"""The guard around the tests: a forgotten fake shows at once, on a machine with or without a network."""

import asyncio
import socket
import threading

import pytest

from tests.kit.sockets import SocketRefused, refuse_sockets

# Reserved for documentation: nobody answers there, should the guard ever fail.
ELSEWHERE = ("192.0.2.1", 80)


@pytest.mark.parametrize("address", [ELSEWHERE, ("127.0.0.1", 9), ("localhost", 9)])
def test_a_unit_test_reaches_no_port(address: tuple[str, int]) -> None:
    """A unit test that connects anywhere fails loudly, also to this machine's own ports."""
    with socket.socket() as sock, pytest.raises(SocketRefused):
        sock.connect(address)
    with socket.socket() as sock, pytest.raises(SocketRefused):
        sock.connect_ex(address)
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(SocketRefused):
        sock.sendto(b"x", address)


async def test_asyncio_is_held_too() -> None:
    """Code on the event loop is refused like any other."""
    with pytest.raises(SocketRefused):
        await asyncio.open_connection(*ELSEWHERE)


def test_no_name_is_looked_up() -> None:
    """Not even a name leaves the machine: a look-up is refused before it is sent."""
    with pytest.raises(SocketRefused):
        socket.getaddrinfo("host.invalid", 80)


def test_a_unix_socket_is_a_file() -> None:
    """Two ends on one machine talk over a Unix socket in any test."""
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"x")
        assert other.recv(1) == b"x"


def test_loopback_where_servers_run() -> None:
    """Where a folder is allowed loopback, its own ports answer and other machines stay out of reach."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        refused = _reach(server.getsockname(), loopback=False)
        reached = _reach(server.getsockname(), loopback=True)
        elsewhere = _reach(ELSEWHERE, loopback=True)
    assert (refused, reached, elsewhere) == (False, True, False)


def _reach(address: tuple[str, int], *, loopback: bool) -> bool:
    """Whether a guard of its own lets a connection through, over the one that pytest has set for this test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.delattr(socket.socket, name)
        refuse_sockets(patch, loopback=loopback)
        try:
            socket.create_connection(address, timeout=1).close()
        except SocketRefused:
            return False
        return True


def test_threads_are_held_too() -> None:
    """A client library that works in a thread is refused as well."""
    caught: list[BaseException] = []

    def work() -> None:
        try:
            socket.create_connection(ELSEWHERE, timeout=1)
        except SocketRefused as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert caught
