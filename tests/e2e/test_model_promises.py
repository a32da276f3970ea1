"""The model's bad days through `/rewrite`: its trouble is the phrasebook's work, never the caller's error."""

import asyncio
import itertools
import time
import zlib
from collections.abc import Iterator
from email.utils import formatdate

from tests.contract.test_model_wire import BROKEN_WHOLE
from tests.kit.fake_model import FakeModel
from tests.kit.hard_days import hard_day
from tests.kit.honest_model import honest
from tests.kit.memory import rss_mb
from tests.kit.model_scripts import (
    Reply,
    Script,
    by_model,
    drip,
    html,
    raw,
    reset,
    stall,
    status,
    truncate,
)
from tests.kit.proxy import Proxy, Say

# The promise is 100 ms after the deadline; three times that, as two cores are shared.
LATE_S = 0.3
HANG_UP_S = 1.0
# The promise is 50 ms for the phrasebook where no wait can help.
AT_ONCE_MS = 50
MODEL_MEMORY_MB = 5


def once(first: Script, after: int) -> Script:
    """A script whose fault strikes the next call alone; `after` is how many calls there have been."""
    return lambda request, index: (first if index == after else honest())(request, index)


SHORT_WAITS = {
    "0": ({"Retry-After": "0"}, 0.0),
    "1": ({"Retry-After": "1"}, 1.0),
    "negative": ({"Retry-After": "-5"}, 0.0),
    "garbage": ({"Retry-After": "soon"}, 0.0),
    "milliseconds": ({"retry-after-ms": "300"}, 0.3),
}


async def test_r16_a_short_retry_after_is_waited_for() -> None:
    """A server that asks for a moment gets it, and the second call's answer is delivered within the deadline."""
    async with hard_day(3.0) as day:
        # The budget of retries is a tenth of the calls.
        await asyncio.gather(*(day.coach.rewrite(day.draft()) for _ in range(60)))
        for name, (headers, wait_s) in SHORT_WAITS.items():
            asked = await day.ask(once(status(429, headers), len(day.model.calls)))
            first, second = day.model.calls[-2:]
            assert (asked.answer["engine"], asked.codes, asked.calls) == ("model", ["rate_limited"], 2), name
            assert second.started - (first.ended or 0.0) >= wait_s, name
            assert asked.wall_s <= 3.0 + LATE_S


async def test_r16_a_long_retry_after_is_the_phrasebook_at_once() -> None:
    """A server that asks for more than the deadline is called once, and the caller waits for nobody."""
    later = formatdate(time.time() + 3600, usegmt=True)
    async with hard_day() as day:
        await day.mend()
        slowest = 0.0
        for value in ("100", "9999", later):
            asked = await day.ask(status(429, {"Retry-After": value}))
            assert asked.by_phrasebook
            assert (asked.codes, asked.calls) == (["rate_limited"], 1), value
            assert asked.answer["elapsed_ms"] <= 3 * AT_ONCE_MS
            slowest = max(slowest, asked.answer["elapsed_ms"])
            await day.mend()
        print(f"R16: phrasebook after {slowest:.0f} ms at most with Retry-After 100, 9999 and a date")


async def test_r16_r17_a_storm_is_not_answered_with_a_storm() -> None:
    """200 drafts at once against a rate limit are all answered by the deadline, with a tenth more calls at most."""
    async with hard_day(3.0) as day:
        day.model.script = status(429, {"Retry-After": "1"})
        begun = time.monotonic()
        answers = await asyncio.gather(*(day.coach.rewrite(day.draft()) for _ in range(200)))
        wall_s, calls = time.monotonic() - begun, len(day.model.calls)
        codes = {one["reasons"][0]["code"] for answer in answers for one in answer["attempts"][:-1]}
        assert {answer["engine"] for answer in answers} == {"phrasebook"}
        assert codes <= {"rate_limited", "breaker_open"}
        assert calls <= 220
        assert wall_s <= 3 * 3.0
        print(f"R16/R17: 200 at once, {calls} calls, {wall_s:.2f} s")


