"""The figures of bulk jobs as Prometheus wants them."""

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service.core.jobs import BulkFigures


class BulkGauges(Collector):
    """What `read` knows when somebody asks; no series at all while it knows nothing. No tenant is named."""

    def __init__(self, read: Callable[[], BulkFigures | None]) -> None:
        self._read = read

    def describe(self) -> Iterator[Metric]:
        """Nothing: else `read` would be asked when this is registered."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The figures."""
        now = self._read()
        if now is None:
            return
        yield GaugeMetricFamily(
            "coach_bulk_workers", "Workers heard of in the last ten seconds.", now.workers
        )
        jobs = GaugeMetricFamily("coach_bulk_jobs", "Jobs that have not ended.", labels=("status",))
        rows = GaugeMetricFamily(
            "coach_bulk_rows_waiting", "Rows not done of jobs that have not ended.", labels=("status",)
        )
        for status, number in now.jobs.items():
            jobs.add_metric((status,), number)
            rows.add_metric((status,), now.rows[status])
        yield jobs
        yield rows
        yield GaugeMetricFamily(
            "coach_bulk_chunks_out", "Chunks of rows with the workers or on their way.", now.chunks_out
        )
        if now.calls is not None and now.calls_limit is not None:
            yield GaugeMetricFamily(
                "coach_bulk_calls_in_flight", "Calls of the model for bulk rows, of all workers.", now.calls
            )
            yield GaugeMetricFamily(
                "coach_bulk_calls_limit",
                "How many of them there may be now: fewer after a 429, none while it is waited out.",
                now.calls_limit,
            )
