"""What the checker says of a row, and how that compares with what its author said."""

from collections.abc import Iterable
from typing import NamedTuple

from service.core.compiling import Policy
from service.core.results import Finding, Report, Severity, Verdict
from service.core.text import Span
from service.flow.examining import examine
from tests.eval.rows import Placed, Row


class Judged(NamedTuple):
    """A row with the checker's report on it."""

    place: str
    row: Row
    report: Report

    @property
    def flagged(self) -> bool:
        """Whether the checker asks for any change."""
        return self.report.verdict is not Verdict.PASS

    @property
    def blocked(self) -> bool:
        """Whether the checker refuses the reply as it stands."""
        return self.report.verdict is Verdict.BLOCK

    @property
    def offences(self) -> list[Finding]:
        """The errors and warnings; what is only told counts for nothing."""
        return [finding for finding in self.report.findings if finding.severity is not Severity.INFO]

    @property
    def at_the_span(self) -> list[bool]:
        """For each offence whether it touches the words that a person underlined; none without such words."""
        underlined = self.row.underlined
        return [] if underlined is None else [overlap(one.span, underlined) for one in self.offences]


def overlap(one: Span, other: Span) -> bool:
    """Whether two ranges share a character."""
    return one.start < other.end and other.start < one.end


def judged(policy: Policy, rows: Iterable[Placed]) -> list[Judged]:
    """Each row with its report, in order."""
    return [Judged(place, row, examine(row.draft, policy)[1]) for place, row in rows]
