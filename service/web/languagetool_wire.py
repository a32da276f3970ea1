"""A check in the shape of LanguageTool's public API: matches with what fits in their place, and sentences."""

from bisect import bisect_right
from typing import Any

import msgspec

from service.core.results import Checked, Finding, Missing, Severity
from service.core.text import Span, Utf16, han_share, normalize
from service.web.languagetool_requests import Annotated, Asked

AROUND = 40
"""Characters of context on each side of a match."""
SOFTWARE = {
    "name": "Script coach",
    "version": "0.1.0",
    "buildDate": "",
    "apiVersion": 1,
    "premium": False,
    "premiumHint": "",
    "status": "",
}
LANGUAGES = (
    {"name": "Chinese", "code": "zh", "longCode": "zh-CN"},
    {"name": "Chinese (Traditional)", "code": "zh", "longCode": "zh-TW"},
)
# Add-ons underline what they take for misspelt in red, other matches in yellow and hints in blue.
_COLOURS = {
    Severity.ERROR: ("misspelling", "UnknownWord"),
    Severity.WARNING: ("grammar", "Other"),
    Severity.INFO: ("style", "Hint"),
}
_encode = msgspec.json.Encoder().encode


def is_ours(asked: Asked) -> bool:
    """Whether a text is one to check: Chinese by its language or, for `auto`, by a single Han character."""
    language = asked.language.lower()
    if language == "auto":
        return han_share(asked.text.draft) > 0
    return language.replace("_", "-").partition("-")[0] == "zh"


def answer_bytes(asked: Asked, checked: Checked | None) -> bytes:
    """The JSON of a check, `checked` being None where there was nothing to check."""
    text = asked.text
    units = Utf16(text.whole)
    sentences = _sentences(text.draft) if checked else []
    ranges = [_utf16(text.place(one), units) for one in sentences]
    report = checked.report if checked else None
    items: list[Finding | Missing] = [*report.findings, *report.missing] if report else []
    matches = [
        _match(item, text, sentences, units)
        for item in items
        if asked.wanted.tells(item.rule, _category(item), item.severity)
    ]
    matches.sort(key=lambda match: (match["offset"], match["length"]))
    is_other = asked.language.lower() != "auto" and not is_ours(asked)
    language = (
        {"name": asked.language, "code": asked.language} if is_other else _NAMED.get(asked.language, _CHINESE)
    )
    detected = {**language, "confidence": round(han_share(text.draft), 2), "source": "script"}
    return _encode(
        {
            "software": SOFTWARE,
            "warnings": {"incompleteResults": False},
            "language": {**language, "detectedLanguage": detected},
            "matches": matches,
            "sentenceRanges": ranges,
            "extendedSentenceRanges": [
                {"from": start, "to": end, "detectedLanguages": [{"language": "zh", "rate": 1.0}]}
                for start, end in ranges
            ],
        }
    )


_CHINESE = {"name": "Chinese", "code": "zh-CN"}
_NAMED = {one["longCode"]: {"name": one["name"], "code": one["longCode"]} for one in LANGUAGES}


def _category(item: Finding | Missing) -> tuple[str, str]:
    return item.rule.partition(".")[0].upper(), item.category


def _match(item: Finding | Missing, text: Annotated, sentences: list[Span], units: Utf16) -> dict[str, Any]:
    span = item.span if isinstance(item, Finding) else _span_of(item, text.draft)
    values = [one.text for one in item.replacements]
    message = item.message
    if isinstance(item, Missing):
        words = text.draft[span.start : span.end]
        at = item.insert_at - span.start
        if 0 <= at <= len(words):
            values = [words[:at] + value + words[at:] for value in values]
        else:
            # A client puts words in the place of a match and nowhere else.
            message += f" 可以加上：“{values[0]}”" if values else ""
            values = []
    placed = text.place(span)
    start, end = _utf16(placed, units)
    issue, colour = _COLOURS[item.severity]
    category, name = _category(item)
    before = bisect_right(sentences, span.start, key=lambda one: one.start)
    sentence = sentences[before - 1] if before else Span(0, len(text.draft))
    return {
        "message": message,
        "shortMessage": item.category,
        "replacements": [{"value": value} for value in values],
        "offset": start,
        "length": end - start,
        "context": _context(text.whole, placed),
        "sentence": text.draft[sentence.start : sentence.end],
        "type": {"typeName": colour},
        "rule": {
            "id": item.rule,
            "description": item.why,
            "issueType": issue,
            "category": {"id": category, "name": name},
        },
        "ignoreForIncompleteSentence": False,
        "contextForSureMatch": 0,
    }


def _span_of(missing: Missing, draft: str) -> Span:
    """Where something missing is shown: the words that call for it, or a character where it ought to stand."""
    if missing.because is not None and missing.because.end > missing.because.start:
        return missing.because
    at = missing.insert_at
    if at < len(draft) and not draft[at].isspace():
        return Span(at, at + 1)
    before = len(draft[:at].rstrip())
    # The match reaches to the place, so that what is put in its stead stands there.
    return Span(before - 1, at) if before else Span(at, len(draft) - len(draft[at:].lstrip()) + 1)


def _context(whole: str, placed: Span) -> dict[str, Any]:
    start, end = max(placed.start - AROUND, 0), min(placed.end + AROUND, len(whole))
    before = ("..." if start else "") + whole[start : placed.start]
    words = whole[placed.start : placed.end]
    shown = before + words + whole[placed.end : end] + ("..." if end < len(whole) else "")
    offset = _units(before)
    return {"text": _one_line(shown), "offset": offset, "length": _units(words)}


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ").replace("\t", " ")


def _units(text: str) -> int:
    return Utf16(text).offset(len(text))


def _utf16(span: Span, units: Utf16) -> tuple[int, int]:
    return units.offset(span.start), units.offset(span.end)


def _sentences(draft: str) -> list[Span]:
    """The sentences, each with the marks that end it and without the space around it."""
    starts: list[int] = []
    last = -1
    for clause in normalize(draft).clauses:
        if clause.sentence != last:
            starts.append(clause.start if starts else 0)
            last = clause.sentence
    ends = [*starts[1:], len(draft)]
    found: list[Span] = []
    for start, end in zip(starts, ends, strict=False):
        piece = draft[start:end]
        lead = len(piece) - len(piece.lstrip())
        found.append(Span(start + lead, start + len(piece.rstrip())))
    return found
