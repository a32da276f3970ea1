"""R50 through a running service: what reaches the model's server and what the store keeps holds nobody's data."""

import json
import random
from pathlib import Path
from typing import Any

import redis

from service.adapters.embedded_redis import EmbeddedRedis
from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest
from tests.kit.model_scripts import fixed, status
from tests.kit.service import service
from tests.kit.surroundings import PLACES, place
from tests.kit.writings import Written, written

ROUNDS = 90


def _asked(number: int, values: list[Written], pick: random.Random) -> dict[str, Any]:
    """A request with one value in each of its texts."""
    draft, customer, history = (place(one.kind, one.words, one.secret, pick).text for one in values)
    context = {"customer_message": customer, "history": [{"role": PLACES[1], "text": history}]}
    return {"draft": f"退款{number}元，{draft}，你找领导去，催什么催。", "context": context}


def _said(body: bytes) -> str:
    """What the messages of a call say, the JSON strings in them as they read."""
    whole = "\n".join(message["content"] for message in json.loads(body)["messages"])
    return whole + whole.encode().decode("unicode_escape", "ignore")


def _stored(data: Path) -> list[str]:
    """Every string value of the service's own store."""
    # Whoever uses the folder shares the server that runs there.
    with EmbeddedRedis(data) as store:
        client: Any = redis.Redis.from_url(store.url)
        found = [client.get(key) for key in client.scan_iter(count=1000) if client.type(key) == b"string"]
        client.close()
    return [value.decode("utf-8", "replace") for value in found]


async def test_r50_no_personal_value_leaves_the_service(tmp_path: Path) -> None:
    """Over honest, failing and refusing models, no body upstream and no stored value holds a phone, ID, card, mail, plate, address or name."""
    pick, values = random.Random(3), list(written(ROUNDS * 3, seed=11))
    scripts = (honest(), honest(), status(500), fixed("抱歉，作为人工智能，我不能处理。"))
    environ = {
        "COACH_DATA_DIR": str(tmp_path / "data"),
        "COACH_MODEL": "fake",
        "COACH_DEADLINE_S": "3",
        "OPENAI_API_KEY": "k",
    }
    async with FakeModel(honest()) as model, service(OPENAI_BASE_URL=model.base_url, **environ) as coach:
        for number in range(ROUNDS):
            model.script = scripts[number % len(scripts)]
            body = _asked(1000 + number, values[3 * number : 3 * number + 3], pick)
            answer = await coach.post("/rewrite", body)
            assert answer.status_code == 200, answer.text
        stored = _stored(tmp_path / "data")
        upstream = [_said(seen.body) for seen in model.calls]
    assert len(upstream) >= ROUNDS
    assert stored, "the store was used"
    # A surname by itself is a common word.
    secrets = [one for one in values if len(one.secret) > 2]
    leaks = [one for one in secrets for text in (*upstream, *stored) if one.secret in text]
    print(
        f"R50: {len(secrets)} values, {len(upstream)} bodies, {len(stored)} stored values: {len(leaks)} leaks"
    )
    assert leaks == []
