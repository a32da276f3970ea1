"""A model that means well: it reads our prompt and does what the prompt says, with no knowledge of its own.

It cuts or replaces the words the prompt lists, says 您, adds what is listed as missing, and keeps everything else
to the letter. It stands in for a good chat model wherever a test or an example needs one.
"""

import json
import re
from typing import Any

from tests.kit.model_scripts import Reply, Script, answer

_DRAFT = re.compile(r"^草稿：(\".*\")$", re.MULTILINE)
_SECTION = re.compile(r"^要(?P<name>改的地方|补的内容)（.*?）：\n(?P<lines>(?:.*\n)*?)\n", re.MULTILINE)
_FINDING = re.compile(r'^- (?P<words>"(?:[^"\\]|\\.)*") → .*?(?: → 可以说：(?P<say>.*))?$')
_MISSING = re.compile(r"^- (?P<place>.*?) → .*?(?: → 可以说：(?P<say>.*))?$")
_CLAUSE = re.compile(r"[^，。！？；,!?;\n]+[，。！？；,!?;\n]*")


def honest(delay_s: float = 0.0) -> Script:
    """Answers each call with an honest rewrite of the draft in it."""

    def script(request: dict[str, Any], _: int) -> Reply:
        question = next(m["content"] for m in request["messages"] if m["role"] == "user")
        return answer(rewritten(question), request, delay_s=delay_s)

    return script


def rewritten(question: str) -> str:
    """The rewrite of the draft that a user message of the rewrite prompt holds."""
    found = _DRAFT.search(question)
    text: str = json.loads(found.group(1)) if found else ""
    sections = {match["name"]: match["lines"].splitlines() for match in _SECTION.finditer(question)}
    for line in sections.get("改的地方", []):
        if finding := _FINDING.match(line):
            text = _mend(text, json.loads(finding["words"]), (finding["say"] or "").split("／")[0])
    text = text.replace("你", "您")
    before, after = "", ""
    for line in sections.get("补的内容", []):
        missing = _MISSING.match(line)
        if missing and missing["say"]:
            say = missing["say"].split("／")[0]
            if "结尾" in missing["place"]:
                after += say
            elif say not in before + text:
                before += say
    text = text.strip("，、； ") or "我马上为您核实。"
    if not text.endswith(("。", "！", "？", "!", "?", ".")):
        text += "。"
    greeting = "" if text.startswith("您好") else "您好，"
    return greeting + before + text + after


def _mend(text: str, words: str, say: str) -> str:
    """The words replaced by better ones, or the clause that holds them left out when there are none."""
    if words not in text:
        return text
    if say:
        return text.replace(words, say)
    return "".join(clause for clause in _CLAUSE.findall(text) if words not in clause)
