"""OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0) from the routes and the types that they declare."""

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from chalice import Chalice
from chalice.app import RouteEntry

from common.http import Operation
from common.problems import FieldError, Problem
from common.settings import Settings

_REF = "#/components/schemas/{name}"
_PROBLEM = "application/problem+json"


class ProblemBody(msgspec.Struct):
    """RFC 9457, plus a code for programs and the request id."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[FieldError] = []


def document(app: Chalice, settings: Settings) -> dict[str, Any]:
    """The whole service; HEAD, OPTIONS and 405 routes are left out, as every path has them."""
    found = list(_operations(app))
    _, schemas = msgspec.json.schema_components(_types(op for _, _, op in found), ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for path, entry, op in found:
        paths.setdefault(path, {})[entry.method.lower()] = _item(entry, op)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{settings.service}-service", "version": settings.version},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _operations(app: Chalice) -> Iterator[tuple[str, RouteEntry, Operation]]:
    for path, entries in sorted(app.routes.items()):
        for method, entry in entries.items():
            op: Operation = vars(entry.view_function)["operation"]
            if not op.hidden and method != "HEAD":
                yield path, entry, op


def _types(operations: Iterable[Operation]) -> list[Any]:
    found: list[Any] = [ProblemBody]
    for op in operations:
        found += [kind for kind in (op.request, *op.responses.values()) if kind is not None]
        found += [one.type for one in msgspec.structs.fields(op.query)] if op.query else []
    return found


def _item(entry: RouteEntry, op: Operation) -> dict[str, Any]:
    text = inspect.getdoc(entry.view_function) or ""
    item: dict[str, Any] = {
        "operationId": f"{entry.method.lower()}_{re.sub(r'[^A-Za-z0-9]+', '_', entry.uri_pattern).strip('_')}",
        "summary": text.partition("\n")[0],
        "tags": [entry.uri_pattern.split("/")[1]],
        "parameters": [*_path(entry), *_query(op), *_headers(op)],
        "responses": _responses(op),
    }
    if op.request:
        required = any(one.required for one in msgspec.structs.fields(op.request))
        item["requestBody"] = {"required": required, "content": _content("application/json", op.request)}
    if not op.allow.public:
        item["security"] = [{"token": []}]
        item["x-allow"] = sorted(op.allow.roles) + [f"service:{name}" for name in sorted(op.allow.services)]
    return item


def _path(entry: RouteEntry) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in entry.view_args]


def _query(op: Operation) -> list[dict[str, Any]]:
    fields = msgspec.structs.fields(op.query) if op.query else ()
    return [
        {"name": one.encode_name, "in": "query", "required": one.required, "schema": _without_null(_schema(one.type))}
        for one in fields
    ]


def _without_null(schema: Any) -> Any:
    """A query string has no null: a parameter is left out instead."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    return kinds[0] if len(kinds) == 1 else schema


def _headers(op: Operation) -> list[dict[str, Any]]:
    key = {"name": "Idempotency-Key", "required": True, "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"}}
    version = {"name": "If-Match", "required": True, "schema": {"type": "string"}}
    wanted = ([key] if op.keyed else []) + ([version] if op.if_match else [])
    return [{**one, "in": "header"} for one in wanted]


def _responses(op: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {
        str(status): {"description": "", **({"content": _content("application/json", kind)} if kind else {})}
        for status, kind in sorted(op.responses.items())
    }
    for status, codes in sorted(_problem_codes(op).items()):
        answers.setdefault(str(status), {"description": ""})
        answers[str(status)]["description"] = ", ".join(sorted(codes))
        answers[str(status)].setdefault("content", {}).update(_content(_PROBLEM, ProblemBody))
    answers["default"] = {"description": "Any other problem", "content": _content(_PROBLEM, ProblemBody)}
    return answers


def _problem_codes(op: Operation) -> dict[int, set[str]]:
    """The problems that a route declares, and those that its declaration implies."""
    codes: dict[int, set[str]] = {}
    implied: list[tuple[int, str]] = []
    if not op.allow.public:
        implied += [(401, "token_missing"), (401, "token_invalid"), (401, "token_expired"), (403, "forbidden")]
    if op.request:
        implied += [(400, "malformed_json"), (413, "body_too_large"), (415, "unsupported_media_type")]
    if op.request or op.query:
        implied += [(422, "validation_failed")]
    if op.keyed:
        implied += [(400, "idempotency_key_required"), (400, "idempotency_key_invalid")]
        implied += [(409, "in_progress"), (422, "idempotency_mismatch")]
    if op.if_match:
        implied += [(412, "version_mismatch"), (428, "if_match_required")]
    for status, code in (*implied, *(_status_and_code(problem) for problem in op.problems)):
        codes.setdefault(status, set()).add(code)
    return codes


def _status_and_code(problem: type[Problem]) -> tuple[int, str]:
    return problem.status, problem.code


def _content(kind: str, type_: Any) -> dict[str, Any]:
    return {kind: {"schema": _schema(type_)}}


def _schema(kind: Any) -> Any:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_REF)
    return schema
