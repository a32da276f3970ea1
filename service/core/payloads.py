"""Words that are no part of a reply: what a browser would run, what steers a model, what nobody can see.

They are found in the text as sent, in linear time, and cut out before a draft or its context is worked with.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

import re2

from service.core.reading import Reading, ReadText
from service.core.results import Report, Severity, Turn, Verdict
from service.core.text import Span, normalize

Payload = Literal["active-content", "script-link", "chat-template", "unseen", "aside"]
IN_WORDS = "injection.speaks-to-model"
"""The rule that finds orders to a model in plain words."""

_OPEN = r"(?:[<＜]|&(?i:lt|#0{0,6}60|#x0{0,6}3c);?)\s*"
_CLOSE = r"(?:[>＞]|&(?i:gt|#0{0,6}62|#x0{0,6}3e);?)"
_INVISIBLE = r"\x{00ad}\x{180e}\x{200b}-\x{200f}\x{2060}-\x{2064}\x{feff}"
_ENTITY = rf"(?:[\s\x00-\x1f{_INVISIBLE}]|&(?i:tab|newline|#0{{0,6}}(?:9|10|13)|#x0{{0,6}}[9ad]);?|/\*[^*]{{0,20}}\*/)*"
_TEXT = r"[^\n\p{Han}，。！？]{0,300}"
_ATTRIBUTES = r"[^<>＜＞]{0,600}"


def _letters(word: str) -> str:
    """A word in any case, its letters written out, as entities or as escapes, with blanks between."""
    return _ENTITY.join(
        rf"(?:(?i:{char})|&#0{{0,6}}(?:{ord(char)}|{ord(char.upper())});?|&#[xX]0{{0,6}}(?i:{ord(char):x}|{ord(char.upper()):x});?|%(?i:{ord(char):x}|{ord(char.upper()):x})|\\(?:u00|x)(?i:{ord(char):x}|{ord(char.upper()):x}))"
        for char in word
    )


_SCHEME = (
    rf"(?:(?:{_letters('javascript')}|{_letters('vbscript')}){_ENTITY}(?::|&(?i:colon|#0{{0,6}}58|#x0{{0,6}}3a);?)(?:[!-~]|\s*[A-Za-z_$.]{{1,40}}\()"
    r"|(?i:data)\s*:\s*(?i:text/html|image/svg\+xml|application/xhtml|text/xml|text/javascript)[;,])"
)
# What says, inside a comment or a field that no customer reads, that a model is spoken to.
_ORDERS = (
    r"(?:(?:忽略|无视|忘记|忘掉|跳过|绕过|覆盖)[^\"<>\n]{0,14}(?:指令|规则|要求|限制|提示|设定|以上|之前|前面|约束)|提示词|系统指令"
    r"|(?:(?i:\bai\b|\bllms?\b|assistant|language model|chatbot|the model)|人工智能|大模型|语言模型|模型|助手|机器人|改写者|改写程序)[^\"<>\n]{0,14}(?:请|务必|必须|应当|注意|需要|要把|(?i:must|should|please|shall)|[:：])"
    r"|(?:给|写给|致)(?:(?i:ai)|模型|助手|机器人|大模型)|(?:请|务必|必须|一定要)[^\"<>\n]{0,10}(?:输出|改写|复述|翻译成|扮演|加上|加入|写上|附上|插入)|改写(?:时|后|的时候|结果)"
    r"|(?i:ignore|disregard|forget|override)[^\"<>\n]{0,40}(?i:instruction|previous|above|rules?|prior|prompt)|(?i:system prompt|you must|you are now|you should|new instructions?|reply with|respond with|output only|reveal)"
    r"|(?i:instructions? (?:to|for) (?:the )?(?:ai|model|assistant|rewriter)))"
)
_ROLES = r"(?i:system|user|assistant|developer|tool|human|ai)"
_PATTERNS: dict[Payload, str] = {
    "active-content": (
        rf"{_OPEN}(?i:script)\b{_ATTRIBUTES}{_CLOSE}(?s:.{{0,1000}}?){_OPEN}/\s*(?i:script)\s*{_CLOSE}"
        rf"|{_OPEN}/?\s*(?i:script)\b{_TEXT}"
        rf"|{_OPEN}/?\s*(?i:iframe|object|embed|applet|frameset|frame|base)(?:[\s/]{_ATTRIBUTES})?{_CLOSE}"
        rf"|{_OPEN}(?i:meta)\b{_ATTRIBUTES}(?i:http-equiv)\s*=\s*[\"']?\s*(?i:refresh){_ATTRIBUTES}{_CLOSE}"
        rf"|{_OPEN}[A-Za-z][A-Za-z0-9:-]{{0,30}}(?:[\s/\x0c\"'])(?:{_ATTRIBUTES}[\s/\x0c\"'])?(?i:on[a-z]{{3,30}}|srcdoc|formaction)\s*=[^<>＜＞\p{{Han}}]{{0,600}}(?:{_CLOSE})?"
    ),
    "script-link": (
        rf"{_OPEN}[A-Za-z]{_ATTRIBUTES}{_SCHEME}{_ATTRIBUTES}(?:{_CLOSE})?"
        rf"|!?\[[^\[\]\n]{{0,100}}\]\(\s*<?{_SCHEME}[^\s\p{{Han}}]{{0,300}}"
        rf"|{_SCHEME}[^\s\"'<>\p{{Han}}，。）]{{0,300}}"
    ),
    "chat-template": (
        rf"{_OPEN}[|｜]\s*(?i:im_start|start_header_id)(?s:.{{0,1000}}?){_OPEN}[|｜]\s*(?i:im_end|eot_id)\s*[|｜]\s*{_CLOSE}"
        rf"|{_OPEN}[|｜]\s*[A-Za-z▁][A-Za-z0-9_▁ /-]{{0,40}}[|｜]\s*{_CLOSE}(?:\s*{_ROLES}\b)?"
        r"|<<\s*SYS\s*>>(?s:.{0,1000}?)<<\s*/\s*SYS\s*>>|<<\s*/?\s*SYS\s*>>|\[\s*INST\s*\](?s:.{0,1000}?)\[\s*/\s*INST\s*\]"
        r"|\[\s*/?\s*(?i:inst|system_prompt|available_tools|tool_calls|tool_results)\s*\]"
        rf"|{_OPEN}(?i:system)\s*{_CLOSE}(?s:.{{0,1000}}?){_OPEN}/\s*(?i:system)\s*{_CLOSE}"
        rf"|{_OPEN}/?\s*(?i:system|assistant|think|thinking|start_of_turn|end_of_turn|tool_call|tool_response|function_calls|im_start|im_end|instructions?|system_prompt|bos|eos)\s*{_CLOSE}(?:\s*{_ROLES}\b)?"
        r"|#{2,4}\s*(?i:system|assistant|instructions?|response|human|user|new instructions?)\s*[:：]|(?m:^)\s*(?i:human|assistant)\s*:\s"
        r"|\{\s*\"role\"\s*:\s*\"(?i:system|assistant|developer|tool)\"[^{}]{0,600}\}?|(?m:^)\s*-?\s*role\s*:\s*[\"']?(?:system|assistant|developer)[\"']?\s*\n\s*content\s*:[^\n]{0,600}"
    ),
    "unseen": (
        rf"[{_INVISIBLE}]{{4,}}|[\x00-\x08\x0e-\x1f\x7f]+|[\x{{fe00}}-\x{{fe0e}}\x{{e0100}}-\x{{e01ef}}]{{3,}}|\x{{202e}}[^\x{{202c}}\n]{{0,300}}\x{{202c}}?"
        r"|[\x{e0001}\x{e0020}-\x{e007f}]{2,}"
    ),
    "aside": (
        rf"<!--(?s:[^>]{{0,600}}?){_ORDERS}(?:(?s:.{{0,600}}?)-->|[^\n]{{0,600}})|/\*[^*]{{0,400}}?{_ORDERS}[^*]{{0,400}}?\*/"
        rf"|<[A-Za-z][^<>]{{0,400}}?\s(?i:alt|title|data-[a-z0-9-]{{1,40}}|aria-[a-z]{{1,20}}|placeholder|content|summary|label|value)\s*=\s*(?:\"[^\"]{{0,400}}?{_ORDERS}[^\"]{{0,400}}\"|'[^'\"]{{0,400}}?{_ORDERS}[^']{{0,400}}')[^<>]{{0,400}}>?"
        rf"|<(?i:span|div|p|font|i|b|em|small|td|template|noscript|label)\s[^<>]{{0,300}}(?i:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0|color\s*:\s*(?:#fff|white)|\bhidden\b|aria-hidden|left\s*:\s*-\d{{3,5}})[^<>]{{0,300}}>[^<>]{{0,600}}?{_ORDERS}[^<>]{{0,600}}(?:</[A-Za-z]{{1,10}}>)?"
        rf"|!?\[[^\[\]\n]{{0,200}}?{_ORDERS}[^\[\]\n]{{0,200}}\]\([^()\n]{{0,300}}\)|!?\[[^\[\]\n]{{0,100}}\]\([^()\n\s]{{0,300}}\s+[\"'][^\n\"']{{0,200}}?{_ORDERS}[^\n\"']{{0,200}}[\"']\)|\[//\]:\s*#[^\n]{{0,300}}"
        r"|\{?\s*\"(?i:system|system_prompt|instructions?|prompt|ai_note|ai_instructions?|note_to_(?:ai|model)|directive|override)\"\s*:\s*\"[^\"]{0,600}\"\s*\}?"
        r"|(?m:^)\s*-?\s*(?i:system_prompt|instructions?|prompt|ai_note|ai_instructions?|note_to_(?:ai|model)|directive|override)\s*:\s*[^\n]{1,400}"
    ),
}
_MAY: dict[Payload, tuple[str, ...]] = {
    "active-content": ("<", "＜", "&"),
    "script-link": (":", "&"),
    "chat-template": ("<", "＜", "&", "[", "##", "role", "uman", "ssistant", "HUMAN", "SSISTANT"),
    "aside": ("<", "/*", "[", '"', ":"),
}
_GOES_ON = re.compile(
    "(?:然后|并且?|再|马上|现在|立刻|请|麻烦|务必|必须)*(?:[只仅]?输出|把|将|让|答应|承诺|写|在?(?:开头|结尾|末尾)|打印|复述|重复|翻译|改[写为成打]|告诉|说|骂|加|附|退|赔|续写|保证|[a-z]{2,})",
    re.IGNORECASE,
)
_TAG = re.compile(r"<([A-Za-z][A-Za-z0-9]{0,20})(?=[\s/>])")
_FLAG = "\U0001f3f4"
"""A black flag: the tag characters behind it name a region."""


@cache
def _compiled(payload: Payload) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 64 << 20
    return re2.compile(_PATTERNS[payload].encode(), options)


def prepare(payload: Payload) -> None:
    """Compile the search for one sort of payload, which takes up to a tenth of a second, ahead of the first text."""
    _compiled(payload)


def find(payload: Payload, raw: str) -> list[Span]:
    """Where payloads of a kind stand in a text as sent, in order, without overlap."""
    if payload == "unseen" and raw.isascii() and raw.isprintable():
        return []
    if payload in _MAY and not any(sign in raw for sign in _MAY[payload]):
        return []
    data = raw.encode("utf-8", "surrogatepass")
    found: list[Span] = []
    read = at = 0
    for match in _compiled(payload).finditer(data):
        start, end = match.span()
        at += len(data[read:start].decode("utf-8", "surrogatepass"))
        until = at + len(data[start:end].decode("utf-8", "surrogatepass"))
        if payload != "unseen" or not _harmless(raw, at, until):
            found.append(Span(at, until))
        read, at = end, until
    return found


def _harmless(raw: str, start: int, end: int) -> bool:
    """Whether unseen characters only make a flag."""
    return raw[start - 1 : start] == _FLAG and end - start <= len("gbeng") + 1


def _cut(raw: str, spans: list[Span]) -> str:
    """A text without some spans; what stood on either side does not run together."""
    parts: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if end <= at:
            continue
        kept = raw[at : max(at, start)]
        parts.append(kept)
        at = end
        if (
            raw[start - 1 : start].isalnum()
            and raw[end : end + 1].isalnum()
            and start > 0
            and (raw[start - 1] + raw[end]).isascii()
        ):
            parts.append(" ")
    parts.append(raw[at:])
    return "".join(parts)


def _places(raw: str) -> list[Span]:
    """Where payloads of any kind stand in a text, and the closing tags that lose their opening one."""
    found = [span for payload in _PATTERNS for span in find(payload, raw)]
    ends: list[Span] = []
    for start, end in found:
        tag = _TAG.match(raw, start, end)
        if tag is not None and f"</{tag[1]}" not in raw[start:end]:
            close = next((at for at in _ends(raw, tag[1], end) if at not in ends), None)
            ends += [close] if close is not None else []
    return found + ends


def _ends(raw: str, name: str, start: int) -> Iterator[Span]:
    """The closing tags of a name from a position on."""
    for match in re.finditer(rf"</{name}\s*>", raw[start:], re.IGNORECASE):
        yield Span(start + match.start(), start + match.end())


def stripped(raw: str) -> str:
    """A text without any payload."""
    spans = _places(raw)
    return _cut(raw, spans) if spans else raw


def _offending(draft: ReadText, report: Report) -> Iterator[Span]:
    """The clauses of a draft that give a model orders in plain words, each with the comma that joins it."""
    for finding in report.findings:
        if finding.rule != IN_WORDS or finding.severity is not Severity.ERROR:
            continue
        first, last = (draft.clause_index(at) for at in (finding.span.start, finding.span.end - 1))
        # What is ordered comes behind the order to obey.
        while (
            last + 1 < len(draft.clauses)
            and not draft.ends_sentence(last)
            and _GOES_ON.match(draft.clauses[last + 1].text)
        ):
            last += 1
        start = draft.clause_range(first - 1)[1] if first else 0
        whole = draft.clause_range(last)[1]
        if not first and last + 1 < len(draft.clauses):
            whole = draft.clause_range(last + 1)[0]
        yield Span(start, max(whole, finding.span.end))


def clean(reading: Reading, report: Report) -> Reading:
    """The reading without payloads, in the draft (as its report found them) and in its context; itself without any."""
    spans: list[Span] = []
    if report.verdict is not Verdict.PASS:
        # Looked for anew: where another rule found more around a payload, the report tells of that one alone.
        spans = [*_places(reading.draft.raw), *_offending(reading.draft, report)]
    history = tuple(Turn(turn.role, stripped(turn.text)) for turn in reading.history)
    customer = reading.customer
    if customer is not None and (words := stripped(customer.raw)) != customer.raw:
        customer = normalize(words)
    if history != reading.history or customer is not reading.customer:
        before = tuple(normalize(turn.text) for turn in history if turn.role == "agent")
        reading = reading._replace(history=history, customer=customer, agent_before=before)
    return reading.with_draft(_cut(reading.draft.raw, spans).strip()) if spans else reading
