"""One model call for everybody who asks the same, over processes, whatever becomes of the one who leads."""

import asyncio
import time

from tests.kit.bursts import burst
from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest
from tests.kit.model_scripts import sequence, truncate
from tests.kit.service import services

RUDE = "不知道，你找领导去。订单SF1234567890"
MODEL = {"OPENAI_API_KEY": "k", "COACH_MODEL": "fake"}


async def test_r29_a_thousand_equal_requests_are_one_call() -> None:
    """500 equal requests to each of two processes are answered by exactly one model call."""
    async with (
        FakeModel(honest(0.5)) as model,
        services(2, OPENAI_BASE_URL=model.base_url, **MODEL) as running,
    ):
        for coach in running:
            await coach.ready(cache="up")
        begun = time.monotonic()
        answers = await burst((coach, RUDE) for coach in running for _ in range(500))
        elapsed = time.monotonic() - begun
        assert len(model.calls) == 1
        assert {answer["status"] for answer in answers} == {"rewritten"}
        assert len({answer["text"] for answer in answers}) == 1
        assert elapsed < 3 * 5
        print(f"R29: 1000 requests, {len(model.calls)} call, {elapsed:.2f} s")


async def test_r30_a_leader_killed_in_mid_call_is_replaced() -> None:
    """Killing the process that leads: the followers elsewhere are answered after at most one further call."""
    async with (
        FakeModel(honest(1.5)) as model,
        services(2, OPENAI_BASE_URL=model.base_url, **MODEL) as [leader, other],
    ):
        lost = asyncio.create_task(leader.post("/rewrite", {"draft": RUDE}))
        await model.called.wait()
        begun = time.monotonic()
        followers = [asyncio.create_task(other.rewrite(RUDE)) for _ in range(20)]
        await asyncio.sleep(0.2)
        leader.kill()
        answers = await asyncio.gather(*followers)
        waited = time.monotonic() - begun
        await asyncio.gather(lost, return_exceptions=True)
        assert {answer["status"] for answer in answers} == {"rewritten"}
        assert len(model.calls) <= 2
        assert waited < 3 * (2 + 1) + 1.5
        print(f"R30: {len(model.calls)} calls, followers answered after {waited:.2f} s")


async def test_r30_a_failure_is_never_shared_as_a_success() -> None:
    """A leader's failed call leaves its followers to the phrasebook, and a second later the model is asked again."""
    script = sequence(truncate(ending="end"), then=honest())
    async with (
        FakeModel(script) as model,
        services(2, OPENAI_BASE_URL=model.base_url, **MODEL) as running,
    ):
        for coach in running:
            await coach.ready(cache="up")
        answers = await asyncio.gather(*(coach.rewrite(RUDE) for coach in running for _ in range(20)))
        assert {(answer["status"], answer["engine"]) for answer in answers} == {("rewritten", "phrasebook")}
        assert {answer["attempts"][0]["outcome"] for answer in answers} == {"failed"}
        assert {answer["cache"] for answer in answers} == {"miss"}
        assert len(model.calls) == 1
        await asyncio.sleep(1.1)
        after = [await coach.rewrite(RUDE) for coach in running]
        assert [(one["engine"], one["cache"]) for one in after] == [("model", "miss"), ("model", "hit")]
        assert len(model.calls) == 2


async def test_r30_the_leaders_client_leaves() -> None:
    """A leader whose client hangs up costs its followers nothing."""
    async with (
        FakeModel(honest(0.8)) as model,
        services(1, OPENAI_BASE_URL=model.base_url, **MODEL) as [coach],
    ):
        first = asyncio.create_task(coach.post("/rewrite", {"draft": RUDE}))
        await model.called.wait()
        followers = [asyncio.create_task(coach.rewrite(RUDE)) for _ in range(10)]
        await asyncio.sleep(0.1)
        first.cancel()
        answers = await asyncio.gather(*followers)
        assert {answer["engine"] for answer in answers} == {"model"}
        assert len(model.calls) <= 2
