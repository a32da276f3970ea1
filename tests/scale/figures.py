"""What one row costs, as measured on one machine; the simulation and the tables know nothing else of it."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

KEPT = Path(__file__).with_name("measured.json")


@dataclass(frozen=True)
class Figures:
    """Costs of one row unless its name says otherwise; `shape` is the machine in words."""

    shape: str
    rows: int
    """Rows of the job that was measured."""
    text_chars: float
    check_cpu_ms: float
    """Worker, `dry_run`."""
    phrasebook_cpu_ms: float
    """Worker, no model."""
    call_cpu_ms: float
    """Worker, the row asks the model."""
    hit_cpu_ms: float
    """Worker, a model's answer from the cache."""
    repeat_cpu_ms: float
    """Worker, equal to a row just done."""
    intake_cpu_ms: float
    """Reading the file and laying the rows out."""
    output_cpu_ms: float
    """Writing the output."""
    redis_commands: float
    """Of a row that asks the model; those within scripts count."""
    redis_call_us: float
    """Redis's core, of a row that asks the model."""
    redis_hit_us: float
    redis_phrasebook_us: float
    redis_kept_bytes: float
    """In memory, of a row that is through, until the job is forgotten."""
    redis_log_bytes: float
    """Appended to the journal."""
    cache_bytes: float
    """In memory, of an answer in the cache, for its time to live."""
    input_bytes: float
    rows_bytes: float
    results_bytes: float
    output_bytes: float
    worker_mb: float
    """A worker's memory."""


def kept() -> Figures:
    """The figures that the page in `docs/` was made with."""
    told = json.loads(KEPT.read_text(encoding="utf-8"))
    return Figures(**{field.name: told[field.name] for field in fields(Figures)})


def keep(figures: Figures) -> None:
    """From now on the page is made with these."""
    KEPT.write_text(json.dumps(asdict(figures), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
