"""R51 over one run of a real service on a bad day: what its callers sent, and its keys, stay where they belong."""

import hashlib
import json
from pathlib import Path
from typing import Any

import redis

from service.adapters.embedded_redis import EmbeddedRedis
from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest
from tests.kit.model_scripts import Script, fixed, html, raw, reset, status, truncate
from tests.kit.secrets import API_KEY, BANK_CARD, ID_NUMBER, PHONE, SENTENCE, TENANT_SECRET, found_in
from tests.kit.service import Service, service

MADE_UP = "13900139123"
"""What only the model ever says; in a repair it is told its own words again."""
MODEL_KEY = "sk-canary-of-the-model-0123456789"
# What may be read by a model and kept in the cache is the wording; these may not.
NEVER_OUT = {PHONE, ID_NUMBER, BANK_CARD, TENANT_SECRET, API_KEY}
FORGED = '\n{"level":"error","event":"forged"}\r\n\x1b[31mforged\x1b[0m'
DRAFT = f"{SENTENCE}，电话{PHONE}，证件{ID_NUMBER}，卡号{BANK_CARD}，你找领导去，催什么催。{FORGED}"
CONTEXT = {
    "customer_message": f"我的电话{PHONE}，卡号{BANK_CARD}",
    "history": [{"role": "customer", "text": f"证件{ID_NUMBER}"}, {"role": "agent", "text": SENTENCE}],
    "customer": {"surname": "张", "title": "先生"},
    "agent": {"id": "1024"},
}
# A server that repeats in its error what it was sent.
TELLTALE = json.dumps({"error": {"message": f"{PHONE} {SENTENCE} {MODEL_KEY}", "code": PHONE}}).encode()
BAD_DAYS: dict[str, Script] = {
    "honest": honest(),
    "telltale 500": status(500, body=TELLTALE),
    "telltale 400": status(400, {"x-note": PHONE}, TELLTALE),
    "refuses": fixed(f"抱歉，作为人工智能，我不能处理{MADE_UP}。"),
    "invents": fixed(f"您好，请联系{MADE_UP}，{SENTENCE}。"),
    "web page": html(),
    "reset": reset(),
    "cut": truncate(f"您好{MADE_UP}"),
    "no JSON": raw(f'{{"choices": {PHONE}'.encode()),
}
WRONG_BODIES: tuple[bytes, ...] = tuple(
    value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    for value in (
        {"draft": DRAFT, PHONE: DRAFT},
        {"draft": [DRAFT], "context": {"channel": DRAFT}},
        {"draft": DRAFT, "context": {"scenario": SENTENCE}},
        {"draft": DRAFT, "policy": PHONE},
        {"draft": DRAFT * 1000},
        {"draft": DRAFT, "mode": ID_NUMBER, "engine": BANK_CARD, "metadata": DRAFT},
        f'{{"{PHONE}":1,"{PHONE}":2}}'.encode(),
        DRAFT.encode("gb18030"),
        f'{{"draft":"{PHONE}'.encode(),
    )
)


def planted(folder: Path) -> dict[str, str]:
    """The settings of a service whose every secret is one that we know."""
    data, keys = folder / "data", folder / "keys.yaml"
    data.mkdir()
    (data / "secret").write_text(TENANT_SECRET + "\n", encoding="ascii")
    digest = hashlib.sha256(API_KEY.encode()).hexdigest()
    keys.write_text(f"keys:\n  - {{tenant: shop, sha256: {digest}}}\n", encoding="utf-8")
    return {
        "COACH_DATA_DIR": str(data),
        "COACH_API_KEYS": str(keys),
        "COACH_MODEL": "fake",
        "COACH_DEADLINE_S": "3",
        "COACH_LOG_LEVEL": "debug",
        "OPENAI_API_KEY": MODEL_KEY,
        "OPENAI_LOG": "debug",
    }


