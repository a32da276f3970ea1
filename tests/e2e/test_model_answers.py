"""What a model answers through `/rewrite`: refusals, wrapping, lies and rudeness never reach a customer."""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from service.adapters.prompt_files import load_prompts
from service.core.policy import ExampleEntry, Rule
from service.core.results import Draft
from tests.kit.corruptions import CORRUPTIONS
from tests.kit.default_policy import FOLDER, default_policy, read_masked
from tests.kit.hard_days import Asked, HardDay, hard_day
from tests.kit.honest_model import rewritten
from tests.kit.model_scripts import Reply, Request, Script, answer, completion, raw
from tests.kit.policies import hidden
from tests.kit.refusals import APOLOGIES, REFUSALS
from tests.kit.rewrites import pairs

AT_ONCE = 8
_NUMBER = re.compile(r"工单(\d+)号")
CALLS = 3
"""One call and two repairs."""


def numbered(number: int, draft: str = "这个办不了，你找领导去。") -> str:
    """A draft that carries a number which the model reads."""
    return f"工单{number}号，{draft}"


def by_number(texts: dict[int, str] | list[str]) -> Script:
    """The answer to a draft by its number."""

    def script(request: Request, _: int) -> Reply:
        found = _NUMBER.search(request["messages"][1]["content"])
        assert found is not None
        return answer(texts[int(found[1])], request)

    return script


async def each(day: HardDay, drafts: list[str], contexts: list[dict[str, Any]] | None = None) -> list[Asked]:
    """The rewrites of drafts, a few at once, in their order."""
    gate = asyncio.Semaphore(AT_ONCE)
    whats = contexts or [{} for _ in drafts]

    async def one(draft: str, context: dict[str, Any]) -> Asked:
        async with gate:
            return await day.ask(None, draft, **({"context": context} if context else {}))

    return await asyncio.gather(*(one(*pair) for pair in zip(drafts, whats, strict=True)))


async def test_r20_a_refusal_is_never_shown() -> None:
    """A model that declines, alone or beside a fine answer, is heard as declining, and the phrasebook answers."""
    fine = "您好，工单{}号，很抱歉这个办不了，我会继续为您跟进。"
    texts = [*REFUSALS, *(fine.format(i + len(REFUSALS)) + text for i, text in enumerate(REFUSALS))]
    async with hard_day() as day:
        day.model.script = by_number(texts)
        asked = await each(day, [numbered(i) for i in range(len(texts))])
        missed = [text for text, one in zip(texts, asked, strict=True) if one.answer["engine"] == "model"]
        other = [
            text
            for text, one in zip(texts, asked, strict=True)
            if not all("refusal" in codes for codes in one.all_codes)
        ]
        assert len(REFUSALS) >= 60
        print(
            f"R20: {len(texts)} refusals, {len(missed)} shown, {len(other)} stopped for another reason alone"
        )
        assert missed == []
        assert len(other) <= len(texts) // 20, other
        assert all(one.by_phrasebook for one in asked)


async def test_r20_the_servers_own_filter_is_a_refusal() -> None:
    """An answer that the model's server filtered is a refusal, whichever way it says so."""
    filtered = json.dumps(completion("您好", finish_reason="content_filter")).encode()
    refused = json.dumps(completion(None, message={"content": None, "refusal": "No."})).encode()
    async with hard_day() as day:
        for script in (raw(filtered), raw(refused), raw(b'{"error":{"code":"content_filter"}}', status=400)):
            asked = await day.ask(script)
            assert asked.by_phrasebook
            assert set(asked.codes) == {"refusal"}


async def test_r20_an_agents_apology_is_no_refusal() -> None:
    """Of 200 good answers by an agent who is sorry, at most one in a hundred is taken for a model's refusal."""
    async with hard_day() as day:
        day.model.script = by_number(list(APOLOGIES))
        asked = await each(day, [numbered(i) for i in range(len(APOLOGIES))])
        mistaken = [
            text
            for text, one in zip(APOLOGIES, asked, strict=True)
            if any("refusal" in codes for codes in one.all_codes)
        ]
        print(f"R20: {len(mistaken)} of {len(APOLOGIES)} good apologies taken for refusals")
        assert len(APOLOGIES) == 200
        assert len(mistaken) <= 2, mistaken


