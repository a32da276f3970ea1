"""The shapes of LanguageTool's public API, as they are documented here; `languagetool_wire.py` writes them."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from service.core.results import MAX_DRAFT_CHARS
from service.web.answers import Answer
from service.web.requests import Body


class LanguageToolIn(Body):
    """A text to check, as a form or as JSON; parameters that are not named here are passed over."""

    model_config = ConfigDict(extra="allow")

    text: str | None = Field(None, max_length=MAX_DRAFT_CHARS)
    """The draft; `text` or `data` is needed."""
    data: str | dict[str, Any] | None = None
    """`{"annotation": [{"text": …}, {"markup": …, "interpretAs": …}]}` for a draft with markup."""
    language: str | None = None
    """`zh`, any `zh-…`, or `auto` (also when absent); nothing is found in other languages."""
    enabledRules: str | None = None  # noqa: N815 - the API's own name, here and below
    """Rule ids with commas between, told even where `level` would leave them out."""
    disabledRules: str | None = None  # noqa: N815
    """Rule ids that are not told."""
    enabledCategories: str | None = None  # noqa: N815
    """Category ids or names, treated like `enabledRules`."""
    disabledCategories: str | None = None  # noqa: N815
    """Category ids or names that are not told."""
    enabledOnly: bool | Literal["true", "false", "yes", "no"] | None = None  # noqa: N815
    """Tell what is enabled by name and nothing else."""
    level: str | None = None
    """`picky` tells `info` items too."""
    apiKey: str | None = None  # noqa: N815
    """A key of this service, where no `Authorization` can be sent; `username` is passed over."""


class SoftwareOut(Answer):
    """Who answers."""

    name: str
    version: str
    buildDate: str  # noqa: N815
    apiVersion: Literal[1]  # noqa: N815
    premium: bool
    premiumHint: str  # noqa: N815
    status: str


class InfoOut(Answer):
    """What clients ask for at their start."""

    software: SoftwareOut


class LanguageToolLanguageOut(Answer):
    """A language that is checked."""

    name: str
    code: str
    longCode: str  # noqa: N815


class LanguageToolOut(Answer):
    """The answer to a check: every offset and length is in UTF-16 code units of the text as sent."""

    software: SoftwareOut
    warnings: dict[str, bool]
    language: dict[str, Any]
    """`name`, `code`, and `detectedLanguage` with the share of Chinese letters as its `confidence`."""
    matches: list[dict[str, Any]]
    """A finding, or words that ought to be there: `UnknownWord` is an error, `Other` a warning, `Hint` an info."""
    sentenceRanges: list[list[int]]  # noqa: N815
    extendedSentenceRanges: list[dict[str, Any]]  # noqa: N815
