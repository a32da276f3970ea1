"""`python -m tests.tone.clauses`: learns from the labelled offences how curt a clause sounds; writes `curt.tsv`.

The rows say which words of a bad reply offend: the clauses that hold them are curt, all others are not. With
`--crossed` nothing is written, and what it finds for authors whom it has not heard is printed.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from service.adapters.policy_files import CURT
from service.adapters.tone_file import write_tone
from service.core.reading import ReadText
from service.core.tone import CONSTANT, ToneModel, heard, runs
from tests.eval.__main__ import REPLIES
from tests.eval.rows import Placed, read_rows
from tests.kit.default_policy import FOLDER
from tests.tone.learning import learn
from tests.tone.replies import Heard
from tests.tone.train import OWN_COUNTS, own_replies

SURE = 150
"""A clause has to be so many hundredths of a logit more likely curt than not."""
LIGHTEST = 90
"""Runs that weigh less are left out."""
LONGEST = 200
"""Longer replies are left aside: their offence is a small part of them."""
HELD_OUT = REPLIES / "held_out"


def clauses(rows: Iterable[Placed]) -> Iterator[Heard]:
    """The clauses of the replies as they are heard, each with whether it offends."""
    for _, row in rows:
        text = ReadText(row.text)
        if len(row.text) > LONGEST or (row.label == "bad" and not row.span):
            continue
        start = row.text.find(row.span) if row.label == "bad" and row.span else -1
        end = start + len(row.span or "")
        for clause in text.clauses:
            words = heard(text.plain[clause.start : clause.end] + clause.mark)
            if len(words) > 1:
                offends = start >= 0 and start < clause.end and clause.start < end
                yield Heard(tuple(sorted(runs(words))), len(words), offends)


def taught(rows: Sequence[Placed], own: Sequence[Placed]) -> dict[str, int]:
    """What each run weighs in a clause, in hundredths of a logit; 0 is where one is surely curt."""
    everything = [*rows, *[one for one in own for _ in range(OWN_COUNTS)]]
    weights = {run: round(weight * 100) for run, weight in learn(list(clauses(everything))).items()}
    weights[CONSTANT] -= SURE
    return {run: weight for run, weight in weights.items() if run == CONSTANT or abs(weight) >= LIGHTEST}


def _found(model: ToneModel, rows: Sequence[Placed]) -> str:
    """What a model hears in clauses it has not learnt from."""
    true = false = offending = 0
    for _, row in rows:
        text = ReadText(row.text)
        start = row.text.find(row.span) if row.label == "bad" and row.span else -1
        end = start + len(row.span or "")
        for clause in text.clauses:
            offends = start >= 0 and start < clause.end and clause.start < end
            curt = model.weigh_clause(text.plain[clause.start : clause.end] + clause.mark) > 0
            offending += offends
            true += curt and offends
            false += curt and not offends
    return (
        f"{true} of {offending} offending clauses heard, {false} others ({true / (true + false):.1%} right)"
    )


def main(arguments: list[str]) -> int:
    """Learn and write, or only measure."""
    rows, broken = read_rows(REPLIES)
    for line in broken:
        sys.stderr.write(f"clauses: {line}\n")
    weights = taught(rows, own_replies(FOLDER))
    aside, _ = read_rows(HELD_OUT)
    print(f"clauses: {len(weights):,} weights; set aside: {_found(ToneModel(weights), aside)}")
    if "--crossed" not in arguments:
        Path(FOLDER / CURT).write_text(write_tone(weights), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
