"""One rewrite under way: what is known of it, how a candidate is judged, and the answer it ends as."""

import secrets
from dataclasses import dataclass, field

from service.core import phrasebook
from service.core.cache_key import CacheKey, cache_key
from service.core.changes import edits, told
from service.core.checking import check
from service.core.compiling import Policy
from service.core.lazy import lazy
from service.core.masking import Masked, unmask
from service.core.prompting import PromptBook
from service.core.reading import Reading
from service.core.results import (
    Attempt,
    CacheState,
    Caller,
    Draft,
    Engine,
    FactFate,
    Reason,
    Report,
    Rewrite,
    Status,
    Usage,
)
from service.core.verifying import Judgement, all_kept, judge, judge_again
from service.flow.attempts import Attempts
from service.flow.recall import Proof, Recall
from service.ports import Cache, Clock, Flights


@dataclass(frozen=True, slots=True)
class Ports:
    """What the flow needs of the outside."""

    attempts: Attempts
    cache: Cache
    flights: Flights
    clock: Clock
    recall: Recall = field(default_factory=Recall)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A text that passed every check, and the report on it."""

    text: str
    masked_text: str
    after: Report
    engine: Engine
    model: str | None = None
    facts: tuple[FactFate, ...] = ()
    """What became of each fact of the draft."""
    proof: Proof | None = None
    """The proof it leaves by, when it was given before."""


@dataclass
class Work:
    """One request; it changes while it goes on and never outlives it."""

    draft: Draft
    caller: Caller
    policy: Policy
    prompts: PromptBook
    ports: Ports
    started: float
    reading: Reading
    before: Report
    """On the draft that is worked with: without what is no part of a reply."""
    said: Report
    """On the draft as sent."""
    masked: Masked
    asks_model: bool
    streams: bool = False
    """Whether the caller wants to see sentences before the reply is whole."""
    attempts: list[Attempt] = field(default_factory=list)
    input_tokens: int = 0
    output_tokens: int = 0

    def judge(
        self, candidate: str, engine: Engine, model: str | None = None
    ) -> Delivery | tuple[Reason, ...]:
        """Steps 8, 10 and 11: a delivery, or the reasons why the candidate must not leave."""
        judged = judge(
            self.policy, self.masked, candidate, self.reading, self.before,
            canaries=self.prompts.canaries, matter=self.matter if engine == "model" else None,
        )  # fmt: skip
        return _delivery(judged, candidate, engine, model)

    def judge_again(self, candidate: str, model: str) -> Delivery | tuple[Reason, ...]:
        """The same for a model's text from the store, by the proof given before if there is one."""
        proof = self.ports.recall.proofs.get(self._proof_name(candidate))
        if proof is None:
            return self.judge(candidate, "model", model)
        text = unmask(candidate, self.masked)
        after = self.ports.recall.report(
            self.caller.tenant, self.policy, self.draft, self.reading.scenario, text,
            lambda: check(self.policy, self.reading.with_draft(text)),
        )  # fmt: skip
        judged = judge_again(self.masked, text, after, proof.rules)
        return _delivery(judged, candidate, "model", model, proof)

    def _proof_name(self, candidate: str) -> bytes:
        # Whatever the tokens hide is part of what was proved; the key holds all the rest.
        hidden = "\x00".join([f"{token.name}{token.text}" for token in self.masked.tokens])
        return self.ports.recall.proofs.name((self.key.name, hidden, self.draft.text, candidate))

    def _proved(self, delivery: Delivery) -> Proof:
        """How a delivery came about; for a model's text this is kept."""
        if delivery.proof is not None:
            return delivery.proof
        proof = Proof(tuple([fate.rule for fate in delivery.facts]), edits(self.draft.text, delivery.text))
        if delivery.engine == "model":
            self.ports.recall.proofs.put(self._proof_name(delivery.masked_text), proof)
        return proof

    @lazy
    def matter(self) -> str | None:
        """What the phrasebook makes of the draft: a model may say it better, and not less."""
        return next(phrasebook.candidates(self.policy, self.masked, self.reading, self.draft.mode), None)

    @lazy
    def key(self) -> CacheKey:
        """What makes this request the same as another."""
        masked, reading, prompts = self.masked, self.reading, self.prompts
        history = "\x00".join(f"{turn.role}:{turn.text}" for turn in masked.history)
        return cache_key(
            self.caller.tenant,
            self.caller.secret,
            (
                masked.draft, masked.customer, history, reading.scenario.id if reading.scenario else None,
                reading.channel, reading.stage, ",".join(sorted(reading.known)), reading.title, self.draft.mode,
                self.policy.stamp.name, self.policy.stamp.version, prompts.rewrite.version, prompts.repair.version,
                "\x00".join(self.ports.attempts.models),
                f"{prompts.rewrite.temperature} {prompts.rewrite.max_tokens}",
            ),
        )  # fmt: skip

    def end(self, delivery: Delivery | None, state: CacheState) -> Rewrite:
        """The whole answer; without a delivery it needs review."""
        draft = self.draft
        hit = state == "hit"
        status: Status = "needs_review"
        if delivery is not None:
            status = "unchanged" if delivery.text == draft.text else "rewritten"
        return Rewrite(
            id="rw_" + secrets.token_hex(12),
            status=status,
            text=delivery.text if delivery else None,
            engine=delivery.engine if delivery else "none",
            draft=draft,
            before=self.said,
            after=delivery.after if delivery else None,
            changes=(
                told(draft.text, delivery.text, self._proved(delivery).edits, self.said) if delivery else ()
            ),
            facts=delivery.facts if delivery else all_kept(self.masked),
            attempts=() if hit else tuple(self.attempts),
            scenario=self.reading.scenario,
            cache=state,
            policy=self.policy.stamp,
            prompt_version=self.prompts.rewrite.version if self.asks_model else None,
            model=delivery.model if delivery else None,
            usage=Usage() if hit else Usage(self.input_tokens, self.output_tokens),
            elapsed_ms=(self.ports.clock.monotonic() - self.started) * 1000,
        )


def _delivery(
    judged: Judgement, candidate: str, engine: Engine, model: str | None, proof: Proof | None = None
) -> Delivery | tuple[Reason, ...]:
    """A judgement as what may leave, or as the reasons why nothing does."""
    if judged.reasons or judged.after is None:
        return judged.reasons
    return Delivery(judged.text, candidate, judged.after, engine, model, judged.facts, proof)
