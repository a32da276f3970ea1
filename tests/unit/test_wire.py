"""Bodies become drafts and values become answers, by the letter of the contract."""

import json
from typing import Any, get_args

import pytest

from service.core.results import CacheChoice, Channel, Checked, Draft, EngineChoice, Mode, Stage, Turn
from service.errors import BadBody, BadJson, CoachError, DraftTooLong
from service.web.answers import CheckOut, RewriteOut
from service.web.requests import read_check, read_rewrite
from service.web.wire import checked_bytes, rewrite_bytes
from tests.kit.app import LOCAL, STAMP, FakeCoach, a_report

FULL = {
    "draft": "不知道，你找领导去。",
    "context": {
        "customer_message": "我的包裹到哪了？",
        "history": [{"role": "customer", "text": "在吗"}, {"role": "agent", "text": "在的"}],
        "scenario": "cannot-answer-now",
        "channel": "chat",
        "stage": "middle",
        "customer": {"surname": "张", "title": "先生"},
        "agent": {"id": "1024"},
    },
    "policy": "default",
}


def _mistakes(error: type[CoachError], body: Any) -> dict[str, str]:
    with pytest.raises(error) as raised:
        read_rewrite(body)
    assert isinstance(raised.value, BadBody | DraftTooLong)
    return {problem.pointer: problem.code for problem in raised.value.problems}


def test_a_draft_alone_is_enough() -> None:
    """Only `draft` is required; everything else has its default."""
    assert read_check({"draft": "您好"}) == Draft("您好")
    assert read_rewrite({"draft": "您好"}) == Draft("您好")


def test_everything_arrives() -> None:
    """Each field of the body reaches the draft."""
    expected = Draft(
        "不知道，你找领导去。", "我的包裹到哪了？", (Turn("customer", "在吗"), Turn("agent", "在的")),
        "cannot-answer-now", "chat", "middle", "张", "先生", "1024", "default",
    )  # fmt: skip
    assert read_check(FULL) == expected
    more = {"mode": "minimal", "engine": "phrasebook", "cache": "bypass", "metadata": {"ticket": [1, None]}}
    read = read_rewrite(FULL | more)
    assert (read.mode, read.engine, read.cache, read.metadata) == tuple(more.values())


def test_null_is_as_good_as_absent() -> None:
    """A client whose library writes null for what it does not know is understood."""
    empty = dict.fromkeys(("context", "policy", "mode", "engine", "cache", "metadata"))
    assert read_rewrite({"draft": "您好"} | empty) == Draft("您好")
    context = dict.fromkeys(FULL["context"])
    assert read_check({"draft": "您好", "context": context}) == Draft("您好")


@pytest.mark.parametrize(
    ("field", "choices"),
    [
        ("channel", Channel),
        ("stage", Stage),
        ("mode", Mode),
        ("engine", EngineChoice),
        ("cache", CacheChoice),
    ],
)
def test_each_word_is_taken_and_no_other(field: str, choices: Any) -> None:
    """The words of the contract are taken as they stand; another is refused with the known ones."""
    where = "context" if field in ("channel", "stage") else ""
    for word in get_args(choices):
        body = {"draft": "您好", where: {field: word}} if where else {"draft": "您好", field: word}
        assert getattr(read_rewrite(body), field) == word
    body = {"draft": "您好", where: {field: "Chat"}} if where else {"draft": "您好", field: "Chat"}
    assert _mistakes(BadBody, body) == {f"/{where}/{field}".replace("//", "/"): "not_allowed"}


WRONG: list[tuple[Any, dict[str, str]]] = [
    ({}, {"/draft": "missing"}),
    ([], {"": "wrong_type"}),
    ("text", {"": "wrong_type"}),
    (None, {"": "wrong_type"}),
    ({"draft": None}, {"/draft": "wrong_type"}),
    ({"draft": 1}, {"/draft": "wrong_type"}),
    ({"draft": ["a"]}, {"/draft": "wrong_type"}),
    ({"draft": "a", "context": []}, {"/context": "wrong_type"}),
    ({"draft": "a", "context": {"history": {}}}, {"/context/history": "wrong_type"}),
    ({"draft": "a", "context": {"history": [{"role": "agent"}]}}, {"/context/history/0/text": "missing"}),
    ({"draft": "a", "context": {"agent": {"id": 1024}}}, {"/context/agent/id": "wrong_type"}),
    ({"draft": "a", "metadata": []}, {"/metadata": "wrong_type"}),
    ({"draft": "a", "drafts": "b"}, {"/drafts": "unknown_field"}),
    ({"draft": "a", "context": {"customer": {"name": "b"}}}, {"/context/customer/name": "unknown_field"}),
    ({"draft": ""}, {"/draft": "blank"}),
    ({"draft": " \n\u3000\u200b\ufeff\u2060\U000e0041\u3164"}, {"/draft": "blank"}),
]


@pytest.mark.parametrize(("body", "expected"), WRONG)
def test_mistakes_are_pointed_at(body: Any, expected: dict[str, str]) -> None:
    """Each mistake has an RFC 6901 pointer and a closed code."""
    assert _mistakes(BadBody, body) == expected


