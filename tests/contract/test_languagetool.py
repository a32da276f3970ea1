"""LanguageTool's API over our checks: what clients send, what they read, and what they are told when it is wrong."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from litestar.testing import AsyncTestClient

from service.core.results import (
    Caller,
    Checked,
    Draft,
    Finding,
    Missing,
    Replacement,
    Report,
    Severity,
    Verdict,
)
from service.core.text import Span
from service.web.languagetool_wire import SOFTWARE
from service.web.openapi import VERSION
from tests.kit.app import SOURCE, STAMP, Bench, FakeCoach, FakeKeys, FakeLimits

SHOP = Caller("shop", frozenset({"default"}), b"1" * 32, 60)
DRAFT = "👍好的，保证到货。请稍等。"


class Telling(FakeCoach):
    """Answers with a report of the test's own."""

    def __init__(self, *items: Finding | Missing) -> None:
        super().__init__()
        self.items = items

    async def check(self, draft: Draft, caller: Caller) -> Checked:
        """The report."""
        self._admit(draft, caller)
        findings = tuple(one for one in self.items if isinstance(one, Finding))
        missing = tuple(one for one in self.items if isinstance(one, Missing))
        return Checked(Report(Verdict.REVISE, 50, findings, missing), None, STAMP)


def _finding(
    start: int, end: int, rule: str = "promises.guarantee", severity: Severity = Severity.ERROR
) -> Finding:
    put = (Replacement("我们会尽快"), Replacement("请稍等", safe=False))
    return Finding(
        rule, severity, False, "承诺", "这是绝对承诺。", "承诺落空。", Span(start, end), "", put, SOURCE
    )


def _missing(because: Span | None, at: int) -> Missing:
    put = (Replacement("很抱歉，"),)
    return Missing(
        "politeness.apology", Severity.WARNING, False, "礼貌", "请先致歉。", "先致歉。", because, at, put, SOURCE
    )  # fmt: skip


async def _ask(coach: FakeCoach | None = None, **sent: Any) -> dict[str, Any]:
    async with AsyncTestClient(Bench(coach).app) as client:
        answer = await client.post("/v2/check", data={"language": "zh-CN"} | sent)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _marked(text: str, match: dict[str, Any]) -> str:
    """What a client written in JavaScript or Java underlines."""
    units = text.encode("utf-16-le")
    return units[match["offset"] * 2 : (match["offset"] + match["length"]) * 2].decode("utf-16-le")


async def test_a_match_says_all_that_clients_read() -> None:
    """An answer has every field of the public API, with offsets in UTF-16 units though an emoji stands before."""
    answer = await _ask(Telling(_finding(4, 6)), text=DRAFT)
    [match] = answer["matches"]
    assert _marked(DRAFT, match) == "保证"
    assert match == {
        "message": "这是绝对承诺。",
        "shortMessage": "承诺",
        "replacements": [{"value": "我们会尽快"}, {"value": "请稍等"}],
        "offset": 5,
        "length": 2,
        "context": {"text": DRAFT, "offset": 5, "length": 2},
        "sentence": "👍好的，保证到货。",
        "type": {"typeName": "UnknownWord"},
        "rule": {
            "id": "promises.guarantee",
            "description": "承诺落空。",
            "issueType": "misspelling",
            "category": {"id": "PROMISES", "name": "承诺"},
        },
        "ignoreForIncompleteSentence": False,
        "contextForSureMatch": 0,
    }
    assert answer["software"]["apiVersion"] == 1
    assert answer["warnings"] == {"incompleteResults": False}
    assert (answer["language"]["name"], answer["language"]["code"]) == ("Chinese", "zh-CN")
    assert answer["language"]["detectedLanguage"]["code"] == "zh-CN"
    assert answer["sentenceRanges"] == [[0, 10], [10, 14]]
    assert answer["extendedSentenceRanges"][1]["from"] == 10


