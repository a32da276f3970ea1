"""A policy's tests of itself notice what its authors would want to know before anybody is told so by a customer."""

from pathlib import Path

import pytest

from service.adapters.policy_files import clean, known_exceptions, load_policy
from service.core.compiling import compile_policy
from service.core.policy_tests import run
from service.core.rule_tests import unmark
from service.core.text import Span
from tests.kit.policy_folders import changed, write_policy

_PROMISES, _REFUSAL = "rules/promises.yaml", "rules/refusal.yaml"


def _failures(tmp_path: Path, **changes: str | None) -> tuple[str, ...]:
    folder = write_policy(tmp_path, **changes)
    files = load_policy(folder)
    return run(files, compile_policy(files), clean(folder), known_exceptions(folder))


def test_a_sound_policy_has_nothing_to_say(tmp_path: Path) -> None:
    """No line comes out for a policy that does what its own examples say."""
    assert _failures(tmp_path) == ()


_SECOND = """\
  - id: promises.tomorrow
    title: 承诺到货日期
    severity: error
    category: 承诺
    message: 请勿承诺日期。
    why: 日期不由客服决定。
    source: {document: 客服人员服务技巧}
    check: {kind: phrase, any: [保证明天]}
    examples: {match: [我<<保证明天>>到。], no_match: [您好。]}
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("我们<<保证>>明天", "我<<们保证>>明天", ["match 1 “我<<们保证>>明天到货。”: found “我们<<保证>>明天到货。”"]),
        ("我们<<保证>>明天", "我们保证明天", ["no words are marked with << and >>"]),
        ("我们<<保证>>明天", "我们<<一定>>明天", ["found nothing"]),
        ("我们<<保证>>明天", "我们<<保证>>明天<<保证", ["<< and >> do not pair up"]),
        ("我们<<保证>>明天", "我们<<保证>>明天保证", ["found “我们<<保证>>明天<<保证>>到货。”"]),
        ("您的保证金会", "我保证会", ["no_match 1 “我保证会原路退回。”: fires on “保证”"]),
        ("[我们会尽快]", "[我们百分之百会]", ["with “我们百分之百会” put in the rule still fires"]),
        ("[我们会尽快]", "[现在不能确定]", []),
        ("[我们会尽快]", "[{text: 保证, safe: false}]", []),
        ("status: stable", "status: retired", []),
        ("status: stable", "status: trial", []),
        ("    check:", "    when: {scenario: [refund-lat]}\n    check:", ["no scenario is called 'refund-lat'", "found nothing"]),
    ],
)  # fmt: skip
def test_a_rule_is_held_to_its_examples(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    """A rule finds exactly the marked words, stays silent where it says so, and its replacements cure the draft."""
    found = _failures(tmp_path, promises=changed(_PROMISES, old, new))
    assert len(found) == len(expected), found
    for line, words in zip(found, expected, strict=True):
        assert line.startswith("promises.guarantee: ")
        assert words in line


def test_a_rule_is_tried_alone(tmp_path: Path) -> None:
    """A longer finding of another rule over the same words neither hides a rule's mistake nor makes one up."""
    text = changed(_PROMISES, "rules:\n", "rules:\n" + _SECOND)
    assert _failures(tmp_path, promises=text) == ()


def test_a_replacement_offends_no_other_rule(tmp_path: Path) -> None:
    """Words that may be put in without a person looking do not bring another offence with them."""
    text = changed(_PROMISES, "rules:\n", "rules:\n" + _SECOND.replace("保证明天", "尽快"))
    (line,) = _failures(tmp_path, promises=text)
    assert line.endswith("with “我们会尽快” put in promises.tomorrow fires on “尽快”")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("^这款<<不能>>退。", "这款<<不能>>退。", None),
        ("您好，^这款", "^您好，这款", "the words are missing at “您好，^这款不能退。”"),
        ("<<不能>>退", "不能<<退>>", "the trigger found is “您好，这款<<不能>>退。”"),
        ("<<不能>>退", "不能退", "the trigger found is “您好，这款<<不能>>退。”"),
        ("<<不能>>退", "<<可以>>退", "no gaps found"),
        ("^这款<<不能>>退", "^<<这款>><<不能>>退", "a gap has one trigger at most"),
        ("replacements: [很抱歉，]", "replacements: [您好，]", "with “您好，” put in the rule still fires"),
        (
            "    replacements: [很抱歉，]\n",
            "",
            "a warning that asks for words has a safe replacement that meets it",
        ),
        ("[很抱歉，这款", "[这款", "no_match 1 “这款不能退。”: fires on missing words"),
    ],
)
def test_a_rule_that_asks_for_words_can_be_met(
    tmp_path: Path, old: str, new: str, expected: str | None
) -> None:
    """What is missing is missing at the place and for the words marked, and putting the replacement in is enough."""
    found = _failures(tmp_path, refusal=changed(_REFUSAL, old, new))
    assert bool(found) is (expected is not None)
    assert all(line.startswith("refusal.apology: ") and (expected or "") in line for line in found)