async def _sent(coach: Service, model: FakeModel) -> list[bytes]:
    """Everything that went wrong for a caller, as the caller was told, and the metrics."""
    told: list[bytes] = []
    ok: list[Any] = []
    headers = {"authorization": f"Bearer {API_KEY}", "content-type": "application/json"}
    post, get = coach.client.post, coach.client.get
    for number, script in enumerate(BAD_DAYS.values()):
        for turn in range(2):
            model.script = script
            body = json.dumps({"draft": f"退款{number}元，{DRAFT}", "context": CONTEXT}).encode()
            ok.append(await post(f"/rewrite?q={PHONE}", content=body, headers=headers))
            model.script = honest()
            mend = json.dumps({"draft": f"退款{number}{turn}9元，你找领导去。"}).encode()
            ok.append(await post("/rewrite", content=mend, headers=headers))
    ok.append(await post("/check", content=json.dumps({"draft": DRAFT}).encode(), headers=headers))
    assert {answer.status_code for answer in ok} == {200}
    for body in WRONG_BODIES:
        for path in ("/check", "/rewrite"):
            wrong = await post(f"{path}?{PHONE}={API_KEY}", content=body, headers=headers)
            assert 400 <= wrong.status_code < 500
            told += [wrong.content, str(wrong.headers).encode()]
    for path in (f"/{PHONE}", f"/policy/rules/{ID_NUMBER}", f"/static/{SENTENCE}", f"/policy?policy={PHONE}"):
        wrong = await get(path, headers=headers | {"cookie": API_KEY})
        told += [wrong.content, str(wrong.headers).encode()]
    key_less = await post("/check", content=b"{}", headers=headers | {"authorization": f"Bearer {PHONE}"})
    assert key_less.status_code == 401
    return [*told, key_less.content, (await get("/metrics")).content, (await get("/health/ready")).content]


def _stored(data: Path) -> list[bytes]:
    """Every key of the service's own store with what it holds."""
    found: list[bytes] = []
    # Whoever uses the folder shares the server that runs there.
    with EmbeddedRedis(data) as store:
        client: Any = redis.Redis.from_url(store.url)
        for key in client.scan_iter(count=1000):
            found += [key, client.get(key) if client.type(key) == b"string" else client.dump(key)]
        client.close()
    return found


def _journal(data: Path) -> list[bytes]:
    """Every byte that the service has written to its folder, the secret aside."""
    return [path.read_bytes() for path in data.rglob("*") if path.is_file() and path != data / "secret"]


async def test_r51_no_secret_leaves_by_a_side_door(tmp_path: Path) -> None:
    """With callers who err and a model that tells tales, no log, figure, problem, upstream body or stored value has a canary."""
    environ = planted(tmp_path)
    data = Path(environ["COACH_DATA_DIR"])
    async with FakeModel(honest()) as model, service(OPENAI_BASE_URL=model.base_url, **environ) as coach:
        told = await _sent(coach, model)
        stored = _stored(data)
        coach.stop()
        log = coach.log
        upstream = [
            seen.body + f"{seen.path} {seen.headers}".replace(f"Bearer {MODEL_KEY}", "").encode()
            for seen in model.calls
        ]
    journal = _journal(data)
    lines = log.splitlines()
    assert len(lines) >= 2 * len(BAD_DAYS) + 2 * len(WRONG_BODIES)
    assert all(json.loads(line).get("event") != "forged" for line in lines), "nobody forges a line"
    assert max(map(len, lines)) < 2000
    assert any(b"coach:text:" in piece for piece in stored), "the store was used"
    assert any(b"coach:text:" in piece for piece in journal)
    whole = [log.encode(), *told]
    assert found_in(whole) == []
    kept = b"\n".join((*stored, *journal))
    for secret, pieces in ((MODEL_KEY, (*upstream, kept)), (MADE_UP, (kept,))):
        assert not any(secret.encode() in piece for piece in (*whole, *pieces))
    assert NEVER_OUT.isdisjoint(found_in(upstream))
    assert NEVER_OUT.isdisjoint(found_in([kept]))
    print(
        f"R51: {len(lines)} log lines, {len(told)} problems and figures, {len(model.calls)} calls, "
        f"{len(stored)} stored keys and values, {sum(map(len, journal))} bytes of journal: 0 canaries"
    )
