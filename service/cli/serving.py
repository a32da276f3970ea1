"""The processes that stay: the HTTP server and the bulk worker."""

import errno
import gc
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from service.adapters.embedded_redis import EmbeddedRedis
from service.adapters.keys import KeyFile, LocalOnly
from service.adapters.library_logs import take_over_library_logs
from service.adapters.log_lines import LogLines
from service.adapters.server_secret import read_server_secret
from service.adapters.telemetry import Telemetry
from service.errors import SetupError
from service.settings import Settings, read_settings, require_loopback
from service.web.app import create_app
from service.web.serving import server_config
from service.wiring import build

LOOK_AFTER_S = 1.0
GC_THRESHOLDS = (20_000, 20, 50)
"""New objects until the collector looks at the youngest, and how often it then looks at the older ones."""


def serve(host: str, port: int) -> None:
    """Serve until a signal says stop. Raises `SetupError` before anything listens."""
    settings = read_settings()
    require_loopback(host, settings)
    listening = bind(host, port)
    secret = read_server_secret(settings.data_dir)
    lines = LogLines(sys.stdout.buffer)
    telemetry = Telemetry(lines, settings.log_level)
    with store_url(settings) as url:
        coach = build(settings, url)
        known = frozenset(coach.shelf.names)
        keys = KeyFile(settings.api_keys, secret) if settings.api_keys else LocalOnly(secret, known)
        take_over_library_logs(telemetry)
        coach.limits.show(telemetry.registry)
        app = create_app(coach, settings, keys, coach.limits, telemetry)
        guarded = "API keys" if settings.api_keys else "no key needed, loopback only"
        model = settings.model or "none: the phrasebook works alone"
        telemetry.event("info", "serving", address=address_of(host, listening), access=guarded, model=model)
        lines.flush()
        # What is there now stays: the collector need not look through it again and again while requests wait.
        gc.collect()
        gc.freeze()
        # Requests leave few cycles behind; looking for them every 700 objects costs a tenth of all time.
        gc.set_threshold(*GC_THRESHOLDS)
        # uvicorn drains, and then raises the signal once more: unhandled it would end the process before our own
        # store is shut down.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        uvicorn.Server(server_config(app, host, port)).run(listening)
    lines.close()


def bind(host: str, port: int) -> list[socket.socket]:
    """A bound socket for each address of `host`; nobody is let in yet. Raises `SetupError`, one line, if none is free.

    Before anything else is started: a port in use is the operator's most common slip, and uvicorn's words for it
    would not reach the log.
    """
    bound: list[socket.socket] = []
    refused = ""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        found, refused = [], error.strerror or "unknown host"
    for family, kind, protocol, _, address in found:
        one = socket.socket(family, kind, protocol)
        try:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
        except OSError as error:
            one.close()
            # `localhost` may name an address family that this machine does not have.
            if error.errno != errno.EADDRNOTAVAIL or len(found) == 1:
                refused = error.strerror or "cannot be bound"
        else:
            bound.append(one)
    if refused or not bound:
        for one in bound:
            one.close()
        raise SetupError(f"{host}:{port} cannot be listened on: {refused or 'no such address'}")
    return bound


def address_of(host: str, listening: list[socket.socket]) -> str:
    """The address to call, with the port that the system chose where none was asked for."""
    port: int = listening[0].getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def store_url(settings: Settings) -> Iterator[str]:
    """Where Redis is: the one that is set, or our own, looked after as long as this lasts."""
    if settings.redis_url is not None:
        yield settings.redis_url.get_secret_value()
        return
    with EmbeddedRedis(settings.data_dir) as embedded:
        done = threading.Event()
        nurse = threading.Thread(
            target=_look_after, args=(embedded, done), name="embedded-redis", daemon=True
        )
        nurse.start()
        try:
            yield embedded.url
        finally:
            done.set()
            nurse.join()


def _look_after(embedded: EmbeddedRedis, done: threading.Event) -> None:
    """Start the server again when it has died; requests go on without it meanwhile."""
    while not done.wait(LOOK_AFTER_S):
        try:
            embedded.ensure_running()
        except (OSError, SetupError):
            continue


def work() -> None:
    """Hold the store and wait for jobs until a signal says stop."""
    settings = read_settings()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with store_url(settings):
        stop.wait()
