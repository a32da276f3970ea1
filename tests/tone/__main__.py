"""`python -m tests.tone [FOLDER]`: what the model of tone adds to the rules for an author it has not heard.

FOLDER holds further turns, JSON Lines as for `tests.eval`, that nothing was learnt from. `--share` learns from a part.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from service.adapters.policy_files import load_policy
from service.core.compiling import Policy, compile_policy
from service.core.policy import PolicyFiles
from service.core.results import Verdict
from service.flow.examining import examine
from tests.eval.__main__ import REPLIES
from tests.eval.figures import Share, share
from tests.eval.rows import Placed, read_rows
from tests.eval.tables import DIFFICULTIES, shares
from tests.kit.default_policy import FOLDER
from tests.tone.crossed import Crossed, coldness, crossed, limit, listening, rounded
from tests.tone.learning import learn
from tests.tone.replies import replies
from tests.tone.train import own_replies


def main(arguments: list[str]) -> int:
    """Print the table: the rules alone, the tone alone, both, and how much the tone adds."""
    call = _call(arguments)
    files = load_policy(FOLDER)
    silent = compile_policy(
        files.model_copy(update={"rules": tuple(rule for rule in files.rules if rule.check.kind != "tone")})
    )
    rows, _ = read_rows(REPLIES)
    dice = random.Random(call.seed)
    learners = [row for row in rows if call.share >= 1 or dice.random() < call.share] + own_replies(FOLDER)
    found = crossed(files, rows, learners)
    above = limit(found)
    groups = {
        **{f"bad, {name}": [one for one in found if one.row.row.difficulty == name] for name in DIFFICULTIES},
        **{
            label: [one for one in found if one.row.row.label == label]
            for label in ("bad", "good", "everyday")
        },
    }
    if call.folder is not None:
        groups["further turns"] = _further(files, learners, call.folder)
    lines: list[tuple[str, Share]] = []
    for name, group in groups.items():
        lines += _lines(silent, name, group, above)
    sys.stdout.write(f"{len(learners):,} replies learnt from, limit {above}\n\n")
    sys.stdout.write(shares("replies", "flagged", lines) + "\n")
    return 0


def _further(files: PolicyFiles, learners: Sequence[Placed], folder: Path) -> list[Crossed]:
    policy = listening(files, rounded(learn(replies(learners))))
    return [Crossed(row, coldness(policy, row.row.text)) for row in read_rows(folder)[0]]


def _lines(silent: Policy, name: str, group: list[Crossed], above: float) -> list[tuple[str, Share]]:
    ruled = [examine(one.row.row.draft, silent)[1].verdict is not Verdict.PASS for one in group]
    cold = [one.weight > above for one in group]
    pairs = list(zip(ruled, cold, strict=True))
    return [
        (f"{name}: rules", share(ruled)),
        (f"{name}: tone", share(cold)),
        (f"{name}: both", share(one or other for one, other in pairs)),
        (f"{name}: tone alone", share(other and not one for one, other in pairs)),
    ]


def _call(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.tone", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="further turns that nothing was learnt from")
    parser.add_argument("--share", type=float, default=1.0, help="learn from so much of the replies, 0-1")
    parser.add_argument("--seed", type=int, default=1, help="which part of them")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
