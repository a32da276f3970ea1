"""Who may be quoted: the draft, the agent and the company always; the customer for what binds nobody."""

import pytest

from service.core.results import Draft, Turn
from service.core.verifying.sources import stands_in
from tests.kit.policies import POLICY, coaching_policy, codes, reasons
from tests.kit.small_policy import policy_of, rule

_CONTACTS = {
    "phone": "13812345678",
    "email": "me@example.com",
    "url": "https://example.com/x",
    "markdown_link": "[这里](https://example.com/x)",
    "account_id": "QQ：12345678",
    "address": "北京市朝阳区建国路88号",
    "id_number": "11010519491231002X",
    "bank_card": "6222021234567890128",
    "html": "<b>",
    "placeholder": "{{name}}",
}


@pytest.mark.parametrize("contact", _CONTACTS.values(), ids=_CONTACTS)
def test_a_contact_of_the_customer_is_never_handed_out(contact: str) -> None:
    """A number, link or account that only the customer wrote is not repeated as if it were the company's."""
    assert (
        codes(Draft("请您稍等", customer_message=f"用{contact}行不行"), f"您好，请您稍等，{contact}") != set()
    )
    if contact != _CONTACTS["html"]:
        # A tag is the page's own; anything else that the agent said before may be said again.
        told = (Turn("agent", f"请用{contact}"),)
        assert codes(Draft("请您稍等", history=told), f"您好，请您稍等，{contact}") <= {"markup"}


@pytest.mark.parametrize(
    "fact", ["500元", "订单WX-518", "7月20日", "18:00", "3天", "5%", "3台", "2000", "iPhone15", "PDF", "《用户协议》", "10MB", "SF1234567890123"]
)  # fmt: skip
def test_what_the_customer_told_may_be_asked_about(fact: str) -> None:
    """Figures and names that the customer gave may be named in asking, in this turn's message or an earlier one."""
    answer = f"您好，您提到{fact}，请您稍等"
    assert reasons(Draft("请您稍等", customer_message=f"我说的是{fact}"), answer) == ()
    before = (Turn("customer", f"我说的是{fact}"), Turn("agent", "您请讲"))
    assert reasons(Draft("请您稍等", history=before), answer) == ()
    assert reasons("请您稍等", answer) != ()


@pytest.mark.parametrize("fact", ["500元", "5%", "3天", "7月20日", "18:00", "2000", "3台"])
def test_what_the_customer_demands_is_not_granted(fact: str) -> None:
    """A figure of the customer's own is no promise of ours, beside whichever word that would grant it."""
    draft = Draft("请您稍等", customer_message=f"必须{fact}，不然投诉")
    said = reasons(draft, f"您好，{fact}会答复，请您稍等")
    assert f"commitment_invented “{fact}”只是客户的说法" in {f"{r.code} {r.detail}" for r in said}


def test_a_form_of_address_needs_somebody_who_gave_it() -> None:
    """先生 may be said when the customer, an earlier turn or the context says it, and is a guess otherwise."""
    answer = "先生您好，请您稍等"
    assert codes("请您稍等", answer) == {"fact_invented"}
    assert reasons(Draft("请您稍等", customer_message="我是一位先生"), answer) == ()
    assert reasons(Draft("请您稍等", history=(Turn("agent", "先生您好"),)), answer) == ()
    assert reasons(Draft("请您稍等", title="先生"), answer) == ()
    assert codes(Draft("请您稍等", title="女士"), answer) == {"fact_invented"}


def test_each_piece_of_company_data_may_be_told() -> None:
    """Name, hotline and hours are the company's to tell; a company without them has none."""
    for words in ("云上小店", "热线400-820-1234", "服务时间9:00-21:00"):
        assert reasons("请您稍等", f"您好，请您稍等，{words}") == ()
    bare = coaching_policy()
    assert reasons("请您稍等", "您好，请您稍等，热线400-820-1234", bare) != ()


