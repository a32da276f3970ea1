"""`python -m tests.scale`: the tables of docs/scaling.md from the figures kept; `measure` takes the figures anew first.

`write` puts the tables into the page.
"""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from tests.kit.service_process import ROOT
from tests.scale.figures import Figures, keep, kept
from tests.scale.tables import tables

PAGE = ROOT / "docs" / "scaling.md"


def page(text: str, costs: Figures) -> str:
    """The page with its tables as they come out; ValueError when a table's place is not marked."""
    for name, table in [("machine", costs.shape + "."), *tables(costs)]:
        place = re.compile(rf"(<!-- scale: {name} -->\n)(?:(?!<!-- ).)*(<!-- /scale -->)", re.DOTALL)
        text, places = place.subn(rf"\g<1>{table}\n\g<2>", text)
        if places != 1:
            raise ValueError(
                f"the table {name} stands once, between <!-- scale: {name} --> and <!-- /scale -->"
            )
    return text


def main(asked: list[str]) -> int:
    """Print the tables; with `measure` after measuring, with `write` also into the page."""
    if unknown := sorted(set(asked) - {"measure", "write"}):
        sys.stderr.write(f"scale: no such part: {', '.join(unknown)}\n")
        return 2
    if "measure" in asked:
        # Only who measures needs a store, a model and a worker.
        from tests.chaos.stage import staged  # noqa: PLC0415
        from tests.scale.measuring import measured  # noqa: PLC0415

        with (
            tempfile.TemporaryDirectory(prefix="coach-scale-") as folder,
            staged(Path(folder), model_takes_s=0.0) as stage,
        ):
            keep(asyncio.run(measured(stage)))
    costs = kept()
    sys.stdout.write(f"{costs.shape}\n")
    for _, table in tables(costs):
        sys.stdout.write(f"\n{table}\n")
    if "write" in asked:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), costs), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
