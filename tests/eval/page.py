"""The page of the last run: what the figures mean around the tables themselves."""

from typing import NamedTuple

from tests.eval.judging import Judged
from tests.eval.tables import tables

ABOVE = """\
# Accuracy

`make eval` asks the checker about labelled replies and prints what follows; `python -m tests.eval --write docs/accuracy.md` puts it here.

A reply counts as *found* when its verdict is not `pass`, as *blocked* when it is `block`.
Behind each share stand its counts and Wilson's 95 % interval: two shares whose intervals overlap much may well be the same.
*At the words underlined* tells whether a finding touches the words that the author of the reply marked as the offence; a reply that is found elsewhere is found by luck.
*Above a bad one (AUC)* is how often a good reply has the higher politeness score when it is compared with a bad one; 0.5 is a coin.

## The replies

More than thirty authors wrote them before any of them had looked at the rules, for some forty trades and eight channels:
*bad* replies, easy (the set words of the manuals), medium, hard (nothing rude in any single word) and evasions (spaces, homophones, initials, invisible characters);
*tempting good* replies, which hold the words of an offence and commit none, many of them the proper way to say what a bad one says;
*everyday* turns, as short and as plain as real ones.
A quarter of the bad replies are of authors set aside whole, in `tests/corpora/replies/held_out/`: no rule, limit or weight was made with a look at their rows, so their figures are the ones to expect of replies not seen yet.
Of the authors at hand the rules know those whose misses somebody has read, and the model of tone has learnt from all: their figures tell how well the checker follows what it was shown, and no more.
What the model of tone (`policy/default/tone.tsv`) adds for an author left out is printed by `make tone`, which learns it anew.

## More replies

Put a file of JSON Lines beside the others: `text` and `label` (`bad`, `good`, `everyday`), for a bad one also `difficulty`, `severity` (`block` or `warn`), `categories` and `span`, and if known `channel`, `customer` and `tags`.
The last part of its name is its author: `bad_anlan.jsonl`.
`make eval DIR=folder` judges any folder of such files; a row without a label counts as an everyday turn.
`make eval ARGS="--development --rows"` lists what was missed and what was a false alarm, and leaves the authors set aside alone.
Once the misses of an author have been read, his rows belong with those at hand.
"""


class Part(NamedTuple):
    """One set of rows under its heading."""

    title: str
    rows: list[Judged]


def shown(parts: list[Part], version: str) -> str:
    """The tables of each set under its heading, and what was asked."""
    return "\n\n".join(
        f"## {part.title}\n\nPolicy {version}, {len(part.rows):,} replies.\n\n{tables(part.rows)}"
        for part in parts
    )


def page(parts: list[Part], version: str) -> str:
    """`docs/accuracy.md`."""
    return f"{ABOVE}\n{shown(parts, version)}\n"
