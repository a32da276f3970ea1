"""Rows, results and orders of a job as one line of JSON each, and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from service.core.jobs import Order, Row, RowResult, Seen
from service.core.results import Severity, Verdict

_ROW = tuple(field.name for field in fields(Row))
_RESULT = tuple(field.name for field in fields(RowResult))


def row_line(row: Row) -> bytes:
    """One row, its newline included."""
    return _line([getattr(row, name) for name in _ROW])


def read_row(line: bytes) -> Row:
    """The row of a line. Raises `ValueError` for any other bytes."""
    return Row(*_values(line, len(_ROW)))


def result_line(result: RowResult) -> bytes:
    """One result, its newline included."""
    return _line([getattr(result, name) for name in _RESULT])


def read_result(line: bytes) -> RowResult:
    """The result of a line. Raises `ValueError` for any other bytes."""
    told = dict(zip(_RESULT, _values(line, len(_RESULT)), strict=True))
    told["reasons"] = tuple(told["reasons"])
    told["before"], told["after"] = _seen(told["before"]), _seen(told["after"])
    return RowResult(**told)


def order_text(order: Order) -> str:
    """An order as JSON."""
    return json.dumps(asdict(order), ensure_ascii=True)


def read_order(text: str | bytes) -> Order:
    """The order of a JSON text; fields that it does not have are as usual."""
    told: Mapping[str, Any] = json.loads(text)
    return Order(**{**told, "context_fields": tuple(told.get("context_fields", ()))})


def _line(values: list[Any]) -> bytes:
    # A lone surrogate in a macro is the caller's, and comes back as it was.
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass") + b"\n"


def _values(line: bytes, count: int) -> list[Any]:
    values = json.loads(line.decode("utf-8", "surrogatepass"))
    if not isinstance(values, list) or len(values) != count:
        raise ValueError("the line is none of ours")
    return values


def _seen(told: Any) -> Seen | None:
    if told is None:
        return None
    verdict, score, rules = told
    return Seen(Verdict(verdict), score, tuple((rule, Severity(how), words) for rule, how, words in rules))
