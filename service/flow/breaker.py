"""What keeps a sick model from being hammered: a breaker for each model, and one budget of retries for the process."""

from collections import deque

OPENS_AFTER = 5
REST_S = 5.0
# A server may ask for hours; a probe every few minutes finds out that it is well again.
LONGEST_REST_S = 300.0
RETRY_SHARE = 0.1
RETRY_FLOOR = 3
WINDOW_S = 60.0


class Breaker:
    """One model's: opens at five failures in a row or at a set-up fault, then lets one probe through each 5 s.

    Times are seconds of a clock that never runs backwards. A call that is cancelled tells it nothing.
    """

    def __init__(self) -> None:
        self.failures = 0
        """Failures since the last success."""
        self.openings = 0
        self._probe_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether calls are held back."""
        return self._probe_at is not None

    def ready(self, now: float) -> bool:
        """Whether a call may be made: always when closed, else when a probe is due."""
        return self._probe_at is None or now >= self._probe_at

    def begin(self, now: float) -> None:
        """A call is made; on an open breaker it is the probe, and the next is due a rest later."""
        if self._probe_at is not None:
            self._probe_at = now + REST_S

    def succeed(self) -> None:
        """A call was answered: closed."""
        self.failures = 0
        self._probe_at = None

    def fail(self, now: float, *, at_once: bool = False, rest_s: float = 0.0) -> None:
        """A call failed; `at_once` opens whatever came before, `rest_s` is what the server asked for."""
        self.failures += 1
        if self._probe_at is None:
            if not at_once and self.failures < OPENS_AFTER:
                return
            self.openings += 1
            self._probe_at = now + REST_S
        self._probe_at = max(self._probe_at, now + min(rest_s, LONGEST_REST_S))


class RetryBudget:
    """Second calls of the last minute: at most a tenth of the first calls, or three where calls are few.

    Without the three a quiet service could never retry; from thirty calls a minute on they make no difference.
    """

    def __init__(self) -> None:
        self._calls: deque[float] = deque()
        self._retries: deque[float] = deque()

    def count(self, now: float) -> None:
        """A first call is made."""
        self._calls.append(now)
        self._forget(now)

    def take(self, now: float) -> bool:
        """Whether one more second call is allowed; if so it is counted."""
        self._forget(now)
        if len(self._retries) >= max(RETRY_FLOOR, int(RETRY_SHARE * len(self._calls))):
            return False
        self._retries.append(now)
        return True

    def _forget(self, now: float) -> None:
        for times in (self._calls, self._retries):
            while times and times[0] <= now - WINDOW_S:
                times.popleft()
