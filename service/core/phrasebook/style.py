"""How the draft is written - its script and the width of its marks - so that added words look like the rest."""

import re
from dataclasses import dataclass

from service.core.markup import BLOCK
from service.core.script import script_of, to_traditional

_ANSWERABLE = re.compile(
    r"[吗嗎呢]$|^请问|^請問|能否|可否|是否|(?:什么|怎么|多少|哪[里个些位]|几[点号个位])[^，]{0,6}$"
)
_BIDS = re.compile(r"^(?:麻烦|麻煩|请您|請您|建议|建議|如果|欢迎|歡迎)")
# A name of the matter that the next words go on about: no full stop after it.
_TOPIC = re.compile(r"^(?:关于|關於)(?:您|你)?[^，,。]{1,30}$")
_IF = ("如果", "若", "如需", "如有", "要是", "万一", "萬一", "是否", "请问", "請問")
_BLOCKS = re.compile(rf"</{BLOCK}\s*>|<br\b", re.IGNORECASE)
_RUNS = re.compile(r"([！!？?。~～])[！!？?。~～]+")


@dataclass(frozen=True, slots=True)
class Style:
    """Which marks and which script the draft uses."""

    comma: str
    stop: str
    question: str
    traditional: bool
    lined: bool = False
    """Whether it is laid out in lines."""

    def own(self, words: str) -> str:
        """Words of ours in the draft's style."""
        words = to_traditional(words) if self.traditional else words
        return words.replace("，", self.comma).replace("。", self.stop).replace("？", self.question)


def style_of(draft: str) -> Style:
    """The style of a draft; full-width marks and Simplified where it does not show another."""
    halves = len(re.findall(r"(?<![0-9A-Za-z]),|,(?![0-9A-Za-z])", draft))
    comma = "," if halves > draft.count("，") else "，"
    stops = len(re.findall(r"(?<![0-9A-Za-z])\.(?:\s|$)", draft))
    stop = "." if stops > draft.count("。") else "。"
    question = "?" if draft.count("?") > draft.count("？") else "？"
    return Style(comma, stop, question, script_of(draft) == "traditional", laid_out(draft))


def laid_out(draft: str) -> bool:
    """Whether a draft is written in lines: there a short clause is an entry of a list, and curt by nature."""
    return "\n" in draft.strip()


def set_in_order(draft: str) -> bool:
    """Whether somebody has given a draft an order that shows: in lines, or in paragraphs and lists of HTML."""
    return laid_out(draft) or len(_BLOCKS.findall(draft)) > 1


def asks(words: str) -> bool:
    """Whether words read as a question that wants an answer."""
    return _ANSWERABLE.search(words) is not None and _BIDS.search(words) is None


def states(words: str, mark: str) -> bool:
    """Whether a clause says how things are, rather than asking or setting a condition."""
    return (
        "？" not in mark
        and "?" not in mark
        and not words.endswith(("吗", "么", "嗎", "麼"))
        and not words.startswith(_IF)
    )


def leads_on(words: str) -> bool:
    """Whether words only name the matter, so that more must follow."""
    return _TOPIC.search(words) is not None


def calm(mark: str, words: str, style: Style, *, changed: bool) -> str:
    """A mark without shouting: runs shortened, and after changed words no exclamation and no idle question mark."""
    mark = _RUNS.sub(r"\1", mark)
    if changed and not words.endswith("您好"):
        mark = re.sub(r"^[:：]", style.comma, re.sub(r"[！!]", style.stop, mark))
        if not asks(words):
            mark = re.sub(r"[？?]", style.stop, mark)
        # Blanks between clauses are chat habit; beside words of ours they read as a gap.
        if mark and not mark.strip(" \u3000"):
            mark = style.comma
    if words.endswith(("吗", "嗎")) or (changed and words.startswith(("请问", "請問")) and asks(words)):
        mark = re.sub(r"^[。.，,！!]", style.question, mark) or style.question
    return mark
