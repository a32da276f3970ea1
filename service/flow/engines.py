"""The two engines: a model that is asked, verified and repaired, and the phrasebook that always knows something."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import chain, islice

from service.core import phrasebook
from service.core.prompting import repair_messages, rewrite_messages
from service.core.results import Attempt, Reason, Segment, Verdict
from service.flow.attempts import Budget
from service.flow.segments import Segments
from service.flow.work import Delivery, Work
from service.ports import ModelDelta, ModelReply

MAX_REPAIRS = 2
MAX_LOST = 0.2
"""The share of a passing draft's characters that polishing may replace."""
MAX_CANDIDATES = 6
"""So many texts of the phrasebook are put to the test, the plainer ones last."""


async def ask_model(work: Work, budget: Budget) -> AsyncGenerator[Attempt | Segment | Delivery]:
    """Steps 6 to 8, as they happen: ask, verify, repair at most twice. A delivery, if there is one, comes last."""
    clock, prompt = work.ports.clock, work.prompts.rewrite
    asked = rewrite_messages(prompt, work.policy, work.masked, work.reading, work.before, work.draft.mode)
    messages = asked
    for repairs in range(MAX_REPAIRS + 1):
        begun = clock.monotonic()
        reply: ModelReply | None = None
        failed_ms = 0.0
        segments = Segments(work)
        calls = work.ports.attempts.run(
            messages, prompt.temperature, prompt.max_tokens, budget, stream=work.streams
        )
        async with aclosing(calls) as items:
            async for item in items:
                if isinstance(item, ModelDelta):
                    if (segment := segments.feed(item.text)) is not None:
                        yield segment
                elif isinstance(item, Attempt):
                    failed_ms += item.elapsed_ms
                    yield item
                    segments = Segments(work)
                else:
                    reply = item
        if reply is None:
            return
        work.input_tokens += reply.input_tokens
        work.output_tokens += reply.output_tokens
        elapsed_ms = (clock.monotonic() - begun) * 1000 - failed_ms
        judged = _judge_reply(work, reply)
        if isinstance(judged, Delivery):
            if work.streams and (segment := segments.rest(judged)) is not None:
                yield segment
            yield Attempt("model", reply.model, "accepted", (), elapsed_ms)
            yield judged
            return
        yield Attempt("model", reply.model, "rejected", judged, elapsed_ms)
        if repairs < MAX_REPAIRS:
            prompt = work.prompts.repair
            messages = repair_messages(prompt, asked, reply.text, judged, work.masked)


def ask_phrasebook(work: Work) -> tuple[Delivery | None, Attempt]:
    """The deterministic engine's answer, each verified like a model's, and the attempt that tells of it."""
    clock = work.ports.clock
    begun = clock.monotonic()
    judged: Delivery | tuple[Reason, ...] = (Reason("empty", "the phrasebook has nothing to say"),)
    offered = islice(
        phrasebook.candidates(work.policy, work.masked, work.reading, work.draft.mode), MAX_CANDIDATES
    )
    # A draft that passes is an answer as it stands, whatever went wrong with polishing it.
    spare = (work.masked.draft,) if work.before.verdict is Verdict.PASS else ()
    for candidate in chain(offered, spare):
        # What passes may be polished, but no engine that works by set phrases may cut into it.
        if spare and not _keeps(work, candidate):
            continue
        judged = work.judge(candidate, "phrasebook")
        if isinstance(judged, Delivery):
            break
    elapsed_ms = (clock.monotonic() - begun) * 1000
    if isinstance(judged, Delivery):
        return judged, Attempt("phrasebook", None, "accepted", (), elapsed_ms)
    return None, Attempt("phrasebook", None, "rejected", judged, elapsed_ms)


def _keeps(work: Work, candidate: str) -> bool:
    """Whether nearly all the Han characters of a draft are still there, those of clauses that may offend aside."""
    draft = work.masked.draft
    said = _han(phrasebook.worth_keeping(work.policy, work.reading, draft))
    return (said - _han(candidate)).total() <= MAX_LOST * _han(draft).total()


def _han(text: str) -> Counter[str]:
    return Counter(char for char in text if char > "\u3400")


def _judge_reply(work: Work, reply: ModelReply) -> Delivery | tuple[Reason, ...]:
    if reply.refused:
        return (Reason("refusal", "the model's server filtered the answer"),)
    return work.judge(reply.text.strip(), "model", reply.model)
