"""The report's pictures: SVG with a text alternative that says all that they show; looks live in the style sheet."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import count
from typing import Any

from service.web.report.words import Both

WIDE, HIGH = 640, 190
_LEFT, _TOP, _FLOOR = 8, 24, 150


class Pictures:
    """Makes the pictures of one page; each has ids of its own there."""

    def __init__(self) -> None:
        self._ids = count(1)

    def strip(self, title: Both, parts: Sequence[tuple[str, Both, int]]) -> str:
        """One bar cut in proportion: (class, words, rows) from left to right."""
        total = sum(rows for _, _, rows in parts)
        drawn, at = [], 0.0
        for kind, _, rows in parts:
            width = 1000 * rows / total if total else 0.0
            if rows:
                drawn.append(
                    f'<rect class="{kind}" x="{at:.2f}" y="0" width="{max(width, 3):.2f}" height="20"/>'
                )
            at += width
        told = "，".join(f"{words.zh} {rows:,} 条" for _, words, rows in parts)
        return self._picture(
            "strip",
            1000,
            20,
            title,
            f"{told}，共 {total:,} 条。",
            "".join(drawn),
            ' preserveAspectRatio="none"',
        )

    def columns(
        self, title: Both, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
    ) -> str:
        """Two columns for each band of scores, before and after; the highest reaches the top."""
        most = max([1, *(band["rows"] for band in (*before, *after))])
        step = (WIDE - 2 * _LEFT) / len(before)
        drawn = [f'<line class="floor" x1="0" x2="{WIDE}" y1="{_FLOOR}.5" y2="{_FLOOR}.5"/>']
        told = []
        for at, (old, new) in enumerate(zip(before, after, strict=True)):
            middle = _LEFT + step * (at + 0.5)
            drawn.append(_column("old", middle - 25, old["rows"], most))
            drawn.append(_column("new", middle + 1, new["rows"], most))
            band = f"{old['from']}–{old['to']}"
            drawn.append(f'<text class="band" x="{middle:.1f}" y="{_FLOOR + 18}">{band}</text>')
            if old["rows"] or new["rows"]:
                told.append(f"{band} 分：改写前 {old['rows']:,} 条，改写后 {new['rows']:,} 条")
        axis = f'<text class="axis" x="{WIDE / 2:g}" y="{HIGH - 4}">礼貌分 · politeness score</text>'
        return self._picture("columns", WIDE, HIGH, title, "；".join(told) + "。", "".join(drawn) + axis)

    def _picture(
        self, kind: str, wide: int, high: int, title: Both, told: str, inner: str, more: str = ""
    ) -> str:
        name = f"picture-{next(self._ids)}"
        return (
            f'<svg class="{kind}" role="img" viewBox="0 0 {wide} {high}"{more} aria-labelledby="{name}-t {name}-d">'
            f'<title id="{name}-t">{escape(title.zh)} · {escape(title.en)}</title>'
            f'<desc id="{name}-d">{escape(told)}</desc>{inner}</svg>'
        )


def _column(kind: str, left: float, rows: int, most: int) -> str:
    """A column of 24 with its number on it; nothing where there is no row."""
    if not rows:
        return ""
    high = max(2.0, (_FLOOR - _TOP) * rows / most)
    top = _FLOOR - high
    label = f"{rows:,}" if rows < 10_000 else f"{rows / 1000:,.0f}k"
    return (
        f'<rect class="{kind}" x="{left:.1f}" y="{top:.1f}" width="24" height="{high:.1f}" rx="2"/>'
        f'<text class="rows" x="{left + 12:.1f}" y="{top - 5:.1f}">{label}</text>'
    )
