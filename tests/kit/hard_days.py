"""A service beside a scripted model: one draft at a time on a bad day, with what holds on every such day checked."""

import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from service.web.answers import RewriteOut
from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest
from tests.kit.model_scripts import Script
from tests.kit.service import Service, service

MODEL = "fake"


@dataclass(frozen=True)
class Asked:
    """One rewrite as its caller saw it."""

    draft: str
    answer: dict[str, Any]
    calls: int
    """Calls that the model's server saw for it."""
    wall_s: float

    @property
    def codes(self) -> list[str]:
        """The code of each attempt of a model that was not accepted; of several reasons the first."""
        return [one[0] for one in self.all_codes]

    @property
    def all_codes(self) -> list[list[str]]:
        """Every code of each attempt of a model that was not accepted."""
        tried = [one for one in self.answer["attempts"] if one["engine"] == "model"]
        return [[reason["code"] for reason in one["reasons"]] for one in tried if one["reasons"]]

    @property
    def by_phrasebook(self) -> bool:
        """Whether the phrasebook answered in the model's place, with a text that the policy passes."""
        return (self.answer["engine"], (self.answer["after"] or {}).get("verdict")) == ("phrasebook", "pass")


class HardDay:
    """A service and its model; each question is a draft of its own unless one is given."""

    def __init__(self, coach: Service, model: FakeModel) -> None:
        self.coach = coach
        self.model = model
        self._amounts = itertools.count(1000)

    def draft(self) -> str:
        """A draft that nobody has asked about: its amount is readable, so no other has its cache key."""
        return f"退款{next(self._amounts)}元，你找领导去，催什么催。"

    async def ask(self, script: Script | None = None, draft: str | None = None, **more: Any) -> Asked:
        """The rewrite of a draft while the model does as told; the findings must be those of `/check`."""
        if script is not None:
            self.model.script = script
        text = draft or self.draft()
        before, begun = len(self.model.calls), time.monotonic()
        answer = await self.coach.rewrite(text, **more)
        asked = Asked(text, answer, len(self.model.calls) - before, time.monotonic() - begun)
        context = {name: more[name] for name in ("context",) if name in more}
        checked = (await self.coach.post("/check", {"draft": text, **context})).json()
        assert answer["before"] == {name: checked[name] for name in answer["before"]}
        RewriteOut.model_validate(answer)
        return asked

    async def mend(self) -> None:
        """An honest answer, which closes the breaker again."""
        asked = await self.ask(honest())
        assert asked.answer["engine"] == "model", asked.answer["attempts"]


@asynccontextmanager
async def hard_day(deadline_s: float = 8.0, **environ: str) -> AsyncIterator[HardDay]:
    """A service of its own whose model is told what to do, question by question."""
    async with FakeModel(honest()) as model:
        settings = {
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": "k",
            "COACH_MODEL": MODEL,
            "COACH_DEADLINE_S": str(deadline_s),
        }
        async with service(**(settings | environ)) as coach:
            await coach.ready(cache="up")
            yield HardDay(coach, model)
