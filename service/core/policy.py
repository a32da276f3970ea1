"""The shape of `policy/*.yaml`: rules, scenarios, phrasebook, spellings and the company's data.

Every model is frozen and refuses unknown fields; a mistake names its path. What is read here is compiled for
the hot path by `core/compiling.py`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from service.core.checks import Check
from service.core.checks.pattern import Linear
from service.core.results import Channel, Severity, Stage

RuleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*$")]
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


def _safe(value: Any) -> Any:
    """A bare string is a safe replacement."""
    return {"text": value} if isinstance(value, str) else value


class ReplacementEntry(Shape):
    """Other words; a bare string is safe, `{text, safe: false}` needs a person."""

    text: Words
    safe: bool = True


Replacements = tuple[
    Annotated[ReplacementEntry, BeforeValidator(_safe, json_schema_input_type=Words | ReplacementEntry)], ...
]


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


class Examples(Shape):
    """The rule's own test: `match` marks each span `<<so>>`, `no_match` must stay silent."""

    match: tuple["Example", ...] = Field(min_length=1)
    no_match: tuple["Example", ...] = Field(min_length=1)


def _text_only(value: Any) -> Any:
    """A bare string is an example without context."""
    return {"text": value} if isinstance(value, str) else value


class ExampleContext(Shape):
    """The context of an example, where the rule needs one."""

    customer_message: str | None = None
    agent_said: str | None = None
    scenario: Slug | None = None
    channel: Channel | None = None
    stage: Stage | None = None
    surname: str | None = None
    agent_id: str | None = None


class ExampleEntry(Shape):
    """One example; for a gap the text is marked `<<because>>`, or not at all, and `^` stands where words are missing."""

    text: Words
    context: ExampleContext = ExampleContext()


Example = Annotated[ExampleEntry, BeforeValidator(_text_only, json_schema_input_type=Words | ExampleEntry)]


class Rule(Shape):
    """One rule of the policy."""

    id: RuleId
    title: Words
    status: Literal["trial", "stable", "retired"] = "stable"
    severity: Severity
    severity_by_channel: dict[Channel, Severity | Literal["off"]] = Field(default_factory=dict)
    """A channel where the rule weighs differently, or is off."""
    category: Words
    message: Words
    """`{text}` stands for the words found."""
    why: Words
    source: SourceEntry
    also: tuple[SourceEntry, ...] = ()
    """Further places of the manual that this rule carries."""
    when: When = When()
    check: Check
    replacements: Replacements = ()
    examples: Examples


class RuleFile(Shape):
    """`rules/<theme>.yaml`."""

    theme: Slug
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _ids_carry_the_theme(self) -> "RuleFile":
        for rule in self.rules:
            if not rule.id.startswith(self.theme + "."):
                raise ValueError(f"rule id '{rule.id}' does not begin with the theme '{self.theme}.'")
        return self


class Cue(Shape):
    """Words by which a customer's message shows a scenario; each cue counts once, with its weight (0-1)."""

    any: tuple[Words, ...] = Field(min_length=1)
    weight: float = Field(gt=0, le=1, default=0.5)


class Reply(Shape):
    """A reply that passes the policy; slots are `${customer} ${company} ${hotline} ${hours} ${agent_id}`."""

    text: Words
    does: Literal["solve", "ask", "take-over", "refuse", "greet", "close"]
    channel: tuple[Channel, ...] = ()


class Scenario(Shape):
    """One situation of the manual."""

    id: Slug
    title: Words
    source: SourceEntry
    also: tuple[SourceEntry, ...] = ()
    stage: tuple[Stage, ...] = ()
    channel: tuple[Channel, ...] = ()
    cues: tuple[Cue, ...] = ()
    requires: tuple[Words, ...] = ()
    """What a reply conveys, in order, for people and for the model."""
    avoid: tuple[Words, ...] = ()
    replies: tuple[Reply, ...] = ()


class ScenarioFile(Shape):
    """`scenarios/<theme>.yaml`."""

    theme: Slug
    scenarios: tuple[Scenario, ...]


class Line(Shape):
    """A sentence the phrasebook may add, and where it fits (the first that fits is taken)."""

    text: Words
    when: When = When()


