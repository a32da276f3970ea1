"""Drafts of which no two need the same answer, and a model that answers each of them well at next to no cost."""

import json
import re
from collections.abc import Iterator

from tests.kit.model_scripts import Reply, Request, Script, answer

_DRAFT = "这个我不知道，您去{}号柜台看一下维修的进度吧。"
_GOOD = "您好，您去{}号柜台看一下维修的进度吧。有其他需要，请随时告诉我。"
_NUMBER = re.compile(r"(\d+)号柜台")
# Seven digits each: short numbers may mean something by themselves, as 886 does.
_FIRST = 1_000_000


def draft(number: int) -> str:
    """A draft that breaks a rule and holds a number that its rewrite must keep."""
    return _DRAFT.format(_FIRST + number)


def good(number: int) -> str:
    """What the model makes of it."""
    return _GOOD.format(_FIRST + number)


def lines(numbers: Iterator[int]) -> Iterator[bytes]:
    """A file of such drafts, a line of JSON each."""
    for number in numbers:
        yield json.dumps({"draft": draft(number)}, ensure_ascii=False).encode() + b"\n"


def counter(delay_s: float = 0.0) -> Script:
    """Answers as `good` says, after so many seconds."""

    def script(request: Request, _: int) -> Reply:
        question = next(m["content"] for m in request["messages"] if m["role"] == "user")
        found = _NUMBER.search(question)
        assert found is not None, question
        return answer(_GOOD.format(found[1]), request, delay_s=delay_s)

    return script


def number_of(request: Request) -> int:
    """Which draft a call was about."""
    found = _NUMBER.search(json.dumps(request, ensure_ascii=False))
    assert found is not None
    return int(found[1]) - _FIRST
