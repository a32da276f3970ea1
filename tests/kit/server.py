"""A real uvicorn on a loopback port, in a thread of the test's own process."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn

from service.web.serving import server_config


@contextlib.contextmanager
def listening(app: Any) -> Iterator[int]:
    """The port on which an application is served as in production; stopped at the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    port: int = listener.getsockname()[1]
    server = uvicorn.Server(server_config(app, "127.0.0.1", port))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    last = time.monotonic() + 10
    while not server.started and thread.is_alive() and time.monotonic() < last:
        time.sleep(0.01)
    if not server.started:
        raise RuntimeError("the server does not start")
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listener.close()


def talk(port: int, *pieces: bytes, timeout_s: float = 20.0) -> bytes:
    """What the server answers to raw bytes, up to the end of its first answer or of the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout_s) as connection:
        # A server that has answered may hang up before it has been told everything.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                connection.sendall(piece)
        return _first_answer(connection)


def _first_answer(connection: socket.socket) -> bytes:
    answer = b""
    while True:
        head, found, body = answer.partition(b"\r\n\r\n")
        if found:
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            if length and len(body) >= int(length):
                return answer
        more = connection.recv(65536)
        if not more:
            return answer
        answer += more
