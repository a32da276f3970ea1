"""What one tenant gets is never another's, and what the policy says today is what is answered today."""

import asyncio
import hashlib
import shutil
import time
from pathlib import Path

from tests.kit.fake_model import FakeModel
from tests.kit.honest_model import honest
from tests.kit.model_scripts import fixed, sequence, status, truncate
from tests.kit.service import service

ROOT = Path(__file__).parents[2]
RUDE = "不知道，你找领导去。订单SF1234567890"
MODEL = {"OPENAI_API_KEY": "k", "COACH_MODEL": "fake"}


def key_file(folder: Path, *tenants: str) -> Path:
    """A key file in which each tenant's key is its name."""
    lines = ["keys:"]
    for tenant in tenants:
        digest = hashlib.sha256(f"key-{tenant}".encode()).hexdigest()
        lines.append(f'  - {{tenant: "{tenant}", sha256: "{digest}", policies: [default]}}')
    path = folder / "keys.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


async def test_r31_tenants_never_share_a_rewrite(tmp_path: Path) -> None:
    """The same draft of two tenants is two model calls, and neither is told of the other's answer."""
    keys = key_file(tmp_path, "a", "a:b", "ａ")
    async with (
        FakeModel(honest()) as model,
        service(OPENAI_BASE_URL=model.base_url, COACH_API_KEYS=str(keys), **MODEL) as coach,
    ):
        for number, tenant in enumerate(("a", "a:b", "ａ"), 1):
            coach.client.headers["authorization"] = f"Bearer key-{tenant}".encode().decode("latin-1")
            assert (await coach.rewrite(RUDE))["cache"] == "miss"
            assert len(model.calls) == number
            assert (await coach.rewrite(RUDE))["cache"] == "hit"


async def test_r32_only_good_answers_are_kept() -> None:
    """Refusals, lies, truncated and failed answers are never served again; the first good one is."""
    script = sequence(
        truncate(ending="end"),
        fixed("抱歉，作为一个人工智能语言模型，我无法完成这个请求。"),
        fixed("您好，订单SF1234567890，我们保证明天送到，并赔偿您300元。"),
        fixed("您好，订单SF1234567891，我帮您核实一下。"),
        status(401),
        then=honest(),
    )
    async with (
        FakeModel(script) as model,
        service(OPENAI_BASE_URL=model.base_url, **MODEL) as coach,
    ):
        seen = []
        for _ in range(8):
            answer = await coach.rewrite(RUDE)
            seen.append((answer["engine"], answer["cache"]))
            assert "300" not in answer["text"]
            assert "SF1234567890" in answer["text"]
            assert "人工智能" not in answer["text"]
            if answer["cache"] == "hit":
                assert answer["engine"] == "model"
            await asyncio.sleep(1.1)  # beyond the second for which a flight without text is known
        assert ("model", "hit") not in seen[:1]


async def test_r32_a_changed_policy_is_in_force_within_two_seconds(tmp_path: Path) -> None:
    """After the files change, answers by the old policy end; a broken file keeps the old one and says where it is."""
    folder = tmp_path / "policy"
    shutil.copytree(ROOT / "policy", folder)
    async with service(COACH_POLICY_DIR=str(folder)) as coach:
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
        spellings.write_text("spellings: [{of: 1", encoding="utf-8")
        await asyncio.sleep(2)
        ready = (await coach.client.get("/health/ready")).json()
        assert "policy/default/spellings.yaml:" in ready["policy"]["reload_error"]
        assert (await coach.post("/check", {"draft": "好的"})).json()["policy"] == found["policy"]
