"""`python -m tests.tone.train`: learns the weights of the model of tone anew and writes them to `tone.tsv`.

The limit is set on authors left out one after the other, above every reply that the policy itself calls good, and
taken off the constant: 0 is where a reply turns cold.
"""

import math
import sys
from collections.abc import Sequence
from pathlib import Path

from service.adapters.policy_files import TONE, clean, load_policy
from service.adapters.tone_file import write_tone
from service.core.compiling import compile_policy
from service.core.policy import PolicyFiles
from service.core.rule_tests import filled
from service.core.tone import CONSTANT
from tests.eval.__main__ import REPLIES
from tests.eval.rows import Placed, Row, read_rows
from tests.kit.default_policy import FOLDER
from tests.tone.crossed import coldness, crossed, limit, listening, rounded
from tests.tone.learning import learn
from tests.tone.replies import replies

OWN_COUNTS = 15
"""What the policy says itself counts so many times."""
_SECTIONS = ("openings", "apologies", "empathy", "thanks", "offers", "closings", "fallbacks")


def taught(files: PolicyFiles, rows: Sequence[Placed], own: Sequence[Placed]) -> dict[str, int]:
    """The weights that the rows and the policy's own good replies teach, their limit at 0."""
    everything = [*rows, *[one for one in own for _ in range(OWN_COUNTS)]]
    weights = rounded(learn(replies(everything)))
    policy = listening(files, weights)
    own_coldest = [coldness(policy, one.row.text) for one in own]
    weights[CONSTANT] -= math.ceil(max([limit(crossed(files, rows, everything)), *own_coldest]))
    return weights


def own_replies(folder: Path) -> list[Placed]:
    """What the policy itself says or calls good: `clean.yaml`, the scenarios' replies, the lines of the phrasebook."""
    files = load_policy(folder)
    policy = compile_policy(files)
    book = files.phrasebook
    texts = [entry.text for entry in clean(folder)]
    texts += [filled(reply.text, policy) for scenario in files.scenarios for reply in scenario.replies]
    texts += [filled(line.text, policy) for section in _SECTIONS for line in getattr(book, section)]
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
