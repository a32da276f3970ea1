"""Words in another writing: they are found as the plain words they stand for, and marked as the draft writes them."""

import pytest

from service.core.checking import check
from service.core.compiling import Policy, compile_policy
from service.core.reading import read
from service.core.results import Draft
from service.core.spelling import Writing
from tests.kit.small_policy import policy_of, rule

SPELLINGS = {
    "傻逼": ["煞笔", "(傻|煞)(b|13)", "傻*", "sb"],
    "脑残": ["脑can"],
    "没有": ["木有"],
    "不知道": ["布吉岛"],
    "滚": ["gun"],
}
WRITING = Writing(
    characters={"你": "泥尼", "妈": "玛"},
    sounds={
        "ni": "你",
        "bu": "不",
        "zhi": "知只",
        "dao": "到道",
        "nao": "闹脑",
        "can": "惨残",
        "guan": "管",
        "wo": "我",
    },
    parts={"氵": "衮滚", "⺮": "本笨"},
    innocent=("树木有",),
)


def policy(*phrases: str, disguised: bool = False) -> Policy:
    """A rule on some phrases, and ways to write them."""
    rules = policy_of(
        rule("abuse.x", {"kind": "phrase", "any": list(phrases), "disguised": disguised}), spellings=SPELLINGS
    )
    return compile_policy(rules.files.model_copy(update={"writing": WRITING}))


PHRASES = ("傻逼客户", "你就是脑残", "不知道", "没有了", "我不管", "你脑残", "滚远", "你妈的", "笨死")


def found(text: str, *phrases: str, disguised: bool = False) -> list[str]:
    """The words found in a draft."""
    report = check(policy(*(phrases or PHRASES), disguised=disguised), read(Draft(text=text), None))
    for finding in report.findings:
        assert text[finding.span.start : finding.span.end] == finding.text
    return [finding.text for finding in report.findings]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("又是煞笔客户，", "煞笔客户"),
        ("又是煞 笔~客户，", "煞 笔~客户"),
        ("又是傻13客户", "傻13客户"),
        ("又是傻*客户", "傻*客户"),
        ("又是傻×客户", "傻×客户"),
        ("你就是脑 can。", "你就是脑 can"),
        ("泥就是脑can。", "泥就是脑can"),
        ("布吉岛，问别人", "布吉岛"),
        ("bu zhi dao，问别人", "bu zhi dao"),
        ("bù zhī dào，问别人", "bù zhī dào"),
        ("不zhi道", "不zhi道"),
        ("wo不guan", "wo不guan"),
        ("ni nao can", "ni nao can"),
        ("尼玛的", "尼玛的"),
        ("氵衮远点", "氵衮远"),
        ("⺮本死了", "⺮本死"),
        ("你.妈.的", "你.妈.的"),
        ("不&nbsp;知&nbsp;道", "不&nbsp;知&nbsp;道"),
        ("ｇｕｎ远点", "ｇｕｎ远"),
        ("ɡuｎ远点", "ɡuｎ远"),
    ],
)
def test_another_writing_is_found_as_the_words_it_stands_for(text: str, words: str) -> None:
    """Sound-alikes, pinyin, letters, parts, masks and marks hide nothing; the finding marks the words as they were sent."""
    assert found(text) == [words]


@pytest.mark.parametrize(
    "text",
    [
        "请插入USB接口，客户您好",
        "型号SB-200客户都说好",
        "编码 gun 200 远程可查",
        "门口的树木有了新芽",
        "尼龙的料子很结实",
        "泥土是专用的营养土",
        "Nao Can 女士您好",
        "今天到货",
    ],
)
def test_what_holds_a_spelling_by_chance_is_left_alone(text: str) -> None:
    """Codes, model numbers, names and longer words are nobody's disguise."""
    assert found(text) == []


def test_plain_words_are_judged_once() -> None:
    """A draft with a spelling in it tells of its plain words no more than it did without."""
    assert found("不知道，没有脑can的事") == ["不知道"]


def test_a_single_character_counts_only_where_a_spelling_is_listed() -> None:
    """泥 may be clay; gun between Han is listed."""
    assert found("这是泥", "你") == []
    assert found("gun吧", "滚") == ["gun"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("真脑can", ["脑can"]),
        ("真脑 残", ["脑 残"]),
        ("真脑#残", ["脑#残"]),
        ("真脑残", []),
        ("大脑“残”字", []),
    ],
)
def test_disguised_phrases_count_only_in_another_writing(text: str, words: list[str]) -> None:
    """`disguised` leaves the plain word to other rules, which know where it is an offence."""
    assert found(text, "脑残", disguised=True) == words


def test_a_draft_full_of_spellings_is_read_as_far_as_a_person_would() -> None:
    """What repeats a spelling ten thousand times is found, and costs no more than its beginning."""
    assert found("煞笔客户，" * 10000)[0] == "煞笔客户"


def test_spans_count_from_the_draft_as_sent() -> None:
    """Where spellings are longer or shorter than their words, what stands behind them is marked in its place."""
    text = "布吉岛，ni nao can，煞笔客户来了"
    assert found(text) == ["布吉岛", "ni nao can", "煞笔客户"]
