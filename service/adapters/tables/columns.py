"""Which column holds the macro's text, and which hold its id, its title and the context."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.core.text import han_share
from service.errors import BadTable

TEXT_NAMES = frozenset(
    {
        "text", "draft", "content", "body", "answer", "reply", "macro", "template", "message",
        "comment", "response", "canned_response", "内容", "文本", "正文", "话术", "话术内容", "回复", "回复内容",
        "回复话术", "快捷短语", "快捷回复", "短语", "短语内容", "模板", "模板内容", "答案", "答复", "客服回复", "內容", "話術", "話術內容",
        "回覆", "回覆內容", "快捷短語", "快捷回覆", "範本", "範本內容", "答覆",
    }
)  # fmt: skip
ID_NAMES = (
    "custom_id",
    "id",
    "uuid",
    "编号",
    "編號",
    "序号",
    "序號",
    "快捷短语编码",
    "快捷编码",
    "编码",
    "short_code",
    "code",
    "key",
)
TITLE_NAMES = (
    "title", "name", "标题", "標題", "名称", "名稱", "short_code", "快捷短语编码", "快捷编码", "编码", "code", "shortcut",
)  # fmt: skip
CONTEXT_NAMES: Mapping[str, str] = {
    "customer": "customer_message", "question": "customer_message", "customer_question": "customer_message",
    "客户消息": "customer_message", "客户问题": "customer_message", "顾客问题": "customer_message",
    "买家问题": "customer_message", "问题": "customer_message",
    "场景": "scenario", "渠道": "channel", "阶段": "stage", "surname": "customer.surname", "姓氏": "customer.surname",
}  # fmt: skip
SENTENCE_CHARS = 8
"""A cell of at least this many characters, mostly Han, is taken for a sentence."""


def key_of(name: str) -> str:
    """A column's name as it is compared: without spaces around it, in lower case."""
    return name.strip().strip("\ufeff").lower()


def candidates(names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """The columns that may hold the text: those named for it, else those that mostly hold Chinese sentences."""
    named = tuple(at for at, name in enumerate(names) if key_of(name) in TEXT_NAMES)
    if named:
        return named
    return tuple(
        at for at in range(len(names)) if _holds_sentences([row[at] for row in rows if at < len(row)])
    )


def _holds_sentences(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    sentences = [cell for cell in filled if len(cell) >= SENTENCE_CHARS and han_share(cell) > 0.5]
    return bool(filled) and 2 * len(sentences) > len(filled)


def find(names: Sequence[str], wanted: str) -> int | None:
    """The index of a column by its name, or by its number as `#2`; None when there is none, or more than one."""
    if wanted.startswith("#") and wanted[1:].isdecimal() and len(wanted) < 8:
        number = int(wanted[1:])
        return number - 1 if 0 < number <= len(names) else None
    same = [at for at, name in enumerate(names) if key_of(name) == key_of(wanted)]
    return same[0] if len(same) == 1 else None


def text_column(names: Sequence[str], found: Sequence[int], wanted: str | None) -> int:
    """The index of the text's column: the one named, else the single candidate.

    Raises `BadTable` that lists the columns to choose from.
    """
    if wanted is not None:
        at = find(names, wanted)
        if at is None:
            raise BadTable(f"There is no single column {wanted!r}; the columns are: {_listed(names)}.", 1)
        return at
    if len(found) == 1:
        return found[0]
    if found:
        listed = _listed([f"{names[at]} (#{at + 1})" for at in found])
        raise BadTable(
            f"More than one column may hold the text: {listed}. Name one with `text_field`.", 1, found[0] + 1
        )
    raise BadTable(
        f"No column looks like the macro's text; the columns are: {_listed(names)}. Name one with `text_field`.",
        1,
    )


def _listed(names: Sequence[str]) -> str:
    shown = [name if len(name) <= 60 else f"{name[:60]}…" for name in names[:30]]
    return ", ".join(shown) + (" …" if len(names) > 30 else "")


def first_named(names: Sequence[str], known: Sequence[str], but: int) -> int | None:
    """The first column with one of the known names, in the order of preference; never the text's own."""
    keys = [key_of(name) for name in names]
    return next((keys.index(name) for name in known if name in keys and keys.index(name) != but), None)


def context_columns(names: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    """Where in a context (dots for nesting) each named column goes. Raises `BadTable` for a column not there."""
    placed: dict[str, int] = {}
    for name in wanted:
        at = find(names, name)
        if at is None:
            raise BadTable(
                f"There is no single column {name!r} for the context; there are: {_listed(names)}.", 1
            )
        key = key_of(names[at])
        placed[CONTEXT_NAMES.get(key, key)] = at
    return placed


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """A context from values under dotted names: `customer.surname` goes into `customer`."""
    made: dict[str, Any] = {}
    for name, value in values.items():
        *folders, last = name.split(".")
        place = made
        for folder in folders:
            place = place.setdefault(folder, {})
        place[last] = value
    return made
