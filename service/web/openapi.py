"""The contract as an OpenAPI document, made from the operations and the models of the code."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from service.web import bulk, drafts, feedback, languagetool, manual, suggest, system
from service.web.answers import Answer
from service.web.mistakes import CODES
from service.web.operations import Operation
from service.web.problems import MEDIA_TYPE, PROBLEMS

OPERATIONS: tuple[Operation, ...] = (
    *drafts.OPERATIONS,
    *suggest.OPERATIONS,
    *bulk.OPERATIONS,
    *feedback.OPERATIONS,
    *languagetool.OPERATIONS,
    *manual.OPERATIONS,
    *system.OPERATIONS,
)
VERSION = "0.1.0"
_TEMPLATE = "#/components/schemas/{model}"
_HEADERS = {
    "RequestId": {
        "description": "The id sent, or one made here.",
        "schema": {"type": "string", "maxLength": 128},
    },
    "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
}
_REQUEST_ID = {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}}
_RETRY = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
# A code that is answered with a status of its own beside the usual one.
_MORE_STATUSES = {"invalid_body": (422,)}


class MistakeOut(Answer):
    """One mistake in a body."""

    pointer: str
    """RFC 6901; the empty string is the whole body."""
    code: str = Field(json_schema_extra={"enum": list(CODES)})
    detail: str


class ProblemOut(Answer):
    """RFC 9457. No trace, key or customer's text ever stands in one."""

    type: str = Field(json_schema_extra={"format": "uri-reference"})
    """A page that says what it means and what to do."""
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    instance: str = Field(json_schema_extra={"format": "uri"})
    code: str = Field(json_schema_extra={"enum": list(PROBLEMS)})
    """Stable: programs decide by it."""
    request_id: str
    errors: list[MistakeOut]
    """Where the mistakes stand; empty when the body is not the trouble."""


def build() -> dict[str, Any]:
    """The whole document as plain data."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Script coach · 话术教练",
            "version": VERSION,
            "summary": "Checks and rewrites customer-service drafts, and proves each rewrite.",
            "description": (
                "JSON in UTF-8. What the policy finds is a 200; 4xx and 5xx are for the call itself. A span is "
                "half-open and given twice: in code points and in UTF-16 code units.\n\n"
                "检查并改写客服话术，每一次改写都经过验证。"
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": "Drafts", "description": "Check and rewrite what an agent is about to send."},
            {"name": "Bulk", "description": "Whole files of macros, put right as jobs."},
            {"name": "LanguageTool", "description": "For add-ons and editors that speak LanguageTool's API."},
            {"name": "Policy", "description": "The manual as loaded."},
            {"name": "Service", "description": "Health, metrics, contract."},
        ],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "headers": _HEADERS,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Needed when the service has a key file.",
                }
            },
        },
    }


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return paths


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
    }
    if operation.description:
        described["description"] = operation.description
    described["security"] = [] if operation.is_open else [{"key": []}, {}]
    if operation.parameters:
        described["parameters"] = [
            {
                "name": parameter.name,
                "in": parameter.place,
                "required": parameter.place == "path",
                "description": parameter.description,
                "schema": {"type": "string"},
                "example": parameter.example,
            }
            for parameter in operation.parameters
        ]
    content: dict[str, Any] = {}
    if operation.body is not None:
        media: dict[str, Any] = {"schema": _ref(operation.body)}
        if operation.example:
            media["example"] = dict(operation.example)
        content["application/json"] = media
        if operation.as_form:
            content["application/x-www-form-urlencoded"] = media
    if operation.form is not None:
        content["multipart/form-data"] = {"schema": _ref(operation.form)}
    if content:
        described["requestBody"] = {"required": True, "content": content}
    described["responses"] = {str(operation.status): _answer(operation)} | _failures(operation)
    return described


def _answer(operation: Operation) -> dict[str, Any]:
    answer = operation.answer
    content: dict[str, Any]
    if not answer:
        return {"description": operation.summary + ".", "headers": _REQUEST_ID}
    if isinstance(answer, str):
        # A reader of YAML sees what the text says.
        content = {answer: {"schema": {"type": "string" if answer.startswith("text/") else "object"}}}
    else:
        content = {"application/json": {"schema": _ref(answer)}}
    for media_type in operation.more:
        content[media_type] = {"schema": {"type": "string"}}
    if operation.as_events:
        content["text/event-stream"] = {"schema": {"type": "string"}}
    return {"description": operation.summary + ".", "headers": _REQUEST_ID, "content": content}


def _failures(operation: Operation) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in operation.errors:
        has_body = operation.body is not None or operation.form is not None
        more = _MORE_STATUSES.get(code, ()) if has_body else ()
        if code == "overloaded" and operation.form is not None:
            # No room for the file.
            more = (507,)
        for status in (PROBLEMS[code].status, *more):
            by_status.setdefault(status, []).append(code)
    return {
        # Overload and our own mistakes are problems everywhere.
        str(status): _failure(status, codes, as_text=operation.as_form and status < 500)
        for status, codes in sorted(by_status.items())
    }


def _failure(status: int, codes: Iterable[str], *, as_text: bool) -> dict[str, Any]:
    text = " ".join(f"`{code}`: {PROBLEMS[code].title}." for code in codes)
    headers = _REQUEST_ID | (_RETRY if status in (429, 503) else {})
    return {
        "description": text,
        "headers": headers,
        "content": {"text/plain": {"schema": {"type": "string"}}}
        if as_text
        else {MEDIA_TYPE.decode(): {"schema": _ref(ProblemOut)}},
    }


def _schemas() -> dict[str, Any]:
    models: set[tuple[type[BaseModel], Any]] = {(ProblemOut, "serialization")}
    for operation in OPERATIONS:
        models.update((body, "validation") for body in (operation.body, operation.form) if body is not None)
        if not isinstance(operation.answer, str):
            models.add((operation.answer, "serialization"))
    ordered = sorted(models, key=lambda pair: pair[0].__name__)
    _, schema = models_json_schema(ordered, ref_template=_TEMPLATE)
    schemas: dict[str, Any] = _untitled(dict(sorted(schema["$defs"].items())))
    return schemas


def _untitled(value: Any) -> Any:
    """The schema without the titles that pydantic makes from names: they say nothing new."""
    if isinstance(value, dict):
        return {
            key: _untitled(one) for key, one in value.items() if not (key == "title" and isinstance(one, str))
        }
    return [_untitled(one) for one in value] if isinstance(value, list) else value


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _TEMPLATE.format(model=model.__name__)}
