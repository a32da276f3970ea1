"""Files of macros as other systems write them, of our own making, and readers of them that are not ours."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.kit import workbooks

TEXTS = (
    "您好，{{customer.name}}，订单#{order_no}#已为您登记。",
    '亲，请在"我的订单"里申请，\n第二步：填写单号。',
    "",
    "  麻烦您留下手机号，%s 会给您回电，[姓名]。",
    "不归我管，别再问了😀。",
)
"""What the sample files say, blank and many-lined texts and placeholders of several systems among them."""

Read = Callable[[bytes], list[str]]


@dataclass(frozen=True)
class Sample:
    """A file, the format it is in, the texts it holds, and a reader to see them without our code."""

    format: str
    filename: str
    data: bytes
    read: Read
    texts: tuple[str, ...] = TEXTS

    @property
    def label(self) -> str:
        """How test reports name it."""
        return f"{self.format}:{self.filename}"


def csv_bytes(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, encoding: str = "utf-8", end: str = "\r\n",
    delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL,
) -> bytes:  # fmt: skip
    """A table as the csv module writes it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([header, *rows])
    return out.getvalue().encode(encoding)


def csv_reader(column: str, *, encoding: str = "utf-8-sig", delimiter: str = ",") -> Read:
    """The texts of a column as the csv module reads them."""

    def read(data: bytes) -> list[str]:
        csv.field_size_limit(10_000_000)
        rows = list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter))
        at = rows[0].index(column)
        return [row[at] for row in rows[1:] if row]

    return read


def _jsonl(*, ascii_only: bool) -> bytes:
    lines = [
        json.dumps(
            {"custom_id": f"m{at}", "draft": text, "n": 1.50, "context": {"channel": "chat"}},
            ensure_ascii=ascii_only,
        )
        for at, text in enumerate(TEXTS)
    ]
    return ("\r\n\r\n".join(lines) + "\n").encode()


def _jsonl_read(data: bytes) -> list[str]:
    return [json.loads(line)["draft"] for line in data.decode("utf-8-sig").split("\n") if line.strip()]


def zendesk_document() -> object:
    """Macros with comments in each of the shapes that the field takes, and other actions between them."""
    return {
        "count": 3,
        "macros": [
            {"id": 900719925474099301, "title": "售后::登记", "actions": [
                {"field": "status", "value": "open"},
                {"field": "comment_value", "value": TEXTS[0]},
                {"field": "comment_value_html", "value": TEXTS[1]},
            ]},
            {"id": 2, "title": "渠道", "actions": [
                {"field": "comment_value", "value": ["channel:all", TEXTS[2]]},
                {"field": "comment_mode_is_public", "value": "true"},
            ]},
            {"id": 3, "title": "无文字", "actions": [{"field": "current_tags", "value": "不归我管"}]},
            {"id": 4, "title": "两条", "actions": [
                {"field": "comment_value", "value": TEXTS[3]},
                {"field": "comment_value", "value": [TEXTS[4]]},
            ]},
        ],
    }  # fmt: skip


def _zendesk_read(data: bytes) -> list[str]:
    actions = [action for macro in json.loads(data)["macros"] for action in macro["actions"]]
    values = [action["value"] for action in actions if action["field"].startswith("comment_value")]
    return [value[-1] if isinstance(value, list) else value for value in values]


def _chatwoot(indent: int) -> bytes:
    listed = [
        {"id": at, "short_code": f"c{at}", "content": text, "extra": None} for at, text in enumerate(TEXTS)
    ]
    return json.dumps(listed, ensure_ascii=False, indent=indent).encode()


def _chatwoot_read(data: bytes) -> list[str]:
    return [one["content"] for one in json.loads(data)]


def _replies(indent: int | None) -> bytes:
    """A list of a shape of its own, under a member."""
    listed = [
        {"id": at, "name": f"r{at}", "tags": ["售后", "登记"], "reply": text, "uses": 1.50}
        for at, text in enumerate(TEXTS)
    ]
    return json.dumps({"type": "list", "data": {"items": listed}}, ensure_ascii=False, indent=indent).encode()


