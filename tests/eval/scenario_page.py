"""The prose of `docs/scenarios.md`: how a message shows a scenario, and what the figures below it mean."""

ABOVE = """\
# Scenarios

A scenario is a situation of the manual: the words by which a customer shows it, what a reply has to convey, and replies that may be sent as they stand.
They live in `policy/default/scenarios/`, one file a theme; `make policy` tests each on its own messages and each reply against the whole policy.

## How a message shows a scenario

`cues` are lists of words, each list with a `weight` and a `within`, the longest message (letters, digits and Han) in which it counts.
A list counts once; the weights of a scenario's lists add up, at most to 1, and words that stand within other words that count say nothing more.
A cue may be a family of phrases: `(催|问)一下` is either, `道歉(了)?没用` leaves 了 open, `道歉…(没用|有什么用)` lets up to eight characters stand between.
A message with any of a scenario's `unless` words does not show it.

The scenario with the highest score is shown if the score reaches `scenario_threshold` (`policy.yaml`) and no other has the same: between two, nothing is guessed.
Where the caller names the channel, a scenario that is made for other channels is not shown; where the stage is named, a scenario of other stages keeps 85 % of its score.

## Replies

`does` says what a reply does: `solve` (gives what can be given now), `ask`, `take-over` (records, reports, follows up), `refuse`, `greet`, `close`.
`POST /suggest` takes them in the order of the file and skips one that does what another did: three suggestions are three ways on, not three wordings.
A reply promises nothing but the offers of `policy.yaml`, names no time, sum or cause, and needs no slot to be filled in: what has a slot that is not known is left out.
`channel` stands where the wording fits one channel only.

## The figures

`make eval` prints what follows; `python -m tests.eval.scenarios --write docs/scenarios.md` puts it here, and `python -m tests.eval.scenarios FILE` asks about other messages, with labels or without.
Behind each share stand its counts and Wilson's 95 % interval.
`customers.jsonl` is what the cues were made with; no cue was made with a look at the outcome of single rows of `customers_held_out.jsonl`.
Its last 269 rows were written together with rows of the other file by one author, who then wrote cues as well, and were drawn by lot: their figures flatter.
"""
