"""Where Redis is for a process that stays: the one that is set, or our own, looked after while the process runs."""

import threading
from types import TracebackType
from typing import Self

from service.adapters.embedded_redis import EmbeddedRedis
from service.errors import SetupError
from service.settings import Settings

LOOK_AFTER_S = 1.0


class OpenStore:
    """The store of a process, as long as the block lasts; `url` is where it is. Raises `SetupError`."""

    def __init__(self, settings: Settings) -> None:
        self._embedded: EmbeddedRedis | None = None
        if settings.redis_url is None:
            self._embedded = EmbeddedRedis(settings.data_dir)
            self.url = self._embedded.url
        else:
            self.url = settings.redis_url.get_secret_value()
        self._done = threading.Event()
        self._nurse: threading.Thread | None = None

    def look_after(self) -> None:
        """From now on start our own server again when it has died, in a thread; until then a process may fork."""
        if self._embedded is not None:
            self._nurse = threading.Thread(
                target=_look_after, args=(self._embedded, self._done), name="embedded-redis", daemon=True
            )
            self._nurse.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._done.set()
        if self._nurse is not None:
            self._nurse.join()
        if self._embedded is not None:
            self._embedded.close()


def _look_after(embedded: EmbeddedRedis, done: threading.Event) -> None:
    """Start the server again when it has died; requests go on without it meanwhile."""
    while not done.wait(LOOK_AFTER_S):
        try:
            embedded.ensure_running()
        except (OSError, SetupError):
            continue
