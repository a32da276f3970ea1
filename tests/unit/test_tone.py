"""The check `kind: tone`: what it weighs, what it leaves alone, and the file of its weights."""

import math
from pathlib import Path
from typing import Any

import pytest

from service.adapters.policy_files import TONE, load_policy
from service.adapters.tone_file import read_tone, write_tone
from service.core import checking
from service.core.compiling import Policy, compile_policy
from service.core.policy import Rule
from service.core.reading import ReadText, read
from service.core.results import Draft
from service.core.tone import CONSTANT, LONGEST_REPLY, ToneModel, heard, runs
from service.errors import PolicyError
from tests.kit.default_policy import FOLDER
from tests.kit.policy_folders import write, write_policy
from tests.kit.small_policy import policy_of, rule

WEIGHTS = {CONSTANT: -100, "就别": 500, "别": 100, "吧，": 200, "了！": 300, "您好": -900, "慢": 50}


def _policy(*others: Rule, **check: Any) -> Policy:
    made = policy_of(rule("tone.cold", {"kind": "tone", **check}, severity="warning"), *others)
    return compile_policy(made.files.model_copy(update={"tone": WEIGHTS}))


def _cold(text: str, *others: Rule, **check: Any) -> list[str]:
    findings = checking.check(_policy(*others, **check), read(Draft(text), None)).findings
    return [finding.text for finding in findings if finding.rule == "tone.cold"]


@pytest.mark.parametrize(
    ("text", "cold"),
    [
        ("票有，您就别买了吧，我查好了。", ["您就别买了吧"]),
        ("就别买，就 别 来了！", ["就 别 来了"]),
        ("买吧，不买。", []),
        ("您好，就别买了吧。", []),
        ("别慢吧！", []),
    ],
)
def test_a_cold_reply_is_marked_where_it_is_coldest(text: str, cold: list[str]) -> None:
    """Weights add up over the whole reply, spaced out or not, and good words count against; one clause is marked."""
    assert _cold(text) == cold


def test_a_rule_may_be_made_quieter() -> None:
    """`above` asks for more certainty than the limit that was learnt."""
    weight = ToneModel(WEIGHTS).weigh(ReadText("就别买了"))
    assert weight > 1
    assert _cold("就别买了", above=int(weight) - 1) == ["就别买了"]
    assert _cold("就别买了", above=int(weight) + 1) == []


def test_what_another_rule_objects_to_is_not_called_cold_as_well() -> None:
    """A finding with a reason of its own is enough; an information is none."""
    error = rule("x.buy", {"kind": "phrase", "any": ["买"]}, severity="warning")
    hint = rule("x.buy", {"kind": "phrase", "any": ["买"]}, severity="info")
    assert _cold("就别买了", error) == []
    assert _cold("就别买了", hint) == ["就别买了"]


def _found(text: str, *others: Rule) -> list[str]:
    report = checking.check(_policy(*others, warm_below=-300), read(Draft(text), None))
    return [one.rule for one in report.findings] + [one.rule for one in report.missing]


def test_a_rule_that_gives_way_is_silent_in_a_warm_reply() -> None:
    """A broad rule that is mistaken in a kind reply does not stop it; a firm one does, and one tells with the other."""
    broad = rule("x.buy", {"kind": "phrase", "any": ["买"]}, severity="error", gives_way=True)
    hint = rule("x.ticket", {"kind": "phrase", "any": ["票"]}, severity="info", gives_way=True)
    firm = rule("x.free", {"kind": "phrase", "any": ["送"]}, severity="warning")
    assert _found("您好，票买好了。", broad, hint) == ["x.ticket"]
    assert _found("您，票买好了。", broad, hint) == ["x.ticket", "x.buy"]
    assert _found("您好，票到了。票买好了。", broad) == ["x.buy"]
    assert _found("您好，票送您。", firm) == ["x.free"]
    assert _found("您好，票买好了送您。", broad, firm) == ["x.buy", "x.free"]
    assert _found("您好，买好了。" + "货" * LONGEST_REPLY, broad) == ["x.buy"]


