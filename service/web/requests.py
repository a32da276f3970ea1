"""The shapes of request bodies, and the one step from a decoded body to a `Draft`."""

from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from service.core.blank import is_blank
from service.core.results import (
    MAX_DRAFT_CHARS,
    MAX_TEXT_CHARS,
    CacheChoice,
    Channel,
    Draft,
    EngineChoice,
    Mode,
    Stage,
    Turn,
)
from service.errors import BadBody, InputProblem
from service.web.body import require_finite
from service.web.mistakes import MAX_COUNTED, refuse, refuse_crowd

MAX_TURNS = 50

Text = Annotated[str, StringConstraints(max_length=MAX_TEXT_CHARS)]


class Body(BaseModel):
    """A request body: unknown fields are mistakes, nothing is converted, null is as good as absent."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, use_attribute_docstrings=True
    )


class TurnIn(Body):
    """One turn of the conversation before the draft."""

    role: Literal["customer", "agent"]
    text: Text


class CustomerIn(Body):
    """What is known of the customer."""

    surname: Text | None = None
    """姓, as the agent may say it."""
    title: Text | None = None
    """先生, 女士 …; without one 您 is said, never a guess."""


class AgentIn(Body):
    """What is known of the agent."""

    id: Text | None = None
    """The number that the agent may give as their own."""


class ContextIn(Body):
    """All that is known around the draft."""

    customer_message: Text | None = None
    """What the customer wrote last; without it the last customer turn of `history` stands in."""
    history: Annotated[list[TurnIn], Field(max_length=MAX_TURNS, fail_fast=True)] | None = None
    """Earlier turns, oldest first; the last six count."""
    scenario: Text | None = None
    """The id of a scenario of the policy; without it the message is matched."""
    channel: Channel | None = None
    stage: Stage | None = None
    customer: CustomerIn | None = None
    agent: AgentIn | None = None


class CheckIn(Body):
    """A draft to check."""

    draft: Annotated[str, StringConstraints(max_length=MAX_DRAFT_CHARS)] = Field(
        json_schema_extra={"minLength": 1}
    )
    """The agent's words, exactly as typed; not blank."""
    context: ContextIn | None = None
    policy: Text | None = None
    """The name of a policy granted to the caller; `default` when absent."""


class RewriteIn(CheckIn):
    """A draft to rewrite."""

    mode: Mode | None = None
    """`polish` (default): the manual's style throughout. `minimal`: only what a rule found."""
    engine: EngineChoice | None = None
    """`auto` (default), `model`, or `phrasebook` (deterministic)."""
    cache: CacheChoice | None = None
    """`use` (default), `refresh` (ask the model anew), `bypass` (neither read nor write)."""
    metadata: dict[str, Any] | None = None
    """Any JSON object; given back as sent."""


class SuggestIn(ContextIn):
    """A customer's message to answer; one of `customer_message`, `history` and `scenario` is needed."""

    count: Annotated[int, Field(ge=1, le=3)] | None = None
    """How many replies at most, 1-3; 3 when absent."""
    policy: Text | None = None
    """The name of a policy granted to the caller; `default` when absent."""


_CHECK = TypeAdapter(CheckIn).validator
_REWRITE = TypeAdapter(RewriteIn).validator
_SUGGEST = TypeAdapter(SuggestIn).validator
_NO_CONTEXT = ContextIn()


def read_check(body: Any) -> Draft:
    """The draft of a decoded `/check` body.

    Raises `BadBody`, `DraftTooLong` for a text over its limit, and `BadJson` for a number over that of a double.
    """
    try:
        sent = cast(CheckIn, _CHECK.validate_python(_bounded(body)))
    except ValidationError as mistakes:
        if mistakes.error_count() <= MAX_COUNTED:
            require_finite(body)
        refuse(mistakes)
    return _draft(sent)


def read_rewrite(body: Any) -> Draft:
    """The draft of a decoded `/rewrite` body. Raises like `read_check`."""
    try:
        sent = cast(RewriteIn, _REWRITE.validate_python(_bounded(body)))
    except ValidationError as mistakes:
        if mistakes.error_count() <= MAX_COUNTED:
            require_finite(body)
        refuse(mistakes)
    return _draft(sent, sent.mode, sent.engine, sent.cache, sent.metadata)


def read_suggest(body: Any) -> tuple[Draft, int]:
    """The context of a decoded `/suggest` body as a draft without text, and how many replies at most.

    Raises like `read_check`.
    """
    try:
        sent = cast(SuggestIn, _SUGGEST.validate_python(_bounded(body)))
    except ValidationError as mistakes:
        if mistakes.error_count() <= MAX_COUNTED:
            require_finite(body)
        refuse(mistakes)
    if sent.customer_message is None and not sent.history and sent.scenario is None:
        problem = InputProblem("/customer_message", "missing", "Give customer_message, history or scenario.")
        raise BadBody("There is nothing to answer.", (problem,))
    return Draft(
        "", **_around(sent), policy="default" if sent.policy is None else sent.policy
    ), sent.count or 3


def _bounded(body: Any) -> Any:
    """The body, refused when it is a crowd of fields: to name each of 100,000 would hold everybody up."""
    if body.__class__ is dict:
        context = body.get("context")
        if len(body) > MAX_COUNTED or (context.__class__ is dict and len(context) > MAX_COUNTED):
            refuse_crowd()
    return body


def _draft(
    sent: CheckIn,
    mode: Mode | None = None,
    engine: EngineChoice | None = None,
    cache: CacheChoice | None = None,
    metadata: dict[str, Any] | None = None,
) -> Draft:
    if is_blank(sent.draft):
        problem = InputProblem("/draft", "blank", "The draft shows no character.")
        raise BadBody("The draft is blank.", (problem,))
    if metadata:
        require_finite(metadata)
    return Draft(
        text=sent.draft,
        **_around(sent.context or _NO_CONTEXT),
        policy="default" if sent.policy is None else sent.policy,
        mode=mode or "polish",
        engine=engine or "auto",
        cache=cache or "use",
        metadata=metadata or {},
    )


def _around(context: ContextIn) -> dict[str, Any]:
    """What is known around a draft."""
    customer, agent, history = context.customer, context.agent, context.history
    return {
        "customer_message": context.customer_message,
        "history": tuple([Turn(turn.role, turn.text) for turn in history]) if history else (),
        "scenario": context.scenario,
        "channel": context.channel,
        "stage": context.stage,
        "surname": customer.surname if customer else None,
        "title": customer.title if customer else None,
        "agent_id": agent.id if agent else None,
    }
