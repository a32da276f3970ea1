"""Reads what a model's server sent, whole or as events, and takes nothing for an answer that is not one."""

from collections.abc import Iterator
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from service.errors import ModelReplyInvalid, ModelUnavailable
from service.ports import ModelDelta, ModelReply

# Servers add fields of their own: what is not asked for is let pass, what is asked for must have its type.
_STRICT = ConfigDict(frozen=True, strict=True, extra="ignore")
_MOST_TOKENS = 10**9


class _Said(BaseModel):
    """A message or a delta. Tool calls are never asked for, so a message with nothing else is no answer."""

    model_config = _STRICT
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    model_config = _STRICT
    index: Literal[0] = 0
    finish_reason: str | None = None


class _WholeChoice(_Choice):
    message: _Said


class _ChunkChoice(_Choice):
    delta: _Said = _Said()


class _Whole(BaseModel):
    model_config = _STRICT
    choices: list[_WholeChoice] = Field(min_length=1, max_length=1)


class _Chunk(BaseModel):
    model_config = _STRICT
    choices: list[_ChunkChoice] = Field(max_length=1)


_Shape = TypeVar("_Shape", _Whole, _Chunk)


def malformed(detail: str) -> ModelReplyInvalid:
    """The error for an answer that is none."""
    return ModelReplyInvalid(detail, code="malformed")


def truncated(detail: str) -> ModelReplyInvalid:
    """The error for an answer that breaks off."""
    return ModelReplyInvalid(detail, code="truncated")


def too_large(detail: str) -> ModelReplyInvalid:
    """The error for an answer, or a request, beyond its size."""
    return ModelReplyInvalid(detail, code="too_large")


def _parse(raw: bytes) -> dict[str, Any]:
    """The JSON object in a body or an event. NaN and infinity are not JSON, broken UTF-8 is not text."""
    failure = malformed("The answer is not JSON.")
    try:
        value = from_json(raw, allow_inf_nan=False)
    except ValueError:
        if _breaks_off(raw):
            failure = truncated("The answer's JSON breaks off.")
    else:
        if isinstance(value, dict):
            if value.get("error") is not None and not value.get("choices"):
                raise ModelUnavailable("The server sent an error in place of an answer.")
            return value
        failure = malformed("The answer is JSON, but no object.")
    # Raised out here so that no parser's exception, which quotes the answer, hangs on it.
    raise failure


def _breaks_off(raw: bytes) -> bool:
    """Whether what is no JSON could have become some: all is well up to an end that is no object's."""
    text = raw.rstrip()
    if not text or text.endswith(b"}"):
        return False
    try:
        from_json(raw, allow_inf_nan=False, allow_partial=True)
    except ValueError:
        return False
    return True


def _shape(shape: type[_Shape], value: dict[str, Any]) -> _Shape:
    try:
        return shape.model_validate(value)
    except ValidationError:
        pass
    raise malformed("The answer does not have the shape of a chat completion.")


def _count(value: dict[str, Any], name: str) -> int:
    """A token count, 0 when the server gives none that makes sense: no reason to lose a good answer."""
    usage = value.get("usage")
    count = usage.get(name) if isinstance(usage, dict) else None
    return count if isinstance(count, int) and 0 <= count <= _MOST_TOKENS else 0


def _reply(model: str, said: _Said, finish: str | None, value: dict[str, Any]) -> ModelReply:
    """The answer that a text and a finish reason amount to."""
    refused = finish == "content_filter" or bool(said.refusal)
    if finish == "length":
        raise truncated("The answer reached the most tokens it may have.")
    if not refused and (finish != "stop" or said.content is None):
        raise malformed("The answer has no text or no proper end.")
    counts = _count(value, "prompt_tokens"), _count(value, "completion_tokens")
    return ModelReply(said.content or "", model, refused, *counts)


def read_whole(model: str, raw: bytes) -> ModelReply:
    """The reply in the body of an answer that is not streamed; raises `ModelReplyInvalid`, `ModelUnavailable`."""
    value = _parse(raw)
    choice = _shape(_Whole, value).choices[0]
    return _reply(model, choice.message, choice.finish_reason, value)


class EventReader:
    """Reads a streamed answer: `feed` bytes as they come, then `finish`."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._rest = bytearray()
        self._data: list[bytes] = []
        self._texts: list[str] = []
        self._events = 0
        self._refusal = ""
        self._finish: str | None = None
        self._usage: dict[str, Any] = {}
        self.done = False
        """The closing mark was there: nothing further counts."""

    def feed(self, piece: bytes) -> Iterator[ModelDelta]:
        """The pieces of text that these bytes complete; raises like `read_whole`."""
        self._rest += piece
        if b"\n" not in piece:
            return
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            text = self._line(bytes(line.removesuffix(b"\r")))
            if text:
                yield ModelDelta(text)

    def finish(self) -> ModelReply:
        """The whole reply, once the server has said all."""
        # The last event may lack its blank line.
        for _ in self.feed(b"\n\n"):
            raise truncated("The answer's last event breaks off.")
        if not self._events:
            raise malformed("The answer is no stream of events.")
        if self._finish is None:
            raise truncated("The stream ends without a finish reason.")
        said = _Said(content="".join(self._texts) if self._texts else None, refusal=self._refusal or None)
        return _reply(self._model, said, self._finish, self._usage)

    def _line(self, line: bytes) -> str:
        if line:
            # Comments (keep-alives) and the other fields of an event mean nothing here.
            if line.startswith(b"data:"):
                self._data.append(line[5:].strip())
            return ""
        raw = b"\n".join(self._data)
        self._data.clear()
        if not raw or self.done:
            return ""
        if raw == b"[DONE]":
            self.done = True
            return ""
        return self._event(_parse(raw))

    def _event(self, value: dict[str, Any]) -> str:
        if isinstance(value.get("usage"), dict):
            self._usage = {"usage": value["usage"]}
        chunk = _shape(_Chunk, value)
        self._events += 1
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        said = choice.delta.content
        text = said or ""
        if self._finish is not None and (text or choice.finish_reason not in (None, self._finish)):
            raise malformed("The stream goes on after its end.")
        self._refusal += choice.delta.refusal or ""
        self._finish = self._finish or choice.finish_reason
        if said is not None:
            self._texts.append(said)
        return text
