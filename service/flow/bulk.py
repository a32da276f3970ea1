"""What is done about one row of a job: the check and the rewrite that live drafts get, told as a `RowResult`."""

from collections.abc import Mapping
from typing import Any, Protocol, cast, get_args

from service.core.blank import is_blank
from service.core.jobs import Order, Row, RowResult, RowStatus, Seen
from service.core.results import (
    MAX_DRAFT_CHARS,
    MAX_TEXT_CHARS,
    CacheChoice,
    Caller,
    Channel,
    Checked,
    Draft,
    Report,
    Rewrite,
    Severity,
    Stage,
    Turn,
    Verdict,
)
from service.errors import UnknownScenario

MAX_TURNS = 50


class Rewriter(Protocol):
    """Whoever checks and rewrites drafts."""

    async def check(self, draft: Draft, caller: Caller) -> Checked:
        """The report on a draft."""
        ...

    async def rewrite(self, draft: Draft, caller: Caller) -> Rewrite:
        """The rewrite of a draft."""
        ...


async def work_row(
    row: Row, order: Order, caller: Caller, rewriter: Rewriter, cache: CacheChoice = "use"
) -> RowResult:
    """What comes of a row. A scenario that the policy does not have is as good as none.

    Raises what the rewriter raises, `UnknownPolicy` and `NoModel` above all: these are about the job, not the row.
    """
    if is_blank(row.text):
        return _result(row, "unchanged")
    if len(row.text) > MAX_DRAFT_CHARS:
        return _result(row, "needs_review", reasons=("too_long",))
    draft = draft_of(row, order, cache)
    try:
        return await _worked(row, order, draft, caller, rewriter)
    except UnknownScenario:
        unplaced = draft_of(Row(row.index, row.text, context={**row.context, "scenario": None}), order, cache)
        return await _worked(row, order, unplaced, caller, rewriter)


async def _worked(row: Row, order: Order, draft: Draft, caller: Caller, rewriter: Rewriter) -> RowResult:
    if order.dry_run:
        return _checked(row, await rewriter.check(draft, caller))
    return _rewritten(row, await rewriter.rewrite(draft, caller))


def draft_of(row: Row, order: Order, cache: CacheChoice = "use") -> Draft:
    """The draft that a row stands for; what of its context has no place in a draft is left out."""
    context = row.context
    customer, agent = _mapping(context.get("customer")), _mapping(context.get("agent"))
    channel, stage = context.get("channel"), context.get("stage")
    return Draft(
        row.text,
        customer_message=_text(context.get("customer_message")),
        history=_turns(context.get("history")),
        scenario=_text(context.get("scenario")),
        channel=cast("Channel", channel) if channel in get_args(Channel) else None,
        stage=cast("Stage", stage) if stage in get_args(Stage) else None,
        surname=_text(customer.get("surname")),
        title=_text(customer.get("title")),
        agent_id=_text(agent.get("id")),
        policy=order.policy,
        mode=order.mode,
        engine=order.engine,
        cache=cache,
    )


def seen(report: Report) -> Seen:
    """A report in short: each rule once, at its first place."""
    rules: dict[str, tuple[str, Severity, str]] = {}
    for finding in report.findings:
        rules.setdefault(finding.rule, (finding.rule, finding.severity, finding.text))
    for missing in report.missing:
        rules.setdefault(missing.rule, (missing.rule, missing.severity, ""))
    return Seen(report.verdict, report.score, tuple(rules.values()))


def failed(row: Row, reason: str) -> RowResult:
    """A row that came to nothing."""
    return _result(row, "failed", reasons=(reason,))


def _checked(row: Row, checked: Checked) -> RowResult:
    passes = checked.report.verdict is Verdict.PASS
    return _result(
        row,
        "unchanged" if passes else "needs_review",
        before=seen(checked.report),
        scenario=checked.scenario.id if checked.scenario else None,
        policy_version=checked.policy.version,
    )


def _rewritten(row: Row, done: Rewrite) -> RowResult:
    last = done.attempts[-1] if done.attempts else None
    reasons = tuple(dict.fromkeys(reason.code for reason in last.reasons)) if last else ()
    return _result(
        row,
        done.status,
        text=done.text if done.status == "rewritten" else None,
        reasons=reasons if done.status == "needs_review" else (),
        engine=done.engine,
        cache=done.cache,
        scenario=done.scenario.id if done.scenario else None,
        before=seen(done.before),
        after=seen(done.after) if done.after and done.status == "rewritten" else None,
        policy_version=done.policy.version,
        calls=sum(attempt.engine == "model" and attempt.model is not None for attempt in done.attempts),
        input_tokens=done.usage.input_tokens,
        output_tokens=done.usage.output_tokens,
        elapsed_ms=done.elapsed_ms,
    )


def _result(row: Row, status: RowStatus, **more: Any) -> RowResult:
    return RowResult(
        index=row.index,
        custom_id=row.custom_id,
        title=row.title,
        draft=row.text,
        status=status,
        **{"text": None, **more},
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str | None:
    return value[:MAX_TEXT_CHARS] if isinstance(value, str) and not is_blank(value) else None


def _turns(value: Any) -> tuple[Turn, ...]:
    said = [_mapping(turn) for turn in value[-MAX_TURNS:]] if isinstance(value, list) else []
    return tuple(
        Turn(turn["role"], turn["text"][:MAX_TEXT_CHARS])
        for turn in said
        if turn.get("role") in {"customer", "agent"} and isinstance(turn.get("text"), str)
    )