@pytest.mark.parametrize("said", ["工号1024", "1024号"])
def test_the_agents_own_number_may_be_told(said: str) -> None:
    """The agent may be named by number in either way; without one nobody has a number."""
    assert reasons(Draft("请您稍等", agent_id="1024"), f"您好，{said}为您服务，请您稍等") == ()
    assert reasons("请您稍等", f"您好，{said}为您服务，请您稍等") != ()


@pytest.mark.parametrize(
    ("rule_id", "category"),
    [
        ("promises.x", "类别"), ("privacy.x", "类别"), ("disclosure.x", "类别"), ("threat.x", "类别"), ("internal.x", "类别"), ("bribe.x", "类别"), ("leak.x", "类别"),
        ("a.x", "承诺"), ("a.x", "泄露"), ("a.x", "泄漏"), ("a.x", "披露"), ("a.x", "内部"), ("a.x", "隐私"), ("a.x", "威胁"), ("a.x", "行贿"), ("a.x", "私下"),
    ],
)  # fmt: skip
def test_what_must_not_be_said_takes_its_clause_along(rule_id: str, category: str) -> None:
    """The amount of a bribe and the day of a threat need not come back; figures of other clauses must."""
    policy = policy_of(rule(rule_id, {"kind": "phrase", "any": ["偷偷"]}, category=category))
    assert reasons("偷偷给你30元，订单WX-518在修", "您好，订单WX-518在修", policy) == ()
    assert [r.code for r in reasons("偷偷给你，30元，在修", "您好，在修", policy)] == ["fact_missing"]


@pytest.mark.parametrize(
    ("rule_id", "category", "severity", "goes"),
    [
        ("a.x", "类别", "error", True), ("a.x", "类别", "warning", False), ("refusal.x", "类别", "error", False), ("politeness.x", "类别", "error", False),
        ("a.x", "否定语", "error", False),
    ],
)  # fmt: skip
def test_a_fact_within_an_offence_goes_with_it(
    rule_id: str, category: str, severity: str, *, goes: bool
) -> None:
    """A figure inside words that a rule forbids goes; one inside a refusal told badly has to be told."""
    policy = policy_of(rule(rule_id, {"kind": "phrase", "any": ["3天滚蛋"]}, severity, category=category))
    found = [r.code for r in reasons("3天滚蛋，WX-518在修", "您好，WX-518在修", policy)]
    assert ("fact_missing" not in found) is goes


def test_a_rule_of_no_such_kind_takes_nothing_along() -> None:
    """A rude word beside a figure is mended; the figure stays."""
    policy = policy_of(rule("a.x", {"kind": "phrase", "any": ["偷偷"]}))
    assert [r.code for r in reasons("偷偷给你30元", "您好，在修", policy)] == ["fact_missing"]


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("30", "共30元", True), ("30", "共300元", False), ("30", "共130元", False), ("30", "30.5", False), ("30", "30%", False), ("30", "30万", False), ("30", "130和30", True),
        ("三十", "三十元", True), ("三十", "二百三十元", False), ("三十", "三十五元", False), ("半", "一半", False),
        ("PDF", "用PDF吧", True), ("PDF", "PDFX", False), ("DF", "PDF", False), ("", "任何", False), ("３０", "共30元", True), ("3 0", "共30元", True),
        ("30", "30", True), ("张", "张三", True),
    ],
)  # fmt: skip
def test_a_figure_stands_where_it_is_whole(words: str, text: str, *, expected: bool) -> None:
    """30 is in 30元 and not in 300元; a Latin word is not in a longer one."""
    assert stands_in(words, text) is expected


def test_the_customers_own_words_are_no_source_of_a_cause() -> None:
    """What the customer suspects is not confirmed as if we had found it out."""
    draft = Draft("请您稍等", customer_message="是不是仓库漏发了")
    assert "commitment_invented" in codes(draft, "您好，因为仓库漏发，请您稍等", POLICY)


def test_a_known_customer_excuses_no_other_invention() -> None:
    """To know whom we speak to makes no amount and no other name true."""
    known = Draft("请您稍等", surname="张", title="先生")
    assert "fact_invented" in codes(known, "您好，王先生，请您稍等")
    assert "fact_invented" in codes(known, "您好，共500元，请您稍等")
    assert reasons(known, "张先生您好，请您稍等") == ()
