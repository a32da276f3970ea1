"""Whether a text can match any of some regular expressions at all, found in one linear pass by RE2.

The expressions themselves look ahead and behind, which RE2 cannot; what is run is a wider one that lets through all
that they would match, and more. Nearly every text is told apart here, twenty times faster than by asking each.
"""

import re
from collections.abc import Iterator

import re2

# As Python reads them in a text, every one at least.
_OUTSIDE = {
    r"\d": r"\p{Nd}",
    r"\s": r"[\s\p{Z}\x{85}\x{1c}-\x{1f}]",
    r"\w": r"[\p{L}\p{N}\p{M}\p{Pc}]",
    r"\b": "",
    r"\B": "",
}
_INSIDE = {r"\d": r"\p{Nd}", r"\s": r"\s\p{Z}\x{85}\x{1c}-\x{1f}", r"\w": r"\p{L}\p{N}\p{M}\p{Pc}"}
# Wider in RE2 than in Python, so that a class without them is narrower.
_NARROWED = (r"\W", r"\S", r"\D")
_TOKEN = re.compile(
    r"(?P<escape>\\(?:u[0-9a-f]{4}|.))|(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<around>\(\?<?[=!])|(?P<open>\(\?P<\w+>|\(\?>)"
    r"|(?P<back>\(\?P=)|(?P<greed>(?:[*+?]|\{\d*,?\d*\})\+)|(?P<end>\$)|.",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u[0-9a-f]{4}|.)")


class Prefilter:
    """One pass for several expressions; made once, when a module is loaded."""

    def __init__(self, *patterns: re.Pattern[str]) -> None:
        """Raises `ValueError` for an expression that cannot be widened (a back reference, an odd class)."""
        options = re2.Options()
        options.log_errors = False
        options.never_capture = True
        wider = "|".join(map(_wider, patterns))
        try:
            self._search = re2.compile(wider.encode(), options).search
        except re2.error as mistake:
            raise ValueError(f"RE2 does not take what {wider!r} became: {mistake}") from None

    def may_match(self, text: str) -> bool:
        """False when none of the expressions matches anywhere in the text."""
        try:
            return self._search(text.encode()) is not None
        except UnicodeEncodeError:
            # A lone surrogate is no text to RE2.
            return True


def _wider(pattern: re.Pattern[str]) -> str:
    """The pattern for RE2, without what looks around; it matches wherever the pattern does."""
    flags = "".join(
        letter
        for letter, flag in (("i", re.IGNORECASE), ("m", re.MULTILINE), ("s", re.DOTALL))
        if pattern.flags & flag
    )
    text = pattern.pattern.removeprefix("(?i)")
    return f"(?{flags}:{''.join(_parts(text))})"


def _parts(pattern: str) -> Iterator[str]:
    at = 0
    while (match := _TOKEN.match(pattern, at)) is not None:
        at = match.end()
        token = match.group()
        kind = match.lastgroup
        if kind == "around":
            at = _closing(pattern, match.start())
        elif kind == "back":
            raise ValueError(f"a back reference cannot be widened: {pattern!r}")
        elif kind == "class":
            yield _class(token)
        else:
            yield _plain(kind, token)


def _plain(kind: str | None, token: str) -> str:
    """What one token becomes that is neither a class nor a group that looks around."""
    if kind == "escape":
        return _OUTSIDE[token] if token in _OUTSIDE else _point(token)
    if kind == "open":
        return "(?:"
    if kind == "greed":
        return token[:-1]
    # Python's `$` also stands before a line break that ends the text.
    return "(?m:$)" if kind == "end" else token


def _class(token: str) -> str:
    if not token.startswith("[^"):
        return _ESCAPE.sub(lambda escape: _INSIDE.get(escape.group()) or _point(escape.group()), token)
    if any(narrowed in token for narrowed in _NARROWED):
        raise ValueError(f"a class cannot be widened: {token}")
    return _ESCAPE.sub(lambda escape: _point(escape.group()), token)


def _point(escape: str) -> str:
    """An escape as RE2 writes it: a character by its number has braces."""
    return f"\\x{{{escape[2:]}}}" if escape.startswith("\\u") else escape


def _closing(pattern: str, at: int) -> int:
    """The position behind the group that opens at a position."""
    depth = 0
    for match in _TOKEN.finditer(pattern, at):
        mark = match.group()
        if match["escape"] is None and match["class"] is None:
            depth += mark.startswith("(") - (mark == ")")
            if depth == 0:
                return match.end()
    raise ValueError(f"a group is not closed: {pattern!r}")
