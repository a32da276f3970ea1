"""What one tenant gets is never another's, and what the policy says today is what is answered today."""

import asyncio
import hashlib
import shutil
import time
from pathlib import Path

from tests.kit.fake_model import FakeModel
from tests.kit.hard_days import hard_day
from tests.kit.honest_model import honest
from tests.kit.model_scripts import fixed, status, truncate
from tests.kit.service import service

ROOT = Path(__file__).parents[2]
RUDE = "不知道，你找领导去。订单SF1234567890"
MODEL = {"OPENAI_API_KEY": "k", "COACH_MODEL": "fake"}


def key_file(folder: Path, *tenants: str) -> Path:
    """A key file in which the key of each tenant is `key-` and its number."""
    lines = ["keys:"]
    for number, tenant in enumerate(tenants):
        digest = hashlib.sha256(f"key-{number}".encode()).hexdigest()
        lines.append(f'  - {{tenant: "{tenant}", sha256: "{digest}", policies: [default]}}')
    path = folder / "keys.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


async def test_r31_tenants_never_share_a_rewrite(tmp_path: Path) -> None:
    """The same draft of tenants with like names is a model call each, and none is told of another's answer."""
    tenants = ("a", "a:b", "A", "ａ", "é", "e\u0301", "coach:text:a")
    keys = key_file(tmp_path, *tenants)
    async with (
        FakeModel(honest()) as model,
        service(OPENAI_BASE_URL=model.base_url, COACH_API_KEYS=str(keys), **MODEL) as coach,
    ):
        await coach.ready(cache="up")
        for number in range(len(tenants)):
            coach.client.headers["authorization"] = f"Bearer key-{number}"
            assert (await coach.rewrite(RUDE))["cache"] == "miss"
            assert len(model.calls) == number + 1
            hit = await coach.rewrite(RUDE)
            assert (hit["cache"], hit["engine"], hit["usage"]["input_tokens"]) == ("hit", "model", 0)
        print(f"R31: {len(tenants)} tenants with like names, {len(model.calls)} calls")


async def test_r31_equal_requests_at_once_of_two_tenants_are_two_calls(tmp_path: Path) -> None:
    """A flight under way is joined by the tenant's own requests alone."""
    keys = key_file(tmp_path, "a", "b")
    async with (
        FakeModel(honest(0.5)) as model,
        service(OPENAI_BASE_URL=model.base_url, COACH_API_KEYS=str(keys), **MODEL) as coach,
    ):
        await coach.ready(cache="up")
        body = {"draft": RUDE}
        answers = await asyncio.gather(
            *(
                coach.client.post(
                    "/rewrite", json=body, headers={"authorization": f"Bearer key-{number % 2}"}
                )
                for number in range(40)
            )
        )
        assert {answer.json()["engine"] for answer in answers} == {"model"}
        assert len(model.calls) == 2


BAD_ANSWERS = {
    "cut": truncate(ending="end"),
    "refusal": fixed("抱歉，作为一个人工智能语言模型，我无法完成这个请求。"),
    "promise": fixed("您好，订单[ORDER_1]，我们保证明天送到，并赔偿您300元。"),
    "another number": fixed("您好，订单SF1234567891，我帮您核实一下。"),
    "rudeness": fixed("不知道，您找领导去。订单[ORDER_1]"),
    "server error": status(500),
}


async def test_r32_only_good_answers_are_kept() -> None:
    """Refusals, lies, rudeness, cut and failed answers are never served, then or later; the first good one is."""
    async with hard_day() as day:
        for name, script in BAD_ANSWERS.items():
            asked = await day.ask(script, RUDE)
            assert (asked.answer["engine"], asked.answer["cache"]) == ("phrasebook", "miss"), name
            await asyncio.sleep(1.1)  # beyond the second for which a flight without text is known
        seen = [(await day.ask(honest(), RUDE)).answer for _ in range(2)]
        assert [(one["engine"], one["cache"]) for one in seen] == [("model", "miss"), ("model", "hit")]
        assert seen[0]["text"] == seen[1]["text"]
        print(f"R32: {len(BAD_ANSWERS)} bad answers, 0 kept")


async def test_r32_a_changed_policy_is_in_force_within_two_seconds(tmp_path: Path) -> None:
    """After the files change, answers by the old policy end; a broken file keeps the old one and says where it is."""
    folder = tmp_path / "policy"
    shutil.copytree(ROOT / "policy", folder)
    async with (
        FakeModel(honest()) as model,
        service(COACH_POLICY_DIR=str(folder), OPENAI_BASE_URL=model.base_url, **MODEL) as coach,
    ):
        await coach.ready(cache="up")
        assert [(await coach.rewrite(RUDE))["cache"] for _ in range(2)] == ["miss", "hit"]
        before = (await coach.post("/check", {"draft": "这事儿咱们回头再唠。"})).json()
        head = folder / "default/policy.yaml"
        spellings = folder / "default/spellings.yaml"
        good = head.read_text("utf-8")
        head.write_text(good.replace("version:", "version: 9.9.9 #"), encoding="utf-8")
        begun = time.monotonic()
        while (found := (await coach.post("/check", {"draft": "好的"})).json())["policy"] == before["policy"]:
            assert time.monotonic() - begun < 6
            await asyncio.sleep(0.05)
        assert found["policy"]["version"].startswith("9.9.9+")
        print(f"R32: new policy in force after {time.monotonic() - begun:.2f} s")
        after = await asyncio.gather(*(coach.post("/check", {"draft": "好的"}) for _ in range(50)))
        assert {answer.json()["policy"]["version"] for answer in after} == {found["policy"]["version"]}
        assert (await coach.rewrite(RUDE))["cache"] == "miss", "a text of the old policy is not served"
        spellings.write_text("spellings: [{of: 1", encoding="utf-8")
        await asyncio.sleep(2)
        ready = (await coach.client.get("/health/ready")).json()
        assert "policy/default/spellings.yaml:" in ready["policy"]["reload_error"]
        assert (await coach.post("/check", {"draft": "好的"})).json()["policy"] == found["policy"]
