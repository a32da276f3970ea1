"""`python -m tests.eval.scenarios [FILE ...]`: what customers' messages show, and how many replies each scenario has.

A file or folder of JSON Lines with `text`, and if known `scenario` (null for none), `channel` and `stage`; where no
row has a `scenario`, only what is shown is counted.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from service.core import scenarios, suggesting
from service.core.compiling import Policy
from service.core.results import Channel, Draft, ScenarioMatch
from tests.eval.figures import share
from tests.eval.scenario_page import ABOVE
from tests.eval.tables import shares
from tests.kit.default_policy import default_policy

CORPORA = Path(__file__).parents[1] / "corpora"
OWN = (CORPORA / "customers_held_out.jsonl", CORPORA / "customers.jsonl")
_BEST = 3
_CHANNELS: tuple[Channel, ...] = ("chat", "phone")


class Message(NamedTuple):
    """A customer's message and what it shows."""

    labelled: bool
    right: str | None
    shown: str | None
    best: tuple[str, ...]
    """The best three, sure or not."""


def messages(policy: Policy, path: Path) -> list[Message]:
    """The messages of a file, or of every `*.jsonl` in a folder. Raises ValueError for a row that is no message."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    rows = [json.loads(line) for file in files for line in _lines(file)]
    return [_message(policy, row) for row in rows]


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8-sig").split("\n") if line.strip()]


def _message(policy: Policy, row: Any) -> Message:
    text = row.get("text") if isinstance(row, dict) else None
    if text is None or not isinstance(text, str):
        raise ValueError("a row is an object with a `text`")
    draft = Draft(text="", channel=row.get("channel"), stage=row.get("stage"))
    ranked = scenarios.rank(policy, text, draft.channel, draft.stage)
    found = scenarios.match(policy, draft, text)
    return Message(
        "scenario" in row,
        row.get("scenario"),
        found.id if found else None,
        tuple(one.id for one in ranked[:_BEST]),
    )


def told(rows: Sequence[Message]) -> str:
    """The tables of one set of messages."""
    if not any(row.labelled for row in rows):
        return _shown(rows)
    there = [row for row in rows if row.right is not None]
    nothing = [row for row in rows if row.right is None]
    shown = [row for row in rows if row.shown is not None]
    whole = shares(
        "messages",
        "so",
        [
            ("shown, and right", share(row.shown == row.right for row in shown)),
            ("of a scenario, shown first", share(row.shown == row.right for row in there)),
            ("of a scenario, among the best three", share(row.right in row.best for row in there)),
            ("of a scenario, silent (wrongly)", share(row.shown is None for row in there)),
            ("of none, silent (rightly)", share(row.shown is None for row in nothing)),
        ],
    )
    ids = sorted({row.right for row in there if row.right is not None})
    by_scenario = shares(
        "scenario",
        "shown first",
        [(one, share(row.shown == one for row in there if row.right == one)) for one in ids],
    )
    return f"{whole}\n\n{by_scenario}"


def _shown(rows: Sequence[Message]) -> str:
    counts = Counter(row.shown for row in rows if row.shown is not None)
    lines = [("any scenario", share(row.shown is not None for row in rows))]
    lines += [(one, share(row.shown == one for row in rows)) for one, _ in counts.most_common()]
    return shares("messages without labels", "shown", lines)


def kinds(policy: Policy) -> str:
    """How many scenarios have three suggestions that do different things, by channel, with no company data known."""
    lines = []
    for channel in _CHANNELS:
        there = [one for one in policy.files.scenarios if not one.channel or channel in one.channel]
        counts = [
            len(suggesting.proposals(policy, draft, None, [ScenarioMatch(one.id, "given", 1.0)]))
            for one in there
            for draft in [Draft(text="", scenario=one.id, channel=channel, stage=None)]
        ]
        lines += [
            (f"{channel}, at least {least}", share(count >= least for count in counts)) for least in (2, 3)
        ]
    return shares("scenarios with kinds of reply", "so", lines)


def page(policy: Policy, paths: Iterable[Path]) -> str:
    """All tables, each set under its heading."""
    parts = [f"## Replies\n\nPolicy {policy.stamp.version}.\n\n{kinds(policy)}"]
    for path in paths:
        rows = messages(policy, path)
        parts.append(f"## {path.name}\n\n{len(rows):,} messages.\n\n{told(rows)}")
    return "\n\n".join(parts)


def main(arguments: list[str]) -> int:
    """Print (or write) the tables. Exit 2 when a file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m tests.eval.scenarios", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, metavar="FILE", help="JSON Lines, or a folder of them")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page instead of printing")
    call = parser.parse_args(arguments)
    try:
        made = page(default_policy(), call.paths or OWN)
    except (OSError, ValueError) as mistake:
        sys.stderr.write(f"eval: {mistake}\n")
        return 2
    if call.write is not None:
        call.write.write_text(f"{ABOVE}\n{made}\n", encoding="utf-8")
    else:
        sys.stdout.write(made + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
