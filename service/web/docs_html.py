"""The documentation as HTML, rendered from the same data as `openapi.yaml`; no script or style stands inline."""

import json
from functools import cache
from html import escape
from typing import Any

from service.web.mistakes import CODES
from service.web.openapi import build
from service.web.problems import PROBLEMS

_DOCS_LEAD = (
    '<p class="lead">与 <a href="/openapi.yaml">openapi.yaml</a> 同源。'
    '<span lang="en">Made from the same data as the contract.</span> '
    '<a href="/docs/problems">错误说明 Problems</a></p>'
)


@cache
def contract_page() -> str:
    """`/docs`: every call with its fields, answers and a form to try it."""
    document = build()
    schemas = document["components"]["schemas"]
    parts = [
        '<header class="hero"><h1>接口文档 <small lang="en">API docs</small></h1>',
        _DOCS_LEAD,
        '<label for="key">API key（没有密钥文件时留空 · empty when the service asks for none）</label>',
        '<input id="key" type="password" autocomplete="off" spellcheck="false"></header>',
    ]
    for tag in document["tags"]:
        parts.append(f"<h2>{escape(tag['name'])} <small>{escape(tag['description'])}</small></h2>")
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    parts.append(_operation(method.upper(), path, operation, schemas))
    return _page("接口文档", "".join(parts), script=True)


def problems_page() -> str:
    """`/docs/problems`: what each `type` of a problem means and what to do; its fragment is the code."""
    parts = [
        '<header class="hero"><h1>错误说明 <small lang="en">Problems</small></h1>',
        '<p class="lead" lang="en">Every 4xx and 5xx is one of these, as application/problem+json.</p></header>',
    ]
    for code, problem in PROBLEMS.items():
        parts.append(
            f'<section class="problem" id="{code}"><h2><code>{code}</code> <small>{problem.status}</small></h2>'
            f"<p><strong>{escape(problem.title)}.</strong> {_prose(problem.meaning)}</p>"
            f"<p>{_prose(problem.remedy)}</p></section>"
        )
    rows = "".join(
        f"<tr><td><code>{code}</code></td><td>{_prose(text)}</td></tr>" for code, text in CODES.items()
    )
    parts.append(f'<h2>errors[].code</h2><div class="scroll"><table>{rows}</table></div>')
    return _page("错误说明", "".join(parts))


def _page(title: str, content: str, *, script: bool = False) -> str:
    tail = '<script src="/static/docs.js"></script>' if script else ""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · 话术教练</title>"
        '<link rel="icon" type="image/svg+xml" href="/static/icon.svg">'
        '<link rel="stylesheet" href="/static/site.css"></head><body><main>'
        f'<nav><a href="/">话术教练 Script coach</a></nav>{content}</main>{tail}</body></html>'
    )


def _operation(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    answers = "".join(
        f"<tr><td>{status}</td><td>{_prose(answer['description'])}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    return (
        f'<details class="operation" id="{operation["operationId"]}"><summary><span class="verb">{method}</span> '
        f"<code>{escape(path)}</code> {escape(operation['summary'])}</summary>"
        f"<p>{_prose(operation.get('description', ''))}</p>"
        f"{_fields('Body', _body_schema(operation), schemas)}"
        f"{_fields('Answer', _answer_schema(operation), schemas)}"
        f'<h3>Answers</h3><div class="scroll"><table>{answers}</table></div>'
        f"{_form(method, path, operation, schemas)}</details>"
    )


def _body_schema(operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    media = content.get("application/json") or content.get("multipart/form-data") or {}
    schema: dict[str, Any] = media.get("schema", {})
    return schema


def _answer_schema(operation: dict[str, Any]) -> dict[str, Any]:
    content = next(iter(operation["responses"].values())).get("content", {})
    schema: dict[str, Any] = content.get("application/json", {}).get("schema", {})
    return schema


def _fields(heading: str, schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """A table of all fields below a schema, nested ones by their path."""
    rows = _rows(schema, schemas, "", ())
    if not rows:
        return ""
    body = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(kind)}</td><td>{_prose(text)}</td></tr>"
        for name, kind, text in rows
    )
    return f'<h3>{heading}</h3><div class="scroll"><table>{body}</table></div>'


def _rows(
    schema: dict[str, Any], schemas: dict[str, Any], prefix: str, above: tuple[str, ...]
) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    name, target = _resolve(schema, schemas)
    if name in above:
        return found
    required = target.get("required", ())
    for field, inner in target.get("properties", {}).items():
        path = f"{prefix}{field}"
        kind = _kind(inner, schemas)
        note = inner.get("description", "")
        found.append((path, kind + (" · required" if field in required and not prefix else ""), note))
        item, dots = inner, "."
        if inner.get("type") == "array":
            item, dots = inner["items"], "[]."
        for option in item.get("anyOf", [item]):
            nested, more = (option["items"], "[].") if option.get("type") == "array" else (option, dots)
            found += _rows(nested, schemas, path + more, (*above, name))
    return found


def _resolve(schema: dict[str, Any], schemas: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    name = schema.get("$ref", "").rpartition("/")[2]
    target: dict[str, Any] = schemas[name] if name else {}
    return name, target


def _kind(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """The type of a field in words."""
    if "anyOf" in schema:
        return " | ".join(_kind(option, schemas) for option in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "$ref" in schema:
        target = _resolve(schema, schemas)[1]
        return _kind(target, schemas) if "enum" in target else "object"
    if schema.get("type") == "array":
        return f"array of {_kind(schema.get('items', {}), schemas)}"
    return str(schema.get("const", schema.get("type", "any")))


def _form(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    ident = operation["operationId"]
    parts = [f'<h3>试一试 Try it</h3><form data-method="{method}" data-path="{escape(path)}">']
    for parameter in operation.get("parameters", ()):
        name, place = parameter["name"], parameter["in"]
        value = parameter["example"] if place == "path" else ""
        parts.append(
            f'<label for="{ident}-{name}">{escape(name)}: {_prose(parameter["description"])}</label>'
            f'<input id="{ident}-{name}" name="{name}" data-place="{place}" value="{escape(value)}">'
        )
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        parts += _parts(ident, _resolve(content["multipart/form-data"]["schema"], schemas)[1])
    if "application/json" in content:
        example = content["application/json"].get("example", {})
        text = escape(json.dumps(example, ensure_ascii=False, indent=2))
        instead = "（选了文件时不发送 · not sent with a file）" if "multipart/form-data" in content else ""
        parts.append(
            f'<label for="{ident}-body">JSON{instead}</label><textarea id="{ident}-body" rows="10">{text}</textarea>'
        )
    parts.append('<button type="submit">发送 Send</button><pre aria-live="polite"></pre></form>')
    return "".join(parts)


def _parts(ident: str, schema: dict[str, Any]) -> list[str]:
    """An input for each part of a form that is sent with a file."""
    found: list[str] = []
    for name, inner in schema["properties"].items():
        kind = "file" if inner.get("format") == "binary" else "text"
        found.append(
            f'<label for="{ident}-part-{name}">{escape(name)}: {_prose(inner.get("description", ""))}</label>'
            f'<input id="{ident}-part-{name}" name="{name}" type="{kind}" data-part>'
        )
    return found


def _prose(text: str) -> str:
    """Escaped text, with `code` marked as such."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if index % 2 else piece for index, piece in enumerate(pieces))
