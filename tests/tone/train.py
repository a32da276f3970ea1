"""`python -m tests.tone.train`: learns the weights of the model of tone anew and writes them to `tone.tsv`.

The limit is set on authors left out one after the other, above every reply that the policy itself calls good, and
taken off the constant: 0 is where a clause turns cold.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from service.adapters.policy_files import TONE, clean, load_policy
from service.adapters.tone_file import write_tone
from service.core.policy import PolicyFiles
from service.core.tone import EDGE
from tests.eval.__main__ import REPLIES
from tests.eval.rows import Placed, Row, read_rows
from tests.kit.default_policy import FOLDER
from tests.tone.clauses import heard
from tests.tone.crossed import coldest, crossed, limit, listening, rounded
from tests.tone.learning import learn


def taught(files: PolicyFiles, rows: Sequence[Placed], own: Sequence[Placed]) -> dict[str, int]:
    """The weights that the rows and the policy's own good replies teach, their limit at 0."""
    everything = [*rows, *own]
    weights = rounded(learn(heard(everything)))
    policy = listening(files, weights)
    own_coldest = [coldest(policy, one.row.text) for one in own]
    weights[EDGE] -= max([limit(crossed(files, rows, everything)), *own_coldest])
    return weights


def own_replies(folder: Path) -> list[Placed]:
    """The good replies of a policy: those of `clean.yaml` and of its scenarios."""
    texts = [entry.text for entry in clean(folder)]
    texts += [reply.text for scenario in load_policy(folder).scenarios for reply in scenario.replies]
    return [Placed("own.jsonl", Row(text=text, label="good")) for text in texts]


def main(target: Path) -> int:
    """Learn from the replies at hand; those held out are in another folder and are not read."""
    rows, broken = read_rows(REPLIES)
    for line in broken:
        sys.stderr.write(f"tone: {line}\n")
    weights = taught(load_policy(FOLDER), rows, own_replies(FOLDER))
    target.write_text(write_tone(weights), encoding="utf-8")
    sys.stdout.write(f"tone: {len(weights):,} weights from {len(rows):,} replies\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER / TONE))
