"""What more rules cost: the same drafts under ten times as many, and under ten thousand."""

import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from service.adapters.policy_shelf import PolicyShelf
from service.core.compiling import Policy, compile_policy
from service.core.policy import PolicyFiles, Rule
from service.core.warming import warm
from tests.bench import drafts
from tests.bench.in_process import checked
from tests.bench.rows import Row
from tests.bench.timing import microseconds
from tests.kit.default_policy import FOLDER, default_policy

TEXTS = drafts.GOOD_200 + drafts.OFFENDING_200
MANY = 10_000
_HAN = re.compile("[一-鿿]")
_RANGE = re.compile("[一-鿿]-[一-鿿]")


def measured() -> Iterator[Row]:
    """The rows, one as soon as it is known."""
    policy = default_policy()
    grown = compile_policy(ten_times(policy))
    for one in (policy, grown):
        warm(one)
    took = microseconds({"one": _calls(policy), "ten": _calls(grown)})
    seen = f"{len(policy.rules)} rules {took['one']:.1f} us, {len(grown.rules)} rules {took['ten']:.1f} us"
    yield Row(
        "check with 10 x the rules, 200 characters", took["ten"] / took["one"], "x", 1.5, "at most", seen
    )
    with tempfile.TemporaryDirectory(prefix="coach-bench-") as name:
        _write_many(Path(name))
        started = time.process_time()
        many = PolicyShelf(Path(name)).get("default")
        loaded_s = time.process_time() - started
    took = microseconds({"one": _calls(policy), "many": _calls(many)})
    yield Row(f"loading {MANY:,} rules", loaded_s, "s", 2.0, "at most", f"{len(many.literals):,} words")
    seen = f"default policy {took['one']:.1f} us"
    yield Row(f"check with {MANY:,} rules, 200 characters", took["many"], "us", 5000.0, "at most", seen)


def _calls(policy: Policy) -> tuple[Callable[..., None], list[tuple[Any, ...]]]:
    return checked, [(policy, text) for text in TEXTS]


def ten_times(policy: Policy) -> PolicyFiles:
    """The files of a policy with nine more of each rule that has anchors: other ids, other words, the same build."""
    pick = random.Random(10)
    files = policy.files
    letters = sorted(
        {
            char
            for rule in files.rules
            for word in rule.check.anchors()
            for char in word.words
            if _HAN.match(char)
        }
    )
    rules = list(files.rules)
    for number in range(1, 10):
        others = dict(zip(letters, pick.sample(letters, len(letters)), strict=True))
        rules += [one for rule in files.rules if (one := _other(rule, number, others)) is not None]
    return files.model_copy(update={"rules": tuple(rules)})


def _other(rule: Rule, number: int, others: dict[str, str]) -> Rule | None:
    if not rule.check.anchors():
        return None
    data = rule.model_dump(mode="json", by_alias=True)
    data["id"] = f"{rule.id}-{number}"
    data["check"] = _renamed(data["check"], others)
    return Rule.model_validate(data)


def _renamed(value: Any, others: dict[str, str]) -> Any:
    """The value with every Han character exchanged for another one; ranges of characters stay."""
    if isinstance(value, dict):
        return {key: _renamed(one, others) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, others) for one in value]
    if not isinstance(value, str):
        return value
    kept = [match.span() for match in _RANGE.finditer(value)]
    # A single character would be found in every draft: such rules exist once in a policy, not ten times.
    rare = len(value) == 1
    return "".join(
        char
        if any(start <= at < end for start, end in kept)
        else chr(0x4E00 + ord(others.get(char, char)) % 997 + 18000)
        if rare and _HAN.match(char)
        else others.get(char, char)
        for at, char in enumerate(value)
    )


def _write_many(root: Path) -> None:
    """A policy folder with ten thousand rules of three words each."""
    pick = random.Random(11)
    folder = root / "default"
    (folder / "rules").mkdir(parents=True)
    for name in ("policy.yaml", "phrasebook.yaml", "spellings.yaml"):
        (folder / name).write_bytes((FOLDER / name).read_bytes())
    letters = sorted(set(_HAN.findall("".join(TEXTS))))
    for theme in range(20):
        rules = [_simple(f"many{theme:02d}.rule-{number}", pick, letters) for number in range(MANY // 20)]
        text = yaml.dump(
            {"theme": f"many{theme:02d}", "rules": rules}, Dumper=yaml.CSafeDumper, allow_unicode=True
        )
        (folder / "rules" / f"many{theme:02d}.yaml").write_text(text, encoding="utf-8")


def _simple(name: str, pick: random.Random, letters: list[str]) -> dict[str, Any]:
    words = ["".join(pick.choices(letters, k=4)) for _ in range(3)]
    return {
        "id": name, "title": "多余的说法", "severity": "warning", "category": "用语", "message": "“{text}”不合适。",
        "why": "换一个说法更好。", "source": {"document": "试验"}, "check": {"kind": "phrase", "any": words},
        "replacements": ["请您稍等"],
        "examples": {"match": [f"<<{words[0]}>>"], "no_match": ["您好。"]},
    }  # fmt: skip
