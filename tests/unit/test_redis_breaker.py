"""When the breaker takes the store for dead, and when not."""

from service.adapters.redis_breaker import PATIENCE_S, Breaker


class StillClock:
    """A clock that a test moves."""

    now = 50.0

    def monotonic(self) -> float:
        """The instant that the test has set."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Return at once."""


def state_of(breaker: Breaker) -> str:
    """Its state just now."""
    return breaker.state


def test_refusal_opens_at_once() -> None:
    """A store that refuses is not asked again by every request."""
    breaker = Breaker(StillClock())
    breaker.failed("ConnectionError", refused=True)
    assert state_of(breaker) == "down"


def test_patience() -> None:
    """Failures shorter than two seconds in a row change nothing; with an answer between them they do not add up."""
    clock = StillClock()
    breaker = Breaker(clock)
    breaker.failed("TimeoutError", refused=False)
    clock.now += PATIENCE_S - 0.1
    breaker.failed("TimeoutError", refused=False)
    assert state_of(breaker) == "up"
    breaker.answered()
    clock.now += PATIENCE_S
    breaker.failed("TimeoutError", refused=False)
    assert state_of(breaker) == "up"
    clock.now += PATIENCE_S
    breaker.failed("TimeoutError", refused=False)
    assert state_of(breaker) == "down"


def test_one_answer_closes() -> None:
    """One answer brings the store back, and the next trouble gets the whole patience again."""
    clock = StillClock()
    breaker = Breaker(clock)
    breaker.failed("ConnectionError", refused=True)
    clock.now += 100
    breaker.answered()
    assert state_of(breaker) == "up"
    breaker.failed("TimeoutError", refused=False)
    assert state_of(breaker) == "up"
