"""`ports.Apart` without a process: it dies of the texts that a test names, and answers the others."""

from collections.abc import Callable
from dataclasses import dataclass, field

from service.core.job_lines import read_row
from service.core.results import Caller
from service.errors import JobsUnavailable
from service.flow.bulk import Rewriter
from service.flow.bulk_apart import answer_apart
from service.ports import ProcessDied


@dataclass
class ApartHere:
    """Each text dies as often as `deadly` says; `asked` holds the texts in the order in which they came."""

    rewriter: Rewriter
    callers: Callable[[str, str], Caller]
    deadly: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    heard: list[Exception] = field(default_factory=list)
    """What went wrong with a row, as its process would log it."""
    gone: bool = False

    async def ask(self, asked: bytes) -> bytes:
        """The answer, or death."""
        if self.gone:
            raise JobsUnavailable("gone")
        text = read_row(asked.split(b"\n", 2)[2]).text
        self.asked.append(text)
        if self.deadly.get(text, 0) > 0:
            self.deadly[text] -= 1
            raise ProcessDied
        return await answer_apart(asked, self.callers, self.rewriter, self.heard.append)