def test_a_remark_may_ask_for_what_it_cannot_give(tmp_path: Path) -> None:
    """An `info` blocks nobody, so it needs no words that meet it."""
    text = changed(_REFUSAL, "    replacements: [很抱歉，]\n", "").replace(
        "severity: warning", "severity: info"
    )
    assert _failures(tmp_path, refusal=text) == ()


def test_good_replies_stay_good(tmp_path: Path) -> None:
    """A rule that fires on a clean reply is told with the words, unless somebody has written down why."""
    lines = "- 我们一定百分之百重视您的意见。\n- {text: 这款不能退。, context: {channel: chat}}\n"
    assert [line.partition(" in ")[0] for line in _failures(tmp_path, clean=lines)] == [
        "promises.guarantee: fires on “百分之百”", "refusal.apology: fires on missing words",
    ]  # fmt: skip
    known = "- {rule: promises.guarantee, reply: 我们一定百分之百重视您的意见。, why: 重视是态度。}\n"
    assert len(_failures(tmp_path, clean=lines, known_exceptions=known)) == 1


def test_an_exception_that_is_over_is_a_failure(tmp_path: Path) -> None:
    """An excuse that nobody needs any more does not stay to cover the next mistake."""
    known = "- {rule: promises.guarantee, reply: 我们会尽快重视。, why: 旧规则。}\n"
    assert _failures(tmp_path, known_exceptions=known) == (
        "promises.guarantee: no longer fires on the known exception “我们会尽快重视。”",
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "很抱歉让您久等，",
            "保证给您退，",
            "refund-late: reply 1 “${customer}，保证给您退，我帮您核实一下退款的进度。”: promises.g",
        ),
        ("我帮您核实一下退款的进度", "无法查询", None),
        ("很抱歉让您久等，我帮您核实", "现在无法核实", "refusal.apology fires on missing words"),
        ("${customer}", "${name}", "no slot is called ${name}"),
        ("${customer}", "${hotline}", None),
    ],
)
def test_replies_that_the_policy_offers_pass_it(
    tmp_path: Path, old: str, new: str, expected: str | None
) -> None:
    """No agent is handed a reply, slots filled, that the same policy would send back."""
    found = _failures(tmp_path, refund=changed("scenarios/refund.yaml", old, new))
    assert bool(found) is (expected is not None), found
    assert all((expected or "") in line for line in found)


@pytest.mark.parametrize(
    ("examples", "expected"),
    [
        ("{match: [什么时候退款], no_match: [什么时候发货]}", None),
        ("{match: [什么时候发货]}", "refund-late: match 1 “什么时候发货”: shows no scenario"),
        ("{no_match: [什么时候退款]}", "refund-late: no_match 1 “什么时候退款”: shows refund-late"),
    ],
)
def test_a_scenario_is_tested_on_its_own_messages(
    tmp_path: Path, examples: str, expected: str | None
) -> None:
    """A cue that stops telling its situation, or begins to tell another, is a failure with the message in it."""
    head = "    requires: [致歉"
    found = _failures(
        tmp_path, refund=changed("scenarios/refund.yaml", head, f"    examples: {examples}\n{head}")
    )
    assert found == ((expected,) if expected else ())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("我帮您核实一下。", "我保证帮您核实。", "phrasebook.offers: line 1 “我保证帮您核实。”: promises.guarantee fires on “保证”"),
        ("我理解您的心情。", "我不能更理解您。", None),
        ("text: 您好！", 'text: "您好，${shop}！"', "phrasebook.openings: line 1 “您好，${shop}！”: no slot is called ${shop}"),
        ("[[等着, 请您稍等片刻]]", "[[等着, 请您稍候]]", "phrasebook.turns: turn 1 “等着”: gives “请您稍等片刻”, not “请您稍候”"),
        ("[[等着, 请您稍等片刻]]", "[[你等着, 请您稍等片刻]]", "phrasebook.turns: turn 1 “你等着”: gives “你等着”"),
    ],
)  # fmt: skip
def test_the_phrasebook_keeps_its_word(tmp_path: Path, old: str, new: str, expected: str | None) -> None:
    """The lines offend nobody, though alone they need not be a whole answer; each turn gives what its example says."""
    found = _failures(tmp_path, phrasebook=changed("phrasebook.yaml", old, new))
    assert bool(found) is (expected is not None), found
    assert all(line.startswith(expected or "-") for line in found)


def test_marks_are_taken_out_of_examples() -> None:
    """Spans count over the text without marks, and a caret is a caret where no gap is meant."""
    assert unmark("甲<<乙>>丙<<丁>>", carets=False) == ("甲乙丙丁", (Span(1, 2), Span(3, 4)), None)
    assert unmark("甲^<<乙>>", carets=True) == ("甲乙", (Span(1, 2),), 1)
    assert unmark("您好^_^", carets=False) == ("您好^_^", (), None)
    for broken in (">>甲<<", "<<<<甲>>>>", "甲>>"):
        with pytest.raises(ValueError, match="do not pair up"):
            unmark(broken, carets=False)
