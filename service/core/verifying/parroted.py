"""Clauses that a candidate only repeats: the customer's words as if they were the agent's, or the draft's twice."""

from collections.abc import Iterator

from service.core.compiling import Policy
from service.core.masking import TOKEN_LIKE
from service.core.once import once_per_policy
from service.core.results import Finding, Missing, Reason
from service.core.text import Normalized, squeezed
from service.core.verifying.sources import Sources

_LEAST_TOLD = 6
_LEAST = 4
"""A clause of fewer characters (您好, 好的) is nobody's own."""


@once_per_policy
def _usual(policy: Policy) -> str:
    """All that the policy's own lines and replies say, squeezed, a line break between two."""
    book = policy.files.phrasebook
    lines = (
        *book.openings,
        *book.apologies,
        *book.empathy,
        *book.thanks,
        *book.offers,
        *book.closings,
        *book.fallbacks,
    )
    replies = [reply.text for scenario in policy.files.scenarios for reply in scenario.replies]
    return "\n".join(map(squeezed, (*[line.text for line in lines], *replies)))


def repeated(sources: Sources, text: Normalized) -> Iterator[Reason]:
    """One reason if a clause stands here more often than the draft and the agent say it, and somebody does say it.

    That is how a reply looks that does what a text asked of the model.
    """
    yield from _unmasked(sources, text.raw)
    yield from _guidance(sources, text)
    heard = [squeezed(sources.customer_words)] if sources.customer_words else []
    said = [sources.reading.draft.squeezed, *[source.squeezed for source in sources.own]]
    whole = "\n".join((*heard, *said))
    for clause in text.clauses:
        words = squeezed(TOKEN_LIKE.sub("", clause.text))
        if len(words) < _LEAST or words not in whole:
            continue
        if text.squeezed.count(words) > sum(source.count(words) for source in said) and words not in _usual(
            sources.policy
        ):
            yield Reason("echo", "照搬了对话里的话")
            return


def _guidance(sources: Sources, text: Normalized) -> Iterator[Reason]:
    """One reason when a clause is a piece of what the rules tell the agent, and of no words that it may use."""
    found: list[Finding | Missing] = [*sources.before.findings, *sources.before.missing]
    if not found:
        return
    told = [squeezed(f"{one.why}{one.message}") for one in found]
    offered = [squeezed(other.text) for one in found for other in one.replacements]
    said = "".join([sources.reading.draft.squeezed, *offered])
    for clause in text.clauses:
        words = squeezed(clause.text)
        if len(words) >= _LEAST_TOLD and words not in said and any(words in one for one in told):
            yield Reason("echo", "照搬了说明文字")
            return


def _unmasked(sources: Sources, candidate: str) -> Iterator[Reason]:
    """One reason for each hidden value that stands in the open as well, and more often in all than in the draft."""
    for token in sources.masked.tokens:
        if token.count_in_draft and len(token.text) >= _LEAST and token.text in candidate:
            count = candidate.count(token.text) + candidate.count(token.name)
            if count > token.count_in_draft:
                yield Reason("token_misused", f"{token.name} 多于原文的 {token.count_in_draft} 处")
