"""What the service adds to a call of the model: a miss, beside the same call by the SDK alone."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import uvloop

from service.adapters.prompt_files import load_prompts
from service.core import masking
from service.core.facts import extract
from service.core.prompting import rewrite_messages
from service.core.results import Draft
from service.flow.examining import examine
from tests.bench import drafts
from tests.bench.load import Load, request
from tests.bench.machine import on_server_core
from tests.bench.rows import Row
from tests.bench.servers import MODEL, Servers, running
from tests.kit.default_policy import default_policy
from tests.kit.service_process import ROOT

SECONDS = 2.0
ROUNDS = 5
COURSES = ((1, 0.0), (1, 0.1), (8, 0.1))
"""So many at once, and the seconds that the model takes.

Were it to answer eight callers at once, their waiting would only tell how long eight calls take one core.
"""
_UNIQUE = count(1)


def measured() -> Iterator[Row]:
    """The rows, one as soon as it is known."""
    for connections, model_takes_s in COURSES:
        with running(model_takes_s) as servers:
            yield _row(servers, connections, model_takes_s)


def _row(servers: Servers, connections: int, model_takes_s: float) -> Row:
    direct: list[float] = []
    ours: list[float] = []
    for _ in range(ROUNDS):
        direct.append(_direct(servers, connections))
        load = Load(_never_twice())
        uvloop.run(load.run(servers.service.port, connections, SECONDS))
        ours.append(statistics.median(load.times) * 1000)
    added = statistics.median(mine - theirs for mine, theirs in zip(ours, direct, strict=True))
    title = f"/rewrite added to a model's call of {model_takes_s * 1000:.0f} ms, {connections} at once"
    seen = f"p50 {statistics.median(ours):.2f} ms, SDK alone {statistics.median(direct):.2f} ms"
    return Row(title, added, "ms", 2.0, "at most", seen)


def _customer() -> str:
    return f"请问第{next(_UNIQUE)}号柜台几点开门？"


def _never_twice() -> Iterator[bytes]:
    """Requests of which no two are the same."""
    while True:
        for text in drafts.REWRITES_40:
            yield request("/rewrite", {"draft": text, "context": {"customer_message": _customer()}})


def _direct(servers: Servers, connections: int) -> float:
    """The p50 of the SDK's own calls in milliseconds, made from the server's core while the service has nothing to do."""
    policy, prompt = default_policy(), load_prompts(ROOT / "prompts").rewrite
    calls = []
    for text in drafts.REWRITES_40:
        draft = Draft(text, customer_message=_customer())
        reading, before = examine(draft, policy)
        masked = masking.mask(reading, extract(reading.draft))
        messages = rewrite_messages(prompt, policy, masked, reading, before, "polish")
        calls.append([{"role": one.role, "content": one.content} for one in messages])
    told = {
        "url": servers.model_url, "model": MODEL, "calls": calls, "connections": connections, "seconds": SECONDS,
        "temperature": prompt.temperature, "max_tokens": prompt.max_tokens,
    }  # fmt: skip
    done = subprocess.run(
        on_server_core(sys.executable, "-m", "tests.bench.direct"),
        cwd=Path(ROOT), input=json.dumps(told).encode(), capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace")[-2000:])
    return float(done.stdout)
