"""Outputs that found no room: each is made anew after a rest that grows, for to make it costs as much as before."""

from service.ports import Clock

FIRST_S, LONGEST_S = 2.0, 30.0


class Rests:
    """The jobs whose outputs rest in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rests: dict[str, tuple[float, float]] = {}

    def rests(self, job_id: str) -> bool:
        """Whether it is too early for the next try."""
        until, _ = self._rests.get(job_id, (0.0, 0.0))
        return self._clock.monotonic() < until

    def begin(self, job_id: str) -> None:
        """A try found no room: 2 s, then twice as long after each further one, 30 s at most."""
        _, last_s = self._rests.get(job_id, (0.0, FIRST_S / 2))
        rest_s = min(2 * last_s, LONGEST_S)
        self._rests[job_id] = (self._clock.monotonic() + rest_s, rest_s)

    def end(self, job_id: str) -> None:
        """It is over with this job."""
        self._rests.pop(job_id, None)
