"""`python -m tests.realmodel [FILE]`: a real model rewrites drafts through the whole service; the environment names it.

FILE is JSON Lines: `draft`, `context` as for `/rewrite`, and if known `facts` (words that must stay) and `must_drop`
(words that must go). Nothing is cached. What the model wrote first (raw) stands beside what left (delivered).
"""

import argparse
import asyncio
import json
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from service.core.results import Draft, Rewrite, Verdict
from service.flow.examining import examine
from service.settings import read_settings
from service.wiring import Coach, build
from tests.eval.figures import share
from tests.eval.tables import shares
from tests.kit.default_policy import default_policy

DRAFTS = Path(__file__).parents[1] / "corpora" / "drafts.jsonl"


class Row(NamedTuple):
    """One draft, and what its author says must stay and must go."""

    draft: Draft
    facts: tuple[str, ...]
    must_drop: tuple[str, ...]


class Run(NamedTuple):
    """A draft and its answer."""

    row: Row
    answer: Rewrite


def main(arguments: list[str]) -> int:
    """Print the tables; exit 2 without a model or without drafts."""
    call = _call(arguments)
    settings = read_settings()
    if settings.model is None:
        sys.stderr.write("realmodel: COACH_MODEL names no model\n")
        return 2
    rows = list(read_drafts(call.file, call.mode))[: call.rows]
    if not rows:
        sys.stderr.write(f"realmodel: no drafts in {call.file}\n")
        return 2
    runs = asyncio.run(_run(build(settings), rows, call.at_once))
    if call.answers is not None:
        call.answers.write_text("".join(map(_line, runs)), encoding="utf-8")
    sys.stdout.write(page(runs) + "\n")
    return 0


def read_drafts(file: Path, mode: Any) -> Iterator[Row]:
    """The drafts of a file."""
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        context = row.get("context") or {}
        customer, agent = context.get("customer") or {}, context.get("agent") or {}
        draft = Draft(
            row["draft"],
            customer_message=context.get("customer_message"),
            scenario=context.get("scenario"),
            channel=context.get("channel"),
            stage=context.get("stage"),
            surname=customer.get("surname"),
            title=customer.get("title"),
            agent_id=agent.get("id"),
            mode=mode,
            cache="bypass",
        )
        yield Row(draft, tuple(row.get("facts", ())), tuple(row.get("must_drop", ())))


async def _run(coach: Coach, rows: list[Row], at_once: int) -> list[Run]:
    gate = asyncio.Semaphore(at_once)
    done = 0

    async def one(row: Row) -> Run:
        nonlocal done
        async with gate:
            answer = await coach.rewrite(row.draft, coach.local_caller())
        done += 1
        sys.stderr.write(f"\r{done}/{len(rows)}")
        return Run(row, answer)

    try:
        return list(await asyncio.gather(*map(one, rows)))
    finally:
        sys.stderr.write("\n")
        await coach.close()


def page(runs: list[Run]) -> str:
    """How the answers came about, what was wrong with the model's first texts, and with what left."""
    asked = [run for run in runs if _of_model(run)]
    tables = [
        shares(
            "drafts",
            "so",
            [
                (
                    "left alone, for they pass and nothing is to be said",
                    share(not _of_model(run) for run in runs),
                ),
                ("the model's first text accepted", share(_accepted(run) == 0 for run in asked)),
                ("accepted after a repair", share(_accepted(run) in (1, 2) for run in asked)),
                ("the phrasebook instead", share(run.answer.engine == "phrasebook" for run in asked)),
                ("needs review", share(run.answer.status == "needs_review" for run in asked)),
            ],
        ),
        shares("what stood against the model's first text", "of all asked", list(_raw(asked))),
        shares("what is wrong with the text delivered", "of all delivered", list(_delivered(runs))),
    ]
    times = sorted(run.answer.elapsed_ms / 1000 for run in asked)
    tokens = sum(run.answer.usage.output_tokens for run in asked)
    if times:
        tables.append(
            f"Seconds a draft: median {statistics.median(times):.1f}, slowest {times[-1]:.1f}; "
            f"{tokens:,} tokens written."
        )
    return "\n\n".join(tables)


def _of_model(run: Run) -> list[Any]:
    return [attempt for attempt in run.answer.attempts if attempt.engine == "model"]


def _accepted(run: Run) -> int | None:
    """How many texts of the model were rejected before one was accepted; None when none was."""
    texts = [attempt.outcome for attempt in _of_model(run) if attempt.outcome != "failed"]
    return texts.index("accepted") if "accepted" in texts else None


def _raw(asked: list[Run]) -> Iterator[tuple[str, Any]]:
    firsts = [next((one for one in _of_model(run) if one.outcome != "failed"), None) for run in asked]
    yield "no text at all", share(first is None for first in firsts)
    codes = Counter(reason.code for first in firsts if first is not None for reason in set(first.reasons))
    for code, _ in codes.most_common():
        yield (
            code,
            share(first is not None and any(r.code == code for r in first.reasons) for first in firsts),
        )


def _delivered(runs: list[Run]) -> Iterator[tuple[str, Any]]:
    sent = [run for run in runs if run.answer.text is not None]
    coached = [(run, run.answer.text or "") for run in sent]
    yield "breaks the policy", share(not _passes(run, text) for run, text in coached)
    yield (
        "lost words that must stay",
        share(any(fact not in text for fact in run.row.facts) for run, text in coached),
    )
    yield (
        "kept words that must go",
        share(any(word in text for word in run.row.must_drop) for run, text in coached),
    )


def _passes(run: Run, text: str) -> bool:
    return examine(replace(run.row.draft, text=text), default_policy())[1].verdict is Verdict.PASS


def _line(run: Run) -> str:
    answer = run.answer
    told = {
        "draft": run.row.draft.text,
        "text": answer.text,
        "engine": answer.engine,
        "attempts": [
            [one.engine, one.outcome, *(f"{r.code}: {r.detail}" for r in one.reasons)]
            for one in answer.attempts
        ],
        "seconds": round(answer.elapsed_ms / 1000, 1),
    }
    return json.dumps(told, ensure_ascii=False) + "\n"


def _call(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.realmodel", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=DRAFTS, help="drafts, JSON Lines")
    parser.add_argument("--rows", type=int, default=None, help="only so many of them")
    parser.add_argument("--mode", choices=("polish", "minimal"), default="polish")
    parser.add_argument("--at-once", type=int, default=1, help="so many calls at the same time")
    parser.add_argument("--answers", type=Path, metavar="FILE", help="write each draft with its answer")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
