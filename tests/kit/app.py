"""The application on in-memory fakes: a coach that answers what it is told, keys, limits and a log to look into."""

import io
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from service.adapters.log_lines import LogLines
from service.adapters.telemetry import Telemetry
from service.core.checks.phrase import Phrase
from service.core.compiling import Policy, compile_policy
from service.core.jobs import BulkFigures
from service.core.phrasing import Cue, PhrasebookEntry, Reply, Scenario
from service.core.policy import ExampleEntry, Examples, PolicyFiles, PolicyHead, Rule, Score
from service.core.results import (
    Attempt,
    Caller,
    Change,
    Checked,
    Draft,
    FactFate,
    Finding,
    Missing,
    PolicyStamp,
    Reason,
    Replacement,
    Report,
    Rewrite,
    ScenarioMatch,
    Segment,
    Severity,
    Source,
    Suggestion,
    Suggestions,
    Usage,
    Verdict,
)
from service.core.shapes import SourceEntry
from service.core.text import Span
from service.errors import NoModel, UnknownPolicy, UnknownScenario
from service.flow.bulk_jobs import Bulk
from service.flow.rewrite import Done, Event
from service.settings import Settings
from service.web.app import CoachApp, create_app
from tests.kit.memory_jobs import memory_bulk

STAMP = PolicyStamp("default", "1.0+0123abcd")
LOCAL = Caller("local", frozenset({"default"}), b"s" * 32)
SOURCE = Source("客服手册", "服务禁语", "10", "F024")


def a_policy() -> Policy:
    """A policy of one rule and one scenario."""
    source = SourceEntry(document="客服手册", section="服务禁语", item="10", manual_id="F024")
    rule = Rule(
        id="forbidden.not-knowing",
        title="以不知道作答",
        severity=Severity.ERROR,
        category="否定语",
        message="“{text}”把客户推开了。",
        why="客户需要办法。",
        source=source,
        check=Phrase(kind="phrase", any=("不知道",)),
        examples=Examples(
            match=(ExampleEntry(text="<<不知道>>。"),), no_match=(ExampleEntry(text="我帮您核实。"),)
        ),
    )
    scenario = Scenario(
        id="cannot-answer-now",
        title="暂时答不上来",
        source=source,
        cues=(Cue(any=("到哪了",)),),
        requires=("说明去核实",),
        replies=(Reply(text="我马上帮您核实。", does="take-over"),),
    )
    head = PolicyHead(
        name="default",
        title="服务规范",
        version="1.0",
        score=Score(base=70, error=30, warning=10, courtesies=()),
        offers=("核实",),
        commitments=(),
    )
    book = PhrasebookEntry(openings=(), apologies=(), empathy=(), thanks=(), offers=(), closings=())
    return compile_policy(
        PolicyFiles(head=head, rules=(rule,), scenarios=(scenario,), phrasebook=book, version=STAMP.version)
    )


def a_report(text: str) -> Report:
    """A finding on the first two characters, and something missing before them."""
    span = Span(0, min(2, len(text)))
    finding = Finding(
        "forbidden.not-knowing", Severity.ERROR, False, "否定语", "这样说把客户推开了。", "客户需要办法。",
        span, text[:2], (Replacement("我帮您核实一下"), Replacement("请稍等", safe=False)), SOURCE,
    )  # fmt: skip
    missing = Missing(
        "politeness.apology", Severity.WARNING, False, "礼貌", "拒绝之前请先致歉。", "先致歉，再说明。",
        span, 0, (Replacement("很抱歉，"),), SOURCE,
    )  # fmt: skip
    return Report(Verdict.BLOCK, 12, (finding,), (missing,))


@dataclass
class FakeReadiness:
    phase: Literal["starting", "running", "stopping"] = "running"
    cache: Literal["up", "down"] = "up"
    jobs: Literal["up", "down"] = "up"
    model: Literal["up", "down", "none", "open"] = "none"
    policy_version: str = STAMP.version
    reload_error: str | None = None
    bulk: BulkFigures | None = None


