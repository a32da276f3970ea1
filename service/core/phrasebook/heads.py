"""How a draft addresses the customer: the greeting and form of address at its start, made courteous and said once."""

import re
from dataclasses import dataclass

from service.core.folding import fold
from service.core.phrasebook.pieces import Piece, structure_of

_NAMED = r"\[(?:FIELD|NAME)_\d+\]"
_GREETING = (
    r"您好|你好|您们好|你们好|哈喽|早上好|上午好|中午好|下午好|晚上好|早安|晚安|[Hh]ello|HELLO|[Hh]i|嗨"
)
# Who is addressed: a name stays as it is written, a familiar or anonymous word gives way to 您好.
_ADDRESS = re.compile(
    rf"^(?:喂|哎|嘿|诶)?(?P<honour>尊敬的|亲爱的)?(?P<name>{_NAMED}(?:家长|同学|老师|先生|女士|业主|用户|会员)?|[\u4e00-\u9fff]{{1,3}}?(?:先生|女士|老师|医生|总|师傅|经理|同学))?"
    r"(?P<familiar>(?:这位|各位)?(?:客户|顾客|用户|会员|客官|客人|旅客|乘客|业主|家长|同学|朋友|读者|买家|亲亲|亲|宝宝|宝贝|宝|哥|姐"
    r"|大哥|大姐|大爷|大妈|阿姨|叔叔|美女|帅哥|老板|小姐|小姐姐|师傅|亲爱[的哒滴]|先生|女士|朋友们|[/／、])+)?"
    rf"(?P<greeting>{_GREETING})?[呀啊哦哈呢哟嘛~～]*$"
)
_AHEAD = re.compile(
    rf"^(?:喂|哎|嘿|诶)?(?P<familiar>客户|顾客|用户|亲亲|亲)(?P<rest>您.*|你.*|这.*|我.*|{_NAMED}.*)$"
)
_NAMES_A_PERSON = re.compile(
    r"name|nick|student|member|parent|guest|user|customer|client|contact|first|last|requester|buyer|称呼|姓名|昵称|客户|姓|买家|学员|会员|用户|业主|同学|家长|学生|顾客|先生|女士",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Head:
    """The address to begin with, how many pieces of the draft it takes the place of, and the lead before it."""

    text: str
    taken: int
    lead: str
    mark: str


def head_of(pieces: list[Piece], names: dict[str, str], *, comma: str, own: bool = False) -> Head | None:
    """The draft's head made courteous, or None when it begins with its matter; `names` are the tokens with what they hide.

    With `own` it stays as it is written unless something was taken out of it.
    """
    honour = name = ""
    greeted = False
    taken = 0
    for piece in pieces[:3]:
        found = _ADDRESS.match(fold(piece.before))
        if found is None or not piece.before:
            break
        token = found["name"] or ""
        if (
            token.startswith("[FIELD")
            and not found["greeting"]
            and not found["familiar"]
            and not _names(token, names)
        ):
            break
        if token and name:
            break
        if token:
            name = piece.before[found.start("name") : found.end("name")]
            honour = found["honour"] or ""
        greeted = greeted or found["greeting"] is not None
        taken += 1
        if ends_head(piece.mark):
            break
    if not taken:
        return None
    last = pieces[taken - 1]
    whole = "".join(piece.lead + piece.before + piece.mark for piece in pieces[:taken])
    as_written = own and not any(piece.changed for piece in pieces[:taken])
    greeting = not (
        (name and not greeted) or taken > 1 or pieces[0].before != _plain_greeting(pieces[0].before)
    )
    if not (greeting or as_written):
        mark = last.mark if "\n" in last.mark else comma + structure_of(last.mark)
        return Head(f"{honour}{name}您好", taken, pieces[0].lead, mark)
    return Head(whole[len(pieces[0].lead) : len(whole) - len(last.mark)], taken, pieces[0].lead, last.mark)


def ends_head(mark: str) -> bool:
    """Whether nothing after a mark belongs to the address."""
    return "\n" in mark or "。" in mark


def _plain_greeting(words: str) -> str:
    """The words when they are a courteous greeting as they stand, else ''."""
    found = _ADDRESS.match(words)
    courteous = found is not None and (found["greeting"] or "").startswith(
        ("您好", "早", "上午", "中午", "下午", "晚")
    )
    return words if courteous and found is not None and not found["familiar"] else ""


def _names(token: str, names: dict[str, str]) -> bool:
    hidden = names.get(token[: token.find("]") + 1])
    return hidden is None or _NAMES_A_PERSON.search(hidden) is not None


def without_familiar(words: str) -> str:
    """The words of a first clause without a form of address that is run into them (客户您的合同)."""
    found = _AHEAD.match(fold(words))
    return words[found.start("rest") :] if found else words
