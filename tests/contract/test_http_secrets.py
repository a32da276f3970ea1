"""No log line, metric or problem holds a customer's data or a key, whatever is sent and whatever breaks."""

import json
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from service.core.results import Caller
from service.errors import CoachError, InputError, Overloaded
from tests.kit.app import Bench, FakeCoach, FakeKeys
from tests.kit.secrets import API_KEY, BANK_CARD, ID_NUMBER, PHONE, SENTENCE, TENANT_SECRET, TEXT, found_in

CALLER = Caller("shop", frozenset({"default"}), TENANT_SECRET.encode(), 60)
HEADERS = {"authorization": f"Bearer {API_KEY}", "content-type": "application/json"}
CONTEXT = {
    "customer_message": TEXT,
    "history": [{"role": "customer", "text": TEXT}],
    "customer": {"surname": SENTENCE},
    "agent": {"id": PHONE},
}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


# Bodies that are taken, and bodies with a secret at each place where a mistake might repeat it.
BODIES = [
    _json({"draft": TEXT, "context": CONTEXT}),
    _json({"draft": TEXT, PHONE: TEXT}),
    _json({"draft": TEXT, SENTENCE: 1}),
    _json({"draft": TEXT, "context": {API_KEY: 1}}),
    _json({"draft": [TEXT], "context": {"channel": TEXT, "stage": PHONE, "history": [TEXT]}}),
    _json({"draft": TEXT, "context": {"scenario": SENTENCE}}),
    _json({"draft": TEXT, "policy": PHONE}),
    _json({"draft": TEXT * 5000}),
    _json({"draft": TEXT, "mode": TEXT, "engine": ID_NUMBER, "cache": BANK_CARD, "metadata": TEXT}),
    _json(TEXT),
    _json({"draft": TEXT})[:-1],
    _json({"draft": TEXT}) + TEXT.encode(),
    f'{{"{PHONE}":1,"{PHONE}":2}}'.encode(),
    f'{{"draft":{PHONE}x}}'.encode(),
    TEXT.encode(),
    TEXT.encode("gb18030"),
]
BREAKS = [
    None,
    RuntimeError(TEXT),
    ValueError(TEXT),
    UnicodeEncodeError("utf-8", TEXT, 0, 1, TEXT),
    CoachError(TEXT),
    Overloaded("Full."),
    InputError("Not that."),
    RecursionError(),
]


@pytest.mark.parametrize("breaks", BREAKS, ids=lambda error: type(error).__name__)
async def test_secrets_stay_with_their_caller(breaks: Exception | None) -> None:
    """At debug level, with every kind of wrong body and every kind of failure, nothing that leaves holds a secret."""
    bench = Bench(FakeCoach(fails=breaks), FakeKeys({API_KEY: CALLER}), log_level="debug")
    pieces: list[bytes] = []
    async with AsyncTestClient(bench.app) as client:
        for body in BODIES:
            for path in ("/check", "/rewrite"):
                answer = await client.post(f"{path}?q={PHONE}", content=body, headers=HEADERS)
                if answer.status_code != 200:
                    assert answer.headers["content-type"] == "application/problem+json"
                    pieces += [answer.content, str(answer.headers).encode()]
        for path in (
            f"/{PHONE}", f"/policy?policy={PHONE}", f"/policy/rules/{PHONE}", f"/policy/scenarios/{SENTENCE}",
            f"/static/{PHONE}", f"/check?{SENTENCE}={API_KEY}",
        ):  # fmt: skip
            answer = await client.get(
                path, headers=HEADERS | {"cookie": API_KEY, "x-note": TEXT.encode().hex()}
            )
            pieces += [answer.content, str(answer.headers).encode()]
        wrong = await client.post("/check", content=BODIES[0], headers=HEADERS | {"authorization": PHONE})
        pieces += [wrong.content, (await client.get("/metrics")).content]
    log = bench.log()
    assert len(log.splitlines()) >= 2 * len(BODIES) + 8
    assert max(map(len, log.splitlines())) < 2000
    assert found_in([log, *pieces]) == []


def test_the_search_finds_what_is_planted() -> None:
    """The collector itself notices a secret, plain or escaped."""
    assert found_in([b"tel " + PHONE.encode()]) == [PHONE]
    assert found_in([json.dumps({"a": SENTENCE})]) == [SENTENCE]
    assert found_in(["nothing"]) == []
