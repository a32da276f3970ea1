"""The shape of `policy/*.yaml`: rules, scenarios, phrasebook, spellings and the company's data.

Every model is frozen and refuses unknown fields; a mistake names its path. What is read here is compiled for
the hot path by `core/compiling.py`.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from service.core.checks import Check
from service.core.phrasing import PhrasebookEntry, Scenario
from service.core.results import Channel, Severity, Stage
from service.core.shapes import Shape, Slug, SourceEntry, When, Words
from service.core.spelling import Spelling, Writing

RuleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*$")]


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
    title: str | None = None
    agent_id: str | None = None


class ExampleEntry(Shape):
    """One example; for a gap the text is marked `<<because>>`, or not at all, and `^` stands where words are missing."""

    text: Words
    context: ExampleContext = ExampleContext()


Example = Annotated[ExampleEntry, BeforeValidator(_text_only, json_schema_input_type=Words | ExampleEntry)]


Switch = Literal["agent_surname", "number_in_greeting", "miss_as_title", "passing_to_colleagues"]


class Rule(Shape):
    """One rule of the policy."""

    id: RuleId
    title: Words
    status: Literal["trial", "stable", "retired"] = "stable"
    severity: Severity
    severity_by_channel: dict[Channel, Severity | Literal["off"]] = Field(default_factory=dict)
    """A channel where the rule weighs differently, or is off."""
    gives_way: bool = False
    """Silent where the reply and the sentence at hand sound warm to `kind: tone`, unless a rule that does not give way objects too."""
    category: Words
    message: Words
    """`{text}` stands for the words found."""
    why: Words
    source: SourceEntry
    also: tuple[SourceEntry, ...] = ()
    """Further places of the manual that this rule carries."""
    switches: dict[Switch, bool] = Field(default_factory=dict)
    """Decisions of the company (`policy.yaml`) for which the rule is made; where one is different it is left out."""
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
    agent_surname: bool = False
    """Agents may give their own surname; else the employee number only."""
    number_in_greeting: bool = False
    """The first turn gives the employee number; else on request only."""
    miss_as_title: bool = False
    """小姐 is a form of address like 女士."""
    passing_to_colleagues: bool = True
    """A call for a colleague on business may be passed on with consent."""


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
    writing: Writing = Writing()
    tone: dict[str, int] = Field(default_factory=dict)
    """What each run of characters weighs for `kind: tone`, in hundredths of a logit."""
    curt: dict[str, int] = Field(default_factory=dict)
    """What each run weighs in a clause: above 0 in all, the phrasebook takes it for curt."""
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
