"""What is put into prompts: masked texts as JSON strings, and lists as lines that a small model can follow."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from service.core.compiling import Policy
from service.core.masking import Masked
from service.core.phrasing import Scenario
from service.core.reading import Reading
from service.core.results import Channel, Finding, Missing, Mode, Reason, Replacement, Report, Severity, Turn
from service.core.script import script_of
from service.core.text import Span

NOTHING = "（无）"

_ALL = frozenset({
    "mode", "channel", "script", "address", "draft", "tokens", "customer", "history", "scenario", "findings", "missing", "offers",
    "company",
})  # fmt: skip
INPUTS = {
    "rewrite": _ALL,
    "repair": frozenset({"reasons", "question", "answer"}),
    "suggest": _ALL - {"mode", "findings", "missing"},
}
"""The inputs that each prompt may declare."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_RULE_ID = re.compile(r"^[a-z][a-z0-9-]*\.[a-z0-9-]+\s*[：:]\s*")
_WORDS_CHARS = 60
_BETTER = 2

_MODES: dict[Mode, str] = {
    "polish": "润色。通篇改成规范、得体的说法。",
    "minimal": "最少改动。只改下面列出的地方，其余文字照抄。",
}
_CHANNELS: dict[Channel, str] = {
    "phone": "电话。写成能直接说出口的话，口语、完整，不用任何符号和 Markdown。",
    "chat": "在线聊天。简短，一般不超过三句。",
    "email": "邮件。语气正式，可以分段，不写标题。",
    "ticket": "工单回复。把话一次说清楚，可以分段。",
}
_REASONS = {
    "policy_breach": "不合规范，要改掉",
    "fact_missing": "少了草稿里的内容，要原样补上",
    "fact_changed": "改动了草稿里的内容，要和草稿一致",
    "fact_invented": "多出了没有依据的内容，不能出现",
    "commitment_invented": "多出了草稿没有的承诺或说法，不能出现",
    "token_misused": "方括号代号用错了，代号和次数要和草稿一致",
    "refusal": "不要拒绝，也不要提到人工智能，直接写改写后的回复",
    "wrong_language": "要用中文写",
    "script_changed": "简体字和繁体字要和草稿一致",
    "echo": "不能照搬草稿或说明文字，要真正改写",
    "preamble": "不要写开场说明或角色名，只写回复正文",
    "markup": "不要用标题、加粗、代码块等标记，只写文字",
    "too_long": "太长了，篇幅要和草稿相当",
    "empty": "没有写出回复，请写出完整的正文",
}

# To these the detail adds nothing that helps to mend it.
_SAID_ALL = frozenset({"refusal", "wrong_language", "empty"})


class Hide:
    """Puts tokens in the place of the words that they stand for, in texts that are made from the raw draft."""

    def __init__(self, masked: Masked) -> None:
        self._masked = masked
        longest_first = sorted(masked.by_text, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def all(self, text: str) -> str:
        """A text with every hidden word replaced."""
        if self._pattern is None:
            return text
        tokens = self._masked.by_text
        return self._pattern.sub(lambda found: tokens[found.group()].name, text)

    def words(self, raw: str, span: Span) -> str:
        """The words of a span; a hidden word that it only touches is hidden whole, for a part may tell enough."""
        start, end = span
        for fact in self._masked.hidden:
            if fact.span.start < span.end and span.start < fact.span.end:
                start, end = min(start, fact.span.start), max(end, fact.span.end)
        return self.all(raw[start:end])


def rewrite_inputs(
    policy: Policy, masked: Masked, reading: Reading, before: Report, mode: Mode
) -> dict[str, str]:
    """The inputs of the rewrite prompt, by name; none holds a word that the mask hides."""
    titles = {rule.id: rule.title for rule in policy.files.rules}
    hide = Hide(masked)
    raw = reading.draft.raw
    scenario = policy.scenarios.get(reading.scenario.id) if reading.scenario else None
    worst_first = sorted(before.findings, key=lambda finding: finding.severity is Severity.INFO)
    return {
        "mode": _MODES[mode],
        "channel": _CHANNELS[reading.channel],
        "script": _script(reading),
        "address": _address(masked, reading),
        "draft": quoted(masked.draft),
        "tokens": "、".join(_tokens(masked)) or NOTHING,
        "customer": quoted(masked.customer) if masked.customer else NOTHING,
        "history": _history(masked.history),
        "scenario": _scenario(scenario),
        "findings": _lines(_finding(item, titles, hide.words(raw, item.span)) for item in worst_first),
        "missing": _lines(_missing(item, titles, hide, raw) for item in before.missing),
        "offers": "、".join(policy.files.head.offers) or NOTHING,
        "company": _company(policy),
    }


def reason_lines(reasons: Iterable[Reason], masked: Masked) -> str:
    """Why an answer was rejected, a line each, in words that say what to do."""
    hide = Hide(masked)
    return _lines(_reason(reason, hide) for reason in dict.fromkeys(reasons))


def _reason(reason: Reason, hide: Hide) -> str:
    what = _REASONS.get(reason.code, "没有通过检查")
    # The id of a rule tells a model nothing.
    detail = _RULE_ID.sub("", hide.all(reason.detail))
    return what if reason.code in _SAID_ALL or not detail else f"{what}：{detail}"


def quoted(text: str) -> str:
    """A text as a JSON string on one line; a lone surrogate, which no wire takes, is escaped."""
    return _SURROGATE.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(text, ensure_ascii=False))


