"""The three tools that a language model is given: the HTTP contract's JSON, and a short text for people."""

from contextlib import aclosing
from typing import Any

import msgspec

from service.core.results import Finding, Missing, Report, Rewrite, Suggestions, Verdict
from service.errors import BadBody, CoachError, DraftTooLong, NotFound
from service.web.access import Slots
from service.web.drafts import caller_of
from service.web.front import Call
from service.web.requests import read_check, read_rewrite, read_suggest
from service.web.seam import Coach
from service.web.wire import checked_bytes, rewrite_bytes, suggestions_bytes

Answer = tuple[str, Any]
_decode = msgspec.json.Decoder().decode
_AROUND: dict[str, Any] = {
    "customer_message": {"type": "string", "maxLength": 10_000, "description": "客户的最后一条消息。"},
    "channel": {"type": "string", "enum": ["phone", "chat", "email", "ticket"], "description": "沟通渠道。"},
    "scenario": {"type": "string", "description": "场景编号；不填则按客户消息匹配。"},
}
_DRAFT: dict[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 50_000,
    "description": "客服准备发出的原文。",
}
_MODE: dict[str, Any] = {
    "type": "string",
    "enum": ["polish", "minimal"],
    "description": "polish 通篇按规范润色（默认）；minimal 只改有问题之处。",
}


def _tool(name: str, title: str, says: str, properties: dict[str, Any], *required: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    notes = {"read_only_hint": True, "open_world_hint": False}
    return {"name": name, "title": title, "description": says, "input_schema": schema, "annotations": notes}


TOOLS = (
    _tool(
        "check_reply", "检查话术", "按客服规范检查一条回复：哪些话不能说，缺了什么，礼貌分多少。结果确定，不经过模型。",
        {"draft": _DRAFT, **_AROUND}, "draft",
    ),
    _tool(
        "rewrite_reply", "改写话术", "把一条回复改写得礼貌、合规，事实一个不少、一个不多；无法保证时交人工处理。",
        {"draft": _DRAFT, **_AROUND, "mode": _MODE}, "draft",
    ),
    _tool(
        "suggest_reply", "推荐回复", "针对客户消息给出最多三条合规的回复；把握不足时不给。", _AROUND, "customer_message",
    ),
)  # fmt: skip


class Tools:
    """The tools over one coach."""

    def __init__(self, coach: Coach, slots: Slots) -> None:
        self._coach = coach
        self._slots = slots

    async def call(self, call: Call, name: str, arguments: dict[str, Any]) -> Answer:
        """What a tool says, and its JSON. Raises `CoachError`."""
        caller = caller_of(call)
        if name == "check_reply":
            draft = read_check(_body(arguments))
            call.answer = checked = await self._coach.check(draft, caller)
            return say_check(checked.report), _decode(checked_bytes(checked, draft.text))
        if name == "rewrite_reply":
            draft = read_rewrite(_body(arguments))
            with self._slots.one():
                call.answer = rewrite = await self._coach.rewrite(draft, caller)
            return say_rewrite(rewrite), _decode(rewrite_bytes(rewrite))
        if name != "suggest_reply":
            raise NotFound("没有这个工具。")
        draft, count = read_suggest(arguments)
        with self._slots.one():
            async with aclosing(self._coach.suggestions(draft, count, caller)) as events:
                found = [event async for event in events if isinstance(event, Suggestions)]
        call.answer = answer = found[-1]
        return say_suggestions(answer), _decode(suggestions_bytes(answer))


def _body(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments as a body of the HTTP contract."""
    context = {name: arguments[name] for name in _AROUND if name in arguments}
    return {name: value for name, value in arguments.items() if name not in _AROUND} | {"context": context}


def say_check(report: Report) -> str:
    """A report in a few lines."""
    head = {Verdict.PASS: "可以发送", Verdict.REVISE: "建议修改后再发", Verdict.BLOCK: "不能发送"}[
        report.verdict
    ]
    lines = [f"{head}，礼貌分 {report.score}。"]
    items: list[Finding | Missing] = [*report.findings, *report.missing]
    for item in items:
        put = item.replacements[0].text if item.replacements else ""
        verb = "可改为" if isinstance(item, Finding) else "可加上"
        lines.append(f"· {item.message}" + (f"{verb}：“{put}”" if put else ""))
    return "\n".join(lines)


def say_rewrite(rewrite: Rewrite) -> str:
    """The text, or why there is none."""
    if rewrite.text is None:
        return "没有能通过核验的改写，请人工处理。\n" + say_check(rewrite.before)
    return "原文可以直接发送：\n" + rewrite.text if rewrite.status == "unchanged" else rewrite.text


def say_suggestions(answer: Suggestions) -> str:
    """The replies, numbered."""
    if not answer.suggestions:
        return "没有把握给出合适的回复，请人工处理。"
    return "\n".join(f"{number}. {one.text}" for number, one in enumerate(answer.suggestions, 1))


def excuse(error: CoachError) -> str:
    """A failure in words, with the places of the mistakes."""
    problems = error.problems if isinstance(error, BadBody | DraftTooLong) else ()
    places = [f"{one.pointer.rpartition('/')[2]}: {one.detail}" for one in problems]
    return "\n".join(filter(None, [error.detail, *places])) or "现在无法完成，请稍后再试。"
