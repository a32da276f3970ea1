"""`python -m tests.eval [FOLDER]`: the accuracy of the checker over labelled replies, as Markdown tables.

A folder `held_out` inside is judged apart and comes first. Exit 2 when there is nothing to judge.
"""

import argparse
import sys
from pathlib import Path

from tests.eval.judging import judged
from tests.eval.page import Part, page, shown
from tests.eval.rows import read_rows
from tests.eval.tables import listed
from tests.kit.default_policy import default_policy

REPLIES = Path(__file__).parents[1] / "corpora" / "replies"


def main(arguments: list[str]) -> int:
    """Judge, and print (or write) the tables; broken rows are named on standard error and left out."""
    call = _call(arguments)
    policy = default_policy()
    inner = call.folder / "held_out"
    parts: list[Part] = []
    lists: list[str] = []
    for folder, title, listing in (
        (inner, "Authors set aside", call.held_out_rows),
        (call.folder, "Authors at hand" if inner.is_dir() else "Replies", call.rows),
    ):
        if folder == inner and call.development:
            continue
        rows, broken = read_rows(folder)
        for line in broken:
            sys.stderr.write(f"eval: {line}\n")
        if rows:
            parts.append(Part(title, judged(policy, rows)))
            if listing:
                lists.append(listed(parts[-1].rows))
    if not parts:
        sys.stderr.write(f"eval: no replies in {call.folder}\n")
        return 2
    version = policy.stamp.version
    if call.write is not None:
        call.write.write_text(page(parts, version), encoding="utf-8")
    else:
        sys.stdout.write("\n\n".join([shown(parts, version), *lists]) + "\n")
    return 0


def _call(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.eval", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=REPLIES, help="JSON Lines, *.jsonl")
    parser.add_argument("--rows", action="store_true", help="list misses and false alarms")
    parser.add_argument(
        "--held-out-rows",
        action="store_true",
        help="list those of held_out too: it is spent once they are read",
    )
    parser.add_argument("--development", action="store_true", help="leave held_out alone")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page instead of printing")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