DEAD: dict[str, tuple[Script, str]] = {
    "500": (status(500), "unavailable"),
    "502": (status(502), "unavailable"),
    "503": (status(503), "unavailable"),
    "529": (status(529), "unavailable"),
    "reset before the head": (reset(), "connection"),
    "closed before the head": (lambda _request, _index: Reply(silent=True, ending="cut"), "connection"),
    "cut in the body": (truncate(), "connection"),
    "reset in the body": (truncate(ending="reset"), "connection"),
    "web page": (html(), "malformed"),
    "content filter": (raw(b'{"error":{"code":"content_filter"}}', status=400), "refusal"),
} | {name: (raw(body), code) for name, (body, code) in BROKEN_WHOLE.items()}


async def test_r17_r19_every_fault_has_its_reason_and_leaves_no_trace() -> None:
    """Each fault of wire or answer is a 200 by the phrasebook with its reason, at most two calls, and never cached."""
    async with hard_day() as day:
        drafts: list[str] = []
        for name, (script, code) in DEAD.items():
            asked = await day.ask(script)
            assert asked.by_phrasebook, name
            assert set(asked.codes) == {code}, name
            assert asked.calls <= (3 if code == "refusal" else 2), name
            assert asked.answer["cache"] == "miss"
            drafts.append(asked.draft)
            await day.mend()
        await day.model.stop()
        refused = await day.ask()
        assert refused.by_phrasebook
        assert set(refused.codes) == {"connection"}
        await day.model.start()
        # Beyond the second for which a flight without a text is known.
        await asyncio.sleep(1.1)
        again = [await day.ask(honest(), draft) for draft in (*drafts, refused.draft)]
        assert {(asked.answer["engine"], asked.answer["cache"]) for asked in again} == {("model", "miss")}
        print(f"R17/R19: {len(drafts) + 1} faults, none cached, {len(day.model.calls)} calls in all")


