"""Fields that another system fills in: Liquid, printf, shell and hand-made ones."""

import re
from collections.abc import Iterable

from service.core.kinds import always as accept
from service.core.kinds import spans
from service.core.results import Hide
from service.core.text import Normalized, Span

KIND = "placeholder"
HIDE: Hide = "opaque"
WORD = "FIELD"
STARTS = frozenset({"letter", "symbol"})
PATTERN = (
    r"\{\{[^{}\n]{0,160}\}\}|\{%[^{}\n]{0,200}?%\}|[%$#@]\{[^{}\n]{1,80}\}|\{[^{}\n]{0,40}\}"
    r"|\$[A-Za-z_][A-Za-z0-9_.]{0,40}\$|%\([A-Za-z_][A-Za-z0-9_]{0,40}\)[sdf]|%(?:\d\$)?[sd](?![A-Za-z])"
    r"|\[[^\[\]\n]{1,60}\]|［[^［］\n]{1,60}］|【[^【】\n]{1,60}】|<<[^<>\n]{1,40}>>|#[A-Za-z_\u4e00-\u9fff]{1,20}#"
    r"|\*{3,}|_{2,}|[Xx×]{2,}(?![A-Za-z0-9])"
)
_RE = re.compile(PATTERN)


def find(text: Normalized) -> Iterable[Span]:
    """Each field."""
    return spans(_RE, text)


def same(a: str, b: str) -> bool:
    """The same only to the character."""
    return a == b


__all__ = ["HIDE", "KIND", "PATTERN", "STARTS", "WORD", "accept", "find", "same"]