@pytest.mark.parametrize(
    ("severity", "issue", "colour"),
    [(Severity.ERROR, "misspelling", "UnknownWord"), (Severity.WARNING, "grammar", "Other"), (Severity.INFO, "style", "Hint")],
)  # fmt: skip
async def test_what_blocks_is_red(severity: Severity, issue: str, colour: str) -> None:
    """An agent sees by the colour how much a match weighs."""
    answer = await _ask(Telling(_finding(4, 6, severity=severity)), text=DRAFT, level="picky")
    [match] = answer["matches"]
    assert (match["rule"]["issueType"], match["type"]["typeName"]) == (issue, colour)


@pytest.mark.parametrize(
    ("text", "because", "at", "marked", "values"),
    [
        ("好的。办不了。", Span(3, 6), 3, "办不了", ["很抱歉，办不了"]),
        ("好的。办不了。", Span(3, 6), 6, "办不了", ["办不了很抱歉，"]),
        ("好的。办不了。", Span(3, 6), 0, "办不了", []),
        ("好的。办不了。", None, 0, "好", ["很抱歉，好"]),
        ("好的。办不了。", None, 7, "。", ["。很抱歉，"]),
        ("好的。\n", None, 4, "。\n", ["。\n很抱歉，"]),
        ("  好", None, 0, "  好", ["很抱歉，  好"]),
        ("👍", None, 0, "👍", ["很抱歉，👍"]),
    ],
)
async def test_what_is_missing_has_a_place(
    text: str, because: Span | None, at: int, marked: str, values: list[str]
) -> None:
    """Missing words underline something, and taking the offer puts them where they ought to stand."""
    [match] = (await _ask(Telling(_missing(because, at)), text=text))["matches"]
    assert match["length"] >= 1
    assert _marked(text, match) == marked
    assert [one["value"] for one in match["replacements"]] == values
    assert ("很抱歉" in match["message"]) == (values == [])


@pytest.mark.parametrize("as_string", [True, False])
async def test_markup_is_passed_over(as_string: bool) -> None:  # noqa: FBT001
    """A draft with markup is checked without it, and what is found is marked in the draft as sent."""
    notes = [
        {"text": "👍好"}, {"markup": "<b>"}, {"text": "的，保"}, {"markup": "</b>"}, {"text": "证"},
        {"markup": "<p>", "interpretAs": "\n"}, {"text": "到货。"},
    ]  # fmt: skip
    coach = Telling(_finding(4, 6))
    data = {"annotation": notes}
    async with AsyncTestClient(Bench(coach).app) as client:
        if as_string:
            answer = await client.post("/v2/check", data={"data": json.dumps(data), "language": "zh-CN"})
        else:
            answer = await client.post("/v2/check", json={"data": data, "language": "zh-CN"})
    assert coach.drafts[0][0].text == "👍好的，保证\n到货。"
    [match] = answer.json()["matches"]
    whole = "".join(note.get("text") or note["markup"] for note in notes)
    assert _marked(whole, match) == "保</b>证"
    assert match["context"]["text"] == whole


async def test_a_match_on_what_markup_stands_for() -> None:
    """Where a match ends on a markup that is read as something, the whole markup is marked."""
    notes = [{"text": "好"}, {"markup": "&nbsp;", "interpretAs": " "}, {"text": "的"}]
    async with AsyncTestClient(Bench(Telling(_finding(1, 2))).app) as client:
        answer = await client.post("/v2/check", json={"data": {"annotation": notes}})
    [match] = answer.json()["matches"]
    assert (match["offset"], match["length"]) == (1, 6)


