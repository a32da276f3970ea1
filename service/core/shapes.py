"""What all parts of a policy are made of: frozen models that refuse unknown fields, sources, and `when`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.core.results import Channel, Stage

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Words = Annotated[str, Field(min_length=1)]


class Shape(BaseModel):
    """A frozen model that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)


class SourceEntry(Shape):
    """Where in the manual a rule or scenario comes from."""

    document: Words
    section: str = ""
    item: str = ""
    manual_id: str = ""


class When(Shape):
    """Where a rule applies: every field that is given must hold. Lists mean any of."""

    scenario: tuple[Slug, ...] = ()
    channel: tuple[Channel, ...] = ()
    stage: tuple[Stage, ...] = ()
    customer_says: tuple[Words, ...] = ()
    """Any of these words stands in the customer's message."""
    draft_says: tuple[Words, ...] = ()
    """Any of these words stands in the draft (spelling variants included)."""
    knows: tuple[Literal["surname", "title", "agent_id", "company", "hotline", "hours"], ...] = ()
    """All of these are known from the context or the company's data."""
    already_said: tuple[Words, ...] = ()
    """Any of these words stands in an earlier turn of the agent."""
    unless: "When | None" = None
    """The rule is silent where all of this holds."""
