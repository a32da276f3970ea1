"""Where Redis is for a process that stays: the one that is set, or our own, looked after while the process runs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from service.adapters.embedded_redis import EmbeddedRedis
from service.errors import SetupError
from service.settings import Settings

LOOK_AFTER_S = 1.0


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