class Turn(Shape):
    r"""Clause to clause: the part of a draft's clause that `pattern` matches becomes `to`.

    The pattern is RE2 and runs over the plain reading; `^` and `$` tie it to the whole clause. `\1` .. `\9` in
    `to` stand for the groups as the draft writes them; an empty `to` takes the words away. Where `to` ends in a full
    stop or question mark, the clause ends its sentence with it. `anchors` wake the turn.
    """

    anchors: tuple[Words, ...] = Field(min_length=1)
    pattern: Linear
    to: str
    when: When = When()
    gloss: bool = False
    """It betters words that are fine: by itself no reason to touch a draft that passes."""
    examples: tuple[tuple[str, str], ...] = Field(min_length=1)
    """Pairs of clause and result."""


class PhrasebookEntry(Shape):
    """`phrasebook.yaml`: what the deterministic engine may say."""

    openings: tuple[Line, ...]
    apologies: tuple[Line, ...]
    empathy: tuple[Line, ...]
    thanks: tuple[Line, ...]
    offers: tuple[Line, ...]
    closings: tuple[Line, ...]
    fallbacks: tuple[Line, ...] = ()
    """Whole answers for a draft of which nothing useful is left and whose scenario has no reply."""
    said: dict[
        Literal["openings", "apologies", "empathy", "thanks", "offers", "closings"], tuple[Words, ...]
    ] = Field(default_factory=dict)
    """A line of the section is added only where none of these words stands in the draft's own clauses."""
    turns: tuple[Turn, ...] = ()


class Spelling(Shape):
    """Other ways to write a word: homophones, pinyin, initials, split characters."""

    of: Words
    also: tuple[Words, ...] = Field(min_length=1)


class SpellingFile(Shape):
    """`spellings.yaml`."""

    spellings: tuple[Spelling, ...]


class Courtesy(Shape):
    """A courtesy that raises the score once, by `points`, when any of its words is said."""

    id: Slug
    any: tuple[Words, ...] = Field(min_length=1)
    points: int = Field(ge=0, le=50)


class Score(Shape):
    """How the score is made: `base` plus courtesies, less a penalty for each finding; kept within 0-100.

    An offence costs its severity's penalty; a finding and the `missing` that names its words count once.
    """

    base: int = Field(ge=0, le=100)
    error: int = Field(ge=0, le=100)
    warning: int = Field(ge=0, le=100)
    courtesies: tuple[Courtesy, ...]


class Commitment(Shape):
    """Words that commit the company, by kind; nobody may add them to a draft that does not hold them."""

    kind: Literal["promise", "compensation", "deadline", "cause", "third-party"]
    any: tuple[Words, ...] = Field(min_length=1)
    unless: tuple[Words, ...] = ()
    """Longer words that hold one of `any` and commit to nothing."""


class Company(Shape):
    """The company's own data, a source of facts that every reply may state."""

    name: str = ""
    hotline: str = ""
    hours: str = ""


class Switches(Shape):
    """Decisions in which companies differ, and thresholds."""

    scenario_threshold: float = Field(ge=0, le=1, default=0.5)
    min_han_share: float = Field(ge=0, le=1, default=0.2)
    """Below this share of Han characters a draft is not judged, only noted."""


class PolicyHead(Shape):
    """`policy.yaml`."""

    name: Slug
    title: Words
    version: Words
    score: Score
    switches: Switches = Switches()
    offers: tuple[Words, ...]
    """Efforts of the agent's own that a reply may always promise."""
    commitments: tuple[Commitment, ...]
    company: Company = Company()


class KnownException(Shape):
    """A clean reply on which a rule is known to fire; an entry that no longer fires is a failure."""

    rule: RuleId
    reply: Words
    why: Words


class NotInText(Shape):
    """An entry of the manual that no text can show."""

    manual_id: Words
    why: Words


class PolicyFiles(Shape):
    """Everything that the folder of one policy says, read and validated."""

    head: PolicyHead
    rules: tuple[Rule, ...]
    scenarios: tuple[Scenario, ...]
    phrasebook: PhrasebookEntry
    spellings: tuple[Spelling, ...] = ()
    version: str
    """`policy.yaml`'s version and the first eight digits of the folder's digest."""

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "PolicyFiles":
        for noun, ids in (("rule", [r.id for r in self.rules]), ("scenario", [s.id for s in self.scenarios])):
            seen: set[str] = set()
            for one in ids:
                if one in seen:
                    raise ValueError(f"{noun} id '{one}' is used twice")
                seen.add(one)
        return self