@pytest.mark.parametrize("draft", ["。", "😊", "?", "1", "a", "您", "\u200b您"])
def test_whatever_shows_is_no_blank(draft: str) -> None:
    """A draft of one visible character is a draft, be it a mark or an emoji."""
    assert read_check({"draft": draft}).text == draft


def test_a_field_name_that_may_be_a_text_is_not_repeated() -> None:
    """A typed-wrong name is shown with what was meant; a phone number in its place is not."""
    with pytest.raises(BadBody) as raised:
        read_check({"draft": "a", "polcy": "b", "13800138017": "c", "客户张小帆": "d"})
    shown = [(problem.pointer, problem.detail) for problem in raised.value.problems]
    assert shown[0] == ("/polcy", "There is no such field. Did you mean policy?")
    assert [pointer for pointer, _ in shown[1:]] == ["", ""]
    assert "138" not in str(shown)
    assert "张" not in str(shown)


def test_limits_are_exact() -> None:
    """50,000 code points of draft, 10,000 of another text and 50 turns are taken; one more is too large."""
    turn = {"role": "agent", "text": "b" * 10_000}
    context = {"customer_message": "𝟏" * 10_000, "history": [turn] * 50}
    assert read_check({"draft": "字" * 50_000, "context": context}).history[49].text == turn["text"]
    assert _mistakes(DraftTooLong, {"draft": "字" * 50_001}) == {"/draft": "too_long"}
    long = {"customer_message": "a" * 10_001, "customer": {"surname": "b" * 10_001}}
    assert _mistakes(DraftTooLong, {"draft": "a", "context": long}) == {
        "/context/customer_message": "too_long",
        "/context/customer/surname": "too_long",
    }
    many = {"history": [{"role": "agent", "text": "b"}] * 51}
    assert _mistakes(DraftTooLong, {"draft": "a", "context": many}) == {"/context/history": "too_long"}


def test_a_body_that_is_also_wrong_is_not_merely_too_large() -> None:
    """Too long and something else wrong is a body with mistakes, all of them listed."""
    assert _mistakes(BadBody, {"draft": "字" * 50_001, "mode": "x"}) == {
        "/draft": "too_long",
        "/mode": "not_allowed",
    }


def test_a_body_of_nothing_but_mistakes_is_told_so_shortly() -> None:
    """A hundred thousand unknown fields cost one line, not a hundred thousand."""
    assert _mistakes(BadBody, dict.fromkeys(map(str, range(100_000)))) == {"": "unknown_field"}


def test_a_number_that_would_not_come_back_is_refused() -> None:
    """Metadata is given back as sent, so an infinity has no place in it."""
    with pytest.raises(BadJson):
        read_rewrite({"draft": "a", "metadata": {"a": [{"b": float("inf")}]}})


def test_offsets_come_in_both_units() -> None:
    """JavaScript finds the words that Python found: a character beyond the basic plane counts two."""
    text = "😊好😊的"
    answer = json.loads(checked_bytes(Checked(a_report(text), None, STAMP), text))
    (finding,), (missing,) = answer["findings"], answer["missing"]
    assert (finding["span"], finding["span_utf16"]) == ({"start": 0, "end": 2}, {"start": 0, "end": 3})
    units = text.encode("utf-16-le")
    start, end = finding["span_utf16"]["start"], finding["span_utf16"]["end"]
    assert units[2 * start : 2 * end].decode("utf-16-le") == finding["text"]
    assert missing["because"] == finding["span"]
    assert missing["because_utf16"] == finding["span_utf16"]
    assert missing["insert_at"] == {"code_points": 0, "utf16": 0}


def test_a_check_has_every_field() -> None:
    """What is sent is exactly what the contract describes: no field more, no field less, null where nothing is."""
    answer = json.loads(checked_bytes(Checked(a_report("不知道"), None, STAMP), "不知道"))
    assert CheckOut.model_validate(answer).model_dump(mode="json") == answer
    assert answer["scenario"] is None


async def test_a_rewrite_has_every_field() -> None:
    """The same for a rewrite."""
    done = await FakeCoach().rewrite(Draft("不知道。", metadata={"a": 1}), LOCAL)
    answer = json.loads(rewrite_bytes(done))
    assert RewriteOut.model_validate(answer).model_dump(mode="json") == answer
    assert answer["attempts"][0]["elapsed_ms"] == 12.346
    assert answer["after"]["verdict"] == "pass"


async def test_metadata_comes_back_as_sent() -> None:
    """Whole numbers beyond 64 bits, nested values and Chinese survive; none sent is an empty object."""
    sent = {"n": 10**30, "x": {"y": [1.5, None, True, "中文😊"]}, "": "空"}
    done = await FakeCoach().rewrite(read_rewrite({"draft": "a", "metadata": sent}), LOCAL)
    assert json.loads(rewrite_bytes(done))["metadata"] == sent
    done = await FakeCoach().rewrite(read_rewrite({"draft": "a"}), LOCAL)
    assert json.loads(rewrite_bytes(done))["metadata"] == {}
