"""The processes that stay: the HTTP server and the bulk worker."""

import signal
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


def serve(host: str, port: int) -> None:
    """Serve until a signal says stop. Raises `SetupError` before anything listens."""
    settings = read_settings()
    require_loopback(host, settings)
    secret = read_server_secret(settings.data_dir)
    lines = LogLines(sys.stdout.buffer)
    telemetry = Telemetry(lines, settings.log_level)
    with store_url(settings) as url:
        coach = build(settings, url)
        known = frozenset(coach.shelf.names)
        keys = KeyFile(settings.api_keys, secret) if settings.api_keys else LocalOnly(secret, known)
        take_over_library_logs(telemetry)
        app = create_app(coach, settings, keys, coach.limits, telemetry)
        guarded = "API keys" if settings.api_keys else "no key needed, loopback only"
        model = settings.model or "none: the phrasebook works alone"
        telemetry.event("info", "serving", address=f"http://{host}:{port}", access=guarded, model=model)
        lines.flush()
        # uvicorn drains, and then raises the signal once more: unhandled it would end the process before our own
        # store is shut down.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        uvicorn.Server(server_config(app, host, port)).run()
    lines.close()


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