def _good(request: Request) -> str:
    return rewritten(request["messages"][1]["content"])


def _wrapped(around: str) -> Script:
    return lambda request, _: answer(around.format(_good(request)), request)


def _system_lines() -> list[str]:
    """Each line of the live prompts' instructions."""
    book = load_prompts(FOLDER.parents[1] / "prompts")
    return [line for prompt in (book.rewrite, book.repair) for line in prompt.system_lines()]


SHAPES: dict[str, tuple[Script, str]] = {
    "echo of the draft": (
        lambda request, _: answer(
            json.loads(re.findall(r'^草稿：(".*")$', request["messages"][1]["content"], re.MULTILINE)[0]),
            request,
        ),
        "echo",
    ),
    "echo of the prompt": (lambda request, _: answer(request["messages"][0]["content"], request), "echo"),
    "talk before": (_wrapped("以下是改写后的回复：\n{}"), "preamble"),
    "talk before, polite": (_wrapped("好的，这是修改后的版本：{}"), "preamble"),
    "talk after": (_wrapped("{}\n说明：我删去了不礼貌的措辞，改为敬语。"), "preamble"),
    "role in words": (_wrapped("客服：{}"), "preamble"),
    "role in marks": (_wrapped("<|im_start|>assistant\n{}<|im_end|>"), "preamble"),
    "thinking aloud": (_wrapped("<think>顾客生气了</think>{}"), "preamble"),
    "quoted": (_wrapped("“{}”"), "preamble"),
    "fence": (_wrapped("```text\n{}\n```"), "markup"),
    "heading": (_wrapped("# 回复\n{}"), "markup"),
    "bold": (_wrapped("**重要**：{}"), "markup"),
    "nothing": (lambda request, _: answer("", request), "empty"),
    "nothing to see": (lambda request, _: answer(" \u200b\n\u2060", request), "empty"),
    "English": (
        lambda request, _: answer("Thank you for waiting, we are looking into your refund now.", request),
        "wrong_language",
    ),
    "Japanese": (lambda request, _: answer("お待たせして申し訳ございません。", request), "wrong_language"),
    "the other script": (
        lambda request, _: answer(_good(request) + "請您稍等，我為您核實。", request),
        "script_changed",
    ),
    "twenty times as long": (lambda request, _: answer(_good(request) * 20, request), "too_long"),
}


async def test_r21_wrong_content_is_rejected_by_name() -> None:
    """Echo, talk, roles, markup, nothing, another language or script, endless: each rejected with its own reason."""
    async with hard_day() as day:
        for name, (script, code) in SHAPES.items():
            asked = await day.ask(script)
            assert asked.by_phrasebook, name
            assert all(code in codes for codes in asked.all_codes), (name, asked.all_codes)
            assert asked.calls == CALLS
        print(f"R21: {len(SHAPES)} shapes, each with its reason")


async def test_r21_no_line_of_the_prompt_gets_out() -> None:
    """A fine answer into which a line of our instructions slipped, at any place, never leaves."""
    lines = _system_lines()
    places = ("{line}{text}", "{text}{line}", "{text}\n{line}\n", "您好，{line}{text}")
    bare = [re.sub(r"^\d+\. ", "", line) for line in lines]
    texts = [place.format(line=line, text="{}") for line in (*lines, *bare) for place in places]

    def script(request: Request, _: int) -> Reply:
        found = _NUMBER.search(request["messages"][1]["content"])
        assert found is not None
        return answer(texts[int(found[1])].replace("{}", _good(request)), request)

    async with hard_day() as day:
        day.model.script = script
        asked = await each(day, [numbered(i) for i in range(len(texts))])
        shown = [
            text
            for text, one in zip(texts, asked, strict=True)
            if any(line[:12] in (one.answer["text"] or "") for line in bare)
        ]
        print(f"R21: {len(shown)} of {len(texts)} answers with a line of the prompt shown")
        assert shown == []


def _lies(count: int) -> list[tuple[str, str, str]]:
    """Drafts, wrong rewrites of them with tokens as a model would write them, and what is wrong."""
    pick, found, kinds = random.Random(2022), list[tuple[str, str, str]](), Counter[str]()
    for pair in pairs(2000, seed=5):
        for kind, corrupt in CORRUPTIONS.items():
            wrong = corrupt(pair, pick) if kinds[kind] < count // len(CORRUPTIONS) + 1 else None
            if (
                wrong is not None
                and wrong != pair.rewrite
                and all(draft != pair.draft for draft, _, _ in found)
            ):
                _, masked = read_masked(Draft(pair.draft))
                found.append((pair.draft, hidden(wrong, masked), kind))
                kinds[kind] += 1
    return found


