"""The page's tables: what a row costs, and what ten million of them come to."""

from collections.abc import Iterable, Iterator, Sequence

from service.flow.bulk_files import CHUNK_ROWS
from service.flow.bulk_jobs import WINDOW
from service.flow.bulk_rounds import CHUNKS_A_WORKER
from tests.scale.figures import Figures
from tests.scale.simulation import REDIS_SHARE, ROWS, Plan, simulate

WORKERS = (1, 2, 4, 8, 16, 32, 64)
MODELS = ((24, 1.0), (100, 1.0), (400, 1.0), (400, 3.0))
GB = 1e9
# Of a bucket, for each chunk: two reads of its rows and one of its results, two requests each; one to write, one to delete.
_REQUESTS = 8


def tables(costs: Figures) -> Iterator[tuple[str, str]]:
    """(name, Markdown) of each."""
    yield "row", _row(costs)
    yield "phrasebook", _phrasebook(costs)
    yield "model", _model(costs)
    yield "redis", _redis(costs)
    yield "files", _files(costs)
    yield "cores", _cores(costs)


def _row(costs: Figures) -> str:
    told = [
        ("a worker's core: check only (`dry_run`)", f"{costs.check_cpu_ms:.2f} ms"),
        ("a worker's core: phrasebook", f"{costs.phrasebook_cpu_ms:.2f} ms"),
        ("a worker's core: a call of the model", f"{costs.call_cpu_ms:.2f} ms"),
        ("a worker's core: a model's answer from the cache", f"{costs.hit_cpu_ms:.2f} ms"),
        ("a worker's core: equal to a row just done", f"{costs.repeat_cpu_ms:.2f} ms"),
        ("reading the file, laying the rows out", f"{costs.intake_cpu_ms:.2f} ms"),
        ("writing the output", f"{costs.output_cpu_ms:.2f} ms"),
        (
            "Redis: commands for a call of the model, those within scripts included",
            f"{costs.redis_commands:.0f}",
        ),
        ("Redis's core: phrasebook", f"{costs.redis_phrasebook_us:.0f} µs"),
        (
            "Redis's core: a call of the model, with its slot, flight and cache",
            f"{costs.redis_call_us:.0f} µs",
        ),
        ("Redis's core: a model's answer from the cache", f"{costs.redis_hit_us:.0f} µs"),
        ("Redis: memory once the row is through", f"{costs.redis_kept_bytes:.1f} B"),
        ("Redis: memory of an answer in the cache", f"{costs.cache_bytes:.0f} B"),
        ("Redis: journal", f"{costs.redis_log_bytes:,.0f} B"),
        ("files: input, rows, results, output", " + ".join(f"{size:.0f}" for size in _sizes(costs)) + " B"),
        ("a worker's memory, whatever the number of rows", f"{costs.worker_mb:.0f} MB"),
    ]
    return _table(("what a row takes", "measured"), told)


def _phrasebook(costs: Figures) -> str:
    rows = []
    for workers in WORKERS:
        one, two = (simulate(Plan(workers, shards=shards), costs) for shards in (1, 2))
        rows.append((
            f"{workers}", f"{one.rows_a_second:,.0f}", _time(one.hours), f"{one.bound} {one.busy:.0%}",
            f"{two.rows_a_second:,.0f}", f"{two.bound} {two.busy:.0%}",
        ))  # fmt: skip
    head = ("workers", "rows a second", "10 million rows", "busiest", "with two Redis shards", "busiest")
    return _table(head, rows)


def _model(costs: Figures) -> str:
    rows = []
    for slots, latency_s in MODELS:
        for distinct in (1.0, 0.2):
            enough = 0
            best = simulate(Plan(WORKERS[-1], slots, latency_s, distinct), costs)
            for workers in WORKERS:
                if simulate(Plan(workers, slots, latency_s, distinct), costs).hours <= best.hours * 1.05:
                    enough = workers
                    break
            course = simulate(Plan(enough, slots, latency_s, distinct), costs)
            rows.append((
                f"{slots}", f"{latency_s:g} s", f"{distinct:.0%}", f"{course.calls / 1e6:.1f} million",
                _time(course.hours), f"{enough}", f"{course.bound} {course.busy:.0%}",
            ))  # fmt: skip
    head = (
        "slots",
        "a call",
        "distinct texts",
        "calls",
        "10 million rows",
        "workers that are enough",
        "busiest",
    )
    return _table(head, rows)


def _redis(costs: Figures) -> str:
    paces = [
        (name, REDIS_SHARE / cpu_us * 1e6)
        for name, cpu_us in (
            ("phrasebook", costs.redis_phrasebook_us), ("calls of the model", costs.redis_call_us),
            ("answers from the cache", costs.redis_hit_us),
        )
    ]  # fmt: skip
    open_rows = [(workers, max(WINDOW, CHUNKS_A_WORKER * workers) * CHUNK_ROWS) for workers in (3, 64)]
    told = [
        *((f"rows a second with {REDIS_SHARE:.0%} of its core, {name}", f"{pace:,.0f}") for name, pace in paces),
        ("memory of 10 million rows that are through", f"{ROWS * costs.redis_kept_bytes / GB:.2f} GB"),
        *((f"memory of rows in work with {workers} workers, one tenant",
           f"{count * _sizes(costs)[2] * 2 / 1e6:.1f} MB") for workers, count in open_rows),
        ("memory of 2 million answers in the cache", f"{2e6 * costs.cache_bytes / GB:.1f} GB"),
        ("journal written for 10 million rows, before it is rewritten", f"{ROWS * costs.redis_log_bytes / GB:.1f} GB"),
    ]  # fmt: skip
    return _table(("Redis", "figure"), told)


def _files(costs: Figures) -> str:
    chunks = ROWS // CHUNK_ROWS
    told = [
        ("10 million rows: input, rows, results, output", f"{ROWS * sum(_sizes(costs)) / GB:.1f} GB"),
        ("objects (a file of results each chunk)", f"{chunks:,}"),
        ("requests: reading rows, writing and reading results", f"{chunks * _REQUESTS:,}"),
        ("requests a second at 1,000 rows a second", f"{1000 / CHUNK_ROWS * _REQUESTS:,.0f}"),
    ]
    return _table(("file store", "figure"), told)


def _cores(costs: Figures) -> str:
    cores = (
        ("phrasebook", costs.phrasebook_cpu_ms), ("model, every text distinct", costs.call_cpu_ms),
        ("model, 80 % repeats", 0.2 * costs.call_cpu_ms + 0.8 * costs.hit_cpu_ms),
    )  # fmt: skip
    extra = costs.intake_cpu_ms + costs.output_cpu_ms
    rows = [(name, f"{ROWS * (each + extra) / 3.6e6:,.1f}") for name, each in cores]
    return _table(("10 million rows", "core-hours, reading and writing the files included"), rows)


def _sizes(costs: Figures) -> tuple[float, float, float, float]:
    return costs.input_bytes, costs.rows_bytes, costs.results_bytes, costs.output_bytes


def _time(hours: float) -> str:
    return (
        f"{hours * 60:.0f} min" if hours < 2 else f"{hours:.1f} h" if hours < 72 else f"{hours / 24:.1f} days"
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