async def test_r17_a_dead_model_costs_a_handful_of_calls() -> None:
    """With every call failing, a hundred drafts are answered and the breaker keeps the calls to a handful."""
    async with hard_day() as day:
        day.model.script = status(503)
        asked = [await day.ask() for _ in range(100)]
        assert all(one.by_phrasebook for one in asked)
        assert asked[-1].codes == ["breaker_open"]
        late = sorted(one.answer["elapsed_ms"] for one in asked if one.codes == ["breaker_open"])
        assert len(day.model.calls) <= 10
        assert late[len(late) * 99 // 100] <= 3 * AT_ONCE_MS
        print(
            f"R1/R17: 100 drafts, {len(day.model.calls)} calls; open: p99 {late[len(late) * 99 // 100]:.1f} ms"
        )
        assert (await day.coach.ready(model="open"))["status"] == "degraded"


async def test_r17_a_server_without_tls_is_no_connection() -> None:
    """A failed TLS handshake is a connection that did not come about."""
    async with Proxy(None, mode=Say(b"HTTP/1.1 400 Bad Request\r\n\r\n"), tcp=True) as plain:
        address = plain.url.removeprefix("redis://")
        async with hard_day(OPENAI_BASE_URL=f"https://{address}/v1") as day:
            asked = await day.ask()
            assert asked.by_phrasebook
            assert set(asked.codes) == {"connection"}


SLOW: dict[str, Script] = {
    "silence": stall(),
    "drip": drip(interval_s=0.05),
    "stall in the body": truncate(ending="hang"),
}


async def test_r18_a_slow_model_is_left_at_the_deadline() -> None:
    """Silent, dripping or stalled: the phrasebook answers at the deadline, and the model's socket is closed."""
    deadline_s = 1.5
    async with hard_day(deadline_s) as day:
        await day.mend()
        for name, script in SLOW.items():
            asked = await day.ask(script)
            ended = time.monotonic()
            assert asked.by_phrasebook, name
            assert asked.codes == ["timeout"], name
            assert deadline_s - 0.1 <= asked.wall_s <= deadline_s + LATE_S, name
            assert await day.model.settle(), name
            last = day.model.calls[-1]
            assert last.gone
            assert (last.ended or 0.0) - ended <= HANG_UP_S
            print(f"R18: {name}: {asked.wall_s - deadline_s:+.3f} s from the deadline")
            await day.mend()


def flood(piece: bytes, times: int | None = None) -> Script:
    """The same piece again and again, for ever if not told how often."""

    def script(_request: object, _index: int) -> Reply:
        pieces: Iterator[bytes] = itertools.repeat(piece) if times is None else itertools.repeat(piece, times)
        return Reply(pieces, framing="chunked")

    return script


def bomb() -> bytes:
    """50 MB of one letter in 50 KB of gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join([packer.compress(b"A" * 1_000_000) for _ in range(50)]) + packer.flush()


async def test_r24_a_huge_answer_is_cut_off() -> None:
    """Ten megabytes, a compression bomb and an endless answer are `too_large`, and leave no memory behind."""
    huge: dict[str, Script] = {
        "10 MB": flood(b"A" * 65_536, 160),
        "gzip bomb": raw(bomb(), headers={"content-encoding": "gzip"}),
        "endless": flood(b"A" * 65_536),
        "a million tiny chunks": flood(b"a", 1_000_000),
        "1 MB header": raw(b"{}", headers={"x-long": "a" * 1_000_000}),
    }
    async with hard_day() as day:
        await day.ask(huge["10 MB"])
        await day.mend()
        for name, script in huge.items():
            before = rss_mb(day.coach.pid)
            asked = await day.ask(script)
            grown = rss_mb(day.coach.pid) - before
            assert asked.by_phrasebook, name
            assert asked.codes == ["too_large"], name
            assert grown <= 3 * MODEL_MEMORY_MB, name
            print(f"R24: {name}: {grown:+.1f} MB, {asked.answer['elapsed_ms']:.0f} ms")
            await day.mend()


async def test_r25_a_wrong_setup_is_tried_once_and_told() -> None:
    """Wrong key, forbidden key, unknown model: one call each, a reason and a figure of its own, the next model works."""
    missing = status(404, body=b'{"error":{"code":"model_not_found"}}')
    models = {"fake": status(401), "b": status(403), "c": missing, "d": honest()}
    async with hard_day(COACH_MODEL_FALLBACKS="b,c,d") as day:
        asked = [await day.ask(by_model(models)) for _ in range(12)]
        assert [one.codes for one in asked[:3]] == [["misconfigured"] * 2, ["misconfigured"], []]
        assert {one.answer["model"] for one in asked[1:]} == {"d"}
        names = [seen.request["model"] for seen in day.model.calls]
        assert [names.count(name) for name in models] == [1, 1, 1, 11]
        metrics = (await day.coach.client.get("/metrics")).text
        assert 'coach_attempts_total{code="misconfigured",engine="model",outcome="failed"} 3.0' in metrics
        assert (await day.coach.ready())["model"] == "up"


async def test_r26_no_redirect_and_no_proxy() -> None:
    """Neither a redirect nor a proxy in the environment nor a field of the body sends a draft anywhere else."""
    async with FakeModel(honest()) as other:
        there = {"Location": f"{other.base_url}/chat/completions"}
        codes = {"fake": 301, "b": 302, "c": 307, "d": 308}
        models = {name: status(code, there) for name, code in codes.items()} | {"e": honest()}
        proxies = {
            variable: f"http://127.0.0.1:{other.port}"
            for name in ("http_proxy", "https_proxy", "all_proxy")
            for variable in (name, name.upper())
        } | {"NO_PROXY": "", "no_proxy": ""}
        async with hard_day(8.0, COACH_MODEL_FALLBACKS="b,c,d,e", **proxies) as day:
            asked = [await day.ask(by_model(models)) for _ in range(3)]
            assert [one.codes for one in asked] == [["misconfigured"] * 2, ["misconfigured"] * 2, []]
            assert asked[-1].answer["model"] == "e"
            calls = len(day.model.calls)
            for field in ("base_url", "api_key", "model"):
                named = await day.coach.post("/rewrite", {"draft": day.draft(), field: other.base_url})
                assert (named.status_code, named.json()["code"]) == (400, "invalid_body")
            assert (len(day.model.calls), other.connections) == (calls, 0)


async def test_a_model_that_comes_back_is_used_again() -> None:
    """Ten seconds after the last fault at most, the model answers again, without a restart."""
    async with hard_day() as day:
        await day.mend()
        for _ in range(7):
            await day.ask(status(503))
        day.model.script = honest()
        begun = time.monotonic()
        while (await day.ask()).answer["engine"] != "model":
            assert time.monotonic() - begun < 10
            await asyncio.sleep(0.2)
        print(f"recovered after {time.monotonic() - begun:.2f} s")
