"""What a client of LanguageTool's API asks for: the draft within its markup, and which rules it wants to hear."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from service.core.results import MAX_DRAFT_CHARS, Severity
from service.core.text import Span
from service.errors import BadBody, BadMediaType, DraftTooLong
from service.web.body import decode

MAX_PARAMETERS = 200
MAX_PIECES = 20_000
_TRUE = ("true", "yes", "1")


@dataclass(frozen=True, slots=True)
class Annotated:
    """A draft and the text it stands in; `pieces` maps one to the other."""

    draft: str
    whole: str
    pieces: tuple[tuple[int, int, int, bool], ...] = ()
    """Of each piece: where it begins in the draft and in the whole, its length in the whole, whether it is text."""

    def place(self, span: Span) -> Span:
        """The range of the whole that a range of the draft stands for; markup within belongs to it."""
        if not self.pieces:
            return span
        at, start, _, is_text = self._piece(span.start)
        begin = start + (span.start - at if is_text else 0)
        at, start, length, is_text = self._piece(max(span.end - 1, span.start))
        return Span(begin, start + (span.end - at if is_text else length))

    def _piece(self, position: int) -> tuple[int, int, int, bool]:
        return self.pieces[max(bisect_right(self.pieces, position, key=lambda piece: piece[0]) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rules are told."""

    rules: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    without_rules: frozenset[str] = frozenset()
    without_categories: frozenset[str] = frozenset()
    only: bool = False
    picky: bool = False

    def tells(self, rule: str, categories: tuple[str, str], severity: Severity) -> bool:
        """Whether an item of a rule is told; a category goes by its id or by its name."""
        if rule in self.without_rules or not self.without_categories.isdisjoint(categories):
            return False
        if rule in self.rules or not self.categories.isdisjoint(categories):
            return True
        return not self.only and (self.picky or severity is not Severity.INFO)


@dataclass(frozen=True, slots=True)
class Asked:
    """One check, ready to be made."""

    text: Annotated
    language: str
    wanted: Wanted = field(default_factory=Wanted)


def parameters(
    query: bytes, body: bytes, content_type: bytes | None, encoding: bytes | None
) -> dict[str, Any]:
    """The parameters of a call, those of the body before those of the query.

    Raises `BadMediaType` for a body that is neither form nor JSON, and `BadJson` or `BadBody` for one that is broken.
    """
    found: dict[str, Any] = dict(_form(query))
    if encoding is not None and encoding.lower() != b"identity":
        raise BadMediaType("The body must not be compressed.")
    kind = (content_type or b"").lower().partition(b";")[0].strip()
    if kind == b"application/json":
        sent = decode(body)
        if not isinstance(sent, dict):
            raise BadBody("An object is expected.")
        return found | sent
    if body and kind not in (b"", b"application/x-www-form-urlencoded"):
        raise BadMediaType("The body must be application/x-www-form-urlencoded or application/json.")
    return found | _form(body)


def _form(encoded: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except ValueError:
        raise BadBody("The form is not UTF-8 in percent-encoding, or it has too many fields.") from None
    return dict(pairs)


def read_asked(sent: Mapping[str, Any]) -> Asked:
    """The check that the parameters ask for. Raises `BadBody`, `BadJson` and `DraftTooLong`."""
    wanted = Wanted(
        _names(sent, "enabledRules"), _names(sent, "enabledCategories"),
        _names(sent, "disabledRules"), _names(sent, "disabledCategories"),
        only=_word(sent, "enabledOnly").lower() in _TRUE, picky=_word(sent, "level").lower() == "picky",
    )  # fmt: skip
    if wanted.only and not (wanted.rules or wanted.categories):
        raise BadBody("With enabledOnly, enabledRules or enabledCategories must name something.")
    return Asked(_text(sent), _word(sent, "language") or "auto", wanted)


def _text(sent: Mapping[str, Any]) -> Annotated:
    text, data = sent.get("text"), sent.get("data")
    if text is None and data is None:
        raise BadBody("Missing 'text' or 'data' parameter.")
    if text is not None and data is not None:
        raise BadBody("Set only one of the parameters 'text' and 'data'.")
    if data is None:
        text = _word(sent, "text")
        found = Annotated(text, text)
    else:
        found = _annotated(decode(data.encode()) if isinstance(data, str) else data)
    if len(found.draft) > MAX_DRAFT_CHARS:
        raise DraftTooLong(
            f"Your text exceeds the limit of {MAX_DRAFT_CHARS} characters (it is {len(found.draft)})."
        )
    return found


def _annotated(data: Any) -> Annotated:
    """The text of `data`: markup is left out, or read as its `interpretAs` says."""
    notes = data.get("annotation") if isinstance(data, dict) else None
    if notes is None and isinstance(data, dict) and isinstance(data.get("text"), str):
        return Annotated(data["text"], data["text"])
    if not isinstance(notes, list) or len(notes) > MAX_PIECES:
        raise BadBody("The parameter 'data' has no 'annotation' list, or one that is too long.")
    draft: list[str] = []
    whole: list[str] = []
    pieces: list[tuple[int, int, int, bool]] = []
    at = start = 0
    for note in notes:
        is_text = isinstance(note, dict) and "text" in note
        shown = note.get("text" if is_text else "markup") if isinstance(note, dict) else None
        read = shown if is_text else note.get("interpretAs") or "" if isinstance(note, dict) else None
        if not isinstance(shown, str) or not isinstance(read, str) or (is_text and "markup" in note):
            raise BadBody("Each annotation has either a 'text' or a 'markup', perhaps with an 'interpretAs'.")
        if read:
            pieces.append((at, start, len(shown), is_text))
        draft.append(read)
        whole.append(shown)
        at += len(read)
        start += len(shown)
    return Annotated("".join(draft), "".join(whole), tuple(pieces))


def _word(sent: Mapping[str, Any], name: str) -> str:
    value = sent.get(name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise BadBody(f"The parameter '{name}' must be a string.")
    return value


def _names(sent: Mapping[str, Any], name: str) -> frozenset[str]:
    value = sent.get(name)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return frozenset(value)
    return frozenset(filter(None, map(str.strip, _word(sent, name).split(","))))


def key_in(sent: Mapping[str, Any]) -> bytes | None:
    """The `Authorization` that an `apiKey` stands for, if there is one."""
    key = sent.get("apiKey")
    return f"Bearer {key}".encode("latin-1", "replace") if isinstance(key, str) and key else None
