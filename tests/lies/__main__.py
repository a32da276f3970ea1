"""`python -m tests.lies FILE [--rows 1000]`: a lying model behind the drafts of a file, as a table by lie.

FILE holds JSON Lines with `text` or `draft`. Exit 1 when a bad text came out, or more than 3 % need review.
"""

import argparse
import sys
from pathlib import Path

from tests.lies.asking import Told, ask_all, drafts_of

MAX_NEEDS_REVIEW = 0.03


def main(arguments: list[str]) -> int:
    """Ask, and print the table."""
    call = _call(arguments)
    drafts = drafts_of(call.file, call.rows)
    if not drafts:
        sys.stderr.write(f"lies: no drafts in {call.file}\n")
        return 2
    told = ask_all(drafts, call.seed)
    sys.stdout.write(table(told) + "\n")
    for one in told:
        for fault in one.faults:
            print(f"FAULT {one.sort}: {one.draft!r} -> {fault}")
        if call.needs_review and one.rewrite.text is None:
            why = "；".join(f"{reason.code} {reason.detail}" for reason in one.rewrite.attempts[-1].reasons)
            print(f"needs_review {one.sort}: {one.draft!r}: {why}")
    return 1 if any(one.faults for one in told) or unanswered(told) > MAX_NEEDS_REVIEW else 0


def unanswered(told: list[Told]) -> float:
    """The share of drafts that got no text."""
    return sum(one.rewrite.text is None for one in told) / len(told)


def table(told: list[Told]) -> str:
    """By lie: drafts, lies told by the model, bad texts delivered, drafts answered, drafts for a person."""
    lines = [
        "| lie | drafts | raw faults | delivered faults | answered | needs_review |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    sorts = sorted({one.sort for one in told})
    for name in [*sorts, "all"]:
        some = [one for one in told if name in (one.sort, "all")]
        review = sum(one.rewrite.text is None for one in some)
        lines.append(
            f"| {name} | {len(some)} | {sum(one.raw for one in some)} | {sum(len(one.faults) for one in some)}"
            f" | {len(some) - review} | {review} |"
        )
    return "\n".join(lines) + f"\n\nneeds_review: {unanswered(told):.2%}"


def _call(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.lies", description=__doc__)
    parser.add_argument("file", type=Path, help="JSON Lines with `text` or `draft`")
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--needs-review", action="store_true", help="name the drafts that got no text")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
