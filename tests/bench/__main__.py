"""`python -m tests.bench [PART …]`: every measurement, each beside a baseline of the same run, as one table.

Speed is no test: a figure below its bar is told, not failed. Exit 2 when something could not be measured.
"""

import sys
from collections.abc import Callable, Iterator

from tests.bench import growth, in_process, misses, over_http
from tests.bench.machine import shape, take_load_core
from tests.bench.rows import Row, shown
from tests.bench.servers import Servers, running

SERVED: dict[str, Callable[[Servers], Iterator[Row]]] = {
    "http": over_http.measured,
}
ALONE: dict[str, Callable[[], Iterator[Row]]] = {
    "misses": misses.measured,
    "core": in_process.measured,
    "growth": growth.measured,
}


def main(wanted: list[str]) -> int:
    """Measure, and print the table; the parts are those of `SERVED` and `ALONE`, all when none is named."""
    names = wanted or [*SERVED, *ALONE]
    if unknown := sorted(set(names) - {*SERVED, *ALONE}):
        sys.stderr.write(f"bench: no such part: {', '.join(unknown)}\n")
        return 2
    take_load_core()
    rows: list[Row] = []
    try:
        if any(name in SERVED for name in names):
            with running() as servers:
                for name in names:
                    if name in SERVED:
                        _take(rows, SERVED[name](servers))
        for name in names:
            if name in ALONE:
                _take(rows, ALONE[name]())
    except (OSError, RuntimeError) as error:
        sys.stderr.write(f"bench: could not measure: {error}\n")
        return 2
    sys.stdout.write(f"{shape()}\n\n{shown(rows)}\n")
    return 0


def _take(rows: list[Row], measured: Iterator[Row]) -> None:
    for row in measured:
        rows.append(row)
        sys.stderr.write(f"bench: {row.name}: {row.figure:.2f} {row.unit} {row.said}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