def test_no_rule_gives_way_that_carries_a_set_phrase_of_the_manual() -> None:
    """What the manual forbids word for word is forbidden in the warmest reply."""
    giving = [entry for entry in load_policy(FOLDER).rules if entry.gives_way]
    carried = {source.manual_id[:1] for entry in giving for source in (entry.source, *entry.also)}
    assert giving
    assert not carried & {"F", "D"}


def test_what_somebody_else_said_is_not_judged() -> None:
    """An agent who repeats the customer's cold words, or a title, is not told off for them."""
    assert _cold("您说“就别买了吧”，我记下了。") == []


def test_nothing_is_said_of_what_was_never_learnt() -> None:
    """A reply longer than any in the learning set is left alone: its weights would only pile up."""
    cold = "就别买了！"
    padding = "货" * (LONGEST_REPLY - len(cold))
    weighs_nothing = {**WEIGHTS, CONSTANT: 0}
    model = ToneModel(weighs_nothing)
    assert model.weigh(ReadText(padding + cold)) > 0
    assert model.weigh(ReadText("货" + padding + cold)) == -math.inf


def test_a_reply_is_weighed_as_it_was_learnt() -> None:
    """What the service adds up is, run for run, what the learning saw, whatever the width of its marks."""
    known = runs(heard("您就别买就别买了!")) & WEIGHTS.keys()
    assert known == {"就别", "别", "了！"}
    expected = WEIGHTS[CONSTANT] + sum(WEIGHTS[run] for run in known) / math.sqrt(12)
    assert ToneModel(WEIGHTS).weigh(ReadText("您就别买就别买 了!")) == pytest.approx(expected)


def test_weights_survive_their_file() -> None:
    """What is written is what is read, and the heaviest stand first."""
    text = write_tone(WEIGHTS)
    assert read_tone(text.encode(), "x") == WEIGHTS
    assert text.splitlines()[:2] == ["run\tweight", "就别\t500"]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "1:1: The first line is 'run', a tab and 'weight'"),
        ("run\tweight\n就别", "2:1: A run of at most 3 characters and a tab are missing"),
        ("run\tweight\n就别买了吧\t3", "2:1: A run of at most 3 characters and a tab are missing"),
        ("run\tweight\n就别\t12\n慢\t1.5\n", "3:3: Invalid weight '1.5'"),
        ("run\tweight\n慢\t1\n慢\t2\n", "3:1: '慢' stands twice"),
    ],
)
def test_a_mistake_in_the_weights_is_one_line(tmp_path: Path, text: str, mistake: str) -> None:
    """A broken file of weights stops the start like any other, and says where."""
    folder = write_policy(tmp_path)
    write(folder / TONE, text)
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    assert caught.value.detail == f"{tmp_path.name}/default/{TONE}:{mistake}"


def test_bytes_that_are_no_text_are_named() -> None:
    """Weights in another encoding are a mistake with its line."""
    with pytest.raises(PolicyError, match=r"x:2:1: Not UTF-8"):
        read_tone("run\tweight\n慢\t1\n".encode("gb18030"), "x")


def test_a_rule_of_tone_needs_weights(tmp_path: Path) -> None:
    """A rule of this kind without the file would never fire: the policy does not load."""
    rules = (FOLDER / "rules" / "tone.yaml").read_text(encoding="utf-8")
    folder = write_policy(tmp_path)
    write(folder / "rules" / "tone.yaml", rules)
    with pytest.raises(PolicyError, match=r"rules/tone\.yaml:\d+:\d+: There is no tone\.tsv"):
        load_policy(folder)


def test_the_weights_belong_to_the_version(tmp_path: Path) -> None:
    """Other weights are another policy: what was cached under the old ones is not answered again."""
    folder = write_policy(tmp_path)
    before = load_policy(folder).version
    write(folder / TONE, write_tone(WEIGHTS))
    assert load_policy(folder).version != before
