"""Families of phrases: what a line of a policy stands for, where it is found, and which lines are refused."""

import pytest

from service.core.checking import check
from service.core.reading import read
from service.core.results import Draft
from service.core.templates import template
from tests.kit.small_policy import policy_of, rule


def found(line: str, text: str, **fields: object) -> list[str]:
    """The words that a rule with one template marks in a text."""
    policy = policy_of(rule("forbidden.family", {"kind": "phrase", "any": [line], **fields}))
    return [finding.text for finding in check(policy, read(Draft(text), None)).findings]


def test_alternatives_and_options_multiply() -> None:
    """`(快|赶紧)(点)?说` is four phrases."""
    assert template("(快|赶紧)(点)?说").phrases == ("快点说", "快说", "赶紧点说", "赶紧说")
    assert template("你(自己(去)?|先)看").phrases == ("你自己去看", "你自己看", "你先看")


@pytest.mark.parametrize(
    ("line", "text", "marked"),
    [
        ("(快|赶紧)(点)?说", "您快点说吧", ["快点说"]),
        ("(快|赶紧)(点)?说", "您赶快说吧", ["快说"]),
        ("别…了", "您别再打电话了", ["别再打电话了"]),
        ("别…了", "别急。好了", []),
        ("别…了", "别把我们说的那些事情都当成真的了", []),
        ("^随便$", "那随便吧", ["随便"]),
        ("^随便$", "您随便看看", []),
        ("^快", "快把单号发来", ["快"]),
        ("^快", "我们会尽快处理", []),
        ("(管|理)不着$", "这个我们管不着的，您问问店家", ["管不着"]),
        ("你问我,我问谁", "你问我，我问谁啊", ["你问我，我问谁"]),
        ("^别…了$", "那别想了吧", ["别想了"]),
        (
            "你(一|二|三|四|五|六|七|八|九|十)(一|二|三|四|五|六|七|八|九|十)(一|二|三|四|五|六|七|八|九|十)(一|二|三|四|五)呢",
            "问你三四五一呢",
            ["你三四五一呢"],
        ),
        ("^别…了$", "您千万别想多了", []),
    ],
)
def test_a_family_is_found_where_its_line_says(line: str, text: str, marked: list[str]) -> None:
    """Alternatives, gaps within a clause, and ties to its edges; small words at an edge do not matter."""
    assert found(line, text) == marked


def test_phrases_of_one_rule_that_overlap_are_one_finding() -> None:
    """A reader sees one underlined stretch, not two that cross."""
    assert found("(你自己|自己看)", "你自己看吧") == ["你自己看"]


def test_exceptions_hold_for_families_with_gaps() -> None:
    """`unless_in` looks around the whole of what was found."""
    assert found("别…了", "请您别担心了", unless_in={"clause": ["请"]}) == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("(快|慢", "does not close a parenthesis"),
        ("儿?子", "stands behind a parenthesis"),
        ("(快|说$)", "only at the ends"),
        ("(快)*说", "stands behind a parenthesis"),
        ("快)说", "closes a parenthesis that it never opened"),
        ("(快)?", "stands for nothing at all"),
        ("(快)?…(了)?", "stands for nothing at all"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused(line: str, why: str) -> None:
    """The mistake is told in one line when the policy is loaded."""
    with pytest.raises(ValueError, match=why):
        template(line)
