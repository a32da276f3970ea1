"""The attempts over the real adapter, against a server that misbehaves on real sockets."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate

import pytest

from service.adapters.clock import SystemClock
from service.adapters.openai_model import OpenAIModel
from service.core.messages import Message
from service.flow.attempts import Attempts, Budget
from tests.kit.asking import ask
from tests.kit.fake_model import FakeModel
from tests.kit.model_scripts import (
    Script,
    by_model,
    drip,
    echo,
    fixed,
    html,
    reset,
    sequence,
    stall,
    status,
    truncate,
)

# The promise is 100 ms after the deadline; three times that, as two cores are shared.
LATE_S = 0.3
# The SDK looks at the machine before its first call.
CONNECT_ALLOWANCE_S = 1.0


@asynccontextmanager
async def attempting(script: Script, *models: str) -> AsyncIterator[tuple[FakeModel, Attempts]]:
    """Attempts over a real adapter and a fake server."""
    async with FakeModel(script) as fake:
        model = OpenAIModel(fake.base_url, "sk-test")
        try:
            yield fake, Attempts(model, models or ("m",), SystemClock())
        finally:
            await model.close()


async def attempt(attempts: Attempts, deadline_s: float = 8.0) -> tuple[str | None, list[str]]:
    """One request: its text, and the codes of its failed calls."""
    budget = Budget(time.monotonic() + deadline_s)
    reply, failed = await ask(attempts, (Message("user", "不知道"),), 0.3, 100, budget)
    return reply.text if reply else None, [item.reasons[0].code for item in failed]


def http_date(in_s: float) -> str:
    """An instant from now, as servers write it."""
    return formatdate(time.time() + in_s, usegmt=True)


@pytest.mark.parametrize(
    "headers", [{"Retry-After": "100"}, {"Retry-After": "9999"}, {"Retry-After": http_date(3600)}]
)
async def test_a_long_retry_after_costs_no_wait(headers: dict[str, str]) -> None:
    """A server that asks for more than the deadline is called once, and the phrasebook may answer at once (R16)."""
    async with attempting(status(429, headers)) as (fake, attempts):
        begun = time.monotonic()
        assert await attempt(attempts) == (None, ["rate_limited"])
        assert time.monotonic() - begun <= 3 * 0.05 + CONNECT_ALLOWANCE_S
        assert len(fake.calls) == 1


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"Retry-After": "1"}, 1.0), ({"Retry-After": "0"}, 0.0), ({"retry-after-ms": "300"}, 0.3),
        ({"Retry-After": "-5"}, 0.0), ({"Retry-After": "soon"}, 0.0),
    ],
)  # fmt: skip
async def test_a_short_retry_after_is_obeyed(headers: dict[str, str], wait_s: float) -> None:
    """The second call comes after the time that the server asked for, and succeeds (R16)."""
    async with attempting(sequence(status(429, headers), fixed("您好"))) as (fake, attempts):
        assert await attempt(attempts) == ("您好", ["rate_limited"])
        first, second = fake.calls
        assert second.started - (first.ended or 0.0) >= wait_s


async def test_a_storm_of_429_is_not_answered_with_a_storm() -> None:
    """200 requests at once against a rate limit make at most 220 calls, none within its `Retry-After` (R16, R17)."""
    async with attempting(status(429, {"Retry-After": "1"})) as (fake, attempts):
        begun = time.monotonic()
        results = await asyncio.gather(*(attempt(attempts, 4.0) for _ in range(200)))
        assert time.monotonic() - begun <= 4.0 + LATE_S
        assert all(text is None and set(codes) <= {"rate_limited", "breaker_open"} for text, codes in results)
        assert len(fake.calls) <= 220


DEAD = {"500": status(500), "529": status(529), "reset": reset(), "cut": truncate(), "web page": html()}


@pytest.mark.parametrize("name", DEAD)
async def test_total_failure_costs_five_calls(name: str) -> None:
    """One after the other, a thousand requests to a dead model make five calls; the breaker answers the rest (R1, R17)."""
    async with attempting(DEAD[name]) as (fake, attempts):
        results = [await attempt(attempts) for _ in range(1000)]
        assert len(fake.calls) == 5
        assert all(text is None for text, _ in results)
        assert [codes for _, codes in results[5:]] == [["breaker_open"]] * 995


async def test_a_wrong_model_name_does_not_stop_the_other() -> None:
    """With a wrong first model the second answers everything, and the first is called once (R25)."""
    missing = status(404, body=b'{"error":{"code":"model_not_found"}}')
    async with attempting(by_model({"a": missing, "b": fixed("您好")}), "a", "b") as (fake, attempts):
        assert await attempt(attempts) == ("您好", ["misconfigured"])
        for _ in range(20):
            assert await attempt(attempts) == ("您好", [])
        assert [seen.request["model"] for seen in fake.calls].count("a") == 1
        assert attempts.counters.failures == {"misconfigured": 1}


@pytest.mark.parametrize("code", [401, 403, 404])
async def test_a_wrong_key_is_tried_once(code: int) -> None:
    """A refused key is not retried, neither by the request nor by those after it (R25)."""
    async with attempting(status(code)) as (fake, attempts):
        assert await attempt(attempts) == (None, ["misconfigured"])
        assert await attempt(attempts) == (None, ["breaker_open"])
        assert len(fake.calls) == 1


HANGING = {
    "silence": stall(),
    "drip": drip(interval_s=0.02),
    "503, then silence": sequence(status(503), stall()),
}


@pytest.mark.parametrize("name", HANGING)
async def test_the_deadline_holds_through_the_loop(name: str) -> None:
    """Retries included, a request ends at its deadline whatever the server does (R18)."""
    async with attempting(HANGING[name]) as (_, attempts):
        begun = time.monotonic()
        text, codes = await attempt(attempts, deadline_s=1.0)
        assert text is None
        assert codes[-1] == "timeout"
        assert 0.9 <= time.monotonic() - begun <= 1.0 + LATE_S


async def test_the_echo_comes_back_through_everything() -> None:
    """Loop, adapter and server together give back the last message."""
    async with attempting(echo()) as (_, attempts):
        assert await attempt(attempts) == ("不知道", [])
