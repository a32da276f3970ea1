"""The formats that files of macros come in: one table, and how a file's format is known."""

import re
from collections.abc import Mapping
from pathlib import PurePath

from service.adapters.macros.any_json import AnyJson
from service.adapters.macros.chatwoot import Chatwoot
from service.adapters.macros.child import InChild
from service.adapters.macros.csv_table import CsvTable
from service.adapters.macros.json_lines import JsonLines
from service.adapters.macros.qianniu import Qianniu
from service.adapters.macros.xlsx import Xlsx
from service.adapters.macros.zendesk import Zendesk
from service.adapters.tables.converting import Result, convert
from service.adapters.tables.shapes import Format, Options, Preview, Row, Texts
from service.errors import BadTable

__all__ = [
    "FORMATS",
    "GUARDED",
    "Format",
    "Options",
    "Preview",
    "Result",
    "Row",
    "Texts",
    "convert",
    "format_for",
]

_ALL: tuple[Format, ...] = (JsonLines(), CsvTable(), Xlsx(), Zendesk(), Chatwoot(), Qianniu(), AnyJson())
FORMATS: Mapping[str, Format] = {made.NAME: made for made in _ALL}
"""Every format by its name, run in the process that calls it."""
GUARDED: Mapping[str, Format] = {name: InChild(made) for name, made in FORMATS.items()}
"""The same, each step in a child process with limits: the ones for files from outside."""

_QIANNIU = re.compile(r'\ufeff?"?(快捷短语编码|快捷编码)"?\s*[,;\t]\s*"?快捷短语"?\s*[,;\t\r\n]')
_OLD_BOOKS = (b"\xd0\xcf\x11\xe0", (".xls", ".xlsm", ".xlsb", ".xltm", ".ods"))


def format_for(name: str | None, filename: str, head: bytes) -> Format:
    """The format asked for, else the one that the file's name and first bytes (a few thousand) show.

    Raises `BadTable` that lists the known formats when neither tells.
    """
    known = ", ".join(FORMATS)
    if name is not None:
        if name not in FORMATS:
            raise BadTable(f"There is no format {name[:40]!r}; the known ones are {known}.")
        return FORMATS[name]
    suffix = PurePath(filename).suffix.lower()
    if suffix in _OLD_BOOKS[1] or head.startswith(_OLD_BOOKS[0]):
        raise BadTable("Workbooks are read as .xlsx, without macros: save the file as .xlsx or as CSV UTF-8.")
    found = _by_bytes(head, suffix)
    if found is None:
        raise BadTable(f"The file does not show its format; name one of {known} with `format`.")
    return FORMATS[found]


def _by_bytes(head: bytes, suffix: str) -> str | None:
    by_name = next((made.NAME for made in _ALL if suffix in made.SUFFIXES), None)
    if head.startswith(b"PK"):
        return "xlsx"
    if by_name == "csv" or (by_name is None and not suffix and head[:1] not in {b"{", b"["}):
        return _csv_kind(head, sure=by_name is not None)
    if by_name is not None:
        return by_name
    return _json_kind(head.decode("utf-8", "ignore"), suffix)


def _csv_kind(head: bytes, *, sure: bool) -> str | None:
    if any(_QIANNIU.match(head.decode(encoding, "ignore")) for encoding in ("utf-8", "gb18030")):
        return "qianniu"
    first = re.split(rb"[\r\n]", head, maxsplit=1)[0]
    return "csv" if sure or (b"\0" not in head and re.search(rb"[,;\t]", first)) else None


def _json_kind(head: str, suffix: str) -> str | None:
    """Which shape a JSON text begins with: macros with actions, canned responses, an object a line, or another one."""
    text = head.lstrip("\ufeff \t\r\n")
    if re.match(r'\{\s*"macros?"\s*:', text) or re.search(r'"actions"\s*:\s*\[\s*\{[^{}]*"field"', text):
        return "zendesk"
    if (
        re.match(r"[\[{]", text)
        and re.search(r'"short_code"\s*:', text)
        and not re.match(r"\{[^\n]*\}\s*\n\s*\{", text)
    ):
        return "chatwoot"
    # A single object on a single line may be either: then the file's name decides.
    lines = r"\{[^\n]*\}[ \t\r]*\n\s*\{" if suffix == ".json" else r"\{[^\n]*\}[ \t\r]*(\n|$)"
    if re.match(lines, text):
        return "jsonl"
    return "json" if text.startswith(("{", "[")) else None