async def test_every_way_of_sending_gets_the_same_answer() -> None:
    """Form, JSON and query are told the same."""
    sent = {"text": DRAFT, "language": "auto", "motherTongue": "de", "preferredVariants": "zh-CN", "v": "1"}
    async with AsyncTestClient(Bench(Telling(_finding(4, 6))).app) as client:
        form = await client.post("/v2/check", data=sent)
        as_json = await client.post("/v2/check", json=sent)
        query = await client.get("/v2/check", params=sent)
        mixed = await client.post("/v2/check?language=auto", data={"text": DRAFT})
    assert form.json()["matches"] != []
    assert form.json() == as_json.json() == query.json() == mixed.json()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, ["promises.guarantee", "wording.slang"]),
        ({"level": "picky"}, ["promises.guarantee", "wording.slang", "wording.long"]),
        ({"enabledRules": "wording.long"}, ["promises.guarantee", "wording.slang", "wording.long"]),
        ({"disabledRules": "promises.guarantee, x"}, ["wording.slang"]),
        ({"disabledCategories": "WORDING"}, ["promises.guarantee"]),
        ({"disabledCategories": "承诺"}, []),
        ({"enabledOnly": "true", "enabledRules": "wording.long"}, ["wording.long"]),
        ({"enabledOnly": "true", "enabledCategories": "PROMISES"}, ["promises.guarantee"]),
    ],
)
async def test_clients_choose_rules(sent: dict[str, str], told: list[str]) -> None:
    """What a client switches off is silent; tips come on `picky` or by their name."""
    coach = Telling(
        _finding(1, 2),
        _finding(2, 3, "wording.slang", Severity.WARNING),
        _finding(3, 4, "wording.long", Severity.INFO),
    )
    answer = await _ask(coach, text=DRAFT, **sent)
    assert [match["rule"]["id"] for match in answer["matches"]] == told


@pytest.mark.parametrize(
    ("language", "text", "checked"),
    [
        ("zh", DRAFT, True), ("zh-TW", DRAFT, True), ("zh_CN", DRAFT, True), ("ZH-HANS", "ok", True), ("auto", DRAFT, True),
        ("auto", "We will call you.", False), ("en-US", DRAFT, False), ("de", DRAFT, False), ("zh-CN", " \n", False),
        ("zh-CN", "", False),
    ],
)  # fmt: skip
async def test_other_languages_are_left_alone(language: str, text: str, checked: bool) -> None:  # noqa: FBT001
    """An agent who writes English elsewhere in the browser is not told to apologise in Chinese."""
    coach = FakeCoach()
    answer = await _ask(coach, text=text, language=language)
    assert (bool(coach.drafts), bool(answer["matches"])) == (checked, checked)
    assert answer["language"]["code"] == (language if language in ("en-US", "de", "zh-TW") else "zh-CN")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": {"language": "zh-CN"}}, 400),
        ({"data": {"text": "a", "data": "{}"}}, 400),
        ({"data": {"data": "{"}}, 400),
        ({"data": {"data": '{"annotation": [{"text": "a", "markup": "b"}]}'}}, 400),
        ({"data": {"data": '{"annotation": [1]}'}}, 400),
        ({"data": {"text": "a", "enabledOnly": "true"}}, 400),
        ({"json": {"text": 1}}, 400),
        ({"json": []}, 400),
        ({"content": b"text=%FF", "headers": {"content-type": "application/x-www-form-urlencoded"}}, 400),
        (
            {"content": "text=好".encode(), "headers": {"content-type": "application/x-www-form-urlencoded"}},
            400,
        ),
        ({"content": b"a&" * 300, "headers": {"content-type": "application/x-www-form-urlencoded"}}, 400),
        ({"content": b"x", "headers": {"content-type": "application/xml"}}, 415),
        ({"content": b"x", "headers": {"content-encoding": "gzip"}}, 415),
        ({"data": {"text": "好" * 50_001}}, 413),
        ({"content": b"x" * 1_048_577}, 413),
    ],
)
async def test_mistakes_are_said_as_that_api_says_them(sent: dict[str, Any], status: int) -> None:
    """A client shows the reason as it stands: plain text that begins with `Error: `, without the draft."""
    coach = FakeCoach()
    async with AsyncTestClient(Bench(coach).app) as client:
        answer = await client.post("/v2/check", **sent)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("Error: ")
    assert "好" not in answer.text
    assert coach.drafts == []


async def test_the_longest_draft_is_taken() -> None:
    """50,000 Chinese characters come through a form, though it takes nine bytes for each."""
    assert (await _ask(text="好" * 50_000))["matches"] != []


async def test_a_draft_beyond_its_limit_says_which() -> None:
    """Who pastes too much learns the limit."""
    async with AsyncTestClient(Bench().app) as client:
        answer = await client.post("/v2/check", data={"text": "好" * 50_001})
        longest = await client.get("/v2/maxtextlength")
    assert longest.text in answer.text