@dataclass
class FakeCoach:
    """Answers every draft alike; `fails` is raised instead, and `drafts` keeps what was asked."""

    fails: Exception | None = None
    breaks: Exception | None = None
    """What goes wrong behind the first events of a stream."""
    readiness: FakeReadiness = field(default_factory=FakeReadiness)
    drafts: list[tuple[Draft, Caller]] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    looks: int = 0
    started: bool = False
    closed: bool = False
    before_rewrite: Callable[[], Any] | None = None
    loaded: Policy = field(default_factory=a_policy)
    bulk: Bulk = field(default_factory=memory_bulk)

    async def check(self, draft: Draft, caller: Caller) -> Checked:
        """The canned report."""
        self._admit(draft, caller)
        return Checked(a_report(draft.text), ScenarioMatch("cannot-answer-now", "matched", 0.82), STAMP)

    async def rewrite(self, draft: Draft, caller: Caller) -> Rewrite:
        """The canned rewrite."""
        self._admit(draft, caller)
        if self.before_rewrite is not None:
            await self.before_rewrite()
        if draft.engine == "model":
            raise NoModel("No model is configured.")
        text = "很抱歉，我帮您核实一下。"
        return Rewrite(
            id="rw_0001", status="rewritten", text=text, engine="phrasebook", draft=draft,
            before=a_report(draft.text), after=Report(Verdict.PASS, 91, (), ()),
            changes=(Change("replace", Span(0, 2), draft.text[:2], "很抱歉", ("forbidden.not-knowing",)),),
            facts=(FactFate("tracking_number", "SF1234567890", True),),
            attempts=(Attempt("model", "m-1", "failed", (Reason("timeout", "no answer in time"),), 12.3456),),
            scenario=None, cache="miss", policy=STAMP, prompt_version="rewrite@v1", model=None, usage=Usage(),
            elapsed_ms=3.14159,
        )  # fmt: skip

    async def steps(self, draft: Draft, caller: Caller) -> AsyncGenerator[Event]:
        """The canned check, a sentence, an attempt, and the canned rewrite."""
        yield await self.check(draft, caller)
        yield Segment(0, 0, "很抱歉。")
        if self.breaks is not None:
            raise self.breaks
        done = await self.rewrite(draft, caller)
        yield done.attempts[0]
        yield Done(done)

    async def suggestions(
        self, draft: Draft, count: int, caller: Caller
    ) -> AsyncGenerator[Suggestion | Suggestions]:
        """One canned reply, then the whole answer; `counts` keeps how many were asked for."""
        self._admit(draft, caller)
        self.counts.append(count)
        one = Suggestion(
            "sg_0001", "很抱歉，我帮您核实一下。", "phrasebook", None, "cannot-answer-now", 0.8, "take-over",
            Source("手册", "第一篇", "1", "S001"),
        )  # fmt: skip
        yield one
        match = ScenarioMatch("cannot-answer-now", "matched", 0.8, ("到哪",))
        yield Suggestions("sg_0000", match, (match,), (one,), None, STAMP, (), None, Usage(), 1.5)

    def policy(self, name: str, caller: Caller) -> Policy:
        """The one policy, when granted."""
        if name not in caller.policies or name != "default":
            raise UnknownPolicy("Known are default.")
        return self.loaded

    def ready(self) -> FakeReadiness:
        """What the test says."""
        return self.readiness

    async def look_at_jobs(self) -> None:
        """Counted."""
        self.looks += 1

    async def start(self) -> None:
        """Noted."""
        self.started = True

    async def close(self) -> None:
        """Noted."""
        self.closed = True

    def _admit(self, draft: Draft, caller: Caller) -> None:
        self.drafts.append((draft, caller))
        if self.fails is not None:
            raise self.fails
        self.policy(draft.policy, caller)
        if draft.scenario is not None and draft.scenario != "cannot-answer-now":
            raise UnknownScenario("Known are cannot-answer-now.")


@dataclass
class FakeKeys:
    """Callers by key; with none, everybody is the local tenant."""

    callers: Mapping[str, Caller] | None = None
    error: str | None = None

    def find(self, key: str | None) -> Caller | None:
        """The caller of a key."""
        if self.callers is None:
            return LOCAL
        return self.callers.get(key or "")


@dataclass
class FakeLimits:
    """Waits that the next calls are told, zero after them."""

    waits: list[float] = field(default_factory=list)
    taken: list[tuple[str, int]] = field(default_factory=list)

    async def take(self, tenant: str, per_minute: int) -> float:
        """The next wait."""
        self.taken.append((tenant, per_minute))
        return self.waits.pop(0) if self.waits else 0.0


class Bench:
    """One application with all its fakes in reach."""

    def __init__(
        self,
        coach: FakeCoach | None = None,
        keys: FakeKeys | None = None,
        limits: FakeLimits | None = None,
        **settings: Any,
    ) -> None:
        self.coach = coach or FakeCoach()
        self.keys = keys or FakeKeys()
        self.limits = limits or FakeLimits()
        self.stream = io.BytesIO()
        self.lines = LogLines(self.stream)
        self.telemetry = Telemetry(self.lines, settings.pop("log_level", "debug"))
        self.app: CoachApp = create_app(
            self.coach, Settings(**settings), self.keys, self.limits, self.telemetry
        )

    def log(self) -> bytes:
        """All that was logged so far."""
        self.lines.flush()
        return self.stream.getvalue()

    def log_lines(self) -> list[dict[str, Any]]:
        """The same, line by line."""
        return [msgspec.json.decode(line) for line in self.log().splitlines()]