def _replies_read(data: bytes) -> list[str]:
    return [one["reply"] for one in json.loads(data)["data"]["items"]]


def _twice() -> bytes:
    """Macros that hold each text as text and as HTML, deep in an action."""
    listed = [
        {"id": f"m{at}", "name": f"宏{at}", "actions": [
            {"name": "addTags", "arguments": {"tags": "售后"}},
            {"name": "setText", "arguments": {"body_html": f"<p>{text}</p>", "body_text": text}},
        ]}
        for at, text in enumerate(TEXTS)
    ]  # fmt: skip
    return json.dumps(listed, indent=2).encode()


def _twice_read(data: bytes) -> list[str]:
    said = [one["actions"][1]["arguments"] for one in json.loads(data)]
    return [text for one in said for text in (one["body_html"], one["body_text"])]


_ROWS = [[f"k{at}", text, "售后", "=1+1"] for at, text in enumerate(TEXTS)]
_HEADER = ["编号", "话术", "分组", "备注"]
_QIANNIU = [[f"k{at}", text, "问候"] for at, text in enumerate(TEXTS)]
_QIANNIU_HEADER = ["快捷短语编码", "快捷短语", "快捷短语分组"]


def samples() -> tuple[Sample, ...]:
    """One or more files for every format."""
    gb = "gb18030"
    return (
        Sample("jsonl", "plain.jsonl", _jsonl(ascii_only=False), _jsonl_read),
        Sample("jsonl", "escaped.jsonl", _jsonl(ascii_only=True), _jsonl_read),
        Sample("jsonl", "bom.ndjson", b"\xef\xbb\xbf" + _jsonl(ascii_only=False), _jsonl_read),
        Sample("csv", "plain.csv", csv_bytes(_HEADER, _ROWS), csv_reader("话术")),
        Sample(
            "csv", "bom.csv", csv_bytes(_HEADER, _ROWS, encoding="utf-8-sig", end="\n"), csv_reader("话术")
        ),
        Sample("csv", "gb.csv", csv_bytes(_HEADER, _ROWS, encoding=gb), csv_reader("话术", encoding=gb)),
        Sample(
            "csv", "quoted.csv", csv_bytes(_HEADER, _ROWS, quoting=csv.QUOTE_ALL)[:-2], csv_reader("话术")
        ),
        Sample("csv", "old-mac.csv", csv_bytes(_HEADER, _ROWS, end="\r"), csv_reader("话术")),
        Sample(
            "csv", "tabs.tsv", csv_bytes(_HEADER, _ROWS, delimiter="\t"), csv_reader("话术", delimiter="\t")
        ),
        Sample(
            "qianniu",
            "q.csv",
            csv_bytes(_QIANNIU_HEADER, _QIANNIU, encoding="utf-8-sig"),
            csv_reader("快捷短语"),
        ),
        Sample(
            "qianniu",
            "qg.csv",
            csv_bytes(_QIANNIU_HEADER, _QIANNIU, encoding=gb),
            csv_reader("快捷短语", encoding=gb),
        ),
        Sample(
            "zendesk",
            "z.json",
            json.dumps(zendesk_document(), ensure_ascii=False, indent=1).encode(),
            _zendesk_read,
        ),
        Sample("zendesk", "ascii.json", json.dumps(zendesk_document()).encode(), _zendesk_read),
        Sample("chatwoot", "c.json", _chatwoot(2), _chatwoot_read),
        Sample("json", "replies.json", _replies(2), _replies_read),
        Sample("json", "one-line.json", _replies(None), _replies_read),
        Sample(
            "json",
            "twice.json",
            _twice(),
            _twice_read,
            tuple(half for text in TEXTS for half in (f"<p>{text}</p>", text)),
        ),
        Sample("xlsx", "x.xlsx", workbooks.table([_HEADER, *_ROWS]), workbooks.column(1)),
    )