def by_draft(answers: dict[str, str]) -> Script:
    """The answer to a draft, by the masked draft that the model is shown."""

    def script(request: Request, _: int) -> Reply:
        found = re.search(r'^草稿：(".*")$', request["messages"][1]["content"], re.MULTILINE)
        assert found is not None
        return answer(answers[json.loads(found[1])], request)

    return script


async def test_r22_lies_never_leave() -> None:
    """A changed, lost or invented fact, a turned denial or an added promise is never what the caller gets."""
    lies = _lies(300)
    masked = {read_masked(Draft(draft))[1].draft: wrong for draft, wrong, _ in lies}
    lies = [lie for lie in lies if masked[read_masked(Draft(lie[0]))[1].draft] == lie[1]]
    async with hard_day() as day:
        day.model.script = by_draft(masked)
        asked = await each(day, [draft for draft, _, _ in lies])
        left = [lie for lie, one in zip(lies, asked, strict=True) if one.answer["engine"] == "model"]
        print(f"R22: {len(left)} of {len(lies)} wrong rewrites of {len({k for *_, k in lies})} kinds left")
        assert len(lies) >= 150
        assert left == []
        # A draft of fields alone stays as it is, and nobody is asked.
        alone = [one for one in asked if one.answer["engine"] == "none" and one.answer["text"] is not None]
        assert len(alone) <= 5
        assert all(one.answer["text"] is None or one.by_phrasebook or one in alone for one in asked)


def _context(example: ExampleEntry) -> dict[str, Any]:
    """An example's context as a body has it."""
    given = example.context
    body: dict[str, Any] = {
        name: getattr(given, name)
        for name in ("customer_message", "scenario", "channel", "stage")
        if getattr(given, name) is not None
    }
    if given.agent_said is not None:
        body["history"] = [{"role": "agent", "text": given.agent_said}]
    if given.surname is not None:
        body["customer"] = {"surname": given.surname}
    if given.agent_id is not None:
        body["agent"] = {"id": given.agent_id}
    return body


def _plain(example: ExampleEntry) -> str:
    return example.text.replace("<<", "").replace(">>", "").replace("^", "")


def _breaking(of: Callable[[Rule], bool]) -> list[tuple[str, str, dict[str, Any]]]:
    """Rule, the words that break it, and their context: every example of the policy's own."""
    return [
        (rule.id, _plain(example), _context(example))
        for rule in default_policy().files.rules
        if of(rule)
        for example in rule.examples.match
    ]


async def test_r23_what_leaves_obeys_the_policy() -> None:
    """A model that answers each rule's own bad example is never delivered, and whatever is passes `/check` as well."""
    cases = _breaking(lambda rule: rule.status == "stable" and rule.severity.value != "info")
    drafts = [f"{words}催什么催。" for _, words, _ in cases]
    contexts = [context for *_, context in cases]
    answers: dict[str, str] = {}
    for draft, (_, words, _) in zip(drafts, cases, strict=True):
        _, masked = read_masked(Draft(draft))
        answers[masked.draft] = hidden(words, masked)
    async with hard_day() as day:
        day.model.script = by_draft(answers)
        asked = await each(day, drafts, contexts)
        broken, review, alone = [], 0, 0
        for (rule, words, context), one in zip(cases, asked, strict=True):
            if one.answer["text"] is None:
                review += 1
                continue
            again = await day.coach.post("/check", {"draft": one.answer["text"], "context": context})
            if again.json()["verdict"] != "pass" or one.answer["after"]["verdict"] != "pass":
                broken.append((rule, words, one.answer["text"]))
            alone += all(set(codes) == {"policy_breach"} for codes in one.all_codes)
        rules = len({rule for rule, *_ in cases})
        print(
            f"R23: {len(broken)} violations out; {len(cases)} bad examples of {rules} rules, "
            f"{alone} stopped by the policy alone, {review} need review"
        )
        assert broken == []
        assert len(cases) >= 200