def _script(reading: Reading) -> str:
    """Which characters to write: those of the draft."""
    return "繁體字（请用繁体字回复）" if script_of(reading.draft.raw) == "traditional" else "简体字"


def _address(masked: Masked, reading: Reading) -> str:
    """What the customer may be called; without a title nobody guesses one."""
    if masked.surname is None or not reading.title:
        return "您"
    return f"您，或 {masked.surname.name}{reading.title}"


def _tokens(masked: Masked) -> Iterator[str]:
    """The tokens of the draft, in their order, and how often each stands there when that is more than once."""
    names = [token.name for token in masked.tokens if token.name in masked.draft]
    for name in sorted(names, key=masked.draft.index):
        times = masked.draft.count(name)
        yield name if times == 1 else f"{name}（{times} 次）"


def _history(turns: Sequence[Turn]) -> str:
    """The turns as JSON objects, one to a line; the roles are ours, the texts are strings."""
    if not turns:
        return NOTHING
    who = {"customer": "顾客", "agent": "客服"}
    return "\n".join(f'{{"{who[turn.role]}": {quoted(turn.text)}}}' for turn in turns)


def _scenario(scenario: Scenario | None) -> str:
    if scenario is None:
        return NOTHING
    lines = [scenario.title]
    if scenario.requires:
        lines.append("要做到：" + "；".join(scenario.requires))
    if scenario.avoid:
        lines.append("要避免：" + "；".join(scenario.avoid))
    return "\n".join(lines)


def _finding(item: Finding, titles: dict[str, str], words: str) -> str:
    shown = words if len(words) <= _WORDS_CHARS else words[:_WORDS_CHARS] + "…"
    return f"{quoted(shown)} → {titles.get(item.rule, item.category)}：{item.why}{_say(item.replacements)}"


def _missing(item: Missing, titles: dict[str, str], hide: Hide, raw: str) -> str:
    place = "开头" if item.insert_at <= len(raw) // 2 else "结尾"
    if item.because is not None:
        place = f"说 {quoted(hide.words(raw, item.because))} 时"
    return f"{place} → {titles.get(item.rule, item.category)}：{item.why}{_say(item.replacements)}"


def _say(replacements: tuple[Replacement, ...]) -> str:
    """Better words, those first that need no person to look."""
    ordered = sorted(replacements, key=lambda entry: not entry.safe)[:_BETTER]
    return f" → 可以说：{'／'.join(entry.text for entry in ordered)}" if ordered else ""


def _company(policy: Policy) -> str:
    company = policy.files.head.company
    known = (("名称", company.name), ("热线", company.hotline), ("服务时间", company.hours))
    return "；".join(f"{name}：{value}" for name, value in known if value) or NOTHING


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines) or NOTHING