async def test_a_key_comes_in_the_body_or_in_a_header() -> None:
    """Clients have a field for `apiKey` and none for headers: either opens, and counts against the same rate once."""
    limits = FakeLimits()
    bench = Bench(keys=FakeKeys({"k1": SHOP}), limits=limits)
    async with AsyncTestClient(bench.app) as client:
        for sent in (
            {"data": {"text": DRAFT, "username": "u", "apiKey": "k1"}},
            {"json": {"text": DRAFT, "apiKey": "k1"}},
            {"data": {"text": DRAFT}, "headers": {"authorization": "Bearer k1"}},
        ):
            assert (await client.post("/v2/check", **sent)).status_code == 200  # type: ignore[arg-type]
        assert (await client.get("/v2/check", params={"text": DRAFT, "apiKey": "k1"})).status_code == 200
    assert limits.taken == [("shop", 60)] * 4
    assert [line["tenant"] for line in bench.log_lines()] == ["shop"] * 4


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"text": DRAFT}},
        {"data": {"text": DRAFT, "apiKey": "k2"}},
        {"json": {"text": DRAFT, "apiKey": 7}},
        {"data": {"text": DRAFT, "apiKey": "k1"}, "headers": {"authorization": "Bearer k2"}},
        {"content": b"{{{", "headers": {"content-type": "application/json"}},
        {"content": b"x" * 1_048_577},
    ],
)
@pytest.mark.parametrize("path", ["/v2/check", "/v2/check/"])
async def test_without_a_key_nothing_is_checked(path: str, sent: dict[str, Any]) -> None:
    """Who has no key is told so, and nothing about the body."""
    bench = Bench(keys=FakeKeys({"k1": SHOP}))
    async with AsyncTestClient(bench.app) as client:
        answer = await client.post(path, **sent)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert bench.coach.drafts == []


async def test_the_rate_is_kept() -> None:
    """Beyond the calls of a minute a client is told how long to wait."""
    bench = Bench(keys=FakeKeys({"k1": SHOP}), limits=FakeLimits([2.3]))
    async with AsyncTestClient(bench.app) as client:
        answer = await client.post("/v2/check", data={"text": DRAFT, "apiKey": "k1"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert answer.text.startswith("Error: ")


async def test_clients_find_what_they_ask_for_at_their_start() -> None:
    """Languages, software and limit are told without a key; nothing of ours is in them."""
    async with AsyncTestClient(Bench(keys=FakeKeys({})).app) as client:
        languages = (await client.get("/v2/languages")).json()
        info = (await client.get("/v2/info")).json()
        health = (await client.get("/v2/healthcheck")).text
        refused = await client.post("/v2/languages")
    assert {one["longCode"] for one in languages} == {"zh-CN", "zh-TW"}
    assert info["software"] == SOFTWARE
    assert SOFTWARE["version"] == VERSION
    assert health == "OK"
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


async def test_another_method_is_refused() -> None:
    """A wrong method is told which ones are taken."""
    async with AsyncTestClient(Bench().app) as client:
        answer = await client.put("/v2/check")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST, HEAD")


@pytest.mark.parametrize("scheme", ["chrome-extension", "moz-extension"])
async def test_an_add_on_may_be_allowed_to_call(scheme: str) -> None:
    """An operator names an add-on's origin like that of a page."""
    origin = f"{scheme}://oldceeleldhonbafppcapldpdifcinji"
    async with AsyncTestClient(Bench(allowed_origins=(origin,)).app) as client:
        answer = await client.post("/v2/check", data={"text": DRAFT}, headers={"origin": origin})
    assert answer.headers["access-control-allow-origin"] == origin


async def test_nothing_of_a_draft_is_logged() -> None:
    """A draft that stands in the address is in no line of the log."""
    bench = Bench()
    async with AsyncTestClient(bench.app) as client:
        await client.get(f"/v2/check?text={quote(DRAFT)}&apiKey=secret-key")
    assert "保证" not in bench.log().decode()
    assert quote("保证").encode() not in bench.log()
    assert b"secret-key" not in bench.log()
    assert bench.log_lines()[0]["route"] == "/v2/check"
