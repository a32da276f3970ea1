"""The HTTP server as a process."""

import errno
import gc
import signal
import socket
import sys
from contextlib import ExitStack
from types import FrameType

import uvicorn

from service.adapters.keys import KeyFile, LocalOnly
from service.adapters.library_logs import take_over_library_logs
from service.adapters.log_lines import LogLines
from service.adapters.server_secret import read_server_secret
from service.adapters.telemetry import Telemetry
from service.cli.beside import Beside
from service.cli.storing import OpenStore
from service.errors import SetupError
from service.settings import read_settings, require_loopback
from service.web.app import create_app
from service.web.serving import server_config
from service.wiring import build

GC_THRESHOLDS = (20_000, 20, 50)
"""New objects until the collector looks at the youngest, and how often it then looks at the older ones."""


def serve(host: str, port: int, *, with_worker: bool) -> None:
    """Serve until a signal says stop. Raises `SetupError` before anything listens."""
    settings = read_settings()
    require_loopback(host, settings)
    listening = bind(host, port)
    secret = read_server_secret(settings.data_dir)
    lines = LogLines(sys.stdout.buffer)
    telemetry = Telemetry(lines, settings.log_level)
    with ExitStack() as stack:
        store = stack.enter_context(OpenStore(settings))
        store.look_after()
        coach = build(settings, store.url)
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
        beside = stack.enter_context(Beside()) if with_worker else None
        _Server(server_config(app, host, port), beside).run(listening)
    lines.close()


class _Server(uvicorn.Server):
    """Drains while the worker beside it does, not after it."""

    def __init__(self, config: uvicorn.Config, beside: Beside | None) -> None:
        super().__init__(config)
        self._beside = beside

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """What a signal does."""
        if self._beside is not None:
            self._beside.leave()
        super().handle_exit(sig, frame)


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
